from typing import Any

import pytest

from tests.emulator.tables.tables_world import (
    AGGREGATION,
    ANY_QUERY,
    ASSOCIATION_NOT_FOUND,
    COLUMNS,
    LIST,
    PRIVATE,
    PROVIDER,
    ROLE,
    TablesWorld,
    names,
    policy,
)
from tests.emulator.world import ACCESS_DENIED, CREATOR, OUTSIDER, READER, RUNNER, invitation, refusal

SNOWFLAKE = {
    "snowflake": {
        "secretArn": f"arn:aws:secretsmanager:eu-west-1:{PROVIDER}:secret:snow",
        "accountIdentifier": "shop",
        "databaseName": "LAKE",
        "schemaName": "PUBLIC",
        "tableName": "VISITS",
        "tableSchema": {"v1": [{"columnName": "user_id", "columnType": "BIGINT"}]},
    }
}
ANALYSES = [
    f"arn:aws:cleanrooms-ml:eu-west-1:{PROVIDER}:membership/m/configured-model-algorithm-association/{id}" for id in "ab"
]


def limit(world: TablesWorld, association: str, type: str = "CUSTOM", **said: Any) -> None:
    world.of(PROVIDER).create_configured_table_association_analysis_rule(
        **world.named(association), analysisRuleType=type, analysisRulePolicy={"v1": {type.lower(): said}}
    )


def rule(world: TablesWorld, name: str = "visits", type: str = "CUSTOM", by: str = READER) -> dict[str, Any]:
    found: dict[str, Any] = world.of(by).get_schema_analysis_rule(
        collaborationIdentifier=world.collaboration_id, name=name, type=type
    )["analysisRule"]
    return found


@pytest.mark.parametrize("account", [CREATOR, RUNNER, READER, PROVIDER])
def test_every_member_sees_the_columns_of_a_table(account: str) -> None:
    world = TablesWorld()
    association = world.associated("visits", analysisMethod="MULTIPLE", selectedAnalysisMethods=["DIRECT_QUERY", "DIRECT_JOB"])

    shown = world.schema("visits", account)
    assert {
        "name": "visits",
        "type": "TABLE",
        "description": "",
        "columns": [{"name": name, "type": "string"} for name in COLUMNS],
        "partitionKeys": [],
        "analysisRuleTypes": ["CUSTOM"],
        "analysisMethod": "MULTIPLE",
        "selectedAnalysisMethods": ["DIRECT_QUERY", "DIRECT_JOB"],
        "creatorAccountId": PROVIDER,
        "collaborationId": world.collaboration_id,
        "collaborationArn": f"arn:aws:cleanrooms:eu-west-1:{CREATOR}:collaboration/{world.collaboration_id}",
        "resourceArn": association["arn"],
        "schemaStatusDetails": [{"status": "READY", "analysisRuleType": "CUSTOM", "analysisType": "DIRECT_ANALYSIS"}],
        "schemaTypeProperties": {"configuredTableAssociation": {"configuredTableAssociationId": association["id"]}},
    } == {name: value for name, value in shown.items() if not name.endswith("Time")}


def test_columns_have_the_types_that_a_snowflake_reference_gives_them() -> None:
    world = TablesWorld()
    world.associated("visits", tableReference=SNOWFLAKE, allowedColumns=["user_id", "amount"])

    columns = world.schema("visits")["columns"]
    assert [{"name": "user_id", "type": "BIGINT"}, {"name": "amount", "type": "string"}] == columns


def test_columns_follow_the_configured_table() -> None:
    world = TablesWorld()
    table = world.new_table()["id"]
    world.associate("visits", table)

    world.of(PROVIDER).update_configured_table(configuredTableIdentifier=table, allowedColumns=["day"])

    assert ["day"] == names(world.schema("visits")["columns"])


@pytest.mark.parametrize(
    ("schema_type", "expected"),
    [(None, ["visits", "daily"]), ("TABLE", ["visits"]), ("INTERMEDIATE_TABLE", ["daily"]), ("ID_MAPPING_TABLE", [])],
    ids=str,
)
def test_schemas_are_listed_by_type(schema_type: str | None, expected: list[str]) -> None:
    world = TablesWorld()
    world.associated("visits")
    world.define("daily", "select day from visits")

    assert expected == world.schemas(**({} if schema_type is None else {"schemaType": schema_type}))


def test_schemas_come_in_pages() -> None:
    world = TablesWorld()
    for name in ("one", "two", "three"):
        world.associate(name)

    pages = (
        world.of(READER)
        .get_paginator("list_schemas")
        .paginate(collaborationIdentifier=world.collaboration_id, PaginationConfig={"PageSize": 2})
    )
    assert [["one", "two"], ["three"]] == [names(page["schemaSummaries"]) for page in pages]


def test_an_intermediate_table_is_seen_with_its_columns_once_it_was_populated() -> None:
    world = TablesWorld()
    world.associated("visits")
    id = world.filled("daily", "select day, count(*) as visits from visits group by day", description="By day")

    shown = world.schema("daily", PROVIDER)
    assert (
        "INTERMEDIATE_TABLE",
        "By day",
        [{"name": "day", "type": "string"}, {"name": "visits", "type": "string"}],
        ["CUSTOM"],
        RUNNER,
        {"intermediateTable": {"intermediateTableId": id}},
    ) == (
        shown["type"],
        shown["description"],
        shown["columns"],
        shown["analysisRuleTypes"],
        shown["creatorAccountId"],
        shown["schemaTypeProperties"],
    )


def test_an_outsider_sees_no_schemas() -> None:
    world = TablesWorld()
    world.associated("visits")
    outsider, collaboration = world.of(OUTSIDER), {"collaborationIdentifier": world.collaboration_id}
    wanted = [{"name": "visits", "type": "CUSTOM"}]

    assert [ACCESS_DENIED] * 5 == [
        refusal(outsider.list_schemas, **collaboration).kind,
        refusal(outsider.get_schema, **collaboration, name="visits").kind,
        refusal(outsider.batch_get_schema, **collaboration, names=["visits"]).kind,
        refusal(outsider.get_schema_analysis_rule, **collaboration, name="visits", type="CUSTOM").kind,
        refusal(outsider.batch_get_schema_analysis_rule, **collaboration, schemaAnalysisRuleRequests=wanted).kind,
    ]


def test_an_invited_account_sees_tables_before_it_joins() -> None:
    world = TablesWorld()
    world.associated("visits")
    world.file(world.collaboration_id, invitation(OUTSIDER))
    for account in (RUNNER, READER, PROVIDER):
        (request,) = world.of(account).list_collaboration_change_requests(collaborationIdentifier=world.collaboration_id)[
            "collaborationChangeRequestSummaries"
        ]
        world.act(request, "APPROVE", account)
    world.act(request, "COMMIT", CREATOR)

    assert ["visits"] == world.schemas(OUTSIDER)


def test_a_name_that_no_table_has_is_not_found() -> None:
    world = TablesWorld()
    named = {"collaborationIdentifier": world.collaboration_id, "name": "visits"}

    schema = refusal(world.of(READER).get_schema, **named)
    rule = refusal(world.of(READER).get_schema_analysis_rule, **named, type="CUSTOM")
    assert (ASSOCIATION_NOT_FOUND, "visits") == (schema.kind, schema.resource_id) == (rule.kind, rule.resource_id)


def test_a_batch_of_schemas_gives_what_is_there_and_an_error_for_the_rest() -> None:
    world = TablesWorld()
    world.associate("visits")
    world.associate("sales")

    answer = world.of(READER).batch_get_schema(
        collaborationIdentifier=world.collaboration_id, names=["sales", "nothing", "visits"]
    )
    assert ["sales", "visits"] == names(answer["schemas"])
    assert [("nothing", "ResourceNotFoundException")] == [(each["name"], each["code"]) for each in answer["errors"]]


def test_a_table_without_a_rule_is_not_ready() -> None:
    world = TablesWorld()
    world.associate("visits")

    assert ["ANALYSIS_RULE_MISSING"] == world.reasons("visits")


@pytest.mark.parametrize(
    ("type", "said", "expected"),
    [
        ("LIST", LIST, []),
        ("AGGREGATION", AGGREGATION, []),
        ("CUSTOM", ANY_QUERY, []),
        ("CUSTOM", {"allowedAnalyses": []}, ["ANALYSIS_TEMPLATES_NOT_CONFIGURED"]),
        ("CUSTOM", {"allowedAnalyses": ["ANY_JOB"]}, ["ANALYSIS_PROVIDERS_NOT_CONFIGURED"]),
        ("CUSTOM", PRIVATE, ["DIFFERENTIAL_PRIVACY_POLICY_NOT_CONFIGURED"]),
        ("CUSTOM", {**ANY_QUERY, "allowedResultReceivers": [PROVIDER]}, ["RESULT_RECEIVERS_NOT_ALLOWED"]),
        ("CUSTOM", {**ANY_QUERY, "allowedResultReceivers": [READER, PROVIDER]}, []),
    ],
    ids=["list", "aggregation", "any query", "no analyses", "no providers", "no privacy policy", "no receiver", "a receiver"],
)
def test_a_table_is_ready_as_its_rule_allows(type: str, said: dict[str, Any], expected: list[str]) -> None:
    world = TablesWorld()
    table = world.new_table()["id"]
    world.rule(table, type, said)
    world.associate("visits", table)

    assert expected == world.reasons("visits")


def test_a_protected_table_is_ready_under_a_privacy_policy() -> None:
    world = TablesWorld()
    world.associated("visits", PRIVATE)
    world.of(PROVIDER).create_privacy_budget_template(
        membershipIdentifier=world.memberships[PROVIDER],
        privacyBudgetType="DIFFERENTIAL_PRIVACY",
        autoRefresh="NONE",
        parameters={"differentialPrivacy": {"epsilon": 3, "usersNoisePerQuery": 30}},
    )

    assert [] == world.reasons("visits")
    assert ["DIFFERENTIAL_PRIVACY"] == world.schema("visits")["schemaStatusDetails"][0]["configurations"]


def test_a_collaboration_rule_of_another_type_makes_a_table_unready() -> None:
    world = TablesWorld()
    limit(world, world.associated("visits")["id"], "LIST")

    assert ["ANALYSIS_RULE_TYPES_NOT_COMPATIBLE"] == world.reasons("visits")


def test_a_collaboration_rule_that_shuts_out_all_receivers_makes_a_table_unready() -> None:
    world = TablesWorld()
    limit(world, world.associated("visits")["id"], allowedResultReceivers=[RUNNER])

    assert ["RESULT_RECEIVERS_NOT_ALLOWED"] == world.reasons("visits")


def test_a_receiver_that_was_removed_receives_nothing() -> None:
    world = TablesWorld()
    world.associated("visits", {**ANY_QUERY, "allowedResultReceivers": [READER]})
    assert [] == world.reasons("visits")

    world.remove(READER)

    (detail,) = world.schema("visits", PROVIDER)["schemaStatusDetails"]
    assert ["RESULT_RECEIVERS_NOT_ALLOWED"] == [each["code"] for each in detail["reasons"]]


@pytest.mark.parametrize("account", [CREATOR, RUNNER, READER, PROVIDER])
def test_every_member_sees_the_rule_of_a_table(account: str) -> None:
    world = TablesWorld()
    world.associated("visits", PRIVATE)

    shown = rule(world, by=account)
    assert (policy("CUSTOM", PRIVATE), policy("CUSTOM", PRIVATE), "visits", "CUSTOM") == (
        shown["policy"],
        shown["consolidatedPolicy"],
        shown["name"],
        shown["type"],
    )
    assert "collaborationPolicy" not in shown


@pytest.mark.parametrize(("type", "said"), [("LIST", LIST), ("AGGREGATION", AGGREGATION)])
def test_both_rules_of_a_table_are_shown_apart_and_together(type: str, said: dict[str, Any]) -> None:
    world = TablesWorld()
    table = world.new_table()["id"]
    world.rule(table, type, said)
    limit(world, world.associate("visits", table)["id"], type, allowedResultReceivers=[READER])

    shown = rule(world, type=type)
    limits = {"allowedResultReceivers": [READER]}
    assert (policy(type, said), policy(type, limits), policy(type, {**said, **limits})) == (
        shown["policy"],
        shown["collaborationPolicy"],
        shown["consolidatedPolicy"],
    )


def test_what_both_rules_name_is_allowed_where_both_allow_it() -> None:
    world = TablesWorld()
    said = {**ANY_QUERY, "allowedResultReceivers": [READER, CREATOR], "allowedAdditionalAnalyses": ANALYSES}
    association = world.associated("visits", said)
    limit(world, association["id"], allowedResultReceivers=[CREATOR, RUNNER], allowedAdditionalAnalyses=ANALYSES[1:])

    together = rule(world)["consolidatedPolicy"]["v1"]["custom"]
    assert ([CREATOR], ANALYSES[1:]) == (together["allowedResultReceivers"], together["allowedAdditionalAnalyses"])


def test_the_rule_of_an_intermediate_table_is_shown() -> None:
    world = TablesWorld()
    world.associated("visits")
    world.allow(world.define("daily", "select day from visits")["id"], {"allowedResultReceivers": [READER]})

    shown = rule(world, "daily")
    assert policy("CUSTOM", {"allowedAnalyses": [], "allowedResultReceivers": [READER]}) == shown["policy"]


def test_a_rule_of_another_type_is_not_found() -> None:
    world = TablesWorld()
    world.associated("visits")

    refused = refusal(
        world.of(READER).get_schema_analysis_rule,
        collaborationIdentifier=world.collaboration_id,
        name="visits",
        type="LIST",
    )
    assert (ASSOCIATION_NOT_FOUND, "visits") == (refused.kind, refused.resource_id)


def test_a_batch_of_rules_gives_what_is_there_and_an_error_for_the_rest() -> None:
    world = TablesWorld()
    world.associated("visits")
    wanted = [("nothing", "CUSTOM"), ("visits", "CUSTOM"), ("visits", "LIST")]

    answer = world.of(READER).batch_get_schema_analysis_rule(
        collaborationIdentifier=world.collaboration_id,
        schemaAnalysisRuleRequests=[{"name": name, "type": type} for name, type in wanted],
    )
    assert [("visits", "CUSTOM")] == [(each["name"], each["type"]) for each in answer["analysisRules"]]
    assert [("nothing", "CUSTOM"), ("visits", "LIST")] == [(each["name"], each["type"]) for each in answer["errors"]]


def test_tables_are_seen_in_their_own_collaboration_only() -> None:
    world = TablesWorld()
    world.associate("visits", owner=CREATOR)
    other = world.create()
    world.of(CREATOR).create_configured_table_association(
        membershipIdentifier=world.join(CREATOR, other),
        name="sales",
        configuredTableIdentifier=world.new_table(CREATOR)["id"],
        roleArn=ROLE,
    )

    listed = world.of(CREATOR).list_schemas(collaborationIdentifier=other)["schemaSummaries"]
    assert (["sales"], ["visits"]) == (names(listed), world.schemas())
