"""What is said under a resource when it was looked at, line by line and in this order."""

from collections.abc import Iterator

from cleanrooms_governance.assessment.budgets import BudgetAssessment
from cleanrooms_governance.assessment.collaborations import CollaborationAssessment
from cleanrooms_governance.assessment.memberships import MembershipAssessment
from cleanrooms_governance.planning.plan import Remark
from cleanrooms_governance.report import move_line, plan_lines

MEMBERSHIP_NOT_KNOWN_YET = "what is to be done here is known when the collaboration's changes are made"
BUDGET_NOT_KNOWN_YET = "what is to be done here is known when the account has joined"


def collaboration_lines(found: CollaborationAssessment) -> Iterator[Remark]:
    """Yield what is said about a collaboration: its plan, what is remarked about it, and what can be done now."""
    names = found.desired.names
    yield from plan_lines(found.plan, found.world.live if found.world else None, names)
    yield from found.decision.remarks
    if not found.refusals:
        for move in found.moves():
            yield move_line(move, names)


def membership_lines(found: MembershipAssessment) -> Iterator[Remark]:
    """Yield what is said about a membership."""
    names = found.desired.names
    yield from plan_lines(found.plan, None, names)
    yield from found.decision.remarks
    for move in found.decision.moves:
        yield move_line(move, names)


def budget_lines(found: BudgetAssessment) -> Iterator[Remark]:
    """Yield what is said about a privacy budget."""
    yield from plan_lines(found.plan, None, found.desired.names)
