"""Members of a collaboration as its creator configured them: ListMembers and DeleteMember."""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.change_requests.change_lifecycle import recounted
from cleanrooms_emulator.handlers.collaborations import roster
from cleanrooms_emulator.handlers.memberships import payments
from cleanrooms_emulator.handlers.refusals import (
    COLLABORATION,
    MEMBERSHIP,
    access_denied,
    invalid_configuration,
    invalid_state,
    not_found,
)
from cleanrooms_emulator.handlers.tables.departure import withdraw_tables
from cleanrooms_emulator.handlers.timeline import advanced, latest
from cleanrooms_emulator.handlers.visibility import own_collaboration, visible_collaboration
from cleanrooms_emulator.pagination import paginate
from cleanrooms_emulator.registry import operation


@operation("ListMembers")
def list_members(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """List all members, LEFT and REMOVED ones too, with what the creator configured (not: they accepted)."""
    entries = roster.members(visible_collaboration(ctx, params["collaborationIdentifier"]))
    summaries = [
        {
            **member,
            "paymentConfiguration": payments.configuration_of(payments.shown_flags(ctx.switches, entries, member)),
            "_position": f"{position:06d}",
        }
        for position, member in enumerate(entries)
    ]
    return paginate(
        ctx,
        summaries,
        params,
        result_key="memberSummaries",
        key=lambda summary: str(summary["_position"]),
        operation="ListMembers",
    )


@operation("DeleteMember")
def delete_member(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Remove a member at once, without votes (service guide, removing a member).

    Removing one that is gone already changes nothing: the operation is idempotent (switch removingTwice).
    """
    found = own_collaboration(ctx, params["collaborationIdentifier"], "remove members")
    account = params["accountId"]
    if account == found["creatorAccountId"]:
        raise _creator_removed(ctx, found["id"])
    member = roster.find(found, account)
    if member is None:
        raise not_found(MEMBERSHIP, account, f"Account {account} is not a member of {found['id']}")
    if not roster.is_live(member):
        return _removed_already(ctx, found["id"], member)
    moved = advanced(ctx, found)
    removed = {**member, "status": roster.REMOVED, "updateTime": latest(moved)}
    membership = ctx.store.get(kinds.MEMBERSHIP, member.get("membershipId", ""))
    if membership is not None:
        ended = {
            **membership,
            "status": roster.REMOVED,
            "memberAbilities": member["abilities"],
            "mlMemberAbilities": member.get("mlAbilities"),
            "updateTime": latest(moved),
        }
        ctx.store.put(kinds.MEMBERSHIP, membership["id"], ended)
    withdraw_tables(ctx, moved, account)
    collaboration = recounted(ctx, roster.with_member(moved, removed))
    ctx.store.put(kinds.COLLABORATION, collaboration["id"], collaboration)
    return {}


def _removed_already(ctx: Context, collaboration_id: str, member: roster.Member) -> dict[str, Any]:
    message = f"Account {member['accountId']} is {member['status']} in {collaboration_id} already"
    if ctx.switches.removing_twice == "404":
        raise not_found(MEMBERSHIP, member["accountId"], message)
    if ctx.switches.removing_twice == "409":
        raise invalid_state(COLLABORATION, collaboration_id, message)
    return {}


def _creator_removed(ctx: Context, collaboration_id: str) -> ServiceError:
    """Assumption, switch creatorRemovesItself: that it is forbidden is documented, the error is not."""
    message = "The creator of a collaboration cannot be removed from it"
    if ctx.switches.creator_removes_itself == "403":
        return access_denied(message)
    if ctx.switches.creator_removes_itself == "409":
        return invalid_state(COLLABORATION, collaboration_id, message)
    return invalid_configuration("accountId", message)
