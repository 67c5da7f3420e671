"""Memberships, an account's own side of a collaboration: Create, Get, List, Update and DeleteMembership.

The document holds what the member decides; names come from the collaboration whenever it is read, and so do
abilities while the account is a member; one that was removed keeps the abilities it had (assumption). `_accepted`
holds the cost types that the member accepted to pay, as flags (see `acceptance`).
"""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds, quotas, tags
from cleanrooms_emulator.handlers.change_requests.change_lifecycle import recounted
from cleanrooms_emulator.handlers.collaborations import roster
from cleanrooms_emulator.handlers.machine_learning.status_schedule import has_ended
from cleanrooms_emulator.handlers.memberships import acceptance, joining_rules, payments
from cleanrooms_emulator.handlers.memberships.own_memberships import collaboration_of, own_membership, own_memberships
from cleanrooms_emulator.handlers.refusals import MEMBERSHIP, already_exists, invalid_state, subresources_exist
from cleanrooms_emulator.handlers.timeline import advanced, latest
from cleanrooms_emulator.handlers.visibility import visible_collaboration
from cleanrooms_emulator.pagination import paginate
from cleanrooms_emulator.registry import operation
from cleanrooms_emulator.world.store import Document

_RESULTS = ("defaultResultConfiguration", "defaultJobResultConfiguration")


@operation("CreateMembership")
def create_membership(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Join a collaboration: the caller's invitation becomes an ACTIVE membership."""
    found = visible_collaboration(ctx, params["collaborationIdentifier"])
    entries = roster.members(found)
    member = roster.entry(found, ctx.account)
    if member["status"] == roster.ACTIVE:
        raise already_exists(MEMBERSHIP, member["membershipId"], f"Account {ctx.account} joined {found['id']} already")
    joining_rules.check_results(member, params.get("defaultResultConfiguration"))
    joining_rules.check_metrics(ctx.switches, found, member, params.get("isMetricsEnabled") or False)
    accepted = acceptance.at_joining(ctx.switches, entries, member, params.get("paymentConfiguration"))
    own = sum(each["status"] == roster.ACTIVE for each in own_memberships(ctx))
    quotas.ensure_within(ctx.store, quotas.MEMBERSHIPS, own + 1)
    moved = advanced(ctx, found)
    id = ctx.new_id()
    membership = {
        "id": id,
        "arn": ctx.arn("membership", id),
        "collaborationId": found["id"],
        "createTime": latest(moved),
        "updateTime": latest(moved),
        "status": roster.ACTIVE,
        "queryLogStatus": params["queryLogStatus"],
        "jobLogStatus": params.get("jobLogStatus") or "DISABLED",
        **{name: params.get(name) for name in _RESULTS},
        "isMetricsEnabled": params.get("isMetricsEnabled") or False,
        "_account": ctx.account,
        "_region": ctx.region,
        "_accepted": accepted,
    }
    joined = {
        **member,
        "status": roster.ACTIVE,
        "membershipId": id,
        "membershipArn": membership["arn"],
        "updateTime": latest(moved),
    }
    tags.attach(ctx, membership["arn"], params.get("tags"))
    ctx.store.put(kinds.MEMBERSHIP, id, membership)
    ctx.store.put(kinds.COLLABORATION, found["id"], recounted(ctx, roster.with_member(moved, joined)))
    return {"membership": _shown(ctx, membership)}


@operation("GetMembership")
def get_membership(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read one of the caller's memberships."""
    return {"membership": _shown(ctx, own_membership(ctx, params["membershipIdentifier"]))}


@operation("ListMemberships")
def list_memberships(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """List the caller's memberships, ended ones too, oldest first (the order is an assumption)."""
    status = params.get("status")
    return paginate(
        ctx,
        [_shown(ctx, each) for each in own_memberships(ctx) if status in (None, each["status"])],
        params,
        result_key="membershipSummaries",
        key=lambda each: f"{round(each['createTime'] * 1000):015d}/{each['id']}",
        operation="ListMemberships",
    )


@operation("UpdateMembership")
def update_membership(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Change log and result settings, and what the member accepts to pay; what is absent stays as it is."""
    found = own_membership(ctx, params["membershipIdentifier"])
    if found["status"] != roster.ACTIVE:
        raise invalid_state(MEMBERSHIP, found["id"], f"The membership is {found['status']}")
    collaboration = collaboration_of(ctx, found)
    member = roster.entry(collaboration, ctx.account)
    accepted = acceptance.updated(
        ctx.switches,
        roster.members(collaboration),
        member,
        found["_accepted"],
        params.get("membershipPaymentConfiguration") or {},
    )
    moved = advanced(ctx, collaboration)
    given = {name: params[name] for name in ("queryLogStatus", "jobLogStatus", *_RESULTS) if params.get(name) is not None}
    membership = {**found, **given, "_accepted": accepted, "updateTime": latest(moved)}
    ctx.store.put(kinds.COLLABORATION, moved["id"], moved)
    ctx.store.put(kinds.MEMBERSHIP, membership["id"], membership)
    return {"membership": _shown(ctx, membership)}


@operation("DeleteMembership")
def delete_membership(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Leave a collaboration for good, or clear away a membership that has ended.

    Refused while the membership holds resources, and to the creator, who leaves by deleting the collaboration
    (service guide, leaving a collaboration; the error types are assumptions).
    """
    membership = own_membership(ctx, params["membershipIdentifier"])
    id = membership["id"]
    if any(_is_held_by(child, id, ctx.now) for kind in kinds.MEMBERSHIP_CHILDREN for child in ctx.store.all(kind)):
        raise subresources_exist(MEMBERSHIP, id, "The membership still holds resources; delete them first")
    if membership["status"] == roster.ACTIVE:
        _leave(ctx, membership)
    ctx.store.delete(kinds.MEMBERSHIP, id)
    tags.detach(ctx, membership["arn"])
    return {}


def _is_held_by(child: Document, membership_id: str, now: float) -> bool:
    """Whether the resource keeps the membership from ending; one that itself has ended does not (assumption)."""
    return bool(child["membershipId"] == membership_id) and not has_ended(child, now)


def _leave(ctx: Context, membership: Document) -> None:
    found = collaboration_of(ctx, membership)
    if found["creatorAccountId"] == ctx.account:
        raise invalid_state(MEMBERSHIP, membership["id"], "The creator can leave only by deleting the collaboration")
    moved = advanced(ctx, found)
    member = roster.entry(found, ctx.account)
    left = {
        **{name: value for name, value in member.items() if name not in ("membershipId", "membershipArn")},
        "status": roster.LEFT,
        "updateTime": latest(moved),
    }
    collaboration = recounted(ctx, roster.with_member(moved, left))
    ctx.store.put(kinds.COLLABORATION, collaboration["id"], collaboration)


def _shown(ctx: Context, membership: Document) -> Document:
    collaboration = collaboration_of(ctx, membership)
    member = roster.entry(collaboration, membership["_account"])
    return {
        "memberAbilities": member["abilities"],
        "mlMemberAbilities": member.get("mlAbilities"),
        **membership,
        "collaborationArn": collaboration["arn"],
        "collaborationCreatorAccountId": collaboration["creatorAccountId"],
        "collaborationCreatorDisplayName": collaboration["creatorDisplayName"],
        "collaborationName": collaboration["name"],
        "paymentConfiguration": payments.configuration_of(membership["_accepted"]),
    }
