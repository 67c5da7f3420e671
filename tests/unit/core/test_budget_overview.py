"""What a membership says about its privacy budgets: those that its file does not speak of, and stale acknowledgements."""

from typing import Any

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from cleanrooms_governance.memberships.advance_membership import read_invitation
from cleanrooms_governance.memberships.joining import plan_membership
from cleanrooms_governance.planning.plan import Plan
from cleanrooms_governance.privacy_budgets import DeclaredBudget, Wanted
from tests.unit.core.budgets import Bank, access, associate, privacy, remarked, week
from tests.unit.core.builders import BANK, QUERY, RUNNER, collaboration, member
from tests.unit.core.governed import Governed, Service, create
from tests.unit.core.test_advance_membership import Joining

OWNER = "bank/prod/bank"


@pytest.fixture
def governed(service: Service) -> Governed:
    """A collaboration that all have joined, with two tables of the bank."""
    governed = create(service, collaboration(member(BANK), member(RUNNER, QUERY)))
    associate(governed, "orders")
    associate(governed, "visits")
    return governed


def plan(governed: Governed, budgets: dict[str, Wanted] | None, **more: Any) -> Plan:
    declared = None if budgets is None else {name: DeclaredBudget(wanted) for name, wanted in budgets.items()}
    desired = Joining(governed, foreign=False, budgets=declared, **more).desired
    port = governed.service.port(BANK)
    return plan_membership(desired, read_invitation(desired, port, port.memberships()))


def make(governed: Governed, name: str, wanted: Wanted, owner: str = OWNER) -> Bank:
    bank = Bank(governed, wanted, name=name, owner=f"{owner}/{name}")
    bank.run()
    return bank


def test_a_budget_that_was_dropped_from_the_file_stays_in_force_and_is_named(governed: Governed) -> None:
    make(governed, "orders", access(week(50)))
    said = remarked(plan(governed, {}), "budget-stays")
    assert "the access budget of table orders (50 uses a CALENDAR_WEEK (autoRefresh ENABLED))" in said
    assert "which was made under the key orders: it stays in force" in said


def test_one_whose_key_now_means_another_table_is_named_too(governed: Governed) -> None:
    make(governed, "limit", access(table="orders"))
    make(governed, "limit", access(table="visits"))
    assert "access budget of table orders" in remarked(plan(governed, {"limit": access(table="visits")}), "budget-stays")


def test_one_that_this_stack_never_made_is_shown_and_left_alone(governed: Governed) -> None:
    make(governed, "noise", privacy(3, 50), owner="other/prod/bank")
    said = remarked(plan(governed, {}), "budget-not-in-file")
    assert "differential privacy (epsilon 3, noise of 50 users a query, never renewed)" in said
    assert "governed by the stack other/prod/bank/noise" in said


def test_budgets_that_are_declared_are_not_named(governed: Governed) -> None:
    make(governed, "orders", access())
    make(governed, "noise", privacy())
    assert () == plan(governed, {"orders": access(), "noise": privacy()}).remarks


def test_a_file_that_is_silent_about_budgets_costs_no_call(governed: Governed) -> None:
    make(governed, "orders", access())
    before = governed.service.app.journal.last
    assert () == plan(governed, None).remarks
    assert ["ListMemberships"] == governed.service.called(before)


def test_a_converged_membership_reads_each_template_once_and_no_tags(governed: Governed) -> None:
    make(governed, "orders", access())
    make(governed, "noise", privacy())
    before = governed.service.app.journal.last
    plan(governed, {"orders": access(), "noise": privacy()})
    assert not {"ListTagsForResource", "PreviewPrivacyImpact", "ListPrivacyBudgets"} & {*governed.service.called(before)}


@pytest.mark.parametrize("is_declared", [True, False])
def test_the_fingerprint_of_a_budgets_danger_is_stale_only_when_it_matches_none(governed: Governed, is_declared: bool) -> None:
    make(governed, "orders", access(week(50)))
    wanted = access(week(80))
    (danger,) = Bank(governed, wanted, owner=f"{OWNER}/orders").plan().dangers
    budgets: dict[str, Wanted] = {"orders": wanted} if is_declared else {}
    said = remarked(plan(governed, budgets, acknowledge=frozenset({danger.fingerprint})), "stale-acknowledgement")
    assert is_declared == ("" == said)


def test_what_cannot_be_read_is_not_visible_and_nothing_is_called_stale(governed: Governed) -> None:
    denied = FaultRule(kind=FaultKind.ERROR, code="AccessDeniedException", operation="ListPrivacyBudgetTemplates", times=9)
    governed.service.fail(denied)
    seen = plan(governed, {"orders": access()}, acknowledge=frozenset({"fp-0123456789abcdef"}))
    assert (["budget-not-in-file"], []) == ([remark.rule for remark in seen.remarks], [*seen.refusals])
    assert "is not visible (ListPrivacyBudgetTemplates" in seen.remarks[0].message
