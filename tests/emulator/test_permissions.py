"""Who may do what in a collaboration: every operation, everybody who may try."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.emulator.world import CREATOR, NEWCOMER, OUTSIDER, READER, RUNNER, World, invitation, member, settings_change

LEFT, REMOVED = "666677778888", "777788889999"

ACCOUNTS = {
    "creator": CREATOR,
    "creator that never joined": CREATOR,
    "active member": RUNNER,
    "invited": READER,
    "member that left": LEFT,
    "removed member": REMOVED,
    "outsider": OUTSIDER,
}


@dataclass(frozen=True)
class Scene:
    """A collaboration with a member of every status, and a request that waits for RUNNER."""

    world: World
    id: str
    request: str

    def named_request(self) -> dict[str, str]:
        """What a call about the request needs."""
        return {"collaborationIdentifier": self.id, "changeRequestIdentifier": self.request}


def scene(creator_joined: bool) -> Scene:
    world = World()
    id = world.create(member(RUNNER), member(READER), member(LEFT), member(REMOVED))
    for account in [RUNNER, LEFT, REMOVED, *([CREATOR] if creator_joined else [])]:
        world.join(account, id)
    [membership] = world.of(LEFT).list_memberships()["membershipSummaries"]
    world.of(LEFT).delete_membership(membershipIdentifier=membership["id"])
    world.of(CREATOR).delete_member(collaborationIdentifier=id, accountId=REMOVED)
    return Scene(world, id, world.file(id, invitation(NEWCOMER))["id"])


Call = Callable[[Any, Scene], object]

COLLABORATION: dict[str, Call] = {
    "GetCollaboration": lambda client, at: client.get_collaboration(collaborationIdentifier=at.id),
    "UpdateCollaboration": lambda client, at: client.update_collaboration(collaborationIdentifier=at.id, name="New"),
    "DeleteCollaboration": lambda client, at: client.delete_collaboration(collaborationIdentifier=at.id),
    "ListMembers": lambda client, at: client.list_members(collaborationIdentifier=at.id),
    "DeleteMember": lambda client, at: client.delete_member(collaborationIdentifier=at.id, accountId=READER),
    "CreateMembership": lambda client, at: client.create_membership(collaborationIdentifier=at.id, queryLogStatus="DISABLED"),
    "CreateCollaborationChangeRequest": lambda client, at: client.create_collaboration_change_request(
        collaborationIdentifier=at.id, changes=[settings_change("ADD_MEMBER")]
    ),
    "GetCollaborationChangeRequest": lambda client, at: client.get_collaboration_change_request(**at.named_request()),
    "ListCollaborationChangeRequests": lambda client, at: client.list_collaboration_change_requests(
        collaborationIdentifier=at.id
    ),
    **{
        action: lambda client, at, action=action: client.update_collaboration_change_request(  # type: ignore[misc]
            **at.named_request(), action=action
        )
        for action in ("APPROVE", "DENY", "CANCEL")
    },
}

NO = "AccessDeniedException"
CLASH = "ConflictException"
YES = "allowed"

# creator, creator that never joined, active member, invited, member that left, removed member, outsider
TABLE = {
    "GetCollaboration": (YES, YES, YES, YES, NO, NO, NO),
    "UpdateCollaboration": (YES, YES, NO, NO, NO, NO, NO),
    "DeleteCollaboration": (YES, YES, NO, NO, NO, NO, NO),
    "ListMembers": (YES, YES, YES, YES, NO, NO, NO),
    "DeleteMember": (YES, YES, NO, NO, NO, NO, NO),
    "CreateMembership": (CLASH, YES, CLASH, YES, NO, NO, NO),
    "CreateCollaborationChangeRequest": (YES, YES, NO, NO, NO, NO, NO),
    "GetCollaborationChangeRequest": (YES, YES, YES, YES, NO, NO, NO),
    "ListCollaborationChangeRequests": (YES, YES, YES, YES, NO, NO, NO),
    "APPROVE": (YES, YES, YES, NO, NO, NO, NO),
    "DENY": (CLASH, CLASH, YES, NO, NO, NO, NO),
    "CANCEL": (YES, YES, NO, NO, NO, NO, NO),
}


def cells() -> Iterator[object]:
    for operation, results in TABLE.items():
        for role, result in zip(ACCOUNTS, results, strict=True):
            yield pytest.param(operation, role, result, id=f"{operation}-{role}")


@pytest.mark.parametrize(("operation", "role", "result"), [*cells()])
def test_an_operation_is_open_to_whom_the_table_says(operation: str, role: str, result: str) -> None:
    at = scene(creator_joined=role != "creator that never joined")
    before = at.world.store.snapshot()

    try:
        COLLABORATION[operation](at.world.of(ACCOUNTS[role]), at)
        answer = YES
    except ClientError as refused:
        answer = refused.response["Error"]["Code"]
        assert before == at.world.store.snapshot()

    assert result == answer


@pytest.mark.parametrize("role", ["creator", "active member", "member that left", "removed member"])
def test_the_memberships_of_an_account_are_its_own_in_every_status(role: str) -> None:
    at = scene(creator_joined=True)

    listed = at.world.of(ACCOUNTS[role]).list_memberships()["membershipSummaries"]
    expected = {"member that left": [], "removed member": ["REMOVED"]}.get(role, ["ACTIVE"])
    assert expected == [each["status"] for each in listed]


@pytest.mark.parametrize("role", ACCOUNTS)
def test_a_list_of_collaborations_holds_what_the_account_can_see(role: str) -> None:
    at = scene(creator_joined=role != "creator that never joined")

    listed = at.world.of(ACCOUNTS[role]).list_collaborations()["collaborationList"]
    visible = TABLE["GetCollaboration"][[*ACCOUNTS].index(role)] == YES
    assert ([at.id] if visible else []) == [each["id"] for each in listed]
