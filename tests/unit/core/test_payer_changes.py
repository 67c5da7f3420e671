"""In which order payers and the auto-approval list change, and what waits for whom."""

from dataclasses import replace
from datetime import date

from cleanrooms_governance.change_requests.filing import Draft, subject_of
from cleanrooms_governance.change_requests.next_move import CastVote, CommitRequest, Decision, FileRequest, Outcome, decide
from cleanrooms_governance.model import ChangeType, Collaboration, CollaborationChange, CostType, Member
from cleanrooms_governance.planning.atoms import COLLABORATION, Atom, Setting
from cleanrooms_governance.planning.expiry import as_of
from cleanrooms_governance.planning.hand_over import awaiting_acceptance, handed_over
from cleanrooms_governance.planning.plan_collaboration import plan_collaboration
from tests.unit.core.builders import (
    APPROVE_OWN_PLAN,
    BANK,
    NEWCOMER,
    QUERY,
    RECEIVE,
    RUNNER,
    SHOP,
    TODAY,
    change,
    collaboration,
    filed,
    member,
    pays,
    request,
    situation,
    stack_file,
    wanted_member,
)
from tests.unit.core.decisions import decided, of_kind, rules
from tests.unit.core.strategies import acknowledging

SWAP = stack_file(wanted_member(BANK), wanted_member(SHOP, pays_for=["queryCompute"]))
"""The shop pays instead of the bank."""

PAYING = pays(queryCompute=True)
NOT_PAYING = pays(queryCompute=False)
ADDING = frozenset({"ADD_MEMBER"})
BANK_PAYS = Atom(BANK, Setting.PAYS, "queryCompute")


def drafts(decision: Decision) -> list[Draft]:
    return [move.draft for move in of_kind(decision, FileRequest)]


def subjects(decision: Decision) -> list[list[str]]:
    return [[subject_of(each) for each in draft.changes] for draft in drafts(decision)]


def of_swap(shop: Member | None = None) -> Collaboration:
    """The bank pays."""
    return collaboration(member(BANK, payments=PAYING), shop or member(SHOP, payments=NOT_PAYING))


def test_an_unseen_payer_takes_over_in_the_very_request_that_adds_it() -> None:
    live = of_swap()
    (draft,) = drafts(decided(SWAP, live))
    entries = [
        change(SHOP, payments=PAYING, types=frozenset({"ADD_PAYER_CANDIDATE"})),
        change(BANK, payments=NOT_PAYING, types=frozenset({"REMOVE_PAYER_CANDIDATE"})),
    ]
    assert entries == list(draft.changes)


def test_a_payer_that_can_be_seen_is_added_first_and_then_waited_for() -> None:
    live = replace(of_swap(), accepted={SHOP: frozenset()})
    decision = decided(SWAP, live)
    assert [[SHOP]] == subjects(decision)
    assert Outcome.WAITING == decision.outcome
    added = replace(live, members={**live.members, SHOP: member(SHOP, payments=PAYING)})
    assert ([], Outcome.WAITING) == (subjects(decided(SWAP, added)), decided(SWAP, added).outcome)
    assert "acceptance" in rules(decided(SWAP, added))


def test_the_old_payer_goes_once_the_new_one_has_accepted() -> None:
    live = replace(of_swap(member(SHOP, payments=PAYING)), accepted={SHOP: frozenset({CostType.QUERY_COMPUTE})})
    assert () == plan_collaboration(SWAP, live).dangers
    assert [[BANK]] == subjects(decide(situation(SWAP, live)))


def test_a_payer_that_has_not_joined_is_not_usable() -> None:
    invited = member(SHOP, status="INVITED", payments=PAYING)
    live = replace(of_swap(invited), accepted={SHOP: frozenset({CostType.QUERY_COMPUTE})})
    assert [] == subjects(decided(SWAP, live))


def test_a_removal_that_is_approved_already_waits_for_the_acceptance_as_well() -> None:
    live = replace(of_swap(member(SHOP, payments=PAYING)), accepted={SHOP: frozenset()}, tags={**of_swap().tags, **filed(1)})
    removal = request(1, change(BANK, payments=NOT_PAYING), live=live, status="APPROVED")
    assert [] == of_kind(decided(SWAP, live, removal), CommitRequest)
    accepted = replace(live, accepted={SHOP: frozenset({CostType.QUERY_COMPUTE})})
    assert [CommitRequest(removal)] == of_kind(decided(SWAP, accepted, removal), CommitRequest)


def test_a_removal_is_not_approved_by_the_own_plan_before_the_acceptance() -> None:
    live = replace(of_swap(member(SHOP, payments=PAYING)), accepted={SHOP: frozenset()}, tags={**of_swap().tags, **filed(1)})
    removal = request(1, change(BANK, payments=NOT_PAYING), live=live, approvals={SHOP: "PENDING"})
    desired = replace(acknowledging(SWAP, live), voters={SHOP: APPROVE_OWN_PLAN})
    assert () == decide(situation(desired, live, removal)).moves


def test_nothing_waits_where_a_usable_payer_stays() -> None:
    live = collaboration(
        member(BANK, payments=PAYING),
        member(SHOP, payments=NOT_PAYING),
        member(NEWCOMER, payments=PAYING),
        accepted={NEWCOMER: frozenset({CostType.QUERY_COMPUTE}), SHOP: frozenset()},
    )
    planned = {each.atom: each.after for each in plan_collaboration(SWAP, live).request_changes}
    assert frozenset() == awaiting_acceptance(planned, live) | handed_over(planned, live)


def test_the_removals_of_one_cost_type_do_not_depend_on_the_payers_of_another() -> None:
    live = of_swap()
    planned = {BANK_PAYS: False, Atom(SHOP, Setting.PAYS, "jobCompute"): True}
    assert frozenset() == handed_over(dict(planned), live)
    assert {BANK_PAYS} == handed_over({**planned, Atom(SHOP, Setting.PAYS, "queryCompute"): True}, live)


def test_a_new_members_abilities_and_payments_travel_with_it() -> None:
    desired = stack_file(wanted_member(NEWCOMER, RECEIVE, ml=["CAN_RECEIVE_MODEL_OUTPUT"], pays_for=["modelTraining"]))
    (draft,) = drafts(decide(situation(desired, collaboration())))
    types = {
        "ADD_MEMBER",
        "GRANT_RECEIVE_RESULTS_ABILITY",
        "GRANT_CAN_RECEIVE_MODEL_OUTPUT",
        "ADD_PAYER_CANDIDATE",
    }
    expected = change(
        NEWCOMER,
        RECEIVE,
        display_name="newcomer",
        ml_abilities=frozenset({"CAN_RECEIVE_MODEL_OUTPUT"}),
        payments=pays(modelTraining=True, queryCompute=False),
        types=frozenset(types),
    )
    assert (expected,) == draft.changes


def test_the_last_ml_ability_is_revoked_by_an_empty_list() -> None:
    live = collaboration(member(BANK, ml_abilities=frozenset({"CAN_RECEIVE_MODEL_OUTPUT"})))
    (draft,) = drafts(decide(situation(stack_file(wanted_member(BANK, ml=[])), live)))
    assert (change(BANK, ml_abilities=frozenset(), types=frozenset({"REVOKE_CAN_RECEIVE_MODEL_OUTPUT"})),) == draft.changes


def test_narrowing_goes_before_what_needs_votes_and_behind_what_does_not() -> None:
    live = collaboration(member(BANK), auto_approved=frozenset({"ADD_MEMBER", "REVOKE_RECEIVE_RESULTS_ABILITY"}))
    desired = stack_file(wanted_member(BANK, RECEIVE), wanted_member(NEWCOMER), auto_approve=ADDING)
    assert [[NEWCOMER], [COLLABORATION], [BANK]] == subjects(decide(situation(desired, live)))


def test_widening_waits_until_everything_else_is_in_effect() -> None:
    desired = stack_file(wanted_member(BANK, RECEIVE), auto_approve=ADDING)
    live = collaboration(member(BANK))
    first = decided(desired, live)
    assert [[BANK]] == subjects(first)
    assert "widening-last" in rules(first)
    live = collaboration(member(BANK, RECEIVE))
    (draft,) = drafts(decided(desired, live))
    types = frozenset({str(ChangeType.EDIT_AUTO_APPROVED_CHANGE_TYPES)})
    assert (CollaborationChange(ADDING, types=types),) == draft.changes


def test_somebody_elses_request_about_the_list_holds_up_the_list_and_nothing_else() -> None:
    live = collaboration(member(BANK), auto_approved=ADDING)
    desired = stack_file(wanted_member(BANK, RECEIVE), auto_approve=frozenset())
    foreign = request(1, CollaborationChange(frozenset({"ADD_MEMBER", "GRANT_RECEIVE_RESULTS_ABILITY"})), live=live)
    assert [[BANK]] == subjects(decide(situation(desired, live, foreign)))


def test_a_request_of_ours_that_narrows_the_list_is_kept() -> None:
    live = collaboration(auto_approved=ADDING, tags=filed(1))
    narrowing = request(1, CollaborationChange(frozenset()), live=live, status="APPROVED")
    decision = decide(situation(stack_file(auto_approve=frozenset()), live, narrowing))
    assert (CommitRequest(narrowing),) == decision.moves


def test_a_payer_that_runs_queries_needs_its_own_acknowledgement() -> None:
    live = collaboration(member(RUNNER, QUERY, payments=NOT_PAYING), member(BANK, payments=PAYING))
    desired = stack_file(
        wanted_member(RUNNER, QUERY, pays_for=["queryCompute"]), wanted_member(BANK, pays_for=["queryCompute"])
    )
    assert Outcome.REFUSED == decide(situation(desired, live)).outcome
    assert [[RUNNER]] == subjects(decided(desired, live))


def test_a_request_that_takes_a_payment_which_the_plan_leaves_is_neither_committed_nor_approved_by_the_own_plan() -> None:
    """The runner pays by default until the new payer is in effect: that it does not any more passed no guard."""
    live = collaboration(member(BANK), member(RUNNER, QUERY, payments=PAYING))
    desired = stack_file(
        wanted_member(BANK, pays_for=["queryCompute"]), wanted_member(RUNNER, QUERY), voters={BANK: APPROVE_OWN_PLAN}
    )
    relieving = request(1, change(RUNNER, payments=NOT_PAYING), live=live)
    asked = decide(situation(desired, live, relieving))
    assert ([], [[BANK]]) == (of_kind(asked, CastVote), subjects(asked))
    approved = decide(situation(desired, live, replace(relieving, status="APPROVED")))
    assert ([], [[BANK]]) == (of_kind(approved, CommitRequest), subjects(approved))


def test_a_runner_whose_time_is_over_is_not_taken_off_as_payer_by_the_request_of_somebody_else() -> None:
    live = collaboration(member(BANK), member(RUNNER, QUERY, payments=PAYING))
    runner = replace(wanted_member(RUNNER, QUERY, pays_for=["queryCompute"]), until=date(2026, 11, 1))
    desired = as_of(stack_file(wanted_member(BANK), runner), TODAY)
    approved = request(1, change(RUNNER, payments=NOT_PAYING), live=live, status="APPROVED")
    assert () == plan_collaboration(desired, live).changes
    assert () == decide(situation(desired, live, approved)).moves
