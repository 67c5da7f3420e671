"""When somebody is told that little is left of a privacy budget, and what that costs."""

from datetime import UTC, datetime

import pytest

from cleanrooms_governance.budgets.low import LowPart, is_meant, low_parts
from cleanrooms_governance.budgets.plan_budget import plan_budget
from cleanrooms_governance.planning.plan import Level, Remark
from cleanrooms_governance.privacy_budgets import (
    AccessBalance,
    Aggregations,
    BudgetedTable,
    PeriodBalance,
    PrivacyBalance,
    PrivacyBudget,
    table_id,
)
from cleanrooms_governance.seen import NotVisible
from tests.unit.core.budgets import TABLE_ARN, Bank, access, associate, desired, lifetime, limited, privacy, seen, use, week
from tests.unit.core.builders import BANK, QUERY, RUNNER, SHOP, collaboration, member
from tests.unit.core.governed import Governed, Service, create

MOMENT = datetime(2026, 11, 1, tzinfo=UTC)
TABLES = {table_id(TABLE_ARN): BudgetedTable("orders", TABLE_ARN)}


def weeks(left: int, of: int = 50) -> AccessBalance:
    return AccessBalance(TABLE_ARN, {"CALENDAR_WEEK": PeriodBalance(of, left, MOMENT)}, left)


def warnings(balance: AccessBalance | NotVisible | None, percent: int | None = 20) -> list[Remark]:
    plan = plan_budget(desired(access(), warn_below=percent), seen(limited(week(50)), balance=balance))
    return [each for each in plan.remarks if each.level is Level.WARNING]


@pytest.mark.parametrize(("left", "told"), [(0, True), (9, True), (10, False), (50, False)])
def test_less_than_the_share_is_low_and_exactly_the_share_is_not(left: int, told: bool) -> None:
    assert told == bool(warnings(weeks(left)))


def test_what_was_nothing_from_the_beginning_is_not_low() -> None:
    assert [] == list(low_parts(weeks(0, 0), 99))


def test_the_warning_says_where_it_is_declared_and_how_much_is_left() -> None:
    (warning,) = warnings(weeks(4))
    assert "budget-low" == warning.rule
    assert (
        "memberships.bank.privacyBudgets.orders.warnBelow: the access budget of table orders of 444455556666:"
        " CALENDAR_WEEK: 4 of 50 left, less than 20%"
    ) == warning.message


def test_each_period_and_each_figure_is_low_by_itself() -> None:
    two = AccessBalance("a", {"LIFETIME": PeriodBalance(100, 5, MOMENT), "CALENDAR_DAY": PeriodBalance(9, 9, MOMENT)}, 5)
    kinds = PrivacyBalance(3, {"AVG": Aggregations(9, 1), "SUM": Aggregations(9, 1), "COUNT": Aggregations(9, 9)})
    assert [LowPart(("LIFETIME",), 5, 100)] == list(low_parts(two, 20))
    assert [LowPart(("AVG", "SUM"), 1, 9)] == list(low_parts(kinds, 20))


def test_without_a_declared_share_nobody_is_told() -> None:
    assert [] == warnings(weeks(0), None)


def test_what_cannot_be_read_is_said_to_be_not_visible() -> None:
    (warning,) = warnings(NotVisible("ListPrivacyBudgets: AccessDeniedException"))
    assert "what is left is not visible (ListPrivacyBudgets: AccessDeniedException)" in warning.message


def test_the_plan_is_the_same_whatever_is_left_and_whatever_share_is_declared() -> None:
    plans = [
        plan_budget(desired(access(), warn_below=percent), seen(limited(week(50)), balance=weeks(left)))
        for percent, left in ((None, 0), (20, 0), (99, 50))
    ]
    assert 1 == len({each.fingerprint for each in plans})
    assert [(), (), ()] == [each.changes for each in plans]


@pytest.fixture
def governed(service: Service) -> Governed:
    """A collaboration that all have joined."""
    return create(service, collaboration(member(BANK), member(SHOP), member(RUNNER, QUERY)))


@pytest.mark.parametrize(("percent", "reads"), [(None, 0), (20, 1)])
def test_what_is_left_is_read_only_where_a_share_is_declared(governed: Governed, percent: int | None, reads: int) -> None:
    associate(governed, "orders")
    bank = Bank(governed, access(week(50), lifetime(1000)), warn_below=percent)
    bank.run()
    journal = bank.service.app.journal
    before = journal.last
    bank.look()
    assert reads == [str(each.operation) for each in journal.entries(before)].count("ListPrivacyBudgets")


def test_used_up_budgets_are_told_and_never_written(governed: Governed) -> None:
    arn = associate(governed, "orders")
    bank = Bank(governed, access(week(5)), warn_below=50)
    bank.run()
    use(governed, arn, times=4)
    assert ["budget-low"] == [each.rule for each in bank.plan().remarks]
    assert [] == bank.writes()


def test_differential_privacy_is_told_too(governed: Governed) -> None:
    bank = Bank(governed, privacy(), warn_below=99)
    bank.run()
    use(governed, COUNT=100)
    assert ["budget-low"] == [each.rule for each in bank.plan().remarks]


@pytest.mark.parametrize(
    ("table", "meant"),
    [("orders", True), ("ORDERS", True), (table_id(TABLE_ARN), True), (TABLE_ARN, True), ("visits", False), ("arn:x/y", False)],
)
def test_a_budget_is_the_one_of_the_table_that_the_file_means(table: str, meant: bool) -> None:
    budget = PrivacyBudget("b", "t", BANK, "ACCESS_BUDGET", weeks(4))
    assert meant == is_meant(access(table=table), budget, TABLES)
    assert not is_meant(privacy(), budget, TABLES)


def test_differential_privacy_is_meant_by_its_type() -> None:
    budget = PrivacyBudget("b", "t", BANK, "DIFFERENTIAL_PRIVACY", PrivacyBalance(3, {}))
    assert is_meant(privacy(), budget, {})
    assert not is_meant(access(), budget, TABLES)
