import pytest

from cleanrooms_emulator.handlers import quotas
from tests.emulator.world import CREATOR, NEWCOMER, QUOTA, READER, World, invitation, member, member_change, refusal


def test_a_quota_can_be_raised_for_a_world() -> None:
    world = World()
    quotas.adjust(world.store, quotas.MEMBERS_INVITED, 9)

    assert 10 == len(world.members(world.create(*[member(f"{number:012d}") for number in range(9)])))


def test_a_raised_quota_belongs_to_its_world_alone() -> None:
    quotas.adjust(World().store, quotas.MEMBERS_INVITED, 9)

    assert 5 == quotas.limit(World().store, quotas.MEMBERS_INVITED)


@pytest.mark.parametrize("status", ["LEFT", "REMOVED"])
def test_members_that_are_gone_do_not_count_as_invited(status: str) -> None:
    world = World()
    quotas.adjust(world.store, quotas.MEMBERS_INVITED, 1)
    id = world.create(member(READER), autoApprovedChangeRequestTypes=["ADD_MEMBER"])
    if status == "LEFT":
        world.of(READER).delete_membership(membershipIdentifier=world.join(READER, id))
    else:
        world.of(CREATOR).delete_member(collaborationIdentifier=id, accountId=READER)
    world.file(id, invitation(NEWCOMER))

    assert (status, "INVITED") == tuple(world.members(id)[account]["status"] for account in (READER, NEWCOMER))


def test_collaborations_of_an_account_are_limited() -> None:
    world = World()
    quotas.adjust(world.store, quotas.COLLABORATIONS, 1)
    deleted = world.create()
    world.of(CREATOR).delete_collaboration(collaborationIdentifier=deleted)
    world.create()

    refused = refusal(
        world.of(CREATOR).create_collaboration,
        name="One too many",
        creatorDisplayName="The creator",
        creatorMemberAbilities=[],
        queryLogStatus="DISABLED",
        members=[],
    )
    assert (QUOTA, ("Collaborations created per account", 1)) == (refused.kind, refused.quota)


def test_memberships_of_an_account_are_limited() -> None:
    world = World()
    quotas.adjust(world.store, quotas.MEMBERSHIPS, 1)
    first, second = world.create(), world.create()
    world.join(CREATOR, first)

    refused = refusal(world.of(CREATOR).create_membership, collaborationIdentifier=second, queryLogStatus="DISABLED")
    assert (QUOTA, ("Memberships per account", 1)) == (refused.kind, refused.quota)


def test_quotas_of_an_account_are_counted_in_each_region() -> None:
    world = World()
    quotas.adjust(world.store, quotas.COLLABORATIONS, 1)
    world.create()

    created = world.of(CREATOR, "us-east-1").create_collaboration(
        name="Elsewhere",
        creatorDisplayName="The creator",
        creatorMemberAbilities=[],
        queryLogStatus="DISABLED",
        members=[],
    )
    assert "Elsewhere" == created["collaboration"]["name"]


def test_changing_a_member_is_possible_in_a_collaboration_that_is_over_the_quota() -> None:
    world = World()
    id = world.create(member(READER), member(NEWCOMER))
    quotas.adjust(world.store, quotas.MEMBERS_INVITED, 1)

    assert "APPROVED" == world.file(id, member_change(READER, "CAN_RECEIVE_RESULTS"))["status"]
