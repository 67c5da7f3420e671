"""What a check finds: the plan, what could be done now, and what stands in the way, all without writing anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cleanrooms_governance.advance import World, read_world, situation_of
from cleanrooms_governance.advance_membership import read_invitation
from cleanrooms_governance.desired import DesiredCollaboration, DesiredMembership
from cleanrooms_governance.errors import GovernanceError
from cleanrooms_governance.joining import Invitation, decide_membership, plan_membership
from cleanrooms_governance.lookup import check_identity, find_collaboration
from cleanrooms_governance.next_move import Decision, Move, Outcome, actionable, decide
from cleanrooms_governance.plan import Plan, Refusal
from cleanrooms_governance.planning import plan_collaboration
from cleanrooms_governance.service import CleanRoomsReads


@dataclass(frozen=True, slots=True)
class CollaborationAssessment:
    """A collaboration as one check found it; ``world`` is ``None`` where there is none yet or it could not be read."""

    desired: DesiredCollaboration
    collaboration_id: str
    plan: Plan
    decision: Decision
    world: World | None = None

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Everything that stands in the way: of the plan, and of requests."""
        return (*self.plan.refusals, *self.decision.refusals)

    def moves(self, conflicting: frozenset[str] = frozenset()) -> tuple[Move, ...]:
        """Return what can be done now; see ``next_move.actionable``."""
        return actionable(self.decision.moves, conflicting, self.world.open_requests if self.world else frozenset())


@dataclass(frozen=True, slots=True)
class MembershipAssessment:
    """A membership as one check found it."""

    desired: DesiredMembership
    plan: Plan
    decision: Decision
    seen: Invitation | None = None
    may_write: bool = True

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Everything that stands in the way."""
        return (*self.plan.refusals, *self.decision.refusals)


def assess_collaboration(
    desired: DesiredCollaboration, known_id: str, reads: CleanRoomsReads, today: date, *, may_write: bool
) -> CollaborationAssessment:
    """Find the collaboration, read it and plan.

    What cannot be read becomes a refusal, so that the other resources of a preview are still planned.
    """
    found = known_id
    try:
        found = find_collaboration(desired, known_id, reads) or ""
        if not found:
            plan = plan_collaboration(desired, None)
            outcome = Outcome.REFUSED if plan.refusals else Outcome.WAITING
            return CollaborationAssessment(desired, "", plan, Decision(outcome))
        world = read_world(reads, found)
        check_identity(desired, world.live)
    except GovernanceError as error:
        return CollaborationAssessment(desired, found, _unreadable(desired.owner, str(error)), Decision(Outcome.REFUSED))
    situation = situation_of(desired, world, today, may_write=may_write)
    return CollaborationAssessment(desired, found, situation.plan, decide(situation), world)


def assess_membership(
    desired: DesiredMembership, reads: CleanRoomsReads, today: date, *, may_write: bool
) -> MembershipAssessment:
    """Read the invitation and plan."""
    try:
        seen = read_invitation(desired, reads, reads.memberships())
    except GovernanceError as error:
        return MembershipAssessment(desired, _unreadable(desired.owner, str(error)), Decision(Outcome.REFUSED))
    plan = plan_membership(desired, seen)
    return MembershipAssessment(desired, plan, decide_membership(desired, seen, plan, today, may_write=may_write), seen, may_write)


def refusal_documents(refusals: tuple[Refusal, ...]) -> list[dict[str, str]]:
    """Return refusals as the JSON documents that join a resource's inputs."""
    return [{"rule": r.rule, "subject": r.subject, "message": r.message} for r in sorted(set(refusals))]


def refusal_text(documents: list[Mapping[str, Any]]) -> str:
    """Return recorded refusals as one message."""
    return "; ".join(str(document["message"]) for document in documents)


def _unreadable(owner: str, message: str) -> Plan:
    return Plan(owner, refusals=(Refusal("unreadable", owner, message),))
