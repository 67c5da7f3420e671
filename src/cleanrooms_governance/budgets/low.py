"""Is so little left of a privacy budget that somebody is to be told? Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cleanrooms_governance.privacy_budgets import (
    AccessBalance,
    BudgetedTable,
    BudgetType,
    PrivacyBalance,
    PrivacyBudget,
    Wanted,
    WantedPrivacy,
    table_id,
)


@dataclass(frozen=True, slots=True)
class LowPart:
    """A period of an access budget, or kinds of aggregations with the same figures, of which less is left than wanted."""

    names: tuple[str, ...]
    left: int
    whole: int


def low_parts(balance: PrivacyBalance | AccessBalance, percent: int) -> Iterator[LowPart]:
    """Yield what has less than a share left. What was nothing from the beginning is not low: it is meant to be closed."""
    figures: dict[tuple[int, int], list[str]] = {}
    if isinstance(balance, AccessBalance):
        for period, each in sorted(balance.periods.items()):
            figures.setdefault((each.left, each.uses), []).append(period)
    else:
        for kind, count in sorted(balance.aggregations.items()):
            figures.setdefault((count.left, count.most), []).append(kind)
    for (left, whole), names in figures.items():
        if is_low(left, whole, percent):
            yield LowPart(tuple(names), left, whole)


def is_low(left: int, whole: int, percent: int) -> bool:
    """Tell whether less than a share is left."""
    return left * 100 < percent * whole


def is_meant(wanted: Wanted, budget: PrivacyBudget, tables: Mapping[str, BudgetedTable]) -> bool:
    """Tell whether a live budget of an account is the one that its file means.

    Parameters: ``tables`` are the account's own, by the id at the end of their ARNs, as far as they can be seen.
    """
    if isinstance(wanted, WantedPrivacy):
        return budget.type == BudgetType.DIFFERENTIAL_PRIVACY
    if not isinstance(budget.balance, AccessBalance):
        return False
    id_ = table_id(budget.balance.resource)
    if wanted.is_by_arn:
        return id_ == table_id(wanted.table)
    return wanted.table.lower() in ({tables[id_].name.lower(), id_} if id_ in tables else {id_})
