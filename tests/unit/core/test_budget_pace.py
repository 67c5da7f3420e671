from datetime import UTC, datetime, timedelta

import pytest

from cleanrooms_governance.budgets.pace import Pace, Part, pace_of, parts_of
from cleanrooms_governance.model import AccountId
from cleanrooms_governance.privacy_budgets import (
    AccessBalance,
    Aggregations,
    BudgetTemplate,
    PeriodBalance,
    PrivacyBalance,
    PrivacyBudget,
)

OWNER = AccountId("111122223333")
LONG_AGO = datetime(2026, 3, 5, tzinfo=UTC)
SUNDAY = datetime(2026, 11, 22, tzinfo=UTC)
WEEK = timedelta(days=7)
NOW = SUNDAY + timedelta(days=2)


def week(left: int, whole: int = 70) -> Part:
    return Part(("CALENDAR_WEEK",), left, whole, SUNDAY, SUNDAY + WEEK, renewed=True)


def lifetime(left: int, whole: int = 70) -> Part:
    return Part(("LIFETIME",), left, whole, SUNDAY, None, renewed=False)


def access(**periods: PeriodBalance) -> PrivacyBudget:
    return PrivacyBudget("b", "t", OWNER, "ACCESS_BUDGET", AccessBalance("arn:x/1", periods, 1))


def privacy(refresh: str | None, created: datetime | None) -> Part:
    balance = PrivacyBalance(3, {"SUM": Aggregations(9, 4), "AVG": Aggregations(9, 4)})
    budget = PrivacyBudget("b", "t", OWNER, "DIFFERENTIAL_PRIVACY", balance, created)
    terms = BudgetTemplate("t", "arn:t", OWNER, "DIFFERENTIAL_PRIVACY", refresh, None) if refresh else None
    (part,) = parts_of(budget, terms, NOW)
    return part


def pace(part: Part, now: datetime = NOW) -> Pace:
    found = pace_of(part, now)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("left", "lasts", "empty"),
    [
        (70, True, None),
        (60, True, NOW + timedelta(days=12)),
        (50, False, NOW + timedelta(days=5) - timedelta(seconds=1)),
        (20, False, NOW + timedelta(hours=19, minutes=12)),
        (0, False, NOW),
    ],
)
def test_what_goes_faster_than_the_period_does_not_last(left: int, lasts: bool, empty: datetime | None) -> None:
    found = pace(Part(("CALENDAR_WEEK",), left, 70, SUNDAY, SUNDAY + WEEK + timedelta(seconds=left == 50), renewed=True))
    assert lasts == found.lasts
    assert empty is None or found.empty is not None
    assert empty is None or abs(empty - (found.empty or NOW)) <= timedelta(seconds=1)


def test_what_ends_exactly_with_the_period_lasts() -> None:
    assert (True, SUNDAY + WEEK) == (pace(week(50)).lasts, pace(week(50)).empty)


def test_the_share_of_the_period_that_is_over_is_told() -> None:
    assert 2 / 7 == pace(week(70)).elapsed
    assert 1.0 == pace(week(70), SUNDAY + 2 * WEEK).elapsed


def test_a_lifetime_has_no_end_to_last_until() -> None:
    found = pace(lifetime(50))
    assert (None, None, 10.0, NOW + timedelta(days=5)) == (found.elapsed, found.lasts, found.a_day, found.empty)


def test_a_pace_that_takes_longer_than_any_calendar_lasts() -> None:
    assert (True, None) == (pace(week(10**9, 10**9 + 1)).lasts, pace(lifetime(10**9, 10**9 + 1)).empty)


def test_before_the_beginning_and_in_the_first_hour_there_is_no_pace() -> None:
    assert None is pace_of(week(60), SUNDAY - timedelta(days=1))
    assert None is pace_of(week(60), SUNDAY + timedelta(minutes=59))
    assert 240 == pace(week(60), SUNDAY + timedelta(hours=1)).a_day
    assert None is pace_of(Part(("SUM",), 1, 2), NOW)


@pytest.mark.parametrize(("refresh", "renewed"), [("ENABLED", True), ("DISABLED", False), (None, None), ("HOURLY", None)])
def test_an_amount_is_renewed_as_far_as_the_service_says(refresh: str | None, renewed: bool | None) -> None:
    (part,) = parts_of(access(CALENDAR_DAY=PeriodBalance(9, 4, SUNDAY, SUNDAY + WEEK, refresh)), None, NOW)
    assert (renewed, 5) == (part.renewed, part.used)
    assert (SUNDAY + WEEK if renewed else None) == part.refresh


def test_a_lifetime_is_never_renewed() -> None:
    (part,) = parts_of(access(LIFETIME=PeriodBalance(9, 4, SUNDAY)), None, NOW)
    assert (False, None) == (part.renewed, part.refresh)


def test_aggregations_with_the_same_figures_are_one_part() -> None:
    assert (("AVG", "SUM"), 4, 9) == (privacy("NONE", None).names, privacy("NONE", None).left, privacy("NONE", None).whole)


@pytest.mark.parametrize(
    ("refresh", "created", "start", "end"),
    [
        (
            "CALENDAR_MONTH",
            LONG_AGO,
            datetime(2026, 11, 1, tzinfo=UTC),
            datetime(2026, 12, 1, tzinfo=UTC),
        ),
        ("CALENDAR_MONTH", SUNDAY, SUNDAY, datetime(2026, 12, 1, tzinfo=UTC)),
        ("NONE", SUNDAY, SUNDAY, None),
        (None, SUNDAY, None, None),
        ("FORTNIGHT", SUNDAY, None, None),
    ],
)
def test_differential_privacy_goes_by_the_calendar_month_or_from_its_beginning(
    refresh: str | None, created: datetime, start: datetime | None, end: datetime | None
) -> None:
    part = privacy(refresh, created)
    assert (start, end) == (part.start, part.end)
