from typing import Any

import pytest

from cleanrooms_emulator.handlers import quotas
from tests.emulator.tables.tables_world import (
    A_DAY,
    INVALID_QUERY,
    POPULATED_AFTER,
    PROVIDER,
    TablesWorld,
)
from tests.emulator.world import (
    ACCESS_DENIED,
    CREATOR,
    INVALID_FIELD,
    MEMBERSHIP_NOT_FOUND,
    MEMBERSHIP_STATE,
    QUOTA,
    READER,
    RUNNER,
    STARTED,
    refusal,
)

BY_DAY = "select day, sum(amount) as total from visits group by day"
FAILING = "select raise_error('no') as day from visits"


def world_with_visits(switches: dict[str, str] | None = None) -> TablesWorld:
    world = TablesWorld(switches)
    world.associated("visits")
    return world


def versions(world: TablesWorld, id: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = world.of(RUNNER).list_intermediate_table_versions(**world.made(id))[
        "intermediateTableVersionSummaries"
    ]
    return listed


def run(world: TablesWorld, id: str) -> dict[str, Any]:
    found: dict[str, Any] = world.of(RUNNER).get_protected_query(
        membershipIdentifier=world.memberships[RUNNER], protectedQueryIdentifier=id
    )["protectedQuery"]
    return found


def cancel(world: TablesWorld, id: str) -> None:
    world.of(RUNNER).update_protected_query(
        membershipIdentifier=world.memberships[RUNNER], protectedQueryIdentifier=id, targetStatus="CANCELLED"
    )


def test_a_population_goes_on_with_the_clock() -> None:
    world = world_with_visits()
    id = world.define("daily", BY_DAY, retentionInDays=2)["id"]
    seen = [world.status(id)]

    world.populate(id)
    for seconds in (0, 4, 2, 2 * A_DAY - 10, 10):
        world.clock.advance(seconds)
        seen.append(world.status(id))

    started, populated, expired = "POPULATE_STARTED", "POPULATE_SUCCESS", "RETENTION_PERIOD_EXPIRED"
    assert ["CREATED", started, started, populated, populated, expired] == seen


def test_a_population_is_a_protected_query_into_the_table() -> None:
    world = world_with_visits()
    table = world.define("daily", BY_DAY)
    workers = {"type": "CR.4X", "number": 8}

    answer = world.populate(table["id"], computeConfiguration={"queryComputeConfiguration": workers})

    query = run(world, answer["analysisId"])
    assert (
        "QUERY",
        "SUBMITTED",
        {"queryString": BY_DAY},
        {"outputConfiguration": {"intermediateTable": {"id": table["id"], "arn": table["arn"], "name": "daily"}}},
        {"worker": workers},
        RUNNER,
    ) == (
        answer["analysisType"],
        query["status"],
        query["sqlParameters"],
        query["resultConfiguration"],
        query["computeConfiguration"],
        query["queryComputePayerAccountId"],
    )
    world.clock.advance(POPULATED_AFTER)
    assert ("SUCCESS", "POPULATE_SUCCESS") == (run(world, answer["analysisId"])["status"], world.status(table["id"]))


def test_the_active_version_is_shown_with_its_expiry_and_columns() -> None:
    world = world_with_visits()
    id = world.define("daily", BY_DAY, retentionInDays=7)["id"]
    answer = world.populate(id)
    assert "intermediateTableVersion" not in world.intermediate(id)
    assert "schema" not in world.intermediate(id)

    world.clock.advance(POPULATED_AFTER)
    shown = world.intermediate(id)
    version = shown["intermediateTableVersion"]
    assert (answer["versionId"], answer["analysisId"], "QUERY", {}) == (
        version["versionId"],
        version["analysisId"],
        version["analysisType"],
        version["inheritedConstraints"],
    )
    assert 7 * A_DAY <= version["expirationTime"].timestamp() - STARTED <= 7 * A_DAY + POPULATED_AFTER
    assert [{"name": "day", "type": "string"}, {"name": "total", "type": "string"}] == shown["schema"]["columns"]


def test_each_population_is_a_version() -> None:
    world = world_with_visits()
    id = world.define("daily", BY_DAY, retentionInDays=2)["id"]
    made = []
    for days in (1.5, 1, 0):
        made.append(world.populate(id)["versionId"])
        world.clock.advance(days * A_DAY)

    assert [
        (made[0], id, "RETENTION_PERIOD_EXPIRED"),
        (made[1], id, "POPULATE_SUCCESS"),
        (made[2], id, "POPULATE_STARTED"),
    ] == [(each["versionId"], each["tableId"], each["status"]) for each in versions(world, id)]


def test_versions_come_in_pages() -> None:
    world = world_with_visits()
    id = world.define("daily", BY_DAY)["id"]
    made = []
    for _ in range(3):
        made.append(world.populate(id)["versionId"])
        world.clock.advance(POPULATED_AFTER)

    pages = (
        world.of(RUNNER)
        .get_paginator("list_intermediate_table_versions")
        .paginate(**world.made(id), PaginationConfig={"PageSize": 2})
    )
    listed = [[each["versionId"] for each in page["intermediateTableVersionSummaries"]] for page in pages]
    assert [made[:2], made[2:]] == listed


def test_a_table_is_not_populated_twice_at_once() -> None:
    world = world_with_visits()
    id = world.define("daily", BY_DAY)["id"]
    world.populate(id)

    refused = world.populating(id)
    assert (MEMBERSHIP_STATE, 409, id) == (refused.kind, refused.status, refused.resource_id)


@pytest.mark.parametrize("how", ["fails", "is cancelled"])
def test_a_population_that_does_not_succeed_leaves_the_table_failed(how: str) -> None:
    world = world_with_visits()
    id = world.define("daily", FAILING if how == "fails" else BY_DAY)["id"]
    analysis = world.populate(id)["analysisId"]
    if how == "is cancelled":
        cancel(world, analysis)
    world.clock.advance(POPULATED_AFTER)

    assert ("POPULATE_FAILED", ["POPULATE_FAILED"]) == (world.status(id), [each["status"] for each in versions(world, id)])
    assert "schema" not in world.intermediate(id)


def test_an_expired_table_can_be_populated_again() -> None:
    world = world_with_visits()
    id = world.filled("daily", BY_DAY, retentionInDays=1)
    world.clock.advance(2 * A_DAY)
    assert "RETENTION_PERIOD_EXPIRED" == world.status(id)

    world.populate(id)
    world.clock.advance(POPULATED_AFTER)

    assert "POPULATE_SUCCESS" == world.status(id)


@pytest.mark.parametrize(
    ("sql", "after", "reason"),
    [
        (BY_DAY, 0, "INTERMEDIATE_TABLE_NOT_POPULATED"),
        (FAILING, POPULATED_AFTER, "INTERMEDIATE_TABLE_NOT_POPULATED"),
        (BY_DAY, 31 * A_DAY, "INTERMEDIATE_TABLE_RETENTION_PERIOD_EXPIRED"),
    ],
    ids=["populating", "failed", "expired"],
)
def test_a_table_without_data_cannot_be_used(sql: str, after: float, reason: str) -> None:
    world = world_with_visits()
    id = world.define("daily", sql)["id"]
    world.allow(id)
    world.populate(id)
    world.clock.advance(after)

    assert [reason] == world.reasons("daily")
    assert INVALID_QUERY == world.querying("select day from daily").kind


def test_a_populated_table_with_a_rule_can_be_used() -> None:
    world = world_with_visits()
    world.filled("daily", BY_DAY)

    assert [] == world.reasons("daily")
    assert "SUBMITTED" == world.query("select total from Daily")["status"]


@pytest.mark.parametrize(("switch", "usable"), [("unusable", False), ("old-data", True)])
@pytest.mark.parametrize("ends", [None, "cancelled"], ids=["while it runs", "after it failed"])
def test_a_table_that_is_populated_again(switch: str, usable: bool, ends: str | None) -> None:
    world = world_with_visits({"repopulatedTable": switch})
    id = world.filled("daily", BY_DAY)
    analysis = world.populate(id)["analysisId"]
    if ends is not None:
        cancel(world, analysis)
        world.clock.advance(POPULATED_AFTER)

    assert ([] if usable else ["INTERMEDIATE_TABLE_NOT_POPULATED"]) == world.reasons("daily")
    if usable:
        assert "SUBMITTED" == world.query("select total from daily")["status"]
    else:
        assert INVALID_QUERY == world.querying("select total from daily").kind


def test_a_table_is_populated_from_tables_that_can_be_used() -> None:
    world = world_with_visits()
    daily = world.define("daily", BY_DAY)["id"]
    weekly = world.define("weekly", "select * from daily")["id"]

    assert INVALID_QUERY == world.populating(weekly).kind
    world.populate(daily)
    world.clock.advance(POPULATED_AFTER)
    world.allow(daily)
    world.populate(weekly)
    assert "POPULATE_STARTED" == world.status(weekly)


def test_columns_come_from_the_tables_that_a_star_stands_for() -> None:
    world = world_with_visits()
    world.filled("daily", BY_DAY)
    id = world.filled("weekly", "select * from daily")

    assert ["day", "total"] == [each["name"] for each in world.intermediate(id)["schema"]["columns"]]


def test_a_population_takes_the_place_of_a_query() -> None:
    world = world_with_visits()
    quotas.adjust(world.store, quotas.CONCURRENT_QUERIES, 1)
    id = world.define("daily", BY_DAY)["id"]
    world.query("select day from visits")

    assert QUOTA == world.populating(id).kind
    world.clock.advance(POPULATED_AFTER)
    world.populate(id)
    assert "POPULATE_STARTED" == world.status(id)


def test_only_the_owner_populates_a_table() -> None:
    world = world_with_visits()
    id = world.define("daily", BY_DAY)["id"]

    refused = refusal(world.of(PROVIDER).populate_intermediate_table, **world.made(id, PROVIDER))
    assert (MEMBERSHIP_NOT_FOUND, id) == (refused.kind, refused.resource_id)


def test_parameters_are_for_templates() -> None:
    world = world_with_visits()
    id = world.define("daily", BY_DAY)["id"]

    refused = world.populating(id, parameters={"least": "3"})
    assert (INVALID_FIELD, ["parameters"]) == (refused.kind, refused.fields)


def test_a_template_is_run_with_its_parameters() -> None:
    world = world_with_visits()
    arn = world.sql_template(
        "select day from visits where amount > :least", analysisParameters=[{"name": "least", "type": "INTEGER"}]
    )["arn"]
    id = world.of(RUNNER).create_intermediate_table(
        membershipIdentifier=world.memberships[RUNNER],
        name="daily",
        populationAnalysisConfiguration={"sqlParameters": {"analysisTemplateArn": arn}},
    )["intermediateTable"]["id"]

    assert (INVALID_FIELD, ["parameters"]) == (world.populating(id).kind, world.populating(id).fields)
    analysis = world.populate(id, parameters={"least": "3"})["analysisId"]
    assert {"analysisTemplateArn": arn, "parameters": {"least": "3"}} == run(world, analysis)["sqlParameters"]
    world.clock.advance(POPULATED_AFTER)
    assert {"least": "3"} == world.intermediate(id)["intermediateTableVersion"]["parameters"]


def test_a_table_whose_template_has_gone_cannot_be_populated() -> None:
    world = world_with_visits()
    template = world.sql_template(BY_DAY)
    id = world.of(RUNNER).create_intermediate_table(
        membershipIdentifier=world.memberships[RUNNER],
        name="daily",
        populationAnalysisConfiguration={"sqlParameters": {"analysisTemplateArn": template["arn"]}},
    )["intermediateTable"]["id"]
    world.of(PROVIDER).delete_analysis_template(
        membershipIdentifier=world.memberships[PROVIDER], analysisTemplateIdentifier=template["id"]
    )

    assert (MEMBERSHIP_NOT_FOUND, template["arn"]) == (world.populating(id).kind, world.populating(id).resource_id)


def test_a_version_keeps_the_key_that_it_was_made_with() -> None:
    world = world_with_visits()
    keys = [f"arn:aws:kms:eu-west-1:{RUNNER}:key/{name}" for name in "ab"]
    id = world.define("daily", BY_DAY, kmsKeyArn=keys[0])["id"]
    world.populate(id)
    world.clock.advance(POPULATED_AFTER)
    world.of(RUNNER).update_intermediate_table(**world.made(id), kmsKeyArn=keys[1])
    world.populate(id)

    assert keys == [each["kmsKeyArn"] for each in versions(world, id)]


def test_the_payer_can_be_named() -> None:
    world = world_with_visits()
    id = world.define("daily", BY_DAY)["id"]

    refused = world.populating(id, analysisPayerAccountId=READER)
    assert ("ValidationException", ["analysisPayerAccountId"]) == (refused.kind[0], refused.fields)
    analysis = world.populate(id, analysisPayerAccountId=RUNNER)["analysisId"]
    assert RUNNER == run(world, analysis)["queryComputePayerAccountId"]


def test_a_runner_that_cannot_query_any_more_populates_nothing() -> None:
    world = world_with_visits({"runnerAbilities": "drop-if-omitted", "approvers": "active"})
    id = world.define("daily", BY_DAY)["id"]
    change = {"accountId": RUNNER, "memberAbilities": ["CAN_RECEIVE_RESULTS"]}
    request = world.file(world.collaboration_id, {"specificationType": "MEMBER", "specification": {"member": change}})
    for account in (RUNNER, READER, PROVIDER):
        request = world.act(request, "APPROVE", account)
    world.act(request, "COMMIT", CREATOR)

    assert ACCESS_DENIED == world.populating(id).kind
