from dataclasses import replace

import pytest

from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.model import CAN_RUN_JOB, Ability, Collaboration, CostType
from cleanrooms_governance.planning.guards import stale_acknowledgements
from cleanrooms_governance.planning.plan_collaboration import plan_collaboration
from cleanrooms_governance.tagging import OWNER_TAG
from tests.unit.core.builders import (
    BANK,
    EXPORT,
    ID,
    NEWCOMER,
    OWNER,
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

RUNNERS = collaboration(member(RUNNER, QUERY), member(BANK, CAN_RUN_JOB), member(SHOP))
"""Two accounts that run things, and one that does not."""
RUNNERS_WANTED = (
    wanted_member(RUNNER, QUERY, RECEIVE, EXPORT),
    wanted_member(BANK, CAN_RUN_JOB, RECEIVE),
    wanted_member(SHOP, RECEIVE),
)

RECEIVERS = collaboration(member(BANK, RECEIVE), member(SHOP, RECEIVE))
NO_RECEIVERS_WANTED = (wanted_member(BANK), wanted_member(SHOP))

PAYING = pays(queryCompute=True, modelTraining=True)
PAYERS = collaboration(member(BANK, payments=PAYING), member(SHOP, payments=PAYING), member(NEWCOMER))
OTHER_PAYER_WANTED = (
    wanted_member(BANK),
    wanted_member(SHOP),
    wanted_member(NEWCOMER, pays_for=["queryCompute", "modelTraining"]),
)
"""Two payers of two cost types go, and of the one who comes nothing can be seen."""

LAST_PAYERS = collaboration(
    member(BANK, payments=PAYING), member(SHOP, payments=PAYING), member(NEWCOMER, payments=PAYING, status="LEFT")
)
"""The only one whom ``OTHER_PAYER_WANTED`` names has left."""

RUNNER_PAYS = collaboration(
    member(RUNNER, QUERY, payments=pays(queryCompute=False)), member(BANK, payments=pays(queryCompute=True))
)
RUNNER_TO_PAY = stack_file(
    wanted_member(RUNNER, QUERY, pays_for=["queryCompute"], ml=["CAN_RECEIVE_MODEL_OUTPUT"]),
    wanted_member(BANK, pays_for=["queryCompute"]),
)

WIDER = stack_file(wanted_member(BANK), wanted_member(SHOP), auto_approve=frozenset({"ADD_MEMBER"}))
"""A wider auto-approval list, and the last receivers go."""

OTHERS = collaboration(tags={OWNER_TAG: "acme/prod/other"})

GUARDED = [
    pytest.param(stack_file(*RUNNERS_WANTED), RUNNERS, 3, id="runner entry"),
    pytest.param(stack_file(*NO_RECEIVERS_WANTED), RECEIVERS, 2, id="last receiver"),
    pytest.param(stack_file(*OTHER_PAYER_WANTED), PAYERS, 4, id="unseen payer"),
    pytest.param(stack_file(*OTHER_PAYER_WANTED), LAST_PAYERS, 4, id="last payer"),
    pytest.param(RUNNER_TO_PAY, RUNNER_PAYS, 2, id="runner entry for payments and ML abilities"),
    pytest.param(WIDER, RECEIVERS, 3, id="wider auto-approval"),
    pytest.param(stack_file(), OTHERS, 1, id="take over"),
]


@pytest.mark.parametrize(("desired", "live", "count"), GUARDED)
def test_an_unacknowledged_danger_is_refused_with_the_fingerprint_that_passes_it(
    desired: DesiredCollaboration, live: Collaboration, count: int
) -> None:
    plan = plan_collaboration(desired, live)
    assert count == len({danger.fingerprint for danger in plan.dangers})
    assert {subject(danger) for danger in plan.dangers} == refused(plan)
    for danger in plan.dangers:
        assert danger.way_past.endswith(f"add {danger.fingerprint} to collaborations.sales.acknowledge")


@pytest.mark.parametrize(("desired", "live", "count"), GUARDED)
def test_each_fingerprint_passes_its_own_danger_and_not_its_neighbours(
    desired: DesiredCollaboration, live: Collaboration, count: int
) -> None:
    dangers = plan_collaboration(desired, live).dangers
    assert count == len(dangers)
    for acknowledged in dangers:
        plan = plan_collaboration(replace(desired, acknowledge=frozenset({acknowledged.fingerprint})), live)
        assert {subject(danger) for danger in dangers} - {subject(acknowledged)} == refused(plan)


@pytest.mark.parametrize(("desired", "live", "count"), GUARDED)
def test_an_acknowledged_danger_stays_in_the_plan_with_the_same_fingerprint(
    desired: DesiredCollaboration, live: Collaboration, count: int
) -> None:
    marks = frozenset(danger.fingerprint for danger in plan_collaboration(desired, live).dangers)
    plan = plan_collaboration(replace(desired, acknowledge=marks), live)
    assert (count, ()) == (len(plan.dangers), plan.refusals)
    assert all(danger.acknowledged for danger in plan.dangers)
    assert marks == {danger.fingerprint for danger in plan.dangers}


def test_the_same_danger_in_another_collaboration_needs_another_fingerprint() -> None:
    here = plan_collaboration(stack_file(*NO_RECEIVERS_WANTED), RECEIVERS).dangers
    there = plan_collaboration(stack_file(*NO_RECEIVERS_WANTED), replace(RECEIVERS, id=ID[::-1])).dangers
    assert not {danger.fingerprint for danger in here} & {danger.fingerprint for danger in there}


def test_the_runners_other_entry_members_are_no_danger() -> None:
    live = collaboration(member(RUNNER, QUERY), member(SHOP))
    assert [] == dangers_of(stack_file(wanted_member(RUNNER, QUERY), wanted_member(SHOP, RECEIVE)), live)


@pytest.mark.parametrize("ability", [QUERY, CAN_RUN_JOB])
def test_any_change_of_an_entry_that_runs_something_is_a_danger(ability: Ability) -> None:
    live = collaboration(member(RUNNER, ability, EXPORT))
    assert [("runner-entry", RUNNER)] == dangers_of(stack_file(wanted_member(RUNNER, ability)), live)


def test_a_runner_that_is_out_is_no_danger() -> None:
    live = collaboration(member(RUNNER, QUERY, status="REMOVED"), member(SHOP))
    assert [] == dangers_of(stack_file(wanted_member(RUNNER, QUERY, RECEIVE), wanted_member(SHOP, RECEIVE)), live)


def test_handing_the_results_to_another_account_is_no_danger() -> None:
    live = collaboration(member(BANK, RECEIVE), member(SHOP))
    assert [] == dangers_of(stack_file(wanted_member(BANK), wanted_member(SHOP, RECEIVE)), live)
    assert [] == dangers_of(stack_file(wanted_member(BANK), wanted_member(NEWCOMER, RECEIVE)), live)


def test_a_receiver_that_the_file_does_not_manage_counts() -> None:
    assert [] == dangers_of(stack_file(wanted_member(BANK)), RECEIVERS)


def test_a_receiver_that_is_out_does_not_count() -> None:
    live = collaboration(member(BANK, RECEIVE), member(SHOP, RECEIVE, status="LEFT"))
    assert [("last-receiver", BANK)] == dangers_of(stack_file(wanted_member(BANK)), live)


def test_nobody_receiving_results_before_and_after_is_no_danger() -> None:
    assert [] == dangers_of(stack_file(wanted_member(BANK, EXPORT)), collaboration(member(BANK)))


def test_a_payer_that_goes_without_another_and_one_whose_successor_is_unseen_are_two_dangers() -> None:
    unseen = plan_collaboration(stack_file(*OTHER_PAYER_WANTED), PAYERS).dangers
    last = plan_collaboration(stack_file(*OTHER_PAYER_WANTED), LAST_PAYERS).dangers
    assert ({"unseen-payer"}, {"last-payer"}) == ({each.rule for each in unseen}, {each.rule for each in last})
    assert not {each.fingerprint for each in unseen} & {each.fingerprint for each in last}


def test_a_payer_that_can_be_seen_to_be_usable_is_no_danger() -> None:
    live = collaboration(member(BANK, payments=pays(queryCompute=True)), member(SHOP, payments=pays(queryCompute=True)))
    desired = stack_file(wanted_member(BANK), wanted_member(SHOP, pays_for=["queryCompute"]))
    assert [("unseen-payer", BANK)] == dangers_of(desired, live)
    assert [] == dangers_of(desired, replace(live, accepted={SHOP: frozenset({CostType.QUERY_COMPUTE})}))
    assert [] == dangers_of(desired, replace(live, accepted={SHOP: frozenset()}))


def test_the_danger_of_a_payer_that_goes_is_the_same_before_and_after_the_new_one_is_in_effect() -> None:
    desired = stack_file(wanted_member(BANK), wanted_member(SHOP, pays_for=["queryCompute"]))
    paying = member(BANK, payments=pays(queryCompute=True))
    before = plan_collaboration(desired, collaboration(paying, member(SHOP))).dangers
    after = plan_collaboration(desired, collaboration(paying, member(SHOP, payments=pays(queryCompute=True)))).dangers
    assert [each.fingerprint for each in before] == [each.fingerprint for each in after]


def test_a_payer_of_another_cost_type_does_not_count() -> None:
    live = collaboration(
        member(BANK, payments=pays(queryCompute=True)),
        member(SHOP, payments=pays(queryCompute=False, jobCompute=True)),
        member(NEWCOMER, status="LEFT"),
    )
    desired = stack_file(wanted_member(BANK), wanted_member(NEWCOMER, pays_for=["queryCompute"]))
    assert [("last-payer", BANK)] == dangers_of(desired, live)


def test_a_narrower_auto_approval_list_is_no_danger() -> None:
    live = collaboration(auto_approved=frozenset({"ADD_MEMBER", "GRANT_RECEIVE_RESULTS_ABILITY"}))
    assert [] == dangers_of(stack_file(auto_approve=frozenset({"ADD_MEMBER"})), live)


def test_each_auto_approval_list_has_a_fingerprint_of_its_own() -> None:
    lists = [("ADD_MEMBER",), ("ADD_MEMBER", "GRANT_RECEIVE_RESULTS_ABILITY"), ("REVOKE_RECEIVE_RESULTS_ABILITY",)]
    plans = [plan_collaboration(stack_file(auto_approve=frozenset(listed)), collaboration()) for listed in lists]
    assert [["wider-auto-approval"]] * 3 == [[danger.rule for danger in plan.dangers] for plan in plans]
    assert 3 == len({danger.fingerprint for plan in plans for danger in plan.dangers})


def test_adopting_what_nobody_governs_is_no_danger() -> None:
    assert [] == dangers_of(stack_file(), replace(collaboration(), tags={}))


def test_taking_over_names_both_stacks_in_its_fingerprint() -> None:
    marks = {
        plan_collaboration(stack_file(owner=new), collaboration(tags={OWNER_TAG: old})).dangers[0].fingerprint
        for new, old in [(OWNER, "a/b/c"), (OWNER, "a/b/d"), ("a/b/x", "a/b/c")]
    }
    assert 3 == len(marks)


def test_an_acknowledgement_that_matches_nothing_is_stale() -> None:
    assert ("fp-1", "fp-3") == stale_acknowledgements(frozenset({"fp-3", "fp-2", "fp-1"}), ["fp-2", "fp-4"])
