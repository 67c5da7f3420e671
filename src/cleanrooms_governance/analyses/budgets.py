"""What a query takes from the privacy budgets that it can see."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cleanrooms_governance.model import AccountId


@dataclass(frozen=True, slots=True)
class Balance:
    """What is left of a part of a budget, and what it began with."""

    left: int
    of: int


@dataclass(frozen=True, slots=True)
class Budget:
    """A privacy budget with what is left of it.

    ``resource`` is the ARN of the table of an access budget, empty for differential privacy. The ``parts`` are aggregation
    types, or the periods of an access budget (service model: DifferentialPrivacyAggregationType, AccessBudgetType).
    """

    id: str
    owner: AccountId
    kind: str
    resource: str
    parts: Mapping[str, Balance]


@dataclass(frozen=True, slots=True)
class Spent:
    """How one part of a budget stood before and stands after; ``before`` is ``None`` where it was not there or not seen."""

    budget: Budget
    part: str
    before: Balance | None
    after: Balance


def spent(before: Iterable[Budget], after: Iterable[Budget]) -> Iterator[Spent]:
    """Yield every part of every budget that is there now, in the order of the service."""
    known = {budget.id: budget.parts for budget in before}
    for budget in after:
        for part, balance in budget.parts.items():
            yield Spent(budget, part, known.get(budget.id, {}).get(part), balance)
