"""Change requests: Create, Get, List and UpdateCollaborationChangeRequest."""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.change_requests import actions, change_lifecycle, voting
from cleanrooms_emulator.handlers.change_requests.change_lifecycle import (
    APPROVED,
    CANCELLED,
    COMMITTED,
    OPEN,
    requests_of,
)
from cleanrooms_emulator.handlers.change_requests.change_outcome import outcome
from cleanrooms_emulator.handlers.change_requests.change_rules import subject_of
from cleanrooms_emulator.handlers.change_requests.change_types import Change, is_auto_approved
from cleanrooms_emulator.handlers.change_requests.second_judgement import check_member_quota
from cleanrooms_emulator.handlers.collaborations import roster
from cleanrooms_emulator.handlers.refusals import COLLABORATION, access_denied, invalid_state, not_found
from cleanrooms_emulator.handlers.timeline import advanced, latest
from cleanrooms_emulator.handlers.visibility import known_collaboration, own_collaboration, visible_collaboration
from cleanrooms_emulator.pagination import paginate
from cleanrooms_emulator.registry import operation
from cleanrooms_emulator.world.store import Document


@operation("CreateCollaborationChangeRequest")
def create_change_request(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """File a request; what is auto-approved takes effect at once (service guide, change requests page)."""
    found = own_collaboration(ctx, params["collaborationIdentifier"], "file change requests")
    collaboration = advanced(ctx, found)
    judged = outcome(ctx.switches, collaboration, params["changes"])
    check_member_quota(ctx, collaboration, judged.collaboration)
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
        takes_effect = ctx.switches.auto_approved_status == COMMITTED
        collaboration, request = change_lifecycle.settled(ctx, collaboration, request)
    else:
        request |= {"isAutoApproved": False}
        takes_effect = ctx.switches.no_other_voter == COMMITTED
        approvals = voting.opened(ctx.switches, collaboration)
        collaboration, request = change_lifecycle.voted(ctx, collaboration, request, approvals)
    if takes_effect and request["status"] == APPROVED:
        collaboration, request = change_lifecycle.committed(ctx, collaboration, request)
    change_lifecycle.save(ctx, collaboration, request)
    return {"collaborationChangeRequest": request}


@operation("GetCollaborationChangeRequest")
def get_change_request(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read one request; who may is an assumption, switch requestReaders."""
    collaboration = _readable(ctx, params["collaborationIdentifier"])
    return {"collaborationChangeRequest": _request(ctx, collaboration, params["changeRequestIdentifier"])}


@operation("ListCollaborationChangeRequests")
def list_change_requests(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """List requests by creation time; the direction is an assumption, switch requestOrder."""
    collaboration = _readable(ctx, params["collaborationIdentifier"])
    status = params.get("status")
    return paginate(
        ctx,
        [each for each in requests_of(ctx, collaboration) if status in (None, each["status"])],
        params,
        result_key="collaborationChangeRequestSummaries",
        key=lambda request: _place(ctx, request),
        operation="ListCollaborationChangeRequests",
    )


@operation("UpdateCollaborationChangeRequest")
def update_change_request(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Vote on a request (APPROVE, DENY), or end it as the creator (CANCEL, COMMIT)."""
    found = visible_collaboration(ctx, params["collaborationIdentifier"])
    request = _request(ctx, found, params["changeRequestIdentifier"])
    action = params["action"]
    actions.check_allowed(ctx, found, request, action)
    actions.check_possible(ctx.switches, request, action)
    if action in actions.VOTES and actions.is_repeated(ctx, request, action):
        return {"collaborationChangeRequest": request}
    collaboration = advanced(ctx, found)
    if action in actions.VOTES:
        approvals = {**request["approvals"], ctx.account: {"status": actions.VOTES[action]}}
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


def _readable(ctx: Context, collaboration_id: str) -> Document:
    """The collaboration, if the caller may read its requests."""
    collaboration = known_collaboration(ctx, collaboration_id)
    member = roster.entry(collaboration, ctx.account)
    own = roster.is_live(member) and ctx.account == collaboration["creatorAccountId"]
    if own or member["status"] == roster.ACTIVE or ctx.switches.request_readers == "former-too":
        return collaboration
    collaboration = visible_collaboration(ctx, collaboration_id)
    if ctx.switches.request_readers == "joined":
        raise access_denied(f"Account {ctx.account} has not joined collaboration {collaboration_id}")
    return collaboration


def _place(ctx: Context, request: Document) -> str:
    created = round(request["createTime"] * 1000)
    return f"{created if ctx.switches.request_order == 'oldest-first' else 10**15 - created:015d}"


def _check_concurrency(ctx: Context, collaboration: Document, changes: list[Change]) -> None:
    """Which open requests exclude a new one is an assumption: switch concurrency."""
    subjects = {subject_of(change) for change in changes}
    for request in requests_of(ctx, collaboration):
        if request["status"] not in OPEN or ctx.switches.concurrency == "free":
            continue
        shared = subjects & {subject_of(change) for change in request["changes"]}
        if shared or ctx.switches.concurrency == "one-per-collaboration":
            raise invalid_state(
                COLLABORATION,
                collaboration["id"],
                f"Change request {request['id']} is {request['status']} and has to be closed first",
            )
