from typing import Any

import pytest

from cleanrooms_emulator.handlers import quotas
from tests.emulator.tables.tables_world import (
    ANY_QUERY,
    ARTIFACTS,
    ASSOCIATION_EXISTS,
    INVALID_QUERY,
    MEMBERSHIP_IN_USE,
    PROVIDER,
    TablesWorld,
    names,
)
from tests.emulator.world import (
    ACCESS_DENIED,
    CREATOR,
    INVALID_CONFIGURATION,
    INVALID_FIELD,
    MEMBERSHIP_NOT_FOUND,
    MEMBERSHIP_STATE,
    NO_SUCH_ID,
    QUOTA,
    READER,
    RUNNER,
    refusal,
)

BY_DAY = "select day, sum(amount) as total from visits group by day"
KEY = f"arn:aws:kms:eu-west-1:{RUNNER}:key/abc"
QUERY_FIELD = "populationAnalysisConfiguration.sqlParameters.queryString"


def world_with_visits(switches: dict[str, str] | None = None) -> TablesWorld:
    world = TablesWorld(switches)
    world.associated("visits")
    return world


def dependency(document: dict[str, Any], owner: str, type: str = "TABLE", parent: str = "DIRECT") -> dict[str, str]:
    return {
        "id": document["id"],
        "name": document["name"],
        "type": type,
        "parentType": parent,
        "creatorAccountId": owner,
    }


def test_a_table_is_shown_as_it_was_created() -> None:
    world = TablesWorld()
    visits = world.associated("visits")
    created = world.define("daily", BY_DAY, description="By day", kmsKeyArn=KEY, retentionInDays=7)
    membership = world.memberships[RUNNER]

    shown = world.intermediate(created["id"])
    assert created == shown
    assert {
        "id": created["id"],
        "arn": f"arn:aws:cleanrooms:eu-west-1:{RUNNER}:membership/{membership}/intermediatetable/{created['id']}",
        "name": "daily",
        "description": "By day",
        "kmsKeyArn": KEY,
        "retentionInDays": 7,
        "populationAnalysisConfiguration": {"sqlParameters": {"queryString": BY_DAY}},
        "membershipId": membership,
        "membershipArn": f"arn:aws:cleanrooms:eu-west-1:{RUNNER}:membership/{membership}",
        "collaborationId": world.collaboration_id,
        "collaborationArn": f"arn:aws:cleanrooms:eu-west-1:{CREATOR}:collaboration/{world.collaboration_id}",
        "status": "CREATED",
        "analysisRuleTypes": [],
        "childResources": [],
        "tableDependencies": [dependency(visits, PROVIDER)],
    } == {name: value for name, value in shown.items() if not name.endswith("Time")}


def test_data_is_kept_for_thirty_days_unless_told_otherwise() -> None:
    assert 30 == world_with_visits().define("daily", BY_DAY)["retentionInDays"]


def test_a_table_depends_directly_on_what_its_query_names_and_indirectly_on_what_that_was_made_of() -> None:
    world = TablesWorld()
    visits, sales = world.associated("visits"), world.associated("sales", owner=CREATOR)
    daily = world.define("daily", BY_DAY)
    weekly = world.define("weekly", "select * from daily join sales on daily.day = sales.day")

    assert [
        dependency(daily, RUNNER, "INTERMEDIATE_TABLE"),
        dependency(sales, CREATOR),
        dependency(visits, PROVIDER, parent="INDIRECT"),
    ] == weekly["tableDependencies"]


def test_a_table_lists_the_tables_made_of_it() -> None:
    world = world_with_visits()
    daily = world.define("daily", BY_DAY)
    weekly = world.define("weekly", "select * from daily")

    assert [
        {
            "resourceId": weekly["id"],
            "resourceType": "INTERMEDIATE_TABLE",
            "resourceName": "weekly",
            "ownerAccountId": RUNNER,
            "resourceStatus": "CREATED",
        }
    ] == world.intermediate(daily["id"])["childResources"]


@pytest.mark.parametrize("account", [CREATOR, READER, PROVIDER])
def test_only_the_member_that_can_query_creates_tables(account: str) -> None:
    assert ACCESS_DENIED == world_with_visits().defining("daily", BY_DAY, account).kind


@pytest.mark.parametrize(
    ("given", "kind", "field"),
    [
        (
            {"populationAnalysisConfiguration": {"sqlParameters": {}}},
            INVALID_FIELD,
            "populationAnalysisConfiguration.sqlParameters",
        ),
        (
            {
                "populationAnalysisConfiguration": {
                    "sqlParameters": {
                        "queryString": BY_DAY,
                        "analysisTemplateArn": f"arn:aws:cleanrooms:eu-west-1:{RUNNER}:membership/m/analysistemplate/t",
                    }
                }
            },
            INVALID_FIELD,
            "populationAnalysisConfiguration.sqlParameters",
        ),
        ({"populationAnalysisConfiguration": {"sqlParameters": {"queryString": "select from"}}}, INVALID_QUERY, QUERY_FIELD),
        (
            {"populationAnalysisConfiguration": {"sqlParameters": {"queryString": "select * from nothing"}}},
            INVALID_QUERY,
            QUERY_FIELD,
        ),
    ],
    ids=["no source", "two sources", "no SQL", "unknown table"],
)
def test_a_table_that_could_not_be_used_is_refused(given: dict[str, Any], kind: object, field: str) -> None:
    refused = world_with_visits().defining("daily", BY_DAY, **given)

    assert (kind, [field]) == (refused.kind, refused.fields)


@pytest.mark.parametrize("name", ["daily!", "Select"], ids=["no name for SQL", "reserved word"])
def test_a_name_that_sql_cannot_use_is_refused(name: str) -> None:
    refused = world_with_visits().defining(name, BY_DAY)

    assert (INVALID_FIELD, ["name"]) == (refused.kind, refused.fields)


@pytest.mark.parametrize("name", ["visits", "VISITS", "daily", "Daily"])
def test_a_name_is_taken_once_among_all_tables_of_a_collaboration(name: str) -> None:
    world = world_with_visits()
    world.define("daily", BY_DAY)

    assert ASSOCIATION_EXISTS == world.defining(name, BY_DAY).kind
    assert ASSOCIATION_EXISTS == world.associating(name, owner=CREATOR).kind


def test_a_table_can_be_made_by_a_template_of_any_member() -> None:
    world = world_with_visits()
    template = world.sql_template(BY_DAY, owner=READER)["arn"]
    source = {"sqlParameters": {"analysisTemplateArn": template}}

    created = world.of(RUNNER).create_intermediate_table(
        membershipIdentifier=world.memberships[RUNNER], name="daily", populationAnalysisConfiguration=source
    )["intermediateTable"]
    assert (source, ["visits"]) == (created["populationAnalysisConfiguration"], names(created["tableDependencies"]))


def test_a_pyspark_template_makes_a_table_of_the_tables_in_its_schema() -> None:
    world = world_with_visits()
    template = world.template(format="PYSPARK_1_0", source={"artifacts": ARTIFACTS}, schema={"referencedTables": ["visits"]})[
        "arn"
    ]

    created = world.of(RUNNER).create_intermediate_table(
        membershipIdentifier=world.memberships[RUNNER],
        name="daily",
        populationAnalysisConfiguration={"sqlParameters": {"analysisTemplateArn": template}},
    )["intermediateTable"]
    assert ["visits"] == names(created["tableDependencies"])


def test_a_template_that_the_collaboration_does_not_have_is_not_found() -> None:
    world = world_with_visits()
    arn = f"arn:aws:cleanrooms:eu-west-1:{RUNNER}:membership/{NO_SUCH_ID}/analysistemplate/{NO_SUCH_ID}"
    source = {"sqlParameters": {"analysisTemplateArn": arn}}

    refused = world.defining("daily", BY_DAY, populationAnalysisConfiguration=source)
    assert (MEMBERSHIP_NOT_FOUND, arn) == (refused.kind, refused.resource_id)


def test_the_tables_of_a_membership_are_listed_in_pages() -> None:
    world = world_with_visits()
    for name in ("one", "two", "three"):
        world.define(name, BY_DAY)

    pages = (
        world.of(RUNNER)
        .get_paginator("list_intermediate_tables")
        .paginate(membershipIdentifier=world.memberships[RUNNER], PaginationConfig={"PageSize": 2})
    )
    assert [["one", "two"], ["three"]] == [names(page["intermediateTableSummaries"]) for page in pages]


def test_members_list_only_their_own_tables() -> None:
    world = world_with_visits()
    world.define("daily", BY_DAY)

    listed = world.of(PROVIDER).list_intermediate_tables(membershipIdentifier=world.memberships[PROVIDER])
    assert [] == listed["intermediateTableSummaries"]


@pytest.mark.parametrize("change", [{"description": "Other"}, {"kmsKeyArn": f"{KEY}2"}], ids=["description", "key"])
def test_description_and_key_can_be_changed(change: dict[str, str]) -> None:
    world = world_with_visits()
    before = world.define("daily", BY_DAY)
    world.clock.advance(60)

    world.of(RUNNER).update_intermediate_table(**world.made(before["id"]), **change)

    after = world.intermediate(before["id"])
    assert {**before, **change, "updateTime": after["updateTime"]} == after
    assert before["updateTime"] < after["updateTime"]


def test_the_types_of_columns_can_be_changed_once_they_are_there() -> None:
    world = world_with_visits()
    id = world.define("daily", BY_DAY)["id"]
    change = world.of(RUNNER).update_intermediate_table
    columns = [{"name": "total", "type": "bigint"}]

    refused = refusal(change, **world.made(id), columns=columns)
    assert (INVALID_FIELD, ["columns"]) == (refused.kind, refused.fields)

    world.populate(id)
    world.clock.advance(10)
    changed = change(**world.made(id), columns=columns)["intermediateTable"]
    assert [{"name": "day", "type": "string"}, {"name": "total", "type": "bigint"}] == changed["schema"]["columns"]


@pytest.mark.parametrize("column", [{"name": "other", "type": "int"}, {"name": "day", "type": "x" * 256}], ids=["name", "type"])
def test_columns_that_cannot_be_are_refused(column: dict[str, str]) -> None:
    world = world_with_visits()
    id = world.filled("daily", BY_DAY)

    refused = refusal(world.of(RUNNER).update_intermediate_table, **world.made(id), columns=[column])
    assert (INVALID_FIELD, ["columns"]) == (refused.kind, refused.fields)


def test_a_deleted_table_is_gone_and_can_be_deleted_again() -> None:
    world = world_with_visits()
    id = world.filled("daily", BY_DAY)
    world.budget(world.intermediate(id)["arn"], 5, RUNNER)
    delete = world.of(RUNNER).delete_intermediate_table

    assert [204, 204] == [delete(**world.made(id))["ResponseMetadata"]["HTTPStatusCode"] for _ in "12"]
    refused = refusal(world.of(RUNNER).get_intermediate_table, **world.made(id))
    assert (MEMBERSHIP_NOT_FOUND, id) == (refused.kind, refused.resource_id)
    assert ({}, ["visits"]) == (world.left(), world.schemas())


def test_a_table_cannot_be_deleted_while_it_is_being_populated() -> None:
    world = world_with_visits()
    id = world.define("daily", BY_DAY)["id"]
    world.populate(id)

    refused = refusal(world.of(RUNNER).delete_intermediate_table, **world.made(id))
    assert (MEMBERSHIP_STATE, id) == (refused.kind, refused.resource_id)


@pytest.mark.parametrize("switch", ["cascade", "409"])
def test_deleting_a_table_that_others_were_made_of(switch: str) -> None:
    world = world_with_visits({"deleteBaseTable": switch})
    daily = world.define("daily", BY_DAY)["id"]
    weekly = world.define("weekly", "select * from daily")["id"]
    monthly = world.define("monthly", "select * from weekly")["id"]
    delete = world.of(RUNNER).delete_intermediate_table

    if switch == "cascade":
        delete(**world.made(daily))
        assert ["BASE_TABLE_REMOVED"] * 2 == [world.status(weekly), world.status(monthly)]
    else:
        assert MEMBERSHIP_IN_USE == refusal(delete, **world.made(daily)).kind
        assert ["CREATED"] * 3 == [world.status(each) for each in (daily, weekly, monthly)]


@pytest.mark.parametrize(
    "operation", ["get_intermediate_table", "update_intermediate_table", "list_intermediate_table_versions"]
)
@pytest.mark.parametrize("account", [RUNNER, PROVIDER], ids=["missing", "partner's"])
def test_a_table_exists_for_its_owner_alone(operation: str, account: str) -> None:
    world = world_with_visits()
    id = world.define("daily", BY_DAY)["id"] if account == PROVIDER else NO_SUCH_ID

    refused = refusal(getattr(world.of(account), operation), **world.made(id, account))
    assert (MEMBERSHIP_NOT_FOUND, 404, id) == (refused.kind, refused.status, refused.resource_id)


def test_a_partner_that_deletes_a_table_changes_nothing() -> None:
    world = world_with_visits()
    id = world.define("daily", BY_DAY)["id"]

    world.of(PROVIDER).delete_intermediate_table(**world.made(id, PROVIDER))

    assert "CREATED" == world.status(id)


def test_intermediate_tables_of_a_membership_are_limited() -> None:
    world = world_with_visits()
    quotas.adjust(world.store, quotas.INTERMEDIATE_TABLES, 1)
    world.define("one", BY_DAY)

    refused = world.defining("two", BY_DAY)
    assert (QUOTA, ("Intermediate tables per membership", 1)) == (refused.kind, refused.quota)
    assert 25 == quotas.INTERMEDIATE_TABLES.default


def test_a_table_has_tags_until_it_is_deleted() -> None:
    world = world_with_visits()
    table = world.define("daily", BY_DAY, tags={"team": "ads"})
    world.of(RUNNER).tag_resource(resourceArn=table["arn"], tags={"stage": "test"})

    assert {"team": "ads", "stage": "test"} == world.tags(table["arn"], RUNNER)
    world.of(RUNNER).delete_intermediate_table(**world.made(table["id"]))
    refused = refusal(world.of(RUNNER).list_tags_for_resource, resourceArn=table["arn"])
    assert (MEMBERSHIP_NOT_FOUND, table["id"]) == (refused.kind, refused.resource_id)


def test_tables_cannot_be_made_changed_or_populated_once_the_membership_has_ended() -> None:
    world = world_with_visits()
    id = world.define("daily", BY_DAY)["id"]
    world.close()

    updated = refusal(world.of(RUNNER).update_intermediate_table, **world.made(id), description="Late")
    assert [MEMBERSHIP_STATE, ACCESS_DENIED, MEMBERSHIP_STATE, MEMBERSHIP_STATE] == [
        world.defining("weekly", BY_DAY).kind,
        updated.kind,
        world.populating(id).kind,
        world.allowing(id, ANY_QUERY).kind,
    ]
    assert 204 == world.of(RUNNER).delete_intermediate_table(**world.made(id))["ResponseMetadata"]["HTTPStatusCode"]


def test_a_table_needs_a_query_of_its_own_to_be_created() -> None:
    world = world_with_visits()

    refused = world.defining("daily", "select * from daily")
    assert INVALID_QUERY == refused.kind


def test_invalid_configuration_is_told_from_invalid_queries() -> None:
    world = world_with_visits()
    id = world.define("daily", BY_DAY)["id"]

    assert INVALID_CONFIGURATION == world.allowing(id, {"allowedAnalyses": ["ANY_QUERY"]}).kind
