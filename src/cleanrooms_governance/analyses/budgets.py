"""What a query takes from the privacy budgets that it can see."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cleanrooms_governance.privacy_budgets import AccessBalance, PrivacyBalance, PrivacyBudget


@dataclass(frozen=True, slots=True)
class Balance:
    """What is left of a part of a budget, and what it began with."""

    left: int
    of: int


@dataclass(frozen=True, slots=True)
class Spent:
    """How one part of a budget stood before and stands after; ``before`` is ``None`` where it was not there or not seen.

    A ``part`` is an aggregation type, or a period of an access budget (service model: DifferentialPrivacyAggregationType,
    AccessBudgetType).
    """

    budget: PrivacyBudget
    part: str
    before: Balance | None
    after: Balance

    @property
    def resource(self) -> str:
        """The ARN of the table of an access budget, empty for differential privacy."""
        balance = self.budget.balance
        return balance.resource if isinstance(balance, AccessBalance) else ""


def spent(before: Iterable[PrivacyBudget], after: Iterable[PrivacyBudget]) -> Iterator[Spent]:
    """Yield every part of every budget that is there now, in the order of the service."""
    known = {budget.id: _parts(budget) for budget in before}
    for budget in after:
        for part, balance in _parts(budget).items():
            yield Spent(budget, part, known.get(budget.id, {}).get(part), balance)


def _parts(budget: PrivacyBudget) -> Mapping[str, Balance]:
    match budget.balance:
        case PrivacyBalance(aggregations=aggregations):
            return {kind: Balance(each.left, each.most) for kind, each in aggregations.items()}
        case AccessBalance(periods=periods):
            return {period: Balance(each.left, each.uses) for period, each in periods.items()}
    return {}
