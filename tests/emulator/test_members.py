import pytest

from tests.emulator.world import (
    ACCESS_DENIED,
    CREATOR,
    INVALID_CONFIGURATION,
    MEMBERSHIP_NOT_FOUND,
    NEWCOMER,
    OUTSIDER,
    READER,
    RUNNER,
    World,
    member,
    refusal,
)


def remove(world: World, collaboration: str, account: str) -> int:
    answer = world.of(CREATOR).delete_member(collaborationIdentifier=collaboration, accountId=account)
    return int(answer["ResponseMetadata"]["HTTPStatusCode"])


@pytest.mark.parametrize("account", [CREATOR, RUNNER, READER], ids=["creator", "active member", "invited"])
def test_the_creator_and_invited_and_active_members_see_all_members(account: str) -> None:
    world = World()
    id = world.create(member(RUNNER), member(READER))
    world.join(RUNNER, id)

    assert [CREATOR, RUNNER, READER] == list(world.members(id, account))


def test_a_member_is_listed_as_it_was_configured() -> None:
    world = World()
    learning = {"customMLMemberAbilities": ["CAN_RECEIVE_MODEL_OUTPUT"]}
    id = world.create(member(READER, "CAN_RECEIVE_RESULTS", name="Reader", mlMemberAbilities=learning))

    listed = world.members(id)[READER]
    assert ("Reader", ["CAN_RECEIVE_RESULTS"], learning, "INVITED") == (
        listed["displayName"],
        listed["abilities"],
        listed["mlAbilities"],
        listed["status"],
    )


def test_the_creator_is_listed_with_its_own_settings() -> None:
    world = World()
    learning = {"customMLMemberAbilities": ["CAN_RECEIVE_INFERENCE_OUTPUT"]}
    id = world.create(abilities=["CAN_QUERY"], creatorDisplayName="Shoes Ltd", creatorMLMemberAbilities=learning)

    listed = world.members(id)[CREATOR]
    assert ("Shoes Ltd", ["CAN_QUERY"], learning) == (
        listed["displayName"],
        listed["abilities"],
        listed["mlAbilities"],
    )


def test_ml_abilities_that_were_never_given_are_absent() -> None:
    world = World()

    assert "mlAbilities" not in world.members(world.create())[CREATOR]


def test_a_joined_member_is_listed_with_its_membership() -> None:
    world = World()
    id = world.create(member(READER))
    membership = world.join(READER, id)

    listed = world.members(id)[READER]
    assert ("ACTIVE", membership, f"arn:aws:cleanrooms:eu-west-1:{READER}:membership/{membership}") == (
        listed["status"],
        listed["membershipId"],
        listed["membershipArn"],
    )


def test_members_come_in_pages_in_the_order_they_were_added() -> None:
    world = World()
    id = world.create(member(RUNNER), member(READER), member(NEWCOMER))

    pages = (
        world.of(CREATOR).get_paginator("list_members").paginate(collaborationIdentifier=id, PaginationConfig={"PageSize": 3})
    )
    listed = [[each["accountId"] for each in page["memberSummaries"]] for page in pages]
    assert [[CREATOR, RUNNER, READER], [NEWCOMER]] == listed


@pytest.mark.parametrize("joined", [True, False], ids=["active", "invited"])
def test_a_removed_member_stays_listed_as_removed(joined: bool) -> None:
    world = World()
    id = world.create(member(READER))
    if joined:
        world.join(READER, id)

    assert 204 == remove(world, id, READER)
    assert "REMOVED" == world.members(id)[READER]["status"]


def test_a_removed_member_cannot_see_the_collaboration() -> None:
    world = World()
    id = world.joined(member(READER))
    remove(world, id, READER)

    assert ACCESS_DENIED == refusal(world.of(READER).list_members, collaborationIdentifier=id).kind


def test_a_removed_member_keeps_a_membership_that_says_so() -> None:
    world = World()
    id = world.create(member(READER))
    membership = world.join(READER, id)
    remove(world, id, READER)

    assert "REMOVED" == world.membership(membership, READER)["status"]


def test_removing_twice_is_answered_the_same_and_changes_nothing() -> None:
    world = World()
    id = world.joined(member(READER))
    remove(world, id, READER)
    before = world.members(id)

    assert 204 == remove(world, id, READER)
    assert before == world.members(id)


def test_removing_a_member_that_left_does_not_change_its_status() -> None:
    world = World()
    id = world.create(member(READER))
    world.of(READER).delete_membership(membershipIdentifier=world.join(READER, id))

    assert 204 == remove(world, id, READER)
    assert "LEFT" == world.members(id)[READER]["status"]


def test_the_runner_can_be_removed() -> None:
    world = World()
    id = world.joined(member(RUNNER, "CAN_QUERY"))

    remove(world, id, RUNNER)

    assert "REMOVED" == world.members(id)[RUNNER]["status"]


def test_the_creator_cannot_remove_itself() -> None:
    world = World()

    refused = refusal(world.of(CREATOR).delete_member, collaborationIdentifier=world.create(), accountId=CREATOR)
    assert (INVALID_CONFIGURATION, 400) == (refused.kind, refused.status)


def test_an_account_that_never_was_a_member_is_not_found() -> None:
    world = World()

    refused = refusal(world.of(CREATOR).delete_member, collaborationIdentifier=world.create(), accountId=OUTSIDER)
    assert (MEMBERSHIP_NOT_FOUND, 404, OUTSIDER) == (refused.kind, refused.status, refused.resource_id)


@pytest.mark.parametrize("victim", [CREATOR, READER, RUNNER])
def test_a_member_cannot_remove_anybody(victim: str) -> None:
    world = World()
    id = world.joined(member(RUNNER, "CAN_QUERY"), member(READER))

    refused = refusal(world.of(READER).delete_member, collaborationIdentifier=id, accountId=victim)
    assert ACCESS_DENIED == refused.kind
