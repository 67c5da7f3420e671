"""What a look at a privacy budget finds, without writing anything."""

from dataclasses import dataclass, replace

from cleanrooms_governance.assessment.refusing import stopped, unread
from cleanrooms_governance.budgets.plan_budget import plan_budget, standing
from cleanrooms_governance.budgets.reading import read_budget
from cleanrooms_governance.budgets.seen_budget import SeenBudget
from cleanrooms_governance.change_requests.next_move import Outcome
from cleanrooms_governance.errors import GovernanceError
from cleanrooms_governance.planning.plan import Plan, Refusal, Remark
from cleanrooms_governance.privacy_budgets import DesiredBudgetTemplate
from cleanrooms_governance.service import CleanRoomsReads
from cleanrooms_governance.text import label


@dataclass(frozen=True, slots=True)
class BudgetAssessment:
    """A privacy budget as one check found it; ``seen`` is ``None`` where the account could not look."""

    desired: DesiredBudgetTemplate
    plan: Plan
    outcome: Outcome
    seen: SeenBudget | None = None
    may_write: bool = True

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Everything that stands in the way."""
        return self.plan.refusals

    @property
    def can_act(self) -> bool:
        """Whether a run would change something now."""
        return bool(self.plan.changes) and self.may_write and not self.desired.paused


def assess_budget(desired: DesiredBudgetTemplate, reads: CleanRoomsReads, *, may_write: bool) -> BudgetAssessment:
    """Read the budget and plan."""
    try:
        seen = read_budget(desired, reads, reads.memberships())
    except GovernanceError as error:
        return BudgetAssessment(desired, unread(desired.owner, error), Outcome.REFUSED, may_write=may_write)
    plan = plan_budget(desired, seen)
    if plan.changes and not may_write:
        text = f"account {label(desired.account, desired.names)} is read-only here: shown, never written"
        plan = replace(plan, remarks=(*plan.remarks, Remark("read-only", desired.account, text)))
    return BudgetAssessment(desired, plan, standing(plan), seen, may_write)


def other_budget(desired: DesiredBudgetTemplate, recorded_id: str) -> BudgetAssessment:
    """Return what to say about a budget whose account or collaboration was edited."""
    text = (
        f"{desired.path}: this key stands for the budget {recorded_id}, and the file now means"
        f" {budget_resource_id(desired)}. Declare that one under a key of its own, or make the stack forget the other with"
        " `pulumi state delete` first: it stays in force either way"
    )
    return BudgetAssessment(desired, stopped(desired.owner, "another-budget", text), Outcome.REFUSED)


def budget_resource_id(desired: DesiredBudgetTemplate) -> str:
    """Return ``<collaboration id>/<account>/<name>``, which is known before there is a template."""
    return f"{desired.collaboration}/{desired.account}/{desired.name}"
