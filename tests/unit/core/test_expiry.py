"""Members for a time: what is wanted of them through their last day and after it, and what is said."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from cleanrooms_governance.change_requests.judging import Verdict, judge
from cleanrooms_governance.change_requests.next_move import CancelRequest, decide
from cleanrooms_governance.desired import DesiredCollaboration, DesiredMember
from cleanrooms_governance.model import CostType
from cleanrooms_governance.planning.atoms import attainable, declared
from cleanrooms_governance.planning.changes import Change, RemovePayer, RevokeAbility, RevokeMlAbility
from cleanrooms_governance.planning.expiry import as_of
from cleanrooms_governance.planning.plan import Plan
from cleanrooms_governance.planning.plan_collaboration import plan_collaboration
from tests.unit.core.builders import (
    BANK,
    EXPORT,
    FUTURE,
    NEWCOMER,
    QUERY,
    RECEIVE,
    RUNNER,
    SHOP,
    change,
    collaboration,
    filed,
    member,
    request,
    situation,
    stack_file,
    wanted_member,
)

LAST = date(2027, 3, 31)
DAY_AFTER = date(2027, 4, 1)
MODEL = "CAN_RECEIVE_MODEL_OUTPUT"
DREAM = "CAN_DREAM_UP"
TRAINING = CostType.MODEL_TRAINING
SHOP_WANTED, SHOP_LIVE = wanted_member(SHOP, RECEIVE), member(SHOP, RECEIVE)
"""So that somebody receives results whatever becomes of the bank."""


def ending(wanted: DesiredMember, why: str | None = None, until: date = LAST) -> DesiredMember:
    return replace(wanted, until=until, why=why)


def file_on(day: date, *members: DesiredMember, **more: Any) -> DesiredCollaboration:
    return as_of(stack_file(*members, **more), day)


def said(plan: Plan) -> list[tuple[str, str]]:
    return [(remark.rule, remark.subject) for remark in plan.remarks]


@pytest.mark.parametrize("day", [date(2026, 11, 22), LAST], ids=["before", "on the last day"])
def test_through_its_last_day_a_member_is_wanted_as_it_is_listed(day: date) -> None:
    bank = ending(wanted_member(BANK, RECEIVE, EXPORT, ml=[MODEL], pays_for=[TRAINING]))
    assert bank == file_on(day, bank).members[BANK]


def test_from_the_next_day_on_it_is_wanted_without_abilities_and_payer_roles() -> None:
    bank = ending(wanted_member(BANK, RECEIVE, EXPORT, ml=[MODEL], pays_for=[TRAINING]), "contract 77")
    left = file_on(DAY_AFTER, bank).members[BANK]
    assert (frozenset(), frozenset(), frozenset()) == (left.abilities, left.ml_abilities, left.payer_for)
    assert (bank, LAST, "contract 77") == (left.lapsed, left.until, left.why)


def test_what_no_request_may_name_or_no_version_knows_stays() -> None:
    left = file_on(DAY_AFTER, ending(wanted_member(RUNNER, QUERY, RECEIVE, FUTURE, ml=[MODEL, DREAM]))).members[RUNNER]
    assert frozenset({QUERY, FUTURE}) == left.abilities
    assert frozenset({DREAM}) == left.ml_abilities


def test_a_later_date_gives_all_of_it_back() -> None:
    bank = ending(wanted_member(BANK, RECEIVE))
    over = file_on(DAY_AFTER, bank)
    assert bank == as_of(over, LAST).members[BANK]
    assert over == as_of(over, DAY_AFTER)


def test_all_that_is_lost_goes_by_change_request() -> None:
    live = collaboration(member(BANK, RECEIVE, EXPORT, ml_abilities=frozenset({MODEL}), payments={TRAINING: True}), SHOP_LIVE)
    desired = file_on(DAY_AFTER, ending(wanted_member(BANK, RECEIVE, EXPORT)), SHOP_WANTED)
    expected: list[Change] = [
        RevokeAbility(BANK, EXPORT),
        RevokeAbility(BANK, RECEIVE),
        RevokeMlAbility(BANK, MODEL),
        RemovePayer(BANK, TRAINING),
    ]
    assert expected == [planned.change for planned in plan_collaboration(desired, live).changes]


def test_the_plan_of_a_member_that_has_lost_it_all_is_empty() -> None:
    desired = file_on(DAY_AFTER, ending(wanted_member(BANK, RECEIVE, pays_for=[TRAINING])), SHOP_WANTED)
    plan = plan_collaboration(desired, collaboration(member(BANK), SHOP_LIVE))
    assert ((), (), [("until-over", BANK)]) == (plan.changes, plan.refusals, said(plan))


def test_the_last_receiver_is_kept_by_the_same_guard_as_ever() -> None:
    desired = file_on(DAY_AFTER, ending(wanted_member(BANK, RECEIVE)))
    plan = plan_collaboration(desired, collaboration(member(BANK, RECEIVE)))
    assert ["last-receiver"] == [refusal.rule for refusal in plan.refusals]


def test_the_last_payer_is_kept_by_the_same_guard_as_ever() -> None:
    desired = file_on(DAY_AFTER, ending(wanted_member(BANK, pays_for=[TRAINING])))
    plan = plan_collaboration(desired, collaboration(member(BANK, payments={TRAINING: True})))
    assert ["last-payer"] == [refusal.rule for refusal in plan.refusals]


def test_a_payer_whose_cost_type_nobody_else_names_still_goes() -> None:
    live = collaboration(member(BANK, payments={TRAINING: True}), member(SHOP, payments={TRAINING: True}))
    desired = file_on(DAY_AFTER, ending(wanted_member(BANK, pays_for=[TRAINING])), wanted_member(SHOP, pays_for=[TRAINING]))
    alone = file_on(DAY_AFTER, ending(wanted_member(BANK, pays_for=[TRAINING])), wanted_member(SHOP))
    assert [RemovePayer(BANK, TRAINING)] == [planned.change for planned in plan_collaboration(desired, live).changes]
    assert RemovePayer(BANK, TRAINING) in [planned.change for planned in plan_collaboration(alone, live).changes]


def test_the_runner_goes_on_paying_where_nobody_is_named() -> None:
    live = collaboration(member(RUNNER, QUERY, payments={CostType.QUERY_COMPUTE: True}), member(BANK))
    desired = file_on(
        DAY_AFTER, wanted_member(RUNNER, QUERY), ending(wanted_member(BANK, pays_for=["queryCompute"])), SHOP_WANTED
    )
    plan = plan_collaboration(desired, replace(live, members={**live.members, SHOP: SHOP_LIVE}))
    assert () == plan.changes
    assert ("relieved", f"{RUNNER} queryCompute") in said(plan)


def test_others_are_decided_as_ever() -> None:
    written = stack_file(ending(wanted_member(BANK, RECEIVE, pays_for=[TRAINING])), wanted_member(SHOP, EXPORT))
    before, after = (declared(as_of(written, day)) for day in (LAST, DAY_AFTER))
    assert {a: v for a, v in before.items() if a.subject != BANK} == {a: v for a, v in after.items() if a.subject != BANK}


def test_one_that_is_no_member_yet_is_not_invited_any_more() -> None:
    desired = file_on(DAY_AFTER, ending(wanted_member(NEWCOMER, RECEIVE)))
    plan = plan_collaboration(desired, collaboration())
    assert ((), (), [("until-over-not-invited", NEWCOMER)]) == (plan.changes, plan.refusals, said(plan))


def test_an_invitation_that_comes_too_late_is_not_wanted_and_ours_is_cancelled() -> None:
    live = collaboration(tags=filed(1))
    late = request(1, change(NEWCOMER), live=live)
    desired = file_on(DAY_AFTER, ending(wanted_member(NEWCOMER)))
    assert Verdict.UNWANTED is judge(late, live, attainable(desired, live))
    assert (CancelRequest(late),) == decide(situation(desired, live, late)).moves


def test_a_grant_that_comes_too_late_is_not_wanted() -> None:
    live = collaboration(member(BANK))
    grant = request(1, change(BANK, RECEIVE), live=live)
    written = stack_file(ending(wanted_member(BANK, RECEIVE)))
    verdicts = [judge(grant, live, attainable(as_of(written, day), live)) for day in (LAST, DAY_AFTER)]
    assert [Verdict.WANTED, Verdict.UNWANTED] == verdicts


def test_no_new_collaboration_is_made_with_one_whose_time_is_over() -> None:
    over = plan_collaboration(file_on(DAY_AFTER, ending(wanted_member(BANK))), None)
    assert [("until-over-at-creation", BANK)] == [(refusal.rule, refusal.subject) for refusal in over.refusals]
    assert () == plan_collaboration(file_on(LAST, ending(wanted_member(BANK))), None).refusals


@pytest.mark.parametrize(
    ("notice", "days_before", "announced"),
    [(30, 31, False), (30, 30, True), (30, 0, True), (0, 1, False), (0, 0, True), (36_500, 36_500, True)],
)
def test_the_end_is_announced_from_so_many_days_before(notice: int, days_before: int, announced: bool) -> None:
    day = LAST - timedelta(days=days_before)
    desired = file_on(day, ending(wanted_member(BANK, RECEIVE)), until_notice=notice)
    plan = plan_collaboration(desired, collaboration(member(BANK, RECEIVE)))
    assert ([("until-soon", BANK)] if announced else []) == said(plan)


def test_the_longest_notice_reaches_back_to_the_first_day_that_there_is() -> None:
    early = ending(wanted_member(BANK), until=date.min)
    plan = plan_collaboration(file_on(date.min, early, until_notice=36_500), collaboration(member(BANK)))
    assert [("until-soon", BANK)] == said(plan)


def test_the_announcement_says_what_is_lost_and_why_it_was_given() -> None:
    bank = ending(wanted_member(BANK, RECEIVE, ml=[MODEL], pays_for=[TRAINING]), "contract\u202e 77")
    live = collaboration(member(BANK, RECEIVE, ml_abilities=frozenset({MODEL}), payments={TRAINING: True}))
    (remark,) = [each for each in plan_collaboration(file_on(LAST, bank), live).remarks if each.rule == "until-soon"]
    lost = f"loses CAN_RECEIVE_RESULTS, {MODEL}, its role as payer for modelTraining after 2027-03-31 (contract 77)."
    assert f"collaborations.sales.members.{BANK}.until: {BANK} (bank) {lost}" in remark.message


def test_what_stays_with_a_runner_is_said() -> None:
    live = collaboration(member(RUNNER, QUERY))
    plan = plan_collaboration(file_on(DAY_AFTER, ending(wanted_member(RUNNER, QUERY))), live)
    assert "CAN_QUERY cannot be taken away by any change request: to end it, remove the member." in plan.remarks[0].message


def test_neither_the_day_nor_the_reason_is_part_of_a_fingerprint() -> None:
    live = collaboration(member(BANK, RECEIVE), SHOP_LIVE)
    plans = [
        plan_collaboration(file_on(DAY_AFTER + timedelta(days), ending(wanted_member(BANK), why, until), SHOP_WANTED), live)
        for days, why, until in ((0, None, LAST), (5, "contract 77", LAST), (0, None, date(2020, 1, 1)))
    ]
    without = plan_collaboration(file_on(LAST, wanted_member(BANK), SHOP_WANTED), live)
    assert {without.fingerprint} == {plan.fingerprint for plan in plans}


def test_a_danger_passes_by_the_same_fingerprint_on_every_later_day() -> None:
    live = collaboration(member(BANK, RECEIVE))
    first, later = (
        plan_collaboration(file_on(DAY_AFTER + timedelta(days), ending(wanted_member(BANK, RECEIVE))), live) for days in (0, 99)
    )
    assert first.document() == later.document()
    passed = file_on(DAY_AFTER, ending(wanted_member(BANK, RECEIVE)), acknowledge=frozenset({later.dangers[0].fingerprint}))
    assert () == plan_collaboration(passed, live).refusals


def test_a_file_is_not_planned_before_its_days_were_looked_at() -> None:
    with pytest.raises(ValueError, match=r"use expiry\.as_of"):
        plan_collaboration(stack_file(ending(wanted_member(BANK))), collaboration(member(BANK)))


def test_the_reason_is_told_with_each_change_of_its_member_and_no_other() -> None:
    live = collaboration(member(BANK), member(SHOP))
    desired = file_on(LAST, replace(wanted_member(BANK, EXPORT), why="contract 77"), wanted_member(SHOP, EXPORT))
    changes = plan_collaboration(desired, live).changes
    assert {BANK: "contract 77", SHOP: ""} == {planned.change.subject: planned.why for planned in changes}
