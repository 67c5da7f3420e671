from collections.abc import Callable

import pytest

from cleanrooms_governance.errors import AccessDenied, AnswerLost, Conflict
from cleanrooms_governance.model import MemberStatus
from cleanrooms_governance.service import OwnSettings
from tests.unit.aws.world import CREATOR, PARTNER, World, member

LOST = {"closed connection": {"kind": "dropAfter"}, "answer after the client's patience": {"kind": "late", "latency": 3000}}
lost = pytest.mark.parametrize("fault", LOST.values(), ids=list(LOST))


def joined(world: World) -> tuple[str, str]:
    """A collaboration that the partner has joined, and its membership."""
    id = world.create(member(PARTNER))
    return id, world.of(PARTNER).create_membership(id, settings=OwnSettings(), tags={}).id


def test_a_deleted_collaboration_is_gone_from_the_list(world: World) -> None:
    id, _ = joined(world)
    world.of(CREATOR).delete_collaboration(id)
    assert () == world.of(CREATOR).collaborations()


def test_who_has_left_is_shown_as_left(world: World) -> None:
    id, membership = joined(world)
    world.of(PARTNER).delete_membership(membership)
    assert MemberStatus.LEFT == world.of(CREATOR).collaboration(id).members[PARTNER].status
    assert () == world.of(PARTNER).memberships()


def test_a_removed_member_is_shown_as_removed(world: World) -> None:
    id, _ = joined(world)
    world.of(CREATOR).delete_member(id, PARTNER)
    assert MemberStatus.REMOVED == world.of(CREATOR).collaboration(id).members[PARTNER].status


def test_nobody_but_the_creator_removes_a_member(world: World) -> None:
    id, _ = joined(world)
    with pytest.raises(AccessDenied):
        world.of(PARTNER).delete_member(id, PARTNER)


def test_nobody_but_the_creator_deletes_a_collaboration(world: World) -> None:
    id, _ = joined(world)
    with pytest.raises(AccessDenied):
        world.of(PARTNER).delete_collaboration(id)


def test_the_creator_leaving_is_a_conflict(world: World) -> None:
    id, _ = joined(world)
    own = world.of(CREATOR).create_membership(id, settings=OwnSettings(), tags={})
    with pytest.raises(Conflict):
        world.of(CREATOR).delete_membership(own.id)


def delete(world: World, id: str, membership: str) -> None:
    world.of(CREATOR).delete_collaboration(id)


def leave(world: World, id: str, membership: str) -> None:
    world.of(PARTNER).delete_membership(membership)


def remove(world: World, id: str, membership: str) -> None:
    world.of(CREATOR).delete_member(id, PARTNER)


ENDS = [("DeleteCollaboration", delete), ("DeleteMembership", leave), ("DeleteMember", remove)]


@lost
@pytest.mark.parametrize(("operation", "end"), ENDS)
def test_an_end_whose_answer_is_lost_is_sent_once(
    world: World, fault: dict[str, object], operation: str, end: Callable[[World, str, str], None]
) -> None:
    id, membership = joined(world)
    world.fail(operation=operation, **fault)
    with pytest.raises(AnswerLost):
        end(world, id, membership)
    assert 1 == len(world.app.journal.entries(operation=operation))
