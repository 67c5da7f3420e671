from typing import Any

import pytest

from cleanrooms_emulator.handlers import quotas
from tests.emulator.tables.tables_world import (
    COLUMNS,
    GLUE,
    PROVIDER,
    TABLE_IN_USE,
    TABLE_NOT_FOUND,
    TablesWorld,
    names,
)
from tests.emulator.world import (
    INVALID_CONFIGURATION,
    INVALID_FIELD,
    NO_SUCH_ID,
    QUOTA,
    READER,
    STARTED,
    refusal,
)

SNOWFLAKE = {
    "snowflake": {
        "secretArn": f"arn:aws:secretsmanager:eu-west-1:{PROVIDER}:secret:snow",
        "accountIdentifier": "shop.eu",
        "databaseName": "LAKE",
        "schemaName": "PUBLIC",
        "tableName": "VISITS",
        "tableSchema": {"v1": [{"columnName": "user_id", "columnType": "BIGINT"}]},
    }
}
ATHENA = {"athena": {"workGroup": "primary", "databaseName": "lake", "tableName": "visits"}}
DATABRICKS = {
    "databricks": {
        "schemaName": "lake",
        "tableName": "visits",
        "workspaceUrl": "https://shop.cloud.databricks.com",
        "connectionType": {
            "deltaSharing": {
                "deltaShareEndpoint": "https://shop.cloud.databricks.com/api/2.0/delta-sharing/metastores/"
                f"{NO_SUCH_ID}/recipients/{NO_SUCH_ID}",
                "shareName": "visits",
            }
        },
    }
}
BOTH = ["DIRECT_QUERY", "DIRECT_JOB"]


def test_a_table_is_shown_as_it_was_created() -> None:
    world = TablesWorld()
    created = world.new_table(name="Visits", description="All of them", analysisMethod="MULTIPLE", selectedAnalysisMethods=BOTH)
    id = created["id"]

    shown = world.table(id)
    assert created == shown
    assert {
        "id": id,
        "arn": f"arn:aws:cleanrooms:eu-west-1:{PROVIDER}:configuredtable/{id}",
        "name": "Visits",
        "description": "All of them",
        "tableReference": GLUE,
        "tableType": "GLUE",
        "allowedColumns": COLUMNS,
        "analysisMethod": "MULTIPLE",
        "selectedAnalysisMethods": BOTH,
        "analysisRuleTypes": [],
    } == {name: value for name, value in shown.items() if not name.endswith("Time")}
    assert STARTED == shown["createTime"].timestamp() == shown["updateTime"].timestamp()


@pytest.mark.parametrize(
    ("reference", "expected"),
    [(GLUE, "GLUE"), (ATHENA, "ATHENA"), (SNOWFLAKE, "SNOWFLAKE"), (DATABRICKS, "DATABRICKS")],
    ids=["glue", "athena", "snowflake", "databricks"],
)
def test_the_type_of_a_table_follows_from_its_reference(reference: dict[str, Any], expected: str) -> None:
    assert expected == TablesWorld().new_table(tableReference=reference)["tableType"]


def test_the_tables_of_an_account_are_listed_in_pages() -> None:
    world = TablesWorld()
    for name in ("One", "Two", "Three"):
        world.new_table(name=name)
        world.clock.advance(1)
    world.new_table(READER, name="Not mine")

    pages = world.of(PROVIDER).get_paginator("list_configured_tables").paginate(PaginationConfig={"PageSize": 2})
    assert [["One", "Two"], ["Three"]] == [names(page["configuredTableSummaries"]) for page in pages]


def test_a_table_is_listed_with_its_rule_and_method() -> None:
    world = TablesWorld()
    world.rule(world.new_table()["id"], "LIST")

    (listed,) = world.of(PROVIDER).list_configured_tables()["configuredTableSummaries"]
    assert (["LIST"], "DIRECT_QUERY", "GLUE") == (listed["analysisRuleTypes"], listed["analysisMethod"], listed["tableType"])


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Visitors"},
        {"description": "Some of them"},
        {"tableReference": ATHENA},
        {"allowedColumns": ["user_id"]},
        {"analysisMethod": "DIRECT_JOB"},
        {"analysisMethod": "MULTIPLE", "selectedAnalysisMethods": BOTH},
    ],
    ids=lambda change: "+".join(change),
)
def test_everything_of_a_table_can_be_changed_and_the_rest_stays(change: dict[str, Any]) -> None:
    world = TablesWorld()
    before = world.new_table()
    world.clock.advance(60)

    world.of(PROVIDER).update_configured_table(configuredTableIdentifier=before["id"], **change)

    after = world.table(before["id"])
    assert {**before, **change, "updateTime": after["updateTime"], "tableType": after["tableType"]} == after
    assert STARTED + 60 == after["updateTime"].timestamp()


def test_going_back_to_one_method_clears_the_selection() -> None:
    world = TablesWorld()
    id = world.new_table(analysisMethod="MULTIPLE", selectedAnalysisMethods=BOTH)["id"]

    world.of(PROVIDER).update_configured_table(configuredTableIdentifier=id, analysisMethod="DIRECT_JOB")

    assert "selectedAnalysisMethods" not in world.table(id)


@pytest.mark.parametrize(
    ("given", "kind", "field"),
    [
        ({"analysisMethod": "MULTIPLE", "selectedAnalysisMethods": BOTH[:1]}, INVALID_FIELD, "selectedAnalysisMethods"),
        ({"analysisMethod": "MULTIPLE", "selectedAnalysisMethods": [BOTH[0]] * 2}, INVALID_FIELD, "selectedAnalysisMethods"),
        ({"selectedAnalysisMethods": BOTH}, INVALID_CONFIGURATION, "selectedAnalysisMethods"),
        ({"allowedColumns": ["day", "day"]}, INVALID_FIELD, "allowedColumns"),
    ],
    ids=["one method selected", "one method selected twice", "several selected for one", "column twice"],
)
def test_a_table_that_contradicts_itself_is_refused(given: dict[str, Any], kind: object, field: str) -> None:
    world = TablesWorld()
    id = world.new_table()["id"]

    created = world.creating_table(**given)
    updated = refusal(world.of(PROVIDER).update_configured_table, configuredTableIdentifier=id, **given)
    assert (kind, [field]) == (created.kind, created.fields) == (updated.kind, updated.fields)


def test_columns_of_the_rule_stay_allowed() -> None:
    world = TablesWorld()
    id = world.new_table()["id"]
    world.rule(id, "LIST")

    refused = refusal(
        world.of(PROVIDER).update_configured_table, configuredTableIdentifier=id, allowedColumns=["day", "amount"]
    )
    assert INVALID_CONFIGURATION == refused.kind


def test_a_deleted_table_is_gone() -> None:
    world = TablesWorld()
    id = world.new_table()["id"]

    answer = world.of(PROVIDER).delete_configured_table(configuredTableIdentifier=id)

    assert 204 == answer["ResponseMetadata"]["HTTPStatusCode"]
    refused = refusal(world.of(PROVIDER).get_configured_table, configuredTableIdentifier=id)
    assert (TABLE_NOT_FOUND, 404, id) == (refused.kind, refused.status, refused.resource_id)


def test_a_table_with_a_rule_can_be_deleted() -> None:
    world = TablesWorld()
    id = world.new_table()["id"]
    world.rule(id)

    world.of(PROVIDER).delete_configured_table(configuredTableIdentifier=id)

    assert [] == world.of(PROVIDER).list_configured_tables()["configuredTableSummaries"]


def test_a_table_cannot_be_deleted_while_it_is_associated() -> None:
    world = TablesWorld()
    id = world.new_table()["id"]
    association = world.associate("visits", id)
    delete = world.of(PROVIDER).delete_configured_table

    refused = refusal(delete, configuredTableIdentifier=id)
    assert (TABLE_IN_USE, 409, id) == (refused.kind, refused.status, refused.resource_id)

    world.of(PROVIDER).delete_configured_table_association(**world.named(association["id"]))
    assert 204 == delete(configuredTableIdentifier=id)["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize("operation", ["get_configured_table", "update_configured_table", "delete_configured_table"])
@pytest.mark.parametrize(
    ("account", "region"), [(READER, "eu-west-1"), (PROVIDER, "us-east-1")], ids=["partner", "other region"]
)
def test_a_table_exists_for_its_owner_in_its_region_alone(operation: str, account: str, region: str) -> None:
    world = TablesWorld()
    id = world.new_table()["id"]

    refused = refusal(getattr(world.of(account, region), operation), configuredTableIdentifier=id)
    assert (TABLE_NOT_FOUND, id) == (refused.kind, refused.resource_id)


@pytest.mark.parametrize("switch", ["404", "204"])
def test_deleting_a_table_that_is_not_there(switch: str) -> None:
    delete = TablesWorld({"repeatedDelete": switch}).of(PROVIDER).delete_configured_table

    if switch == "404":
        assert TABLE_NOT_FOUND == refusal(delete, configuredTableIdentifier=NO_SUCH_ID).kind
    else:
        assert 204 == delete(configuredTableIdentifier=NO_SUCH_ID)["ResponseMetadata"]["HTTPStatusCode"]


def test_tables_of_an_account_are_limited() -> None:
    world = TablesWorld()
    quotas.adjust(world.store, quotas.CONFIGURED_TABLES, 1)
    world.new_table()

    refused = world.creating_table()
    assert (QUOTA, 402, ("Configured tables per account", 1)) == (refused.kind, refused.status, refused.quota)
    assert "Another's" == world.new_table(READER, name="Another's")["name"]


def test_a_hundred_columns_are_allowed_and_one_more_is_not() -> None:
    world = TablesWorld()
    columns = [f"c{number}" for number in range(101)]
    id = world.new_table(allowedColumns=columns[:100])["id"]

    created = world.creating_table(allowedColumns=columns)
    updated = refusal(world.of(PROVIDER).update_configured_table, configuredTableIdentifier=id, allowedColumns=columns)
    assert (QUOTA, ("Columns per configured table allowlist", 100)) == (created.kind, created.quota)
    assert (created.kind, created.quota) == (updated.kind, updated.quota)


def test_the_quota_on_tables_is_250() -> None:
    assert 250 == quotas.CONFIGURED_TABLES.default


def test_a_table_has_tags_until_it_is_deleted() -> None:
    world = TablesWorld()
    table = world.new_table(tags={"team": "ads"})
    world.of(PROVIDER).tag_resource(resourceArn=table["arn"], tags={"stage": "test"})

    assert {"team": "ads", "stage": "test"} == world.tags(table["arn"], PROVIDER)
    world.of(PROVIDER).delete_configured_table(configuredTableIdentifier=table["id"])
    assert TABLE_NOT_FOUND == refusal(world.of(PROVIDER).list_tags_for_resource, resourceArn=table["arn"]).kind
