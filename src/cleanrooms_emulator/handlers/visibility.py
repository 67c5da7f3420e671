"""Who can see a collaboration: its creator, and accounts INVITED to it or ACTIVE in it, in its own Region."""

from __future__ import annotations

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.collaborations import roster
from cleanrooms_emulator.handlers.refusals import COLLABORATION, access_denied, not_found
from cleanrooms_emulator.world.store import Document


def find_collaboration(ctx: Context, collaboration_id: str) -> Document | None:
    """The collaboration if the caller can see it."""
    collaboration = ctx.store.get(kinds.COLLABORATION, collaboration_id)
    return collaboration if collaboration is not None and is_visible(ctx, collaboration) else None


def is_visible(ctx: Context, collaboration: Document) -> bool:
    """Whether the caller can see the collaboration."""
    member = roster.find(collaboration, ctx.account) if _is_here(ctx, collaboration) else None
    return member is not None and roster.is_live(member)


def visible_collaboration(ctx: Context, collaboration_id: str) -> Document:
    """The collaboration. For operations that declare ResourceNotFoundException (switch notFound)."""
    collaboration = find_collaboration(ctx, collaboration_id)
    if collaboration is None:
        raise hidden(ctx, collaboration_id)
    return collaboration


def known_collaboration(ctx: Context, collaboration_id: str) -> Document:
    """The collaboration for whoever is or was a member of it, as long as it is there."""
    collaboration = ctx.store.get(kinds.COLLABORATION, collaboration_id)
    if collaboration is None or not _is_here(ctx, collaboration) or roster.find(collaboration, ctx.account) is None:
        raise hidden(ctx, collaboration_id)
    return collaboration


def own_collaboration(ctx: Context, collaboration_id: str, action: str) -> Document:
    """The collaboration if the caller created it; members get AccessDeniedException."""
    collaboration = visible_collaboration(ctx, collaboration_id)
    if collaboration["creatorAccountId"] != ctx.account:
        raise access_denied(f"Only the creator of collaboration {collaboration_id} may {action}")
    return collaboration


def hidden(ctx: Context, collaboration_id: str) -> ServiceError:
    """What a caller is told about a collaboration that is missing or not its business (switch notFound)."""
    if ctx.switches.not_found == "404":
        return not_found(COLLABORATION, collaboration_id)
    return denied(ctx, collaboration_id)


def denied(ctx: Context, collaboration_id: str) -> ServiceError:
    """The same where the operation declares no ResourceNotFoundException."""
    return access_denied(f"Account {ctx.account} has no access to collaboration {collaboration_id}")


def _is_here(ctx: Context, collaboration: Document) -> bool:
    return bool(collaboration["_region"] == ctx.region and not collaboration["_deleted"])
