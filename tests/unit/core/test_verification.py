"""What somebody finds who looks whether all is in force: pure, from what was seen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cleanrooms_governance.budgets.overview import SeenBudgets
from cleanrooms_governance.budgets.seen_budget import SeenBudget
from cleanrooms_governance.desired import DesiredMembership
from cleanrooms_governance.model import Collaboration, CostType, Membership
from cleanrooms_governance.planning.plan import Level, Plan, Refusal, Remark
from cleanrooms_governance.planning.plan_collaboration import plan_collaboration
from cleanrooms_governance.privacy_budgets import BudgetedTable, DeclaredBudget
from cleanrooms_governance.seen import NotVisible
from cleanrooms_governance.verification.collaborations import CollaborationLook, observe_collaboration
from cleanrooms_governance.verification.memberships import MembershipLook, observe_membership
from cleanrooms_governance.verification.observation import Observation, Weight
from tests.unit.core.budgets import access, limited, live, privacy, week
from tests.unit.core.budgets import seen as seen_budget
from tests.unit.core.builders import BANK, ID, QUERY, RECEIVE, RUNNER, collaboration, member, pays, stack_file, wanted_member

COST = CostType.QUERY_COMPUTE
FILE = stack_file(wanted_member(RUNNER, QUERY), wanted_member(BANK, RECEIVE))
LIVE = collaboration(
    member(RUNNER, QUERY, payments=pays(queryCompute=True)),
    member(BANK, RECEIVE),
    accepted={RUNNER: frozenset({COST})},
)


def observed(live: Collaboration = LIVE, **more: Any) -> list[Observation]:
    plan = plan_collaboration(FILE, live)
    return list(observe_collaboration(CollaborationLook(FILE, live, plan, {BANK: "bank"}, **more)))


def without_ability(live: Collaboration) -> Collaboration:
    return replace(live, members={**live.members, RUNNER: replace(live.members[RUNNER], abilities=frozenset())})


class TestCollaborations:
    def test_nothing_is_said_of_what_is_in_force(self) -> None:
        assert [] == observed(views={RUNNER: LIVE.members})

    def test_an_ability_that_was_lost_is_said_once(self) -> None:
        checks = [each.check for each in observed(without_ability(LIVE))]
        assert 1 == checks.count("runner")
        assert "member" not in checks

    def test_a_runner_that_is_gone_is_found(self) -> None:
        gone = replace(LIVE, members={**LIVE.members, RUNNER: replace(LIVE.members[RUNNER], status="LEFT")})
        found = [each for each in observed(gone) if each.check == "runner"]
        assert ["is no member (any more)" in each.message for each in found] == [True]

    def test_what_is_fixed_and_not_as_the_file_says_is_found_with_its_path(self) -> None:
        logged = replace(FILE, query_log=True)
        look = CollaborationLook(logged, LIVE, plan_collaboration(logged, LIVE), {})
        (found,) = observe_collaboration(look)
        assert ("collaborations.sales.queryLog", Weight.FINDING) == (found.path, found.weight)

    def test_an_account_that_sees_something_else_than_the_creator_is_found(self) -> None:
        (found,) = observed(views={RUNNER: without_ability(LIVE).members, BANK: LIVE.members})
        assert ("view", Weight.FINDING) == (found.check, found.weight)
        assert f"{RUNNER} sees another entry than the creator of {RUNNER}" == found.message

    def test_who_pays_by_default_and_has_not_accepted_is_a_note(self) -> None:
        (found,) = observed(replace(LIVE, accepted={RUNNER: frozenset()}))
        assert ("payer", Weight.NOTE) == (found.check, found.weight)

    def test_without_a_payer_nothing_can_be_run(self) -> None:
        declined = collaboration(
            member(RUNNER, QUERY), member(BANK, RECEIVE, payments=pays(queryCompute=True)), accepted={BANK: frozenset()}
        )
        messages = [each.message for each in observed(declined) if each.check == "payer"]
        assert [
            f"{BANK} (bank) may be asked to pay and cannot be charged: not accepted",
            "nobody can be charged, so nothing that costs queryCompute can be run",
        ] == messages


DESIRED = DesiredMembership("bank", "acme/prod/bank", BANK, ID, "eu-west-1", foreign=False, default_payer={COST: BANK})
OWN = Membership("an-id", "arn", ID, BANK, "ACTIVE")
PLAN = Plan(
    f"{ID}/{BANK}",
    refusals=(Refusal("result-place", BANK, "memberships.bank.defaultResultConfiguration: another bucket"),),
    remarks=(Remark("expectation", BANK, "no query log", Level.WARNING), Remark("stale-acknowledgement", BANK, "take it out")),
)


def seen(membership: Membership | None, plan: Plan = PLAN, live: Collaboration | None = None) -> list[str]:
    return [str(each) for each in observe_membership(MembershipLook(DESIRED, membership, live, plan, {BANK: "bank"}))]


class TestMemberships:
    def test_refusals_and_warnings_are_findings(self) -> None:
        assert [
            "memberships.bank.defaultResultConfiguration: a run would be refused: another bucket",
            "memberships.bank: no query log",
        ] == seen(OWN)

    @pytest.mark.parametrize(
        ("membership", "expected"),
        [
            (None, f"memberships.bank: {BANK} (bank) has not joined"),
            (replace(OWN, status="REMOVED"), f"memberships.bank: the membership of {BANK} (bank) is REMOVED, which is final"),
        ],
        ids=["not joined", "over"],
    )
    def test_of_one_that_is_not_in_use_nothing_else_is_said(self, membership: Membership | None, expected: str) -> None:
        assert [expected] == seen(membership)

    def test_a_default_payer_that_cannot_be_charged_is_found(self) -> None:
        path = "memberships.bank.defaultPayer.queryCompute"
        assert [f"{path}: {BANK} (bank) cannot be charged: not a candidate"] == seen(OWN, Plan(ID), LIVE)


BUDGETS = "memberships.bank.privacyBudgets"
NOISE, ORDERS = privacy(3, 50), access(week(50))


def of_budgets(budgets: SeenBudgets | NotVisible) -> list[Observation]:
    """What is said of a membership whose file declares differential privacy and an access budget."""
    declaring = replace(DESIRED, budgets={"noise": DeclaredBudget(NOISE), "orders": DeclaredBudget(ORDERS)})
    return list(observe_membership(MembershipLook(declaring, OWN, None, Plan(ID), {BANK: "bank"}, budgets)))


def of_orders(orders: SeenBudget) -> list[str]:
    """What is said of the access budget, beside differential privacy as the file says."""
    return [str(each) for each in of_budgets(SeenBudgets({"noise": seen_budget(live(NOISE.parameters)), "orders": orders}))]


class TestBudgets:
    def test_nothing_is_said_of_budgets_in_force(self) -> None:
        assert [] == of_orders(seen_budget(limited(week(50))))

    def test_one_that_is_missing_is_found(self) -> None:
        assert [
            f"{BUDGETS}.orders: is not as declared: a run would create the access budget of table orders of"
            f" {BANK} (bank): 50 uses a CALENDAR_WEEK (autoRefresh ENABLED)"
        ] == of_orders(seen_budget())

    def test_one_with_other_terms_is_found_with_what_keeps_a_run_from_changing_it(self) -> None:
        changed, refused = of_orders(seen_budget(limited(week(80))))
        assert changed.startswith(f"{BUDGETS}.orders: is not as declared: a run would change the access budget of table orders")
        assert refused.startswith(f"{BUDGETS}.orders.budgets: a run would be refused: ")

    def test_one_whose_table_is_not_there_is_found_with_the_tables_that_are(self) -> None:
        (found,) = of_orders(seen_budget(table=None, tables=(BudgetedTable("visits", "arn:visits"),)))
        assert found.startswith(f"{BUDGETS}.orders.resource: ")
        assert "(there are visits)" in found

    def test_what_is_not_visible_is_said_once_and_is_no_finding(self) -> None:
        (found,) = of_budgets(NotVisible("ListPrivacyBudgetTemplates: AccessDeniedException"))
        assert (BUDGETS, "budget", Weight.UNREAD) == (found.path, found.check, found.weight)
        assert "ListPrivacyBudgetTemplates: AccessDeniedException" in found.message
