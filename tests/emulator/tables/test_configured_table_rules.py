from typing import Any

import pytest

from cleanrooms_emulator.handlers import quotas
from tests.emulator.tables.tables_world import (
    AGGREGATION,
    ANY_QUERY,
    BODIES,
    LIST,
    PRIVATE,
    PROVIDER,
    TABLE_EXISTS,
    TABLE_NOT_FOUND,
    TablesWorld,
    policy,
)
from tests.emulator.world import INVALID_CONFIGURATION, INVALID_FIELD, QUOTA, READER, RUNNER, STARTED, refusal

THRESHOLD: dict[str, Any] = {
    "identityColumns": ["user_id"],
    "minimumIdentityCount": 50,
    "type": "COUNT_DISTINCT",
    "allowedAggregateExpressionType": "COLUMNS_ONLY",
}
CONTROLS: dict[str, Any] = {"allowedLiteralComparisonColumns": ["day"], "allowedColumnComparisonColumns": ["user_id"]}
TEMPLATE = f"arn:aws:cleanrooms:eu-west-1:{RUNNER}:membership/abc/analysistemplate/def"


def thresholds(**more: Any) -> dict[str, Any]:
    return {"aggregationThresholds": [{**THRESHOLD, **more}]}


def overriding(*overrides: tuple[str, int]) -> dict[str, Any]:
    listed = [{"outputColumnName": name, "minimumIdentityCount": count} for name, count in overrides]
    return thresholds(outputColumnThresholds=listed)


@pytest.mark.parametrize("type", list(BODIES))
def test_a_rule_is_shown_as_it_was_created(type: str) -> None:
    world = TablesWorld()
    table = world.new_table()
    created = world.rule(table["id"], type)

    shown = world.of(PROVIDER).get_configured_table_analysis_rule(configuredTableIdentifier=table["id"], analysisRuleType=type)
    assert created == shown["analysisRule"]
    assert (table["id"], table["arn"], type, policy(type)) == (
        created["configuredTableId"],
        created["configuredTableArn"],
        created["type"],
        created["policy"],
    )
    assert [type] == world.table(table["id"])["analysisRuleTypes"]


@pytest.mark.parametrize("second", list(BODIES))
def test_a_table_has_one_rule_only(second: str) -> None:
    world = TablesWorld()
    id = world.new_table()["id"]
    world.rule(id, "LIST")

    refused = world.ruling(id, second, BODIES[second])
    assert (TABLE_EXISTS, 409, id) == (refused.kind, refused.status, refused.resource_id)


def test_updating_a_rule_replaces_its_policy() -> None:
    world = TablesWorld()
    id = world.new_table()["id"]
    world.rule(id, said=PRIVATE)
    world.clock.advance(60)

    rule = world.of(PROVIDER).update_configured_table_analysis_rule(
        configuredTableIdentifier=id, analysisRuleType="CUSTOM", analysisRulePolicy=policy("CUSTOM", ANY_QUERY)
    )["analysisRule"]

    assert (policy("CUSTOM", ANY_QUERY), STARTED, STARTED + 60) == (
        rule["policy"],
        rule["createTime"].timestamp(),
        rule["updateTime"].timestamp(),
    )
    assert STARTED + 60 == world.table(id)["updateTime"].timestamp()


def test_a_deleted_rule_makes_place_for_another() -> None:
    world = TablesWorld()
    id = world.new_table()["id"]
    world.rule(id, "LIST")

    answer = world.of(PROVIDER).delete_configured_table_analysis_rule(configuredTableIdentifier=id, analysisRuleType="LIST")

    assert (204, []) == (answer["ResponseMetadata"]["HTTPStatusCode"], world.table(id)["analysisRuleTypes"])
    assert "CUSTOM" == world.rule(id)["type"]


@pytest.mark.parametrize("operation", ["get", "update", "delete"])
def test_a_rule_of_another_type_is_not_found(operation: str) -> None:
    world = TablesWorld()
    id = world.new_table()["id"]
    world.rule(id, "LIST")
    more = {"analysisRulePolicy": policy("CUSTOM")} if operation == "update" else {}

    call = getattr(world.of(PROVIDER), f"{operation}_configured_table_analysis_rule")
    refused = refusal(call, configuredTableIdentifier=id, analysisRuleType="CUSTOM", **more)
    assert (TABLE_NOT_FOUND, id) == (refused.kind, refused.resource_id)


@pytest.mark.parametrize("switch", ["404", "204"])
def test_deleting_a_rule_that_is_not_there(switch: str) -> None:
    world = TablesWorld({"repeatedDelete": switch})
    named = {"configuredTableIdentifier": world.new_table()["id"], "analysisRuleType": "LIST"}
    delete = world.of(PROVIDER).delete_configured_table_analysis_rule

    if switch == "404":
        assert TABLE_NOT_FOUND == refusal(delete, **named).kind
    else:
        assert 204 == delete(**named)["ResponseMetadata"]["HTTPStatusCode"]


def test_a_partner_cannot_see_the_rule_through_the_table() -> None:
    world = TablesWorld()
    id = world.new_table()["id"]
    world.rule(id)

    refused = refusal(
        world.of(READER).get_configured_table_analysis_rule, configuredTableIdentifier=id, analysisRuleType="CUSTOM"
    )
    assert TABLE_NOT_FOUND == refused.kind


@pytest.mark.parametrize(("type", "other"), [("LIST", "CUSTOM"), ("CUSTOM", "AGGREGATION"), ("AGGREGATION", "LIST")])
def test_type_and_policy_must_agree(type: str, other: str) -> None:
    world = TablesWorld()

    refused = refusal(
        world.of(PROVIDER).create_configured_table_analysis_rule,
        configuredTableIdentifier=world.new_table()["id"],
        analysisRuleType=type,
        analysisRulePolicy=policy(other),
    )
    assert (INVALID_CONFIGURATION, ["analysisRulePolicy"]) == (refused.kind, refused.fields)


@pytest.mark.parametrize(
    ("type", "said"),
    [
        ("LIST", {**LIST, "joinColumns": ["salary"]}),
        ("LIST", {**LIST, "listColumns": ["salary"]}),
        ("AGGREGATION", {**AGGREGATION, "aggregateColumns": [{"columnNames": ["salary"], "function": "SUM"}]}),
        ("AGGREGATION", {**AGGREGATION, "joinColumns": ["salary"]}),
        ("AGGREGATION", {**AGGREGATION, "dimensionColumns": ["salary"]}),
        (
            "AGGREGATION",
            {**AGGREGATION, "outputConstraints": [{"columnName": "salary", "minimum": 2, "type": "COUNT_DISTINCT"}]},
        ),
        ("CUSTOM", {**ANY_QUERY, "disallowedOutputColumns": ["salary"]}),
        ("CUSTOM", {**ANY_QUERY, "differentialPrivacy": {"columns": [{"name": "salary"}]}}),
        ("CUSTOM", {**ANY_QUERY, **thresholds(identityColumns=["salary"])}),
        ("CUSTOM", {**ANY_QUERY, **overriding(("salary", 2))}),
        ("CUSTOM", {**ANY_QUERY, "comparisonControls": {**CONTROLS, "allowedLiteralComparisonColumns": ["salary"]}}),
        ("CUSTOM", {**ANY_QUERY, "comparisonControls": {**CONTROLS, "allowedColumnComparisonColumns": ["salary"]}}),
    ],
    ids=[
        "join",
        "list",
        "aggregate",
        "aggregation join",
        "dimension",
        "constraint",
        "disallowed output",
        "differential privacy",
        "identity",
        "override",
        "literals",
        "comparisons",
    ],
)
def test_a_rule_names_allowed_columns_only(type: str, said: dict[str, Any]) -> None:
    world = TablesWorld()

    assert INVALID_CONFIGURATION == world.ruling(world.new_table()["id"], type, said).kind


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"allowedAnalyses": ["ANY_QUERY"]}, INVALID_CONFIGURATION),
        ({"allowedAnalyses": ["ANY_QUERY"], "allowedAnalysisProviders": []}, INVALID_CONFIGURATION),
        ({**PRIVATE, **thresholds()}, INVALID_CONFIGURATION),
        ({**PRIVATE, "comparisonControls": CONTROLS}, INVALID_CONFIGURATION),
        ({"allowedAnalyses": ["ANY_JOB"], **thresholds()}, INVALID_CONFIGURATION),
        ({"allowedAnalyses": ["ANY_JOB"], "comparisonControls": CONTROLS}, INVALID_CONFIGURATION),
        ({**ANY_QUERY, **overriding(("day", 1))}, INVALID_FIELD),
        ({**ANY_QUERY, **overriding(("day", 2), ("day", 3))}, INVALID_FIELD),
        (
            {**ANY_QUERY, **thresholds(), "comparisonControls": {**CONTROLS, "allowedLiteralComparisonColumns": ["user_id"]}},
            INVALID_CONFIGURATION,
        ),
    ],
    ids=[
        "any query without providers",
        "any query with no providers",
        "thresholds with differential privacy",
        "controls with differential privacy",
        "thresholds for jobs",
        "controls for jobs",
        "override of one",
        "override twice",
        "identity compared to literals",
    ],
)
def test_custom_rules_that_the_model_excludes_are_refused(said: dict[str, Any], kind: object) -> None:
    world = TablesWorld()

    assert kind == world.ruling(world.new_table()["id"], "CUSTOM", said).kind


@pytest.mark.parametrize(
    "said",
    [
        {"allowedAnalyses": []},
        {"allowedAnalyses": [TEMPLATE]},
        {"allowedAnalyses": ["ANY_JOB"]},
        {**ANY_QUERY, **overriding(("day", 0), ("amount", 2)), "comparisonControls": CONTROLS},
    ],
    ids=["no analyses", "a template", "any job", "all controls"],
)
def test_custom_rules_that_the_model_allows_are_kept(said: dict[str, Any]) -> None:
    world = TablesWorld()

    assert policy("CUSTOM", said) == world.rule(world.new_table()["id"], "CUSTOM", said)["policy"]


@pytest.mark.parametrize("type", ["LIST", "AGGREGATION"])
def test_tables_outside_s3_take_custom_rules_only(type: str) -> None:
    world = TablesWorld()
    reference = {
        "snowflake": {
            "secretArn": f"arn:aws:secretsmanager:eu-west-1:{PROVIDER}:secret:snow",
            "accountIdentifier": "shop",
            "databaseName": "LAKE",
            "schemaName": "PUBLIC",
            "tableName": "VISITS",
            "tableSchema": {"v1": [{"columnName": "user_id", "columnType": "BIGINT"}]},
        }
    }
    id = world.new_table(tableReference=reference)["id"]

    assert INVALID_CONFIGURATION == world.ruling(id, type, BODIES[type]).kind
    assert "CUSTOM" == world.rule(id)["type"]


def test_a_rule_has_at_most_a_hundred_kilobytes() -> None:
    world = TablesWorld()
    id = world.new_table()["id"]
    accounts = [f"{number:012d}" for number in range(7000)]
    world.rule(id, said={"allowedAnalyses": [], "allowedAnalysisProviders": accounts[:6800]})

    refused = refusal(
        world.of(PROVIDER).update_configured_table_analysis_rule,
        configuredTableIdentifier=id,
        analysisRuleType="CUSTOM",
        analysisRulePolicy=policy("CUSTOM", {"allowedAnalyses": [], "allowedAnalysisProviders": accounts}),
    )
    assert (QUOTA, (quotas.ANALYSIS_RULE_SIZE.name, 102_400)) == (refused.kind, refused.quota)
