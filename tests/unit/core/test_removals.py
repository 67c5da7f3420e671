from dataclasses import replace

import pytest

from cleanrooms_governance.change_requests.next_move import (
    CancelRequest,
    CastVote,
    CommitRequest,
    Decision,
    FileRequest,
    Outcome,
    Remove,
    decide,
    withhold,
)
from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.model import AccountId, Collaboration, CostType, Member
from cleanrooms_governance.planning.changes import RemoveMember
from cleanrooms_governance.planning.plan_collaboration import plan_collaboration, predicted
from tests.unit.core.builders import (
    APPROVE_OWN_PLAN,
    BANK,
    BEGINNING,
    NEWCOMER,
    RECEIVE,
    RUNNER,
    SHOP,
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
from tests.unit.core.decisions import decided, of_kind, rules, with_tags

LIVE = collaboration(member(BANK), member(SHOP), member(RUNNER))
WITHOUT_BANK = stack_file(wanted_member(SHOP), wanted_member(RUNNER), removed=frozenset({BANK}))
QUERIES = pays(queryCompute=True)


def removed(decision: Decision) -> list[str]:
    return [move.removal.account for move in of_kind(decision, Remove)]


def kinds(decision: Decision) -> list[type]:
    return [type(move) for move in decision.moves]


def planned(desired: DesiredCollaboration, live: Collaboration) -> list[str]:
    return [str(change) for change in plan_collaboration(desired, live).changes]


def test_an_account_absent_from_the_members_and_named_under_removed_is_removed_at_once() -> None:
    decision = decide(situation(WITHOUT_BANK, LIVE))
    assert ["remove member 444455556666 (bank)"] == planned(WITHOUT_BANK, LIVE)
    assert (Outcome.WAITING, (Remove(RemoveMember(BANK, BEGINNING)),)) == (decision.outcome, decision.moves)


def test_an_account_that_is_only_absent_stays_and_the_way_to_remove_it_is_said() -> None:
    desired = replace(WITHOUT_BANK, removed=frozenset())
    plan = plan_collaboration(desired, LIVE)
    assert () == plan.changes
    assert "to remove it for good, list it under collaborations.sales.removed" in plan.remarks[0].message


@pytest.mark.parametrize("status", ["LEFT", "REMOVED"])
def test_an_account_that_is_gone_already_is_not_spoken_of(status: str) -> None:
    live = replace(LIVE, members={**LIVE.members, BANK: member(BANK, status=status)})
    plan = plan_collaboration(WITHOUT_BANK, live)
    assert ((), ()) == (plan.changes, plan.remarks)
    assert Outcome.CONVERGED == decide(situation(WITHOUT_BANK, live)).outcome


def test_an_account_of_a_status_that_is_not_known_is_said_not_to_be_removed() -> None:
    live = replace(LIVE, members={**LIVE.members, BANK: member(BANK, status="FORGOTTEN")})
    plan = plan_collaboration(WITHOUT_BANK, live)
    assert ((), ["not-removable"]) == (plan.changes, [remark.rule for remark in plan.remarks])
    assert "444455556666 (bank) has the status FORGOTTEN" in plan.remarks[0].message


def test_an_account_that_was_never_there_is_not_spoken_of() -> None:
    desired = stack_file(wanted_member(BANK), wanted_member(SHOP), wanted_member(RUNNER), removed=frozenset({NEWCOMER}))
    plan = plan_collaboration(desired, LIVE)
    assert ((), ()) == (plan.changes, plan.remarks)


def test_an_invitation_that_was_never_accepted_can_be_taken_back() -> None:
    live = replace(LIVE, members={**LIVE.members, BANK: member(BANK, status="INVITED")})
    assert [BANK] == removed(decide(situation(WITHOUT_BANK, live)))


def test_a_removal_goes_before_votes_commits_and_filings_that_do_not_concern_it() -> None:
    desired = stack_file(
        wanted_member(SHOP, RECEIVE),
        wanted_member(RUNNER, RECEIVE),
        wanted_member(NEWCOMER, RECEIVE),
        removed=frozenset({BANK}),
        voters={SHOP: APPROVE_OWN_PLAN},
    )
    pending = request(1, change(SHOP, RECEIVE), live=LIVE, approvals={SHOP: "PENDING", BANK: "PENDING"})
    approved = request(2, change(RUNNER, RECEIVE), live=LIVE, status="APPROVED")
    decision = decide(situation(desired, with_tags(LIVE, filed(1, 2)), pending, approved))
    assert [Remove, CastVote, CommitRequest, FileRequest] == kinds(decision)


def test_a_request_of_ours_about_the_account_is_cancelled_before_it_is_removed() -> None:
    ours = request(1, change(BANK, RECEIVE), live=LIVE)
    decision = decide(situation(WITHOUT_BANK, with_tags(LIVE, filed(1)), ours))
    assert [CancelRequest, Remove] == kinds(decision)


def test_a_request_of_ours_about_the_account_and_others_is_cancelled_and_the_rest_filed_anew() -> None:
    desired = replace(WITHOUT_BANK, members={**WITHOUT_BANK.members, SHOP: wanted_member(SHOP, RECEIVE)})
    ours = request(1, change(BANK, RECEIVE), change(SHOP, RECEIVE), live=LIVE)
    decision = decide(situation(desired, with_tags(LIVE, filed(1)), ours))
    assert [CancelRequest, Remove, FileRequest] == kinds(decision)
    assert [[SHOP]] == [[each.account for each in move.draft.changes] for move in of_kind(decision, FileRequest)]


def test_somebody_elses_request_about_the_account_does_not_put_its_removal_off() -> None:
    decision = decide(situation(WITHOUT_BANK, LIVE, request(1, change(BANK, RECEIVE), live=LIVE)))
    assert [Remove] == kinds(decision)
    assert {"foreign-request", "removal-and-request"} <= rules(decision)


def test_a_removal_waits_for_the_grant_without_which_nobody_would_receive_results() -> None:
    live = collaboration(member(BANK, RECEIVE), member(SHOP))
    desired = stack_file(wanted_member(SHOP, RECEIVE), removed=frozenset({BANK}))
    decision = decide(situation(desired, live))
    assert [FileRequest] == kinds(decision)
    assert "removal-waits" in rules(decision)
    in_effect = collaboration(member(BANK, RECEIVE), member(SHOP, RECEIVE))
    assert [Remove] == kinds(decide(situation(desired, in_effect)))


def test_a_removal_that_waits_for_a_denied_grant_is_not_called_waiting() -> None:
    live = collaboration(member(BANK, RECEIVE), member(SHOP))
    desired = stack_file(wanted_member(SHOP, RECEIVE), removed=frozenset({BANK}))
    denied = request(1, change(SHOP, RECEIVE), live=live, status="DENIED", approvals={BANK: "DENIED"})
    decision = decide(situation(desired, live, denied))
    assert (Outcome.DENIED, ()) == (decision.outcome, decision.moves)
    assert {"denied", "removal-waits"} <= rules(decision)


def test_a_revoke_and_a_removal_wait_for_the_same_grant() -> None:
    live = collaboration(member(BANK, RECEIVE), member(SHOP, RECEIVE), member(RUNNER))
    desired = stack_file(wanted_member(SHOP), wanted_member(RUNNER, RECEIVE), removed=frozenset({BANK}))
    decision = decide(situation(desired, live))
    (move,) = of_kind(decision, FileRequest)
    assert ([], {SHOP, RUNNER}) == (removed(decision), {each.account for each in move.draft.changes})


PAYERS = collaboration(member(BANK, payments=QUERIES), member(SHOP, payments=QUERIES))
SHOP_PAYS = stack_file(wanted_member(SHOP, pays_for=["queryCompute"]), removed=frozenset({BANK}))


def test_a_payer_is_removed_once_another_one_has_accepted() -> None:
    seen = replace(PAYERS, accepted={SHOP: frozenset[CostType]()})
    decision = decide(situation(SHOP_PAYS, seen))
    assert (Outcome.WAITING, ()) == (decision.outcome, decision.moves)
    (waits,) = [remark.message for remark in decision.remarks if remark.rule == "removal-waits"]
    assert "waits for 555566667777 (shop), whose membership needs queryCompute under payerFor" in waits
    accepted = replace(PAYERS, accepted={SHOP: frozenset({CostType.QUERY_COMPUTE})})
    assert [BANK] == removed(decide(situation(SHOP_PAYS, accepted)))


@pytest.mark.parametrize(
    ("bank", "accepted"),
    [
        pytest.param(member(BANK, payments=QUERIES, status="INVITED"), {}, id="has not joined"),
        pytest.param(member(BANK, payments=QUERIES), {BANK: frozenset[CostType]()}, id="has not accepted"),
    ],
)
def test_the_removal_of_a_payer_that_cannot_be_charged_anyway_waits_for_nobody(
    bank: Member, accepted: dict[AccountId, frozenset[CostType]]
) -> None:
    live = replace(PAYERS, members={**PAYERS.members, BANK: bank}, accepted={SHOP: frozenset(), **accepted})
    assert [BANK] == removed(decide(situation(SHOP_PAYS, live)))


def test_a_payer_whose_successor_cannot_be_seen_is_removed_once_that_is_acknowledged() -> None:
    assert Outcome.REFUSED == decide(situation(SHOP_PAYS, PAYERS)).outcome
    assert [BANK] == removed(decided(SHOP_PAYS, PAYERS))


def test_nobody_is_removed_by_a_stack_that_may_only_look() -> None:
    assert () == decide(situation(WITHOUT_BANK, LIVE, may_write=False)).moves


def test_nobody_is_removed_while_the_collaboration_is_paused() -> None:
    assert () == decide(situation(replace(WITHOUT_BANK, paused=True), LIVE)).moves


def test_nobody_is_removed_where_something_failed_before_and_all_else_goes_on() -> None:
    desired = replace(WITHOUT_BANK, members={**WITHOUT_BANK.members, SHOP: wanted_member(SHOP, RECEIVE)})
    decision = decide(situation(desired, LIVE))
    assert [Remove, FileRequest] == kinds(decision)
    withheld = withhold(decision, "acme/prod/other (no answer)")
    assert (Outcome.WAITING, [FileRequest]) == (withheld.outcome, kinds(withheld))
    assert {"removal-held-back"} == rules(withheld) - rules(decision)
    assert decision == withhold(decision, "")


def test_a_removed_member_is_predicted_to_be_removed() -> None:
    plan = plan_collaboration(WITHOUT_BANK, LIVE)
    after = predicted(LIVE, WITHOUT_BANK, plan.changes)
    assert ("REMOVED", ()) == (after.members[BANK].status, plan_collaboration(WITHOUT_BANK, after).changes)


def test_a_request_that_waits_for_the_vote_of_somebody_gone_is_cancelled_and_filed_again() -> None:
    live = collaboration(member(BANK, status="REMOVED"), member(SHOP))
    desired = stack_file(wanted_member(SHOP, RECEIVE), removed=frozenset({BANK}))
    stuck = request(1, change(SHOP, RECEIVE), live=live, approvals={BANK: "PENDING"})
    decision = decide(situation(desired, with_tags(live, filed(1)), stuck))
    assert [CancelRequest, FileRequest] == kinds(decision)
    assert {"departed-voter"} == rules(decision)
    over = replace(stuck, status="CANCELLED")
    again = decide(situation(desired, with_tags(live, filed(cancelling=[1])), over))
    assert [FileRequest] == kinds(again)


def test_somebody_elses_request_that_waits_for_somebody_gone_is_left_alone_and_said_to_be_never_approved() -> None:
    live = collaboration(member(BANK, status="LEFT"), member(SHOP))
    desired = stack_file(wanted_member(SHOP, RECEIVE), voters={SHOP: APPROVE_OWN_PLAN})
    stuck = request(1, change(SHOP, RECEIVE), live=live, approvals={BANK: "PENDING", SHOP: "PENDING"})
    decision = decide(situation(desired, live, stuck))
    assert ((), Outcome.WAITING) == (decision.moves, decision.outcome)
    (said,) = [each.message for each in decision.remarks if each.rule == "departed-voter"]
    assert "was not filed by this stack and waits for the vote of 444455556666 (bank), who is no member any more" in said
    assert "collaborations.sales.cancelRequests" in said
