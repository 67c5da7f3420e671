from typing import Any

import pytest

from cleanrooms_emulator.handlers import quotas
from tests.emulator.tables.tables_world import (
    ASSOCIATION_EXISTS,
    ASSOCIATION_IN_USE,
    ASSOCIATION_NOT_FOUND,
    PROVIDER,
    ROLE,
    TABLE_NOT_FOUND,
    TablesWorld,
    names,
)
from tests.emulator.world import (
    CREATOR,
    MEMBERSHIP_NOT_FOUND,
    MEMBERSHIP_STATE,
    NO_SUCH_ID,
    QUOTA,
    READER,
    refusal,
)

OPERATIONS = ["get", "update", "delete"]


def call(world: TablesWorld, operation: str, account: str = PROVIDER) -> Any:
    return getattr(world.of(account), f"{operation}_configured_table_association")


def test_an_association_is_shown_as_it_was_created() -> None:
    world = TablesWorld()
    table = world.new_table()
    created = world.associate("visits", table["id"], description="All of them")
    membership = world.memberships[PROVIDER]

    shown = world.association(created["id"])
    assert created == shown
    assert {
        "id": created["id"],
        "arn": f"arn:aws:cleanrooms:eu-west-1:{PROVIDER}:membership/{membership}/configuredtableassociation/{created['id']}",
        "name": "visits",
        "description": "All of them",
        "configuredTableId": table["id"],
        "configuredTableArn": table["arn"],
        "membershipId": membership,
        "membershipArn": f"arn:aws:cleanrooms:eu-west-1:{PROVIDER}:membership/{membership}",
        "roleArn": ROLE,
        "analysisRuleTypes": [],
        "childResources": [],
    } == {name: value for name, value in shown.items() if not name.endswith("Time")}


@pytest.mark.parametrize(("switch", "expected"), [("lower-case", "visits"), ("as-given", "Visits")])
def test_the_name_of_an_association_is_kept(switch: str, expected: str) -> None:
    world = TablesWorld({"associationName": switch})

    assert expected == world.associate("Visits")["name"]
    assert expected == world.schema("VISITS")["name"]


@pytest.mark.parametrize("name", ["visits", "VISITS"])
@pytest.mark.parametrize("owner", [PROVIDER, CREATOR], ids=["own", "partner's"])
def test_a_name_is_taken_once_in_a_collaboration(name: str, owner: str) -> None:
    world = TablesWorld()
    taken = world.associate("visits", owner=owner)

    refused = world.associating(name)
    assert (ASSOCIATION_EXISTS, 409, taken["id"]) == (refused.kind, refused.status, refused.resource_id)


def test_a_name_is_free_again_after_its_table_has_gone() -> None:
    world = TablesWorld()
    call(world, "delete")(**world.named(world.associate("visits")["id"]))

    assert "visits" == world.associate("visits", owner=CREATOR)["name"]


def test_the_same_name_can_be_used_in_another_collaboration() -> None:
    world = TablesWorld()
    world.associate("visits", owner=CREATOR)
    other = world.join(CREATOR, world.create())

    created = world.of(CREATOR).create_configured_table_association(
        membershipIdentifier=other,
        name="visits",
        configuredTableIdentifier=world.new_table(CREATOR)["id"],
        roleArn=ROLE,
    )
    assert "visits" == created["configuredTableAssociation"]["name"]


@pytest.mark.parametrize("switch", ["allowed", "409"])
def test_one_configured_table_under_two_names(switch: str) -> None:
    world = TablesWorld({"sameTableTwice": switch})
    table = world.new_table()["id"]
    first = world.associate("visits", table)

    if switch == "allowed":
        world.associate("visitors", table)
        assert ["visits", "visitors"] == world.schemas()
    else:
        refused = world.associating("visitors", table)
        assert (ASSOCIATION_EXISTS, first["id"]) == (refused.kind, refused.resource_id)


@pytest.mark.parametrize("owner", [None, READER], ids=["missing", "partner's"])
def test_only_own_tables_can_be_associated(owner: str | None) -> None:
    world = TablesWorld()
    table = NO_SUCH_ID if owner is None else world.new_table(owner)["id"]

    refused = world.associating("visits", table)
    assert (TABLE_NOT_FOUND, table) == (refused.kind, refused.resource_id)


def test_a_membership_of_another_account_does_not_exist() -> None:
    world = TablesWorld()
    world.memberships[PROVIDER] = world.memberships[READER]

    assert MEMBERSHIP_NOT_FOUND == world.associating("visits").kind


def test_the_associations_of_a_membership_are_listed_in_pages() -> None:
    world = TablesWorld()
    for name in ("one", "two", "three"):
        world.associate(name)
    world.associate("others", owner=READER)

    pages = (
        world.of(PROVIDER)
        .get_paginator("list_configured_table_associations")
        .paginate(membershipIdentifier=world.memberships[PROVIDER], PaginationConfig={"PageSize": 2})
    )
    assert [["one", "two"], ["three"]] == [names(page["configuredTableAssociationSummaries"]) for page in pages]


@pytest.mark.parametrize("change", [{"description": "Other"}, {"roleArn": f"{ROLE}-2"}], ids=["description", "role"])
def test_description_and_role_can_be_changed(change: dict[str, str]) -> None:
    world = TablesWorld()
    before = world.associate("visits", description="First")
    world.clock.advance(60)

    call(world, "update")(**world.named(before["id"]), **change)

    after = world.association(before["id"])
    assert {**before, **change, "updateTime": after["updateTime"]} == after
    assert before["updateTime"] < after["updateTime"]


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("account", [PROVIDER, READER], ids=["missing", "partner's"])
def test_an_association_exists_under_its_own_membership_alone(operation: str, account: str) -> None:
    world = TablesWorld()
    id = world.associate("visits")["id"] if account == READER else NO_SUCH_ID

    refused = refusal(call(world, operation, account), **world.named(id, account))
    assert (ASSOCIATION_NOT_FOUND, 404, id) == (refused.kind, refused.status, refused.resource_id)


@pytest.mark.parametrize("switch", ["404", "204"])
def test_deleting_an_association_twice(switch: str) -> None:
    world = TablesWorld({"repeatedDelete": switch})
    named = world.named(world.associate("visits")["id"])
    assert 204 == call(world, "delete")(**named)["ResponseMetadata"]["HTTPStatusCode"]

    if switch == "404":
        assert ASSOCIATION_NOT_FOUND == refusal(call(world, "delete"), **named).kind
    else:
        assert 204 == call(world, "delete")(**named)["ResponseMetadata"]["HTTPStatusCode"]


def test_a_deleted_association_takes_its_access_budget_along() -> None:
    world = TablesWorld()
    association = world.associate("visits")
    world.budget(association["arn"], 5)

    call(world, "delete")(**world.named(association["id"]))

    assert {} == world.left()


@pytest.mark.parametrize("switch", ["cascade", "409"])
def test_deleting_an_association_that_intermediate_tables_need(switch: str) -> None:
    world = TablesWorld({"deleteBaseTable": switch})
    association = world.associated("visits")
    made = world.filled("daily", "select day from visits")

    if switch == "cascade":
        call(world, "delete")(**world.named(association["id"]))
        assert "BASE_TABLE_REMOVED" == world.status(made)
    else:
        assert ASSOCIATION_IN_USE == refusal(call(world, "delete"), **world.named(association["id"])).kind
        assert "POPULATE_SUCCESS" == world.status(made)


def test_the_intermediate_tables_made_of_an_association_are_its_child_resources() -> None:
    world = TablesWorld()
    association = world.associated("visits")
    made = world.define("daily", "select day from visits")["id"]
    world.define("weekly", "select day from daily")

    assert [
        {
            "resourceId": made,
            "resourceType": "INTERMEDIATE_TABLE",
            "resourceName": "daily",
            "ownerAccountId": world.intermediate(made)["arn"].split(":")[4],
            "resourceStatus": "CREATED",
        }
    ] == world.association(association["id"])["childResources"]


def test_associations_of_a_membership_are_limited() -> None:
    world = TablesWorld()
    quotas.adjust(world.store, quotas.TABLE_ASSOCIATIONS, 1)
    world.associate("one")

    refused = world.associating("two")
    assert (QUOTA, ("Table associations per membership", 1)) == (refused.kind, refused.quota)
    assert "three" == world.associate("three", owner=READER)["name"]
    assert 100 == quotas.TABLE_ASSOCIATIONS.default


def test_an_association_has_tags_until_it_is_deleted() -> None:
    world = TablesWorld()
    association = world.associate("visits", tags={"team": "ads"})
    arn = association["arn"]
    world.of(PROVIDER).tag_resource(resourceArn=arn, tags={"stage": "test"})
    world.of(PROVIDER).untag_resource(resourceArn=arn, tagKeys=["team"])

    assert {"stage": "test"} == world.tags(arn, PROVIDER)
    call(world, "delete")(**world.named(association["id"]))
    refused = refusal(world.of(PROVIDER).list_tags_for_resource, resourceArn=arn)
    assert (ASSOCIATION_NOT_FOUND, association["id"]) == (refused.kind, refused.resource_id)


def test_nothing_is_associated_through_an_ended_membership() -> None:
    world = TablesWorld()
    id = world.associate("visits")["id"]
    world.close()

    refused = world.associating("visitors")
    updated = refusal(call(world, "update"), **world.named(id), description="Late")
    assert (MEMBERSHIP_STATE, 409, world.memberships[PROVIDER]) == (refused.kind, refused.status, refused.resource_id)
    assert MEMBERSHIP_STATE == updated.kind
