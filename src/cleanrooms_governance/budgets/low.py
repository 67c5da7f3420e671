"""Is so little left of a privacy budget that somebody is to be told? Pure."""

from collections.abc import Iterable, Iterator, Mapping
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
    if isinstance(balance, AccessBalance):
        figures = [(period, each.left, each.uses) for period, each in sorted(balance.periods.items())]
    else:
        figures = [(kind, count.left, count.most) for kind, count in sorted(balance.aggregations.items())]
    for (left, whole), names in alike(figures):
        if is_low(left, whole, percent):
            yield LowPart(names, left, whole)


def alike(figures: Iterable[tuple[str, int, int]]) -> list[tuple[tuple[int, int], tuple[str, ...]]]:
    """Return what is left of how much, each with the names of the parts that it is said of, in their order.

    Parameters: ``figures`` are names of parts with what is left of them and how much they are.
    """
    names: dict[tuple[int, int], list[str]] = {}
    for name, left, whole in figures:
        names.setdefault((left, whole), []).append(name)
    return [(amount, tuple(called)) for amount, called in names.items()]


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
