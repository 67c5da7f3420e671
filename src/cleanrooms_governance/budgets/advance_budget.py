"""Carry the plan of a privacy budget out: create, change, or, where that was acknowledged, delete and make anew."""

from collections.abc import Callable
from dataclasses import dataclass

from cleanrooms_governance.budgets.budget_changes import BudgetChange
from cleanrooms_governance.budgets.make_budget_change import make_change
from cleanrooms_governance.budgets.plan_budget import plan_budget, standing
from cleanrooms_governance.budgets.reading import read_budget
from cleanrooms_governance.budgets.seen_budget import SeenBudget
from cleanrooms_governance.change_requests.situation import Outcome
from cleanrooms_governance.errors import Refused, ServiceError
from cleanrooms_governance.planning.plan import Plan, Reviewed
from cleanrooms_governance.privacy_budgets import DesiredBudgetTemplate
from cleanrooms_governance.running.polling import poll
from cleanrooms_governance.service import CleanRooms


@dataclass(frozen=True, slots=True)
class BudgetOwner:
    """The account that a run acts as. ``sleep`` takes seconds, ``tell`` a line for each change that was made."""

    port: CleanRooms
    sleep: Callable[[float], None]
    tell: Callable[[str], None]
    may_write: bool = True


@dataclass(frozen=True, slots=True)
class BudgetReport:
    """How a run ended: what the account sees now, and why it could not go on, if so."""

    seen: SeenBudget
    plan: Plan
    failure: str = ""

    @property
    def outcome(self) -> Outcome:
        """How the budget stands."""
        return Outcome.FAILED if self.failure else standing(self.plan)


def advance_budget(desired: DesiredBudgetTemplate, reviewed: Reviewed, owner: BudgetOwner) -> BudgetReport:
    """Make all changes that are possible now, one after the other, and look again after each.

    Raises ``Refused`` if the budget is no longer what was reviewed, and a ``ServiceError`` if nothing was written yet.
    """
    seen = _look(desired, owner)
    reviewed.admit(plan_budget(desired, seen))
    failure = ""
    attempted: set[str] = set()
    while True:
        plan = plan_budget(desired, seen)
        change = _next(desired, plan, owner)
        if failure or change is None:
            return BudgetReport(seen, plan, failure)
        if str(change) in attempted:
            failure = f"{change} was sent and does not show. Run again, or look at it in the console"
            continue
        try:
            reviewed.admit(plan)
            owner.tell(make_change(change, seen, desired, owner.port, _in_effect(change, desired, owner)))
        except (ServiceError, Refused) as error:
            if not attempted:
                raise
            failure = str(error)
        attempted.add(str(change))
        try:
            seen = _look(desired, owner)
        except ServiceError as error:
            failure = failure or str(error)


def _look(desired: DesiredBudgetTemplate, owner: BudgetOwner) -> SeenBudget:
    return read_budget(desired, owner.port, owner.port.memberships())


def _next(desired: DesiredBudgetTemplate, plan: Plan, owner: BudgetOwner) -> BudgetChange | None:
    if plan.refusals or desired.paused or not owner.may_write:
        return None
    return next((planned.change for planned in plan.changes if isinstance(planned.change, BudgetChange)), None)


def _in_effect(change: BudgetChange, desired: DesiredBudgetTemplate, owner: BudgetOwner) -> Callable[[], bool]:
    """Return what looks a few times whether a change has come about."""

    def is_made() -> bool | None:
        planned = [each.change for each in plan_budget(desired, _look(desired, owner)).changes]
        return True if change not in planned else None

    return lambda: bool(poll(is_made, owner.sleep))
