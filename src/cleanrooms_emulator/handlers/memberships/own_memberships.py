"""The caller's memberships, and the collaboration that a membership or what hangs under one belongs to."""

from __future__ import annotations

from collections.abc import Callable

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.collaborations import roster
from cleanrooms_emulator.handlers.refusals import MEMBERSHIP, not_found
from cleanrooms_emulator.handlers.timeline import advanced, latest
from cleanrooms_emulator.world.store import Document


def own_memberships(ctx: Context) -> list[Document]:
    """The caller's memberships in this Region, whatever their status."""
    return [each for each in ctx.store.all(kinds.MEMBERSHIP) if _is_own(ctx, each)]


def find_own_membership(ctx: Context, membership_id: str) -> Document | None:
    """One of them."""
    membership = ctx.store.get(kinds.MEMBERSHIP, membership_id)
    return membership if membership is not None and _is_own(ctx, membership) else None


def own_membership(ctx: Context, membership_id: str) -> Document:
    """The same; others' do not exist for the caller. Raises ResourceNotFoundException."""
    membership = find_own_membership(ctx, membership_id)
    if membership is None:
        raise not_found(MEMBERSHIP, membership_id)
    return membership


def usable_membership(ctx: Context, membership_id: str, refused: Callable[[str], ServiceError]) -> Document:
    """The caller's membership if it is ACTIVE; what it is otherwise is said by the error that `refused` makes.

    Operations differ in the error that they declare for it, and each service has members of its own in errors.
    """
    membership = own_membership(ctx, membership_id)
    if membership["status"] != roster.ACTIVE:
        raise refused(f"Membership {membership_id} is {membership['status']}; only an ACTIVE one can be used for this")
    return membership


def collaboration_of(ctx: Context, document: Document) -> Document:
    """The collaboration of a membership or of what hangs under one; it is kept even when it is deleted."""
    collaboration = ctx.store.get(kinds.COLLABORATION, document["collaborationId"])
    if collaboration is None:
        raise LookupError(f"{document['arn']} has lost its collaboration")
    return collaboration


def moment_in(ctx: Context, document: Document) -> float:
    """A new moment of the collaboration that a document belongs to, later than all before."""
    moved = advanced(ctx, collaboration_of(ctx, document))
    ctx.store.put(kinds.COLLABORATION, moved["id"], moved)
    return latest(moved)


def _is_own(ctx: Context, membership: Document) -> bool:
    return bool(membership["_account"] == ctx.account and membership["_region"] == ctx.region)
