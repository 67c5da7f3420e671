"""Who may run queries and jobs."""

from __future__ import annotations

from dataclasses import dataclass

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers.collaborations import roster
from cleanrooms_emulator.handlers.collaborations.roster import Member
from cleanrooms_emulator.handlers.memberships.own_memberships import collaboration_of, usable_membership
from cleanrooms_emulator.handlers.refusals import access_denied
from cleanrooms_emulator.world.store import Document


@dataclass(frozen=True, slots=True)
class Runner:
    """A member that does something now: its membership, its collaboration and its entry there."""

    membership: Document
    collaboration: Document
    member: Member


def runner_with(ctx: Context, membership_id: str, ability: str) -> Runner:
    """The caller as a member that holds `ability`.

    Raises ResourceNotFoundException unless the membership is the caller's, AccessDeniedException when it is not
    ACTIVE (what starts runs declares no ConflictException) or lacks the ability.
    """
    membership = usable_membership(ctx, membership_id, access_denied)
    collaboration = collaboration_of(ctx, membership)
    member = roster.entry(collaboration, ctx.account)
    if ability not in member["abilities"]:
        raise access_denied(f"Account {ctx.account} does not have {ability} in collaboration {collaboration['id']}")
    return Runner(membership, collaboration, member)
