"""What people do in the console, whatever they find there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.providers.stacks import RETAILER
from tests.reliability.story import Deed

Console = Callable[[str], Any]
"""Gives an account's boto3 client."""

STRANGER = "777788889999"
"""The account that somebody asks to have added though no stack file names it."""


def perform(console: Console, account: str, deed: Deed) -> int:
    """Let an account do something; return how many things there were to do it with."""
    return sum(1 for _ in _DOES[deed](console, account))


def _join(console: Console, account: str) -> Iterator[None]:
    for each in _collaborations(console, account):
        if each["memberStatus"] == "INVITED":
            console(account).create_membership(collaborationIdentifier=each["id"], queryLogStatus="DISABLED")
            yield


def _leave(console: Console, account: str) -> Iterator[None]:
    for each in console(account).list_memberships(status="ACTIVE")["membershipSummaries"]:
        console(account).delete_membership(membershipIdentifier=each["id"])
        yield


def _vote(action: str) -> Callable[[Console, str], Iterator[None]]:
    def vote(console: Console, account: str) -> Iterator[None]:
        for request in _requests(console, account, "PENDING"):
            if request.get("approvals", {}).get(account, {}).get("status") == "PENDING":
                _act(console, account, request, action)
                yield

    return vote


def _cancel(console: Console, account: str) -> Iterator[None]:
    for request in _requests(console, account, "PENDING", "APPROVED"):
        _act(console, account, request, "CANCEL")
        yield


def _commit(console: Console, account: str) -> Iterator[None]:
    for request in _requests(console, account, "APPROVED"):
        _act(console, account, request, "COMMIT")
        yield


def _file(console: Console, account: str) -> Iterator[None]:
    stranger = {"accountId": STRANGER, "displayName": "Stranger", "memberAbilities": []}
    for each in _collaborations(console, account):
        console(account).create_collaboration_change_request(
            collaborationIdentifier=each["id"],
            changes=[{"specificationType": "MEMBER", "specification": {"member": stranger}}],
        )
        yield


def _delete(console: Console, account: str) -> Iterator[None]:
    for each in _collaborations(console, account):
        console(account).delete_collaboration(collaborationIdentifier=each["id"])
        yield


def _collaborations(console: Console, account: str) -> list[Any]:
    listed: list[Any] = console(account).list_collaborations()["collaborationList"]
    return [each for each in listed if each["creatorAccountId"] == RETAILER]


def _requests(console: Console, account: str, *statuses: str) -> list[Any]:
    return [
        request
        for each in _collaborations(console, account)
        for request in console(account).list_collaboration_change_requests(collaborationIdentifier=each["id"])[
            "collaborationChangeRequestSummaries"
        ]
        if request["status"] in statuses
    ]


def _act(console: Console, account: str, request: Any, action: str) -> None:
    console(account).update_collaboration_change_request(
        collaborationIdentifier=request["collaborationId"], changeRequestIdentifier=request["id"], action=action
    )


_DOES: dict[Deed, Callable[[Console, str], Iterator[None]]] = {
    Deed.JOIN: _join,
    Deed.LEAVE: _leave,
    Deed.APPROVE: _vote("APPROVE"),
    Deed.DENY: _vote("DENY"),
    Deed.CANCEL: _cancel,
    Deed.COMMIT: _commit,
    Deed.FILE: _file,
    Deed.DELETE: _delete,
}
