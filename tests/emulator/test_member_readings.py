"""Collaborations and their members under every reading of what the service leaves open about them."""

import pytest

from cleanrooms_emulator.handlers import quotas
from tests.emulator.test_voting import leave
from tests.emulator.world import (
    ACCESS_DENIED,
    COLLABORATION_STATE,
    CREATOR,
    INVALID_CONFIGURATION,
    MEMBERSHIP_NOT_FOUND,
    QUOTA,
    READER,
    RUNNER,
    World,
    invitation,
    member,
    refusal,
)


@pytest.mark.parametrize(("value", "expected"), [("absent", None), ("current-region", ["us-east-1"])])
def test_result_regions_left_out_at_creation_are_shown_as_the_switch_says(value: str, expected: object) -> None:
    world = World({"omittedResultRegions": value})
    created = world.of(CREATOR, "us-east-1").create_collaboration(
        name="Campaigns", creatorDisplayName="The creator", creatorMemberAbilities=[], queryLogStatus="DISABLED", members=[]
    )

    assert expected == created["collaboration"].get("allowedResultRegions")


@pytest.mark.parametrize("value", ["absent", "current-region"])
def test_result_regions_given_at_creation_are_kept_under_every_reading(value: str) -> None:
    world = World({"omittedResultRegions": value})

    assert ["us-east-1"] == world.collaboration(world.create(allowedResultRegions=["us-east-1"]))["allowedResultRegions"]


@pytest.mark.parametrize(("value", "room"), [("others", 3), ("others+creator", 2), ("others+former", 3)])
def test_the_quota_at_creation_counts_whom_the_switch_says(value: str, room: int) -> None:
    world = World({"memberQuotaCounts": value})
    quotas.adjust(world.store, quotas.MEMBERS_INVITED, 3)
    members = [member(f"{number:012d}") for number in range(room + 1)]

    world.create(*members[:room])
    refused = refusal(
        world.of(CREATOR).create_collaboration,
        name="One too many",
        creatorDisplayName="The creator",
        creatorMemberAbilities=[],
        queryLogStatus="DISABLED",
        members=members,
    )
    assert (QUOTA, ("Members invited per collaboration", 3)) == (refused.kind, refused.quota)


@pytest.mark.parametrize("gone", ["LEFT", "REMOVED"])
@pytest.mark.parametrize(("value", "room"), [("others", 2), ("others+creator", 1), ("others+former", 1)])
def test_the_quota_of_a_request_counts_whom_the_switch_says(value: str, room: int, gone: str) -> None:
    world = World({"memberQuotaCounts": value})
    quotas.adjust(world.store, quotas.MEMBERS_INVITED, 3)
    id = world.create(member(READER), member(RUNNER))
    if gone == "LEFT":
        world.join(READER, id)
        leave(world, READER)
    else:
        world.of(CREATOR).delete_member(collaborationIdentifier=id, accountId=READER)
    additions = [invitation(f"{number:012d}") for number in range(room + 1)]

    assert QUOTA == world.filing(id, *additions).kind
    assert "APPROVED" == world.file(id, *additions[:room])["status"]


@pytest.mark.parametrize("gone", ["LEFT", "REMOVED"])
@pytest.mark.parametrize("value", ["204", "404", "409"])
def test_removing_a_member_that_is_gone_is_answered_as_the_switch_says(value: str, gone: str) -> None:
    world = World({"removingTwice": value})
    id = world.joined(member(READER))
    delete = world.of(CREATOR).delete_member
    if gone == "LEFT":
        leave(world, READER)
    else:
        delete(collaborationIdentifier=id, accountId=READER)

    if value == "204":
        answer = delete(collaborationIdentifier=id, accountId=READER)
        assert 204 == answer["ResponseMetadata"]["HTTPStatusCode"]
    else:
        refused = refusal(delete, collaborationIdentifier=id, accountId=READER)
        assert (MEMBERSHIP_NOT_FOUND if value == "404" else COLLABORATION_STATE, int(value)) == (refused.kind, refused.status)
    assert gone == world.members(id)[READER]["status"]


@pytest.mark.parametrize(
    ("value", "kind"), [("400", INVALID_CONFIGURATION), ("403", ACCESS_DENIED), ("409", COLLABORATION_STATE)]
)
def test_a_creator_that_removes_itself_is_refused_as_the_switch_says(value: str, kind: object) -> None:
    world = World({"creatorRemovesItself": value})
    id = world.create()

    refused = refusal(world.of(CREATOR).delete_member, collaborationIdentifier=id, accountId=CREATOR)
    assert (kind, int(value)) == (refused.kind, refused.status)
    assert "INVITED" == world.members(id)[CREATOR]["status"]
