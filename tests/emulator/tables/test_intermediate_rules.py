from typing import Any

import pytest

from tests.emulator.tables.tables_world import (
    ANY_QUERY,
    INVALID_QUERY,
    LIST,
    MEMBERSHIP_EXISTS,
    POPULATED_AFTER,
    PROVIDER,
    TablesWorld,
    policy,
)
from tests.emulator.world import (
    CREATOR,
    INVALID_CONFIGURATION,
    MEMBERSHIP_NOT_FOUND,
    QUOTA,
    READER,
    RUNNER,
    refusal,
)

BY_DAY = "select day, sum(amount) as total from visits group by day"
ANALYSES = [
    f"arn:aws:cleanrooms-ml:eu-west-1:{PROVIDER}:membership/m/configured-model-algorithm-association/{id}" for id in "ab"
]


def made(world: TablesWorld, owner: str = PROVIDER, said: dict[str, Any] | None = None, sql: str = BY_DAY) -> str:
    """A populated table without a rule."""
    world.associated("visits", said, owner)
    id = str(world.define("daily", sql)["id"])
    world.populate(id)
    world.clock.advance(POPULATED_AFTER)
    return id


def inherited(world: TablesWorld, id: str) -> dict[str, Any]:
    found: dict[str, Any] = world.intermediate(id)["intermediateTableVersion"]["inheritedConstraints"]
    return found


def test_a_rule_is_shown_as_it_was_created() -> None:
    world = TablesWorld()
    id = made(world)
    created = world.allow(id)

    shown = world.of(RUNNER).get_intermediate_table_analysis_rule(**world.made(id), analysisRuleType="CUSTOM")["analysisRule"]
    assert created == shown
    assert (id, world.intermediate(id)["arn"], "CUSTOM", policy()) == (
        created["intermediateTableIdentifier"],
        created["intermediateTableArn"],
        created["analysisRuleType"],
        created["analysisRulePolicy"],
    )
    assert ["CUSTOM"] == world.intermediate(id)["analysisRuleTypes"]


def test_a_table_has_one_rule_only() -> None:
    world = TablesWorld()
    id = made(world)
    world.allow(id)

    refused = world.allowing(id, ANY_QUERY)
    assert (MEMBERSHIP_EXISTS, id) == (refused.kind, refused.resource_id)


def test_updating_a_rule_replaces_its_policy() -> None:
    world = TablesWorld()
    id = made(world)
    before = world.allow(id)
    world.clock.advance(60)

    after = world.of(RUNNER).update_intermediate_table_analysis_rule(
        **world.made(id), analysisRuleType="CUSTOM", analysisRulePolicy=policy("CUSTOM", {"allowedAnalyses": []})
    )["analysisRule"]

    assert (policy("CUSTOM", {"allowedAnalyses": []}), before["createTime"]) == (
        after["analysisRulePolicy"],
        after["createTime"],
    )
    assert before["updateTime"] < after["updateTime"] == world.intermediate(id)["updateTime"]


def test_a_table_cannot_be_used_without_a_rule() -> None:
    world = TablesWorld()
    id = made(world)
    assert ["INTERMEDIATE_TABLE_ANALYSIS_RULE_MISSING"] == world.reasons("daily")
    assert INVALID_QUERY == world.querying("select total from daily").kind

    world.allow(id)
    assert "SUBMITTED" == world.query("select total from daily")["status"]

    world.of(RUNNER).delete_intermediate_table_analysis_rule(**world.made(id), analysisRuleType="CUSTOM")
    assert INVALID_QUERY == world.querying("select total from daily").kind


@pytest.mark.parametrize("operation", ["get", "update", "delete"])
@pytest.mark.parametrize("account", [RUNNER, PROVIDER], ids=["missing", "partner's"])
def test_a_rule_exists_for_the_owner_of_its_table_alone(operation: str, account: str) -> None:
    world = TablesWorld()
    id = made(world)
    if account == PROVIDER:
        world.allow(id)
    more = {"analysisRulePolicy": policy()} if operation == "update" else {}

    call = getattr(world.of(account), f"{operation}_intermediate_table_analysis_rule")
    refused = refusal(call, **world.made(id, account), analysisRuleType="CUSTOM", **more)
    assert (MEMBERSHIP_NOT_FOUND, 404, id) == (refused.kind, refused.status, refused.resource_id)


@pytest.mark.parametrize("switch", ["404", "204"])
def test_deleting_a_rule_that_is_not_there(switch: str) -> None:
    world = TablesWorld({"repeatedDelete": switch})
    named = {**world.made(made(world)), "analysisRuleType": "CUSTOM"}
    delete = world.of(RUNNER).delete_intermediate_table_analysis_rule

    if switch == "404":
        assert MEMBERSHIP_NOT_FOUND == refusal(delete, **named).kind
    else:
        assert 204 == delete(**named)["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize(
    "said",
    [
        {"allowedAnalyses": ["ANY_QUERY"]},
        {**ANY_QUERY, "disallowedOutputColumns": ["user_id"]},
    ],
    ids=["any query without providers", "unknown column"],
)
def test_a_rule_that_cannot_be_is_refused(said: dict[str, Any]) -> None:
    world = TablesWorld()

    refused = world.allowing(made(world), said)
    assert (INVALID_CONFIGURATION, 400) == (refused.kind, refused.status)


def test_a_rule_has_at_most_a_hundred_kilobytes() -> None:
    world = TablesWorld()
    accounts = [f"{number:012d}" for number in range(7000)]

    assert QUOTA == world.allowing(made(world), {"allowedAnalysisProviders": accounts}).kind


def test_a_table_inherits_the_controls_of_its_base_tables() -> None:
    world = TablesWorld()
    controls = {
        "additionalAnalyses": "ALLOWED",
        "allowedAdditionalAnalyses": ANALYSES,
        "allowedResultReceivers": [READER, CREATOR],
        "disallowedOutputColumns": ["day", "user_id"],
    }
    visits = world.associated("visits", {**ANY_QUERY, **controls})
    limits = {"allowedResultReceivers": [READER, RUNNER]}
    world.of(PROVIDER).create_configured_table_association_analysis_rule(
        **world.named(visits["id"]), analysisRuleType="CUSTOM", analysisRulePolicy={"v1": {"custom": limits}}
    )
    sales = world.associated("sales", {**ANY_QUERY, "allowedAdditionalAnalyses": ANALYSES[1:]}, CREATOR)
    id = world.define("daily", "select visits.day from visits join sales on visits.day = sales.day")["id"]
    world.populate(id)
    world.clock.advance(POPULATED_AFTER)

    from_visits = {"name": "visits", "id": visits["id"], "type": "TABLE", "sourceAccountId": PROVIDER}
    from_sales = {"name": "sales", "id": sales["id"], "type": "TABLE", "sourceAccountId": CREATOR}
    assert {
        "additionalAnalyses": {"value": "ALLOWED", "sources": [{**from_visits, "value": "ALLOWED"}]},
        "allowedAdditionalAnalyses": {
            "value": ANALYSES[1:],
            "sources": [{**from_sales, "value": ANALYSES[1:]}, {**from_visits, "value": ANALYSES}],
        },
        "allowedResultReceivers": {"value": [READER], "sources": [{**from_visits, "value": [READER]}]},
        "disallowedOutputColumns": {
            "value": ["day"],
            "columnLineage": [
                {
                    "column": "day",
                    "sourceColumn": "day",
                    "sourceName": "visits",
                    "sourceId": visits["id"],
                    "sourceType": "TABLE",
                    "sourceAccountId": PROVIDER,
                }
            ],
        },
    } == inherited(world, id)


def test_inherited_controls_stay_as_they_were_when_the_table_was_populated() -> None:
    world = TablesWorld()
    table = world.new_table()["id"]
    world.rule(table, said={**ANY_QUERY, "allowedResultReceivers": [READER]})
    world.associate("visits", table)
    id = world.filled("daily", BY_DAY)
    world.of(PROVIDER).update_configured_table_analysis_rule(
        configuredTableIdentifier=table, analysisRuleType="CUSTOM", analysisRulePolicy=policy()
    )

    assert [READER] == inherited(world, id)["allowedResultReceivers"]["value"]
    world.populate(id)
    world.clock.advance(POPULATED_AFTER)
    assert {} == inherited(world, id)


def test_controls_are_inherited_through_tables_without_such_controls() -> None:
    world = TablesWorld()
    world.associated("visits", {**ANY_QUERY, "allowedResultReceivers": [READER]})
    world.filled("daily", BY_DAY)
    weekly = world.filled("weekly", "select * from daily")

    receivers = inherited(world, weekly)["allowedResultReceivers"]
    assert ([READER], "INTERMEDIATE_TABLE", "daily") == (
        receivers["value"],
        receivers["sources"][0]["type"],
        receivers["sources"][0]["name"],
    )


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [("NOT_ALLOWED", "ALLOWED", "ALLOWED"), ("ALLOWED", "REQUIRED", "REQUIRED"), ("REQUIRED", "NOT_ALLOWED", "REQUIRED")],
)
def test_of_several_base_tables_the_most_restrictive_counts(first: str, second: str, expected: str) -> None:
    world = TablesWorld()
    world.associated("visits", {**ANY_QUERY, "additionalAnalyses": first})
    world.associated("sales", {**ANY_QUERY, "additionalAnalyses": second})
    id = world.filled("daily", "select visits.day from visits, sales", {"allowedAnalyses": []})

    assert expected == inherited(world, id)["additionalAnalyses"]["value"]


def test_data_of_others_stays_theirs_through_several_tables() -> None:
    world = TablesWorld()
    world.associated("visits", {**ANY_QUERY, "allowedResultReceivers": [READER]})
    world.filled("daily", BY_DAY)
    weekly = world.define("weekly", "select * from daily")["id"]
    world.populate(weekly)
    world.clock.advance(POPULATED_AFTER)

    assert INVALID_CONFIGURATION == world.allowing(weekly, {**ANY_QUERY, "allowedResultReceivers": [READER, CREATOR]}).kind


def test_a_base_table_with_a_list_rule_has_no_such_controls() -> None:
    world = TablesWorld()
    table = world.new_table()["id"]
    world.rule(table, "LIST", {**LIST, "additionalAnalyses": "REQUIRED"})
    world.associate("visits", table)
    id = world.define("daily", BY_DAY)["id"]
    world.populate(id)
    world.clock.advance(POPULATED_AFTER)

    assert {"additionalAnalyses"} == set(inherited(world, id))


LOOSER = [
    ({"additionalAnalyses": "ALLOWED"}, {"additionalAnalyses": "NOT_ALLOWED"}),
    ({"allowedResultReceivers": [READER]}, {"allowedResultReceivers": [READER, CREATOR]}),
    ({"allowedAdditionalAnalyses": ANALYSES[:1]}, {"allowedAdditionalAnalyses": ANALYSES}),
    ({"disallowedOutputColumns": ["day"]}, {"disallowedOutputColumns": ["total"]}),
]
STRICTER = [
    ({"additionalAnalyses": "ALLOWED"}, {"additionalAnalyses": "REQUIRED"}),
    ({"allowedResultReceivers": [READER, CREATOR]}, {"allowedResultReceivers": [READER]}),
    ({"allowedAdditionalAnalyses": ANALYSES}, {"allowedAdditionalAnalyses": []}),
    ({"disallowedOutputColumns": ["day"]}, {"disallowedOutputColumns": ["day", "total"]}),
    ({"allowedResultReceivers": [READER], "disallowedOutputColumns": ["day"]}, {}),
]
CONTROL_IDS = ["additional analyses", "receivers", "allowed additional analyses", "output columns"]


@pytest.mark.parametrize(("base", "said"), LOOSER, ids=CONTROL_IDS)
def test_on_the_data_of_others_a_rule_cannot_be_looser_than_theirs(base: dict[str, Any], said: dict[str, Any]) -> None:
    world = TablesWorld()
    id = made(world, said={**ANY_QUERY, **base})

    refused = world.allowing(id, {**ANY_QUERY, **said})
    assert (INVALID_CONFIGURATION, ["analysisRulePolicy"]) == (refused.kind, refused.fields)


@pytest.mark.parametrize(("base", "said"), STRICTER, ids=[*CONTROL_IDS, "nothing said"])
def test_on_the_data_of_others_a_rule_can_be_stricter_than_theirs(base: dict[str, Any], said: dict[str, Any]) -> None:
    world = TablesWorld()
    id = made(world, said={**ANY_QUERY, **base})

    assert policy("CUSTOM", {**ANY_QUERY, **said}) == world.allow(id, {**ANY_QUERY, **said})["analysisRulePolicy"]


@pytest.mark.parametrize(("base", "said"), LOOSER, ids=CONTROL_IDS)
def test_on_its_own_data_a_member_decides_alone(base: dict[str, Any], said: dict[str, Any]) -> None:
    world = TablesWorld()
    id = made(world, RUNNER, {**ANY_QUERY, **base})

    assert policy("CUSTOM", {**ANY_QUERY, **said}) == world.allow(id, {**ANY_QUERY, **said})["analysisRulePolicy"]


def test_a_rule_that_new_data_makes_too_loose_makes_the_table_unready() -> None:
    world = TablesWorld()
    table = world.new_table()["id"]
    world.rule(table)
    world.associate("visits", table)
    id = world.filled("daily", BY_DAY, {**ANY_QUERY, "allowedResultReceivers": [READER, CREATOR]})
    assert [] == world.reasons("daily")

    world.of(PROVIDER).update_configured_table_analysis_rule(
        configuredTableIdentifier=table,
        analysisRuleType="CUSTOM",
        analysisRulePolicy=policy("CUSTOM", {**ANY_QUERY, "allowedResultReceivers": [READER]}),
    )
    world.populate(id)
    world.clock.advance(POPULATED_AFTER)
    assert ["INTERMEDIATE_TABLE_INHERITED_CONSTRAINTS_VIOLATED"] == world.reasons("daily")
