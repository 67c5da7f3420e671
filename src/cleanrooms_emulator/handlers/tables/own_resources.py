"""Finding and making what an account owns: configured tables, and what hangs under its memberships."""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.memberships.own_memberships import (
    collaboration_of,
    moment_in,
    own_membership,
    usable_membership,
)
from cleanrooms_emulator.handlers.refusals import CONFIGURED_TABLE, MEMBERSHIP, access_denied, invalid_state, not_found
from cleanrooms_emulator.world.store import Document


def own_configured_table(ctx: Context, table_id: str) -> Document:
    """The caller's configured table in this Region. Raises ResourceNotFoundException."""
    table = ctx.store.get(kinds.CONFIGURED_TABLE, table_id)
    if table is None or table["_account"] != ctx.account or table["_region"] != ctx.region:
        raise not_found(CONFIGURED_TABLE, table_id)
    return table


def active_membership(ctx: Context, membership_id: str) -> Document:
    """The caller's membership. Raises ConflictException unless it is ACTIVE, for what changes things under it."""
    return usable_membership(ctx, membership_id, lambda message: invalid_state(MEMBERSHIP, membership_id, message))


def membership_in_use(ctx: Context, membership_id: str) -> Document:
    """The same for operations that declare no ConflictException: AccessDeniedException."""
    return usable_membership(ctx, membership_id, access_denied)


def children_of(ctx: Context, kind: str, membership_id: str) -> list[Document]:
    """What of this kind hangs under the caller's membership, whatever its status."""
    own_membership(ctx, membership_id)
    return [each for each in ctx.store.all(kind) if each["membershipId"] == membership_id]


def find_child(ctx: Context, kind: str, membership_id: str, id: str) -> Document | None:
    """One of them."""
    own_membership(ctx, membership_id)
    child = ctx.store.get(kind, id)
    return child if child is not None and child["membershipId"] == membership_id else None


def new_child(ctx: Context, membership: Document, path: str) -> dict[str, Any]:
    """The members that every document under a membership has; `path` is the kind's part of the ARN."""
    id = ctx.new_id()
    collaboration = collaboration_of(ctx, membership)
    moment = moment_in(ctx, membership)
    return {
        "id": id,
        "arn": ctx.arn(f"membership/{membership['id']}/{path}", id),
        "membershipId": membership["id"],
        "membershipArn": membership["arn"],
        "collaborationId": collaboration["id"],
        "collaborationArn": collaboration["arn"],
        "createTime": moment,
        "updateTime": moment,
        "_account": ctx.account,
        "_region": ctx.region,
    }


def oldest_first(document: Document) -> str:
    """A key of pages in the order of creation (assumption)."""
    return f"{round(document['createTime'] * 1000):015d}/{document['id']}"


def missing(ctx: Context, error: ServiceError) -> dict[str, Any]:
    """The answer to deleting what is not there (assumption, switch repeatedDelete): `error`, or success."""
    if ctx.switches.repeated_delete == "404":
        raise error
    return {}
