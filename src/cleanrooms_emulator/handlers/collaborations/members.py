"""Members of a collaboration as its creator configured them: ListMembers and DeleteMember."""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.change_requests.change_lifecycle import without_voter
from cleanrooms_emulator.handlers.collaborations import roster
from cleanrooms_emulator.handlers.memberships import payments
from cleanrooms_emulator.handlers.refusals import MEMBERSHIP, invalid_configuration, not_found
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
            "paymentConfiguration": payments.configuration_of(payments.shown_flags(entries, member)),
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

    Removing one that is gone already changes nothing: the operation is idempotent.
    """
    found = own_collaboration(ctx, params["collaborationIdentifier"], "remove members")
    account = params["accountId"]
    if account == found["creatorAccountId"]:
        raise invalid_configuration("accountId", "The creator of a collaboration cannot be removed from it")
    member = roster.find(found, account)
    if member is None:
        raise not_found(MEMBERSHIP, account, f"Account {account} is not a member of {found['id']}")
    if not roster.is_live(member):
        return {}
    moved = advanced(ctx, found)
    removed = {**member, "status": roster.REMOVED, "updateTime": latest(moved)}
    membership = ctx.store.get(kinds.MEMBERSHIP, member.get("membershipId", ""))
    if membership is not None:
        ended = {**membership, "status": roster.REMOVED, "updateTime": latest(moved)}
        ctx.store.put(kinds.MEMBERSHIP, membership["id"], ended)
    collaboration = without_voter(ctx, roster.with_member(moved, removed), account)
    ctx.store.put(kinds.COLLABORATION, collaboration["id"], collaboration)
    return {}
