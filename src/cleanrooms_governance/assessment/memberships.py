"""What a look at a membership finds: the plan, what could be done now, and what stands in the way."""

from dataclasses import dataclass, replace
from datetime import date

from cleanrooms_governance.assessment.refusing import stopped, unread
from cleanrooms_governance.change_requests.next_move import Decision, Outcome
from cleanrooms_governance.desired import DesiredMembership
from cleanrooms_governance.errors import GovernanceError
from cleanrooms_governance.memberships.advance_membership import read_invitation
from cleanrooms_governance.memberships.joining import Invitation, decide_membership, plan_membership
from cleanrooms_governance.model import Collaboration
from cleanrooms_governance.planning.plan import Plan, Refusal, Remark
from cleanrooms_governance.service import CleanRoomsReads
from cleanrooms_governance.text import label


@dataclass(frozen=True, slots=True)
class MembershipAssessment:
    """A membership as one check found it; ``seen`` is ``None`` where the account could not look."""

    desired: DesiredMembership
    plan: Plan
    decision: Decision
    seen: Invitation | None = None
    may_write: bool = True

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Everything that stands in the way."""
        return (*self.plan.refusals, *self.decision.refusals)

    @property
    def can_act(self) -> bool:
        """Whether the account would join, change its membership or vote now."""
        return bool(self.decision.moves) or (bool(self.plan.changes) and self.may_write and not self.desired.paused)


def assess_membership(
    desired: DesiredMembership,
    reads: CleanRoomsReads,
    today: date,
    *,
    may_write: bool,
    expected: Collaboration | None = None,
) -> MembershipAssessment:
    """Read the invitation and plan.

    Parameters: ``expected`` is the collaboration as it will be when this membership's turn comes, where that is not what can be
    read now.
    """
    try:
        seen = read_invitation(desired, reads, reads.memberships())
    except GovernanceError as error:
        plan = unread(desired.owner, error)
        return MembershipAssessment(desired, plan, Decision(Outcome.REFUSED), may_write=may_write)
    if expected is not None and seen.membership is None:
        seen = replace(seen, collaboration=expected)
    plan = plan_membership(desired, seen)
    decision = decide_membership(desired, seen, plan, today, may_write=may_write)
    if plan.changes and not may_write:
        text = f"account {label(desired.account, desired.names)} is read-only here: shown, never written"
        decision = replace(decision, remarks=(*decision.remarks, Remark("read-only", desired.account, text)))
    return MembershipAssessment(desired, plan, decision, seen, may_write)


def other_membership(desired: DesiredMembership, recorded_id: str) -> MembershipAssessment:
    """Return what to say about a membership whose account or collaboration was edited."""
    text = (
        f"memberships.{desired.key}: this key stands for the membership {recorded_id}, and the file now means"
        f" {membership_resource_id(desired)}. Declare that one under a key of its own, or make the stack forget the other with"
        " `pulumi state delete` first: it stays in force either way"
    )
    plan = stopped(desired.owner, "another-membership", text)
    return MembershipAssessment(desired, plan, Decision(Outcome.REFUSED))


def membership_resource_id(desired: DesiredMembership) -> str:
    """Return ``<collaboration id>/<account>``, which is known before the account has joined."""
    return f"{desired.collaboration}/{desired.account}"
