"""Collaborations: Create, Get, List, Update and DeleteCollaboration."""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds, quotas, tags
from cleanrooms_emulator.handlers.change_requests.change_outcome import distinct
from cleanrooms_emulator.handlers.collaborations import creation_rules, roster
from cleanrooms_emulator.handlers.collaborations.roster import Member
from cleanrooms_emulator.handlers.memberships.payments import flags_of
from cleanrooms_emulator.handlers.refusals import access_denied
from cleanrooms_emulator.handlers.timeline import advanced, latest
from cleanrooms_emulator.handlers.visibility import denied, find_collaboration, is_visible
from cleanrooms_emulator.pagination import paginate
from cleanrooms_emulator.registry import operation
from cleanrooms_emulator.world.store import Document

DELETED = "COLLABORATION_DELETED"
_COPIED = ("name", "description", "queryLogStatus", "dataEncryptionMetadata")


@operation("CreateCollaboration")
def create_collaboration(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Create a collaboration; everybody in it is INVITED, its creator too, until a membership is made."""
    creation_rules.check_engine(params.get("analyticsEngine"))
    creation_rules.check_members(ctx.account, params)
    id = ctx.new_id()
    blank = {"id": id, "arn": ctx.arn("collaboration", id), "_region": ctx.region, "_deleted": False}
    started = advanced(ctx, blank)
    moment = latest(started)
    entries = [_invited(member, moment) for member in [_creator(ctx, params), *params["members"]]]
    creation_rules.check_payers(ctx.switches, entries)
    _check_quotas(ctx, entries)
    collaboration = {
        **started,
        **{name: params.get(name) for name in _COPIED},
        "creatorAccountId": ctx.account,
        "creatorDisplayName": params["creatorDisplayName"],
        "createTime": moment,
        "updateTime": moment,
        "jobLogStatus": params.get("jobLogStatus") or "DISABLED",
        "analyticsEngine": params.get("analyticsEngine") or "SPARK",
        "autoApprovedChangeTypes": distinct(params.get("autoApprovedChangeRequestTypes") or []),
        "allowedResultRegions": _result_regions(ctx, params.get("allowedResultRegions")),
        "isMetricsEnabled": params.get("isMetricsEnabled") or False,
        "_members": entries,
    }
    tags.attach(ctx, collaboration["arn"], params.get("tags"))
    ctx.store.put(kinds.COLLABORATION, id, collaboration)
    return {"collaboration": _as_seen(ctx, collaboration)}


@operation("GetCollaboration")
def get_collaboration(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read a collaboration as the caller sees it."""
    return {"collaboration": _as_seen(ctx, _visible(ctx, params))}


@operation("ListCollaborations")
def list_collaborations(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """List what the caller created, joined or is invited to, oldest first (the order is an assumption)."""
    status = params.get("memberStatus")
    seen = [_as_seen(ctx, each) for each in ctx.store.all(kinds.COLLABORATION) if is_visible(ctx, each)]
    return paginate(
        ctx,
        [each for each in seen if status in (None, each["memberStatus"])],
        params,
        result_key="collaborationList",
        key=lambda each: f"{round(each['createTime'] * 1000):015d}/{each['id']}",
        operation="ListCollaborations",
    )


@operation("UpdateCollaboration")
def update_collaboration(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Change name or description; everything else of a collaboration is fixed or takes a change request."""
    found = _visible(ctx, params)
    _check_creator(ctx, found, "update")
    creation_rules.check_engine(params.get("analyticsEngine"))
    moved = advanced(ctx, found)
    given = {name: params[name] for name in ("name", "description", "analyticsEngine") if params.get(name) is not None}
    collaboration = {**moved, **given, "updateTime": latest(moved)}
    ctx.store.put(kinds.COLLABORATION, collaboration["id"], collaboration)
    return {"collaboration": _as_seen(ctx, collaboration)}


@operation("DeleteCollaboration")
def delete_collaboration(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Delete a collaboration; joined members keep a membership that says so. The call can be repeated."""
    id = params["collaborationIdentifier"]
    stored = ctx.store.get(kinds.COLLABORATION, id)
    if stored is not None and stored["_deleted"] and _is_own(ctx, stored):
        return {}
    found = _visible(ctx, params)
    _check_creator(ctx, found, "delete")
    collaboration = {**advanced(ctx, found), "_deleted": True}
    ctx.store.put(kinds.COLLABORATION, id, collaboration)
    tags.detach(ctx, collaboration["arn"])
    for membership in ctx.store.all(kinds.MEMBERSHIP):
        if membership["collaborationId"] == id and membership["status"] == roster.ACTIVE:
            ended = {**membership, "status": DELETED, "updateTime": latest(collaboration)}
            ctx.store.put(kinds.MEMBERSHIP, membership["id"], ended)
    return {}


def _creator(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """The creator in the form of the other members of the input."""
    return {
        "accountId": ctx.account,
        "displayName": params["creatorDisplayName"],
        "memberAbilities": params["creatorMemberAbilities"],
        "mlMemberAbilities": params.get("creatorMLMemberAbilities"),
        "paymentConfiguration": params.get("creatorPaymentConfiguration"),
    }


def _invited(member: dict[str, Any], moment: float) -> Member:
    return {
        "accountId": member["accountId"],
        "status": roster.INVITED,
        "displayName": member["displayName"],
        "abilities": distinct(member["memberAbilities"]),
        "mlAbilities": member.get("mlMemberAbilities"),
        "createTime": moment,
        "updateTime": moment,
        "_payer": flags_of(member.get("paymentConfiguration")),
    }


def _result_regions(ctx: Context, given: list[str] | None) -> list[str] | None:
    """Assumption, switch omittedResultRegions: the service guide only says what the console preselects."""
    if given is None and ctx.switches.omitted_result_regions == "current-region":
        return [ctx.region]
    return given


def _check_quotas(ctx: Context, entries: list[Member]) -> None:
    quotas.ensure_within(ctx.store, quotas.MEMBERS_INVITED, roster.counted(ctx.switches, entries, ctx.account))
    own = sum(_is_own(ctx, each) and not each["_deleted"] for each in ctx.store.all(kinds.COLLABORATION))
    quotas.ensure_within(ctx.store, quotas.COLLABORATIONS, own + 1)


def _is_own(ctx: Context, collaboration: Document) -> bool:
    return bool(collaboration["creatorAccountId"] == ctx.account and collaboration["_region"] == ctx.region)


def _visible(ctx: Context, params: dict[str, Any]) -> Document:
    id = params["collaborationIdentifier"]
    collaboration = find_collaboration(ctx, id)
    if collaboration is None:
        raise denied(ctx, id)
    return collaboration


def _check_creator(ctx: Context, collaboration: Document, action: str) -> None:
    if collaboration["creatorAccountId"] != ctx.account:
        raise access_denied(f"Only the creator of collaboration {collaboration['id']} may {action} it")


def _as_seen(ctx: Context, collaboration: Document) -> Document:
    member = roster.entry(collaboration, ctx.account)
    return {
        **collaboration,
        "memberStatus": member["status"],
        "membershipId": member.get("membershipId"),
        "membershipArn": member.get("membershipArn"),
    }
