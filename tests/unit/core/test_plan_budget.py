"""What is planned for one privacy budget, and what is said about it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from cleanrooms_governance.budgets.plan_budget import differs, plan_budget, standing
from cleanrooms_governance.budgets.seen_budget import SeenBudget
from cleanrooms_governance.change_requests.next_move import Outcome
from cleanrooms_governance.planning.plan import Plan, Reviewed
from cleanrooms_governance.privacy_budgets import (
    AccessBalance,
    Aggregations,
    Allowance,
    BudgetedTable,
    DesiredBudgetTemplate,
    Period,
    PeriodBalance,
    PrivacyBalance,
    PrivacyParameters,
)
from cleanrooms_governance.seen import NotVisible
from cleanrooms_governance.tagging import OWNER_TAG
from tests.unit.core.budgets import (
    OURS,
    TABLE_ARN,
    access,
    day,
    desired,
    lifetime,
    limited,
    live,
    privacy,
    remarked,
    rules,
    said,
    seen,
    week,
)
from tests.unit.core.builders import BANK, ID, RECEIVE, SHOP
from tests.unit.core.test_joining import membership

MOMENT = datetime(2026, 11, 1, tzinfo=UTC)
USED = PrivacyBalance(5, {"COUNT": Aggregations(250, 249)})
UNUSED = PrivacyBalance(5, {"COUNT": Aggregations(250, 250)})


def planned(wanted: DesiredBudgetTemplate, now: SeenBudget) -> Plan:
    plan = plan_budget(wanted, now)
    assert f"{ID}/{BANK}/orders" == plan.target
    return plan


class TestWaiting:
    def test_before_the_account_has_joined(self) -> None:
        plan = planned(desired(privacy()), SeenBudget(None))
        assert ([], Outcome.WAITING) == (said(plan), standing(plan))
        assert "has not joined the collaboration yet" in remarked(plan, "budget-waits")

    def test_for_a_table_names_it_and_those_that_are_there(self) -> None:
        present = (BudgetedTable("visits", "arn:v"), BudgetedTable("clicks", "arn:c"))
        plan = planned(desired(access()), seen(table=None, tables=present))
        assert ([], Outcome.WAITING) == (said(plan), standing(plan))
        assert "has no table 'orders' in this collaboration (there are clicks, visits)" in remarked(plan, "budget-waits")

    def test_for_a_table_where_there_is_none(self) -> None:
        plan = planned(desired(access()), seen(table=None))
        assert "(there is none)" in remarked(plan, "budget-waits")

    def test_ends_with_the_membership(self) -> None:
        plan = planned(desired(privacy()), SeenBudget(membership("REMOVED")))
        assert ([], Outcome.CONVERGED) == (said(plan), standing(plan))
        assert "is REMOVED, which is final" in remarked(plan, "cannot-join-again")


class TestCreating:
    def test_an_access_budget_says_what_the_table_gets_in_which_period(self) -> None:
        plan = planned(desired(access(week(50), lifetime(1000))), seen())
        assert [
            f"create the access budget of table orders of {BANK}: 50 uses a CALENDAR_WEEK (autoRefresh ENABLED) and 1000 uses"
            " in its LIFETIME"
        ] == said(plan)
        assert ((), Outcome.WAITING) == (plan.dangers, standing(plan))

    def test_differential_privacy_says_how_many_aggregations_it_allows(self) -> None:
        plan = planned(desired(privacy(3, 50)), seen(impact={"AVG": 150, "COUNT": 150, "SUM": 90}))
        assert [f"create differential privacy of {BANK}: epsilon 3, noise of 50 users a query, never renewed"] == said(plan)
        assert remarked(plan, "privacy-impact").endswith("150 AVG or COUNT, 90 SUM")

    def test_one_of_another_account_is_a_refusal_that_names_it(self) -> None:
        plan = planned(desired(privacy(), names={SHOP: "shop"}), seen(elsewhere=SHOP))
        assert (["budget-of-another"], []) == (rules(plan), said(plan))
        assert f"account {SHOP} (shop) has set the differential privacy" in plan.refusals[0].message

    def test_for_a_receiver_of_results_is_warned_about(self) -> None:
        plan = planned(desired(privacy()), seen(membership=membership(abilities=frozenset({RECEIVE}))))
        assert "can receive results" in remarked(plan, "receiver-budget")

    def test_for_the_table_of_another_membership_is_refused(self) -> None:
        other = access(table=TABLE_ARN.replace("22222222", "33333333"))
        assert ["another-table"] == rules(planned(desired(other), seen()))

    def test_leaves_the_template_of_the_table_that_the_key_stood_for_in_force_and_says_so(self) -> None:
        plan = planned(desired(access()), seen(left_behind=(limited(day(5)),)))
        assert 1 == len(plan.changes)
        assert "stays in force: nothing is deleted" in remarked(plan, "budget-stays")

    def test_what_its_own_stack_calls_it_by_makes_no_other_plan(self) -> None:
        by_name, by_arn = access(), access(table=TABLE_ARN)
        now = seen(membership=replace(membership(), id="22222222-0000-4000-8000-000000000000"))
        assert planned(desired(by_name), now).fingerprint == planned(desired(by_arn), now).fingerprint


class TestPrivacy:
    @pytest.mark.parametrize(
        ("wanted", "text"),
        [
            (privacy(5, 50), "epsilon raised from 3 to 5"),
            (privacy(2, 50), "epsilon lowered from 3 to 2"),
            (privacy(3, 20), "noise from 50 to 20 users a query"),
            (privacy(4, 60), "epsilon raised from 3 to 4, noise from 50 to 60 users a query"),
        ],
    )
    def test_other_parameters_are_one_update_and_no_danger(self, wanted: object, text: str) -> None:
        now = seen(live(PrivacyParameters(3, 50)), balance=UNUSED)
        plan = planned(desired(wanted), now)  # type: ignore[arg-type]
        assert ([f"change differential privacy of {BANK}: {text}"], (), []) == (said(plan), plan.dangers, rules(plan))

    def test_the_same_are_not_planned(self) -> None:
        plan = planned(desired(privacy(3, 50)), seen(live(PrivacyParameters(3, 50))))
        assert (Plan(f"{ID}/{BANK}/orders"), Outcome.CONVERGED) == (plan, standing(plan))

    def test_live_and_wanted_aggregations_stand_side_by_side_and_what_is_left(self) -> None:
        now = seen(
            live(PrivacyParameters(3, 50)),
            impact_now={"COUNT": 150, "SUM": 80},
            impact={"COUNT": 250, "SUM": 80},
            balance=PrivacyBalance(3, {"COUNT": Aggregations(150, 12)}),
        )
        plan = planned(desired(privacy(5, 50)), now)
        assert remarked(plan, "privacy-impact").endswith("150 → 250 (+100) COUNT, 80 as before SUM")
        assert remarked(plan, "budget-balance").endswith("left at present 12 of 150 COUNT")

    def test_epsilon_is_not_lowered_once_queries_have_used_the_budget(self) -> None:
        plan = planned(desired(privacy(3, 50)), seen(live(PrivacyParameters(5, 50)), balance=USED))
        assert (["epsilon-used"], Outcome.REFUSED) == (rules(plan), standing(plan))
        assert "left: 249 of 250 COUNT" in plan.refusals[0].message

    @pytest.mark.parametrize("balance", [UNUSED, NotVisible("ListPrivacyBudgets: AccessDenied"), None])
    def test_epsilon_is_lowered_where_no_use_can_be_seen(self, balance: object) -> None:
        plan = planned(desired(privacy(3, 50)), seen(live(PrivacyParameters(5, 50)), balance=balance))
        assert ([], 1) == (rules(plan), len(plan.changes))

    def test_epsilon_is_raised_and_noise_changed_whatever_was_used(self) -> None:
        assert [] == rules(planned(desired(privacy(6, 20)), seen(live(PrivacyParameters(5, 50)), balance=USED)))

    def test_what_cannot_be_read_is_said_to_be_not_visible(self) -> None:
        hidden = NotVisible("PreviewPrivacyImpact: AccessDeniedException")
        plan = planned(desired(privacy(6, 50)), seen(live(PrivacyParameters(5, 50)), impact=hidden, impact_now=hidden))
        assert "not visible (PreviewPrivacyImpact: AccessDeniedException)" in remarked(plan, "budget-balance")

    def test_another_renewal_is_deleting_and_making_anew_and_a_danger(self) -> None:
        now = seen(live(PrivacyParameters(3, 50), "NONE"))
        plan = planned(desired(privacy(3, 50, "CALENDAR_MONTH")), now)
        assert ["delete", "create"] == [text.partition(" ")[0] for text in said(plan)]
        assert ["budget-replaced"] == rules(plan)
        (danger,) = plan.dangers
        assert "All of the budget is handed out again" in danger.message
        assert "nobody can query the tables" in danger.message
        passed = planned(desired(privacy(3, 50, "CALENDAR_MONTH"), acknowledge=frozenset({danger.fingerprint})), now)
        assert [] == rules(passed)

    def test_a_run_that_ended_after_the_deletion_is_gone_on_with(self) -> None:
        before = planned(desired(privacy(3, 50, "CALENDAR_MONTH")), seen(live(PrivacyParameters(3, 50), "NONE")))
        after = planned(desired(privacy(3, 50, "CALENDAR_MONTH")), seen())
        Reviewed.of(before).admit(after)
        assert ([], 1) == (rules(after), len(after.changes))


def left(uses: int, remaining: int) -> PeriodBalance:
    return PeriodBalance(uses, remaining, MOMENT)


class TestAccess:
    @pytest.mark.parametrize(
        ("now", "wanted"),
        [
            (week(50), week(80)),
            (week(50), week(50, "DISABLED")),
            (week(50), day(50)),
            (week(50), {**week(50), **lifetime(9)}),
            ({**week(50), **lifetime(9)}, week(50)),
            (lifetime(9), lifetime(8)),
        ],
    )
    def test_any_difference_is_an_edit_that_resets_the_balance(
        self, now: dict[Period, Allowance], wanted: dict[Period, Allowance]
    ) -> None:
        plan = planned(desired(access(wanted)), seen(limited(now)))
        assert (1, ["budget-reset"], Outcome.REFUSED) == (len(plan.changes), rules(plan), standing(plan))

    @pytest.mark.parametrize(
        "now",
        [
            {**week(50), **lifetime(9)},
            {**lifetime(9), **week(50)},
            {**week(50), Period.LIFETIME: Allowance(9, "DISABLED")},
            {Period.WEEK: Allowance(50, None), **lifetime(9)},
        ],
        ids=["equal", "in another order", "a renewal of what is never renewed", "a renewal that is not shown"],
    )
    def test_what_cannot_be_seen_to_differ_is_never_sent(self, now: dict[Period, Allowance]) -> None:
        assert not differs({str(period): each for period, each in now.items()}, access(week(50), lifetime(9)).allowances)
        assert [] == said(planned(desired(access(week(50), lifetime(9))), seen(limited(now))))

    def test_what_is_left_what_will_be_and_what_is_handed_out_are_said(self) -> None:
        balance = AccessBalance(TABLE_ARN, {"CALENDAR_DAY": left(5, 5), "CALENDAR_WEEK": left(50, 12)}, 5)
        plan = planned(desired(access(week(80), lifetime(900))), seen(limited(week(50), day(5)), balance=balance))
        assert (
            f"the access budget of table orders of {BANK}: CALENDAR_DAY: 5 of 5 left, afterwards not limited by it;"
            " CALENDAR_WEEK: 12 of 50 left, afterwards 80 (+68); LIFETIME: not limited by it until now, afterwards 900"
        ) == remarked(plan, "budget-balance")

    def test_the_fingerprint_does_not_change_with_what_is_left(self) -> None:
        marks = {
            planned(
                desired(access(week(80))),
                seen(limited(week(50)), balance=AccessBalance(TABLE_ARN, {"CALENDAR_WEEK": left(50, number)}, number)),
            ).fingerprint
            for number in (50, 12, 0)
        }
        assert 1 == len(marks)

    def test_each_edit_of_each_table_has_a_fingerprint_of_its_own(self) -> None:
        other_table = seen(limited(week(50)), table=BudgetedTable("visits", "arn:other/t-visits"))
        plans = [
            planned(desired(access(week(80))), seen(limited(week(50)))),
            planned(desired(access(week(81))), seen(limited(week(50)))),
            planned(desired(access(week(80))), seen(limited(week(51)))),
            planned(desired(access(week(80))), other_table),
            planned(desired(access(week(80, "DISABLED"))), seen(limited(week(50)))),
        ]
        marks = [danger.fingerprint for plan in plans for danger in plan.dangers]
        assert (5, 5) == (len(marks), len({*marks}))
        for number, mark in enumerate(marks):
            acknowledged = plan_budget(desired(access(week(80)), acknowledge=frozenset({mark})), seen(limited(week(50))))
            assert ([] if number == 0 else ["budget-reset"]) == rules(acknowledged)


class TestOwnership:
    def test_one_that_is_as_wanted_is_left_alone_whosever_it_is(self) -> None:
        theirs = limited(week(50), tags={OWNER_TAG: "other/x/y/z"})
        assert [] == said(planned(desired(access(week(50)), tags={}), seen(theirs)))

    def test_one_of_the_console_is_adopted_with_its_first_change(self) -> None:
        now = seen(live(PrivacyParameters(3, 50), tags={"team": "by hand"}))
        assert [
            f"adopt differential privacy of {BANK}: tag it governed-by={OURS}",
            f"change differential privacy of {BANK}: epsilon raised from 3 to 5",
        ] == said(planned(desired(privacy(5, 50)), now))

    def test_one_of_another_stack_is_refused_until_it_is_acknowledged(self) -> None:
        now = seen(live(PrivacyParameters(3, 50), tags={OWNER_TAG: "other/prod/bank/orders"}))
        plan = planned(desired(privacy(5, 50)), now)
        assert ["take-over"] == rules(plan)
        marks = frozenset(danger.fingerprint for danger in plan.dangers)
        assert [] == rules(planned(desired(privacy(5, 50), acknowledge=marks), now))

    def test_one_that_another_key_of_the_same_membership_stood_for_is_taken_over_without_a_word(self) -> None:
        now = seen(live(PrivacyParameters(3, 50), tags={OWNER_TAG: "acme/prod/bank/noise"}))
        plan = planned(desired(privacy(5, 50)), now)
        assert ([], 2) == (rules(plan), len(plan.changes))

    def test_declared_tags_are_written_and_those_of_others_stay(self) -> None:
        now = seen(limited(week(50), tags={OWNER_TAG: OURS, "cost": "by hand"}))
        assert [f"tag the access budget of table orders of {BANK}: team=sales"] == said(
            planned(desired(access(), tags={"team": "sales"}), now)
        )


class TestPaused:
    def test_the_plan_is_shown_and_refuses_nothing(self) -> None:
        plan = planned(desired(access(week(80)), paused=True), seen(limited(week(50))))
        assert (1, [], Outcome.WAITING) == (len(plan.changes), rules(plan), standing(plan))
        assert "memberships.bank is paused" in remarked(plan, "paused")
