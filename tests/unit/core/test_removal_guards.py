from dataclasses import replace
from datetime import timedelta

import pytest

from cleanrooms_governance.desired import DesiredCollaboration, Limits
from cleanrooms_governance.model import CAN_RUN_JOB, AccountId, Collaboration, CostType, Member
from cleanrooms_governance.planning.changes import RemoveMember
from cleanrooms_governance.planning.plan_collaboration import plan_collaboration
from tests.unit.core.builders import (
    BANK,
    BEGINNING,
    CREATOR,
    ID,
    NEWCOMER,
    QUERY,
    RECEIVE,
    RUNNER,
    SHOP,
    collaboration,
    member,
    pays,
    stack_file,
    wanted_member,
)
from tests.unit.core.dangers import dangers_of, refused, subject

TWENTY = tuple(AccountId(f"{number:012d}") for number in range(1, 20))
"""With the creator twenty members."""


def removing(*accounts: str, live: Collaboration, **more: object) -> DesiredCollaboration:
    """A file that wants everybody who belongs, but for these accounts, which it names under ``removed``."""
    stay = [
        wanted_member(each.account, *each.abilities)
        for each in live.members.values()
        if each.belongs and each.account not in accounts
    ]
    return stack_file(*stay, removed=frozenset(map(AccountId, accounts)), **more)


PAYING = pays(queryCompute=True, modelTraining=True)
EVERYTHING = collaboration(
    member(RUNNER, QUERY, CAN_RUN_JOB),
    member(BANK, RECEIVE, payments=PAYING),
    member(SHOP, RECEIVE, payments=PAYING),
    member(NEWCOMER),
)
RECEIVERS = collaboration(member(BANK, RECEIVE), member(SHOP, RECEIVE))
ONE_REVOKED_ONE_REMOVED = stack_file(wanted_member(BANK), removed=frozenset({SHOP}))
PAYERS = collaboration(
    member(BANK, payments=pays(queryCompute=True)), member(SHOP, payments=pays(queryCompute=True)), member(NEWCOMER)
)
ONE_RELIEVED_ONE_REMOVED = stack_file(
    wanted_member(BANK), wanted_member(NEWCOMER, pays_for=["queryCompute"]), removed=frozenset({SHOP})
)
LEFT_PAYERS = replace(PAYERS, members={**PAYERS.members, NEWCOMER: member(NEWCOMER, status="LEFT")})

GUARDED = [
    pytest.param(removing(BANK, NEWCOMER, live=EVERYTHING), EVERYTHING, 4, id="over the limit, with unseen payers"),
    pytest.param(removing(RUNNER, live=EVERYTHING), EVERYTHING, 2, id="runner, who pays for jobs by default"),
    pytest.param(removing(BANK, SHOP, live=EVERYTHING), EVERYTHING, 8, id="last receivers and last payers"),
    pytest.param(ONE_REVOKED_ONE_REMOVED, RECEIVERS, 2, id="last receivers, one revoked and one removed"),
    pytest.param(ONE_RELIEVED_ONE_REMOVED, PAYERS, 2, id="unseen payers, one relieved and one removed"),
    pytest.param(ONE_RELIEVED_ONE_REMOVED, LEFT_PAYERS, 2, id="last payers, one relieved and one removed"),
]


@pytest.mark.parametrize(("desired", "live", "count"), GUARDED)
def test_an_unacknowledged_danger_is_refused_with_the_fingerprint_that_passes_it(
    desired: DesiredCollaboration, live: Collaboration, count: int
) -> None:
    plan = plan_collaboration(desired, live)
    assert count == len({danger.fingerprint for danger in plan.dangers})
    assert {subject(danger) for danger in plan.dangers} == refused(plan)


@pytest.mark.parametrize(("desired", "live", "count"), GUARDED)
def test_each_fingerprint_passes_its_own_danger_and_not_its_neighbours(
    desired: DesiredCollaboration, live: Collaboration, count: int
) -> None:
    dangers = plan_collaboration(desired, live).dangers
    for acknowledged in dangers:
        plan = plan_collaboration(replace(desired, acknowledge=frozenset({acknowledged.fingerprint})), live)
        assert {subject(danger) for danger in dangers} - {subject(acknowledged)} == refused(plan)


@pytest.mark.parametrize(("desired", "live", "count"), GUARDED)
def test_acknowledged_dangers_are_passed_and_stay_in_the_plan(
    desired: DesiredCollaboration, live: Collaboration, count: int
) -> None:
    marks = {danger.fingerprint for danger in plan_collaboration(desired, live).dangers}
    plan = plan_collaboration(replace(desired, acknowledge=frozenset(marks)), live)
    assert marks == {danger.fingerprint for danger in plan.dangers}
    assert () == plan.refusals


def test_one_removal_that_takes_nothing_away_is_no_danger() -> None:
    assert [] == dangers_of(removing(NEWCOMER, live=EVERYTHING), EVERYTHING)


@pytest.mark.parametrize(
    ("limits", "removed", "over"),
    [
        pytest.param(Limits(), 4, False, id="a fifth of twenty"),
        pytest.param(Limits(), 5, True, id="more than a fifth of twenty"),
        pytest.param(Limits(removals=5), 5, False, id="the number is larger than the share"),
        pytest.param(Limits(removals=5), 6, True, id="more than the number"),
        pytest.param(Limits(removals=0, removal_share=0), 1, True, id="none without being acknowledged"),
        pytest.param(Limits(removals=0, removal_share=0.15), 3, False, id="a share and no number"),
        pytest.param(Limits(removals=0, removal_share=1), 19, False, id="everybody but the creator"),
    ],
)
def test_removals_over_the_limit_are_each_a_danger_and_those_below_are_none(limits: Limits, removed: int, over: bool) -> None:
    live = collaboration(*map(member, TWENTY))
    found = dangers_of(removing(*TWENTY[:removed], live=live, limits=limits), live)
    assert found == ([("removal", account) for account in TWENTY[:removed]] if over else [])


def test_only_those_who_belong_are_counted() -> None:
    gone: list[Member] = [member(account, status="LEFT") for account in TWENTY[:15]]
    live = collaboration(*gone, *map(member, TWENTY[15:]))
    found = plan_collaboration(removing(*TWENTY[15:17], live=live), live).dangers
    assert [TWENTY[15], TWENTY[16]] == [danger.subject for danger in found]
    assert "removes 2 of 5 members" in found[0].message
    assert "collaborations.sales.limits allows 1 without" in found[0].message


def test_removals_that_stay_within_the_limit_do_so_while_they_are_made_one_after_the_other() -> None:
    live = collaboration(*map(member, TWENTY))
    desired = removing(*TWENTY[:4], live=live)
    for account in TWENTY[:4]:
        assert [] == dangers_of(desired, live)
        live = replace(live, members={**live.members, account: member(account, status="REMOVED")})


def test_a_membership_that_began_at_another_time_is_another_removal() -> None:
    marks = set()
    ids = set()
    for days in (0, 1):
        began = BEGINNING + timedelta(days=days)
        live = collaboration(member(BANK, RECEIVE, created=began, payments=PAYING), member(SHOP, created=began))
        plan = plan_collaboration(removing(BANK, SHOP, live=live), live)
        marks |= {danger.fingerprint for danger in plan.dangers}
        ids |= {change.id for change in plan.changes}
    assert (2 * 5, 2 * 2) == (len(marks), len(ids))


def test_the_same_removal_in_another_collaboration_needs_another_fingerprint() -> None:
    here = plan_collaboration(removing(BANK, SHOP, live=EVERYTHING), EVERYTHING).dangers
    elsewhere = replace(EVERYTHING, id=ID[::-1])
    there = plan_collaboration(removing(BANK, SHOP, live=elsewhere), elsewhere).dangers
    assert not {danger.fingerprint for danger in here} & {danger.fingerprint for danger in there}


def test_acknowledging_that_the_last_receiver_loses_the_ability_does_not_let_it_be_removed() -> None:
    live = collaboration(member(BANK, RECEIVE))
    revoked = plan_collaboration(stack_file(wanted_member(BANK)), live).dangers
    removed = plan_collaboration(removing(BANK, live=live), live).dangers
    assert ["last-receiver"] == [danger.rule for danger in revoked] == [danger.rule for danger in removed]
    assert revoked[0].fingerprint != removed[0].fingerprint


def test_acknowledging_that_a_payer_is_taken_off_does_not_let_it_be_removed() -> None:
    relieved = stack_file(wanted_member(BANK), wanted_member(SHOP, pays_for=["queryCompute"]))
    removed = stack_file(wanted_member(SHOP, pays_for=["queryCompute"]), removed=frozenset({BANK}))
    dangers = [plan_collaboration(desired, PAYERS).dangers for desired in (relieved, removed)]
    assert [["unseen-payer"], ["unseen-payer"]] == [[danger.rule for danger in each] for each in dangers]
    assert dangers[0][0].fingerprint != dangers[1][0].fingerprint


def test_removing_the_last_receiver_while_another_is_granted_it_is_no_danger() -> None:
    live = collaboration(member(BANK, RECEIVE), member(SHOP))
    assert [] == dangers_of(stack_file(wanted_member(SHOP, RECEIVE), removed=frozenset({BANK})), live)


def test_the_runner_that_pays_by_default_though_it_is_not_shown_is_the_last_payer() -> None:
    live = collaboration(member(RUNNER, QUERY), member(BANK))
    expected = [("last-payer", RUNNER), ("runner-removal", RUNNER)]
    assert expected == dangers_of(removing(RUNNER, live=live), live)


@pytest.mark.parametrize("ability", [QUERY, CAN_RUN_JOB])
def test_removing_any_account_that_runs_something_is_a_danger(ability: str) -> None:
    live = collaboration(member(RUNNER, ability), member(BANK, payments=pays(queryCompute=True, jobCompute=True)))  # type: ignore[arg-type]
    assert [("runner-removal", RUNNER)] == dangers_of(removing(RUNNER, live=live), live)


def test_a_payer_is_removed_without_danger_where_another_can_be_seen_to_be_usable_or_to_have_to_accept() -> None:
    desired = removing(SHOP, live=PAYERS)
    assert [("unseen-payer", SHOP)] == dangers_of(desired, PAYERS)
    for accepted in (frozenset({CostType.QUERY_COMPUTE}), frozenset[CostType]()):
        assert [] == dangers_of(desired, replace(PAYERS, accepted={BANK: accepted}))


def test_the_creator_is_never_removed_even_if_it_is_acknowledged() -> None:
    live = collaboration(member(BANK))
    desired = replace(stack_file(removed=frozenset({CREATOR})), members={BANK: wanted_member(BANK)})
    plan = plan_collaboration(desired, live)
    assert ["not-removable"] == [refusal.rule for refusal in plan.refusals]
    assert () == plan.changes
    assert "fp-" not in plan.refusals[0].message


def test_nobody_is_removed_for_a_file_without_members() -> None:
    live = collaboration(member(BANK))
    desired = replace(stack_file(removed=frozenset({BANK})), members={})
    plan = plan_collaboration(desired, live)
    assert {"not-removable"} == {refusal.rule for refusal in plan.refusals}
    assert not [planned for planned in plan.changes if isinstance(planned.change, RemoveMember)]
