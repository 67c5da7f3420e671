"""How fast does a privacy budget go, and does it last until it is renewed? Pure.

Only two points of its course are known, its beginning and now, so the pace is the average between them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cleanrooms_governance.budgets.low import alike
from cleanrooms_governance.privacy_budgets import (
    AccessBalance,
    AutoRefresh,
    BudgetTemplate,
    Period,
    PeriodBalance,
    PrivacyBalance,
    PrivacyBudget,
    TemplateRefresh,
)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a budget that is used up by itself: one period of an access budget, or aggregations of the same figures.

    ``names`` are periods or kinds of aggregations (service model: AccessBudgetType, DifferentialPrivacyAggregationType).
    ``start`` and ``end`` are those of the present period, ``None`` where there is none or it is not known; ``renewed`` says
    whether a new one follows, ``None`` where that is not known.
    """

    names: tuple[str, ...]
    left: int
    whole: int
    start: datetime | None = None
    end: datetime | None = None
    renewed: bool | None = None

    @property
    def used(self) -> int:
        """What was taken from it in the present period."""
        return self.whole - self.left

    @property
    def refresh(self) -> datetime | None:
        """When it is renewed next, ``None`` if it never is or nobody knows."""
        return self.end if self.renewed else None


@dataclass(frozen=True, slots=True)
class Pace:
    """How a part goes: ``elapsed`` is the share of the period that is over, ``None`` where it has no end.

    ``a_day`` is how much was used a day on average, ``empty`` when nothing is left if that goes on, ``None`` if nothing was
    used; ``lasts`` says whether that is not before the period's end, ``None`` where it has none.
    """

    elapsed: float | None
    a_day: float
    empty: datetime | None
    lasts: bool | None


def parts_of(budget: PrivacyBudget, terms: BudgetTemplate | None, now: datetime) -> Iterator[Part]:
    """Yield the parts of a budget, in the order of their names.

    Parameters: ``terms`` is its template, for differential privacy, where that was read; ``now`` is a moment in UTC.
    """
    match budget.balance:
        case AccessBalance() as access:
            yield from periods_of(access)
        case PrivacyBalance() as balance:
            yield from _aggregations(balance, budget.created, terms, now)


def periods_of(balance: AccessBalance) -> Iterator[Part]:
    """Yield the parts of an access budget alone."""
    for name, each in sorted(balance.periods.items()):
        yield _period(name, each)


EARLY = timedelta(hours=1)
"""So long after its beginning nothing is said of how a part goes: a query in the first minute would make thousands a day."""


def pace_of(part: Part, now: datetime) -> Pace | None:
    """Return how a part goes, ``None`` where its beginning is not known, is yet to come, or was only just now."""
    if part.start is None or now - part.start < EARLY:
        return None
    days = (now - part.start) / timedelta(days=1)
    a_day = part.used / days
    elapsed = None if part.end is None else min(1.0, (now - part.start) / (part.end - part.start))
    if part.left <= 0:
        return Pace(elapsed, a_day, now, False if part.end is not None else None)
    if part.used <= 0:
        return Pace(elapsed, 0.0, None, True if part.end is not None else None)
    empty = _in_days(now, part.left / a_day)
    lasts = None if part.end is None else empty is None or empty >= part.end
    return Pace(elapsed, a_day, empty, lasts)


def _in_days(now: datetime, days: float) -> datetime | None:
    """Return a moment, or ``None`` for one that no calendar has."""
    try:
        return now + timedelta(days=days)
    except OverflowError:
        return None


def _period(name: str, balance: PeriodBalance) -> Part:
    renewed = False if name == Period.LIFETIME else _is_renewed(balance.auto_refresh)
    return Part((name,), balance.left, balance.uses, balance.start, balance.end, renewed)


def _is_renewed(auto_refresh: str | None) -> bool | None:
    return auto_refresh == AutoRefresh.ENABLED if auto_refresh in list(AutoRefresh) else None


def _aggregations(
    balance: PrivacyBalance, created: datetime | None, terms: BudgetTemplate | None, now: datetime
) -> Iterator[Part]:
    start, end, renewed = _course(created, terms, now)
    for (left, most), names in alike((kind, each.left, each.most) for kind, each in sorted(balance.aggregations.items())):
        yield Part(names, left, most, start, end, renewed)


def _course(
    created: datetime | None, terms: BudgetTemplate | None, now: datetime
) -> tuple[datetime | None, datetime | None, bool | None]:
    """Return beginning and end of a budget of differential privacy, and whether another one follows.

    AWS says "each calendar month" (service guide, differential privacy policy) and shows no moment: taken is the first day in
    UTC, as for access budgets.
    """
    refresh = terms.auto_refresh if terms else None
    if refresh == TemplateRefresh.CALENDAR_MONTH:
        first = datetime(now.year, now.month, 1, tzinfo=UTC)
        following = (first + timedelta(days=32)).replace(day=1)
        return (first if created is None else max(first, created)), following, True
    if refresh == TemplateRefresh.NONE:
        return created, None, False
    return None, None, None
