"""Change requests: Create, Get, List and UpdateCollaborationChangeRequest."""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.change_requests import change_lifecycle, voting
from cleanrooms_emulator.handlers.change_requests.change_lifecycle import (
    APPROVED,
    CANCELLED,
    COMMITTED,
    OPEN,
    PENDING,
    requests_of,
)
from cleanrooms_emulator.handlers.change_requests.change_outcome import outcome
from cleanrooms_emulator.handlers.change_requests.change_rules import subject_of
from cleanrooms_emulator.handlers.change_requests.change_types import Change, is_auto_approved
from cleanrooms_emulator.handlers.refusals import COLLABORATION, access_denied, invalid_state, not_found
from cleanrooms_emulator.handlers.timeline import advanced, latest
from cleanrooms_emulator.handlers.visibility import own_collaboration, visible_collaboration
from cleanrooms_emulator.pagination import paginate
from cleanrooms_emulator.registry import operation
from cleanrooms_emulator.store import Document

_POSSIBLE_ACTIONS = {PENDING: ("APPROVE", "DENY", "CANCEL"), APPROVED: ("COMMIT", "CANCEL")}
"""Model, UpdateCollaborationChangeRequest. Assumption: APPROVED requests can be cancelled but not voted on."""

_VOTES = {"APPROVE": voting.APPROVED, "DENY": voting.DENIED}


@operation("CreateCollaborationChangeRequest")
def create_change_request(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """File a request; what is auto-approved takes effect at once (service guide, change requests page)."""
    found = own_collaboration(ctx, params["collaborationIdentifier"], "file change requests")
    collaboration = advanced(ctx, found)
    judged = outcome(ctx.switches, collaboration, params["changes"])
    change_lifecycle.check_member_quota(ctx, collaboration, judged.collaboration)
    _check_concurrency(ctx, collaboration, judged.changes)
    request = {
        "id": ctx.new_id(),
        "collaborationId": collaboration["id"],
        "createTime": latest(collaboration),
        "updateTime": latest(collaboration),
        "changes": judged.changes,
    }
    if is_auto_approved(collaboration, judged.changes):
        request |= {"isAutoApproved": True, "status": APPROVED}
        if ctx.switches.auto_approved_status == COMMITTED:
            collaboration, request = change_lifecycle.committed(ctx, collaboration, request)
        else:
            collaboration, request = change_lifecycle.settled(ctx, collaboration, request)
    else:
        request |= {"isAutoApproved": False}
        approvals = voting.opened(ctx.switches, collaboration)
        collaboration, request = change_lifecycle.voted(ctx, collaboration, request, approvals)
    change_lifecycle.save(ctx, collaboration, request)
    return {"collaborationChangeRequest": request}


@operation("GetCollaborationChangeRequest")
def get_change_request(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read one request; everybody who sees the collaboration may (assumption)."""
    collaboration = visible_collaboration(ctx, params["collaborationIdentifier"])
    return {"collaborationChangeRequest": _request(ctx, collaboration, params["changeRequestIdentifier"])}


@operation("ListCollaborationChangeRequests")
def list_change_requests(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """List requests by creation time, newest first (the direction is an assumption)."""
    collaboration = visible_collaboration(ctx, params["collaborationIdentifier"])
    status = params.get("status")
    return paginate(
        ctx,
        [each for each in requests_of(ctx, collaboration) if status in (None, each["status"])],
        params,
        result_key="collaborationChangeRequestSummaries",
        key=_newest_first,
        operation="ListCollaborationChangeRequests",
    )


@operation("UpdateCollaborationChangeRequest")
def update_change_request(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Vote on a request (APPROVE, DENY), or end it as the creator (CANCEL, COMMIT)."""
    found = visible_collaboration(ctx, params["collaborationIdentifier"])
    request = _request(ctx, found, params["changeRequestIdentifier"])
    action = params["action"]
    _check_allowed(ctx, found, request, action)
    _check_possible(found, request, action)
    if action in _VOTES and _has_voted(ctx, found, request, _VOTES[action]):
        return {"collaborationChangeRequest": request}
    collaboration = advanced(ctx, found)
    if action in _VOTES:
        approvals = {**request["approvals"], ctx.account: {"status": _VOTES[action]}}
        collaboration, request = change_lifecycle.voted(ctx, collaboration, request, approvals)
    elif action == "COMMIT":
        collaboration, request = change_lifecycle.committed(ctx, collaboration, request)
    else:
        request = {**request, "status": CANCELLED, "updateTime": latest(collaboration)}
    change_lifecycle.save(ctx, collaboration, request)
    return {"collaborationChangeRequest": request}


def _request(ctx: Context, collaboration: Document, request_id: str) -> Document:
    request = ctx.store.get(kinds.CHANGE_REQUEST, request_id)
    if request is None or request["collaborationId"] != collaboration["id"]:
        raise not_found(COLLABORATION, request_id, f"Change request {request_id} does not exist")
    return request


def _newest_first(request: Document) -> str:
    return f"{10**15 - round(request['createTime'] * 1000):015d}"


def _check_concurrency(ctx: Context, collaboration: Document, changes: list[Change]) -> None:
    """Which open requests exclude a new one is an assumption: switch concurrency."""
    if ctx.switches.concurrency == "free":
        return
    subjects = {subject_of(change) for change in changes}
    for request in requests_of(ctx, collaboration):
        if request["status"] not in OPEN:
            continue
        shared = subjects & {subject_of(change) for change in request["changes"]}
        if shared or ctx.switches.concurrency == "one-per-collaboration":
            raise invalid_state(
                COLLABORATION,
                collaboration["id"],
                f"Change request {request['id']} is {request['status']} and has to be closed first",
            )


def _check_allowed(ctx: Context, collaboration: Document, request: Document, action: str) -> None:
    if action in _VOTES:
        allowed = request.get("approvals") or voting.voters(ctx.switches, collaboration)
        who = "Only members that were asked for their approval"
    else:
        allowed = [collaboration["creatorAccountId"]]
        who = "Only the creator of the collaboration"
    if ctx.account not in allowed:
        raise access_denied(f"{who} may {action} change request {request['id']}")


def _check_possible(collaboration: Document, request: Document, action: str) -> None:
    if action not in _POSSIBLE_ACTIONS.get(request["status"], ()):
        raise invalid_state(
            COLLABORATION,
            collaboration["id"],
            f"Change request {request['id']} is {request['status']}, {action} is not possible",
        )


def _has_voted(ctx: Context, collaboration: Document, request: Document, vote: str) -> bool:
    """Whether the caller voted the same before; a vote cannot be changed (both assumptions)."""
    cast = request["approvals"][ctx.account]["status"]
    if cast not in (voting.PENDING, vote):
        raise invalid_state(
            COLLABORATION,
            collaboration["id"],
            f"Account {ctx.account} voted {cast} on {request['id']} already",
        )
    return bool(cast == vote)
