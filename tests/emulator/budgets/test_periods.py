from calendar import monthrange
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleanrooms_emulator.handlers.budgets.periods import CALENDAR_KINDS, DAY, MONTH, WEEK, period_end, period_start

PERIODS = [
    ("an ordinary day", DAY, "2027-03-10T12:00:00", "2027-03-10", "2027-03-11"),
    ("the first moment of a day", DAY, "2027-03-10T00:00:00", "2027-03-10", "2027-03-11"),
    ("the last millisecond of a day", DAY, "2027-03-10T23:59:59.999", "2027-03-10", "2027-03-11"),
    ("the last day of a year", DAY, "2027-12-31T23:59:59.999", "2027-12-31", "2028-01-01"),
    ("the day before a leap day", DAY, "2028-02-28T13:00:00", "2028-02-28", "2028-02-29"),
    ("a leap day", DAY, "2028-02-29T23:00:00", "2028-02-29", "2028-03-01"),
    ("the end of February without a leap day", DAY, "2027-02-28T23:00:00", "2027-02-28", "2027-03-01"),
    ("a day on which European clocks change", DAY, "2027-03-28T02:30:00", "2027-03-28", "2027-03-29"),
    ("the middle of a week", WEEK, "2027-03-10T12:00:00", "2027-03-07", "2027-03-14"),
    ("the first moment of a Sunday", WEEK, "2027-03-07T00:00:00", "2027-03-07", "2027-03-14"),
    ("the last millisecond of a Saturday", WEEK, "2027-03-13T23:59:59.999", "2027-03-07", "2027-03-14"),
    ("a Monday", WEEK, "2027-03-08T00:00:00", "2027-03-07", "2027-03-14"),
    ("a week across a year's end", WEEK, "2027-12-31T23:59:59", "2027-12-26", "2028-01-02"),
    ("a week that begins with the year", WEEK, "2034-01-01T00:00:00", "2034-01-01", "2034-01-08"),
    ("a week across a leap day", WEEK, "2028-02-29T12:00:00", "2028-02-27", "2028-03-05"),
    ("the first week there was", WEEK, "1970-01-01T00:00:00", "1969-12-28", "1970-01-04"),
    ("a month of 31 days", MONTH, "2027-03-10T12:00:00", "2027-03-01", "2027-04-01"),
    ("a month of 30 days", MONTH, "2027-04-30T23:59:59.999", "2027-04-01", "2027-05-01"),
    ("the first moment of a month", MONTH, "2027-03-01T00:00:00", "2027-03-01", "2027-04-01"),
    ("the last millisecond of a month", MONTH, "2027-03-31T23:59:59.999", "2027-03-01", "2027-04-01"),
    ("February", MONTH, "2027-02-28T23:59:59.999", "2027-02-01", "2027-03-01"),
    ("February with a leap day", MONTH, "2028-02-29T23:59:59.999", "2028-02-01", "2028-03-01"),
    ("February of a century without a leap day", MONTH, "2100-02-28T23:59:59", "2100-02-01", "2100-03-01"),
    ("December", MONTH, "2027-12-31T23:59:59.999", "2027-12-01", "2028-01-01"),
    ("January", MONTH, "2028-01-01T00:00:00", "2028-01-01", "2028-02-01"),
]

kinds = st.sampled_from(CALENDAR_KINDS)
moments = st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2199, 12, 1)).map(
    lambda date: round(date.replace(tzinfo=UTC).timestamp(), 3)
)


def epoch(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(("name", "kind", "moment", "start", "end"), PERIODS, ids=[each[0] for each in PERIODS])
def test_a_period_goes_from_boundary_to_boundary(name: str, kind: str, moment: str, start: str, end: str) -> None:
    assert (epoch(start), epoch(end)) == (period_start(kind, epoch(moment)), period_end(kind, epoch(moment)))


@given(kinds, moments)
def test_a_moment_lies_in_its_period(kind: str, moment: float) -> None:
    assert period_start(kind, moment) <= moment < period_end(kind, moment)


@given(kinds, moments)
def test_one_period_follows_the_other_without_a_gap(kind: str, moment: float) -> None:
    end = period_end(kind, moment)

    assert end == period_start(kind, end)


@given(kinds, moments)
def test_all_moments_of_a_period_have_the_same_period(kind: str, moment: float) -> None:
    start, end = period_start(kind, moment), period_end(kind, moment)

    assert {(start, end)} == {(period_start(kind, each), period_end(kind, each)) for each in (start, moment, end - 0.001)}


@given(moments)
def test_a_week_begins_on_a_sunday_and_has_seven_days(moment: float) -> None:
    start = datetime.fromtimestamp(period_start(WEEK, moment), UTC)

    assert (6, timedelta(days=7)) == (start.weekday(), datetime.fromtimestamp(period_end(WEEK, moment), UTC) - start)


@given(moments)
def test_a_month_has_the_days_of_the_calendar(moment: float) -> None:
    start = datetime.fromtimestamp(period_start(MONTH, moment), UTC)
    days = (datetime.fromtimestamp(period_end(MONTH, moment), UTC) - start).days

    assert (1, monthrange(start.year, start.month)[1]) == (start.day, days)


@given(kinds, moments)
def test_periods_begin_at_midnight(kind: str, moment: float) -> None:
    assert 0 == period_start(kind, moment) % 86_400
