from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cleanrooms_governance.change_requests.judging import Verdict, content_fingerprint
from cleanrooms_governance.change_requests.ledger import FILING_TAG
from cleanrooms_governance.change_requests.moves import Step, next_step
from cleanrooms_governance.change_requests.next_move import (
    CancelRequest,
    CastVote,
    Claim,
    CommitRequest,
    Decision,
    FileRequest,
    Move,
    Outcome,
    decide,
)
from cleanrooms_governance.desired import DesiredCollaboration, OwnPlan, Rule, VotingPolicy
from cleanrooms_governance.model import AccountId, ChangeRequest, Collaboration, CollaborationChange, RequestedChange
from cleanrooms_governance.service import Action
from tests.unit.core.builders import (
    APPROVE_OWN_PLAN,
    BANK,
    BEGINNING,
    CREATOR,
    EXPORT,
    NEWCOMER,
    OWNER,
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
from tests.unit.core.decisions import (
    LIVE,
    OURS,
    UNWANTED,
    WANTED,
    WANTS,
    WITHOUT_EFFECT,
    filed_accounts,
    of_kind,
    rules,
    with_tags,
)

CELLS = [
    ("PENDING", Verdict.WANTED, "ours", Step.VOTE_OR_WAIT, []),
    ("PENDING", Verdict.WANTED, "foreign", Step.VOTE_OR_WAIT, []),
    ("PENDING", Verdict.UNWANTED, "ours", Step.CANCEL, [CancelRequest, FileRequest]),
    ("PENDING", Verdict.UNWANTED, "foreign", Step.PLAN_AROUND, []),
    ("PENDING", Verdict.WITHOUT_EFFECT, "ours", Step.CANCEL, [CancelRequest, FileRequest]),
    ("PENDING", Verdict.WITHOUT_EFFECT, "foreign", Step.IGNORE, [FileRequest]),
    ("PENDING", Verdict.NOT_UNDERSTOOD, "ours", Step.PLAN_AROUND, []),
    ("PENDING", Verdict.NOT_UNDERSTOOD, "foreign", Step.PLAN_AROUND, []),
    ("APPROVED", Verdict.WANTED, "ours", Step.COMMIT, [CommitRequest]),
    ("APPROVED", Verdict.WANTED, "foreign", Step.COMMIT, [CommitRequest]),
    ("APPROVED", Verdict.UNWANTED, "ours", Step.CANCEL, [CancelRequest, FileRequest]),
    ("APPROVED", Verdict.UNWANTED, "foreign", Step.PLAN_AROUND, []),
    ("APPROVED", Verdict.WITHOUT_EFFECT, "ours", Step.CANCEL, [CancelRequest, FileRequest]),
    ("APPROVED", Verdict.WITHOUT_EFFECT, "foreign", Step.IGNORE, [FileRequest]),
    ("APPROVED", Verdict.NOT_UNDERSTOOD, "ours", Step.PLAN_AROUND, []),
    ("APPROVED", Verdict.NOT_UNDERSTOOD, "foreign", Step.PLAN_AROUND, []),
    *(
        (status, verdict, whose, Step.IGNORE, [FileRequest])
        for status in ("COMMITTED", "DENIED", "CANCELLED")
        for verdict in (Verdict.UNWANTED, Verdict.WITHOUT_EFFECT)
        for whose in ("ours", "foreign")
    ),
    *(("EXPIRED", verdict, whose, Step.STOP, []) for verdict in Verdict for whose in ("ours", "foreign")),
]
"""Status, verdict, whose it is, the step, and the moves of a file that wants results for the bank."""

CELL_IDS = [f"{status}, {verdict}, {whose}" for status, verdict, whose, _, _ in CELLS]

STATING: dict[Verdict, RequestedChange] = {
    Verdict.WANTED: WANTED,
    Verdict.UNWANTED: UNWANTED,
    Verdict.WITHOUT_EFFECT: WITHOUT_EFFECT,
    Verdict.NOT_UNDERSTOOD: WANTED,
}


def of_cell(status: str, verdict: Verdict) -> ChangeRequest:
    # What is over acts atom by atom (see below): here, on nothing that the file wants.
    over = status in ("COMMITTED", "DENIED", "CANCELLED") and verdict is Verdict.UNWANTED
    return request(
        1,
        change(SHOP, RECEIVE) if over else STATING[verdict],
        status=status,
        live=LIVE,
        unknown=("changes[0].when",) if verdict is Verdict.NOT_UNDERSTOOD else (),
    )


@pytest.mark.parametrize(("status", "verdict", "whose", "step", "_moves"), CELLS, ids=CELL_IDS)
def test_the_table(status: str, verdict: Verdict, whose: str, step: Step, _moves: list[type[Move]]) -> None:
    assert step == next_step(of_cell(status, verdict), verdict, mine=whose == "ours")


@pytest.mark.parametrize(("status", "verdict", "whose", "_step", "moves"), CELLS, ids=CELL_IDS)
def test_the_moves_of_the_table(status: str, verdict: Verdict, whose: str, _step: Step, moves: list[type[Move]]) -> None:
    live = with_tags(LIVE, OURS) if whose == "ours" and status != "CANCELLED" else LIVE
    decision = decide(situation(WANTS, live, of_cell(status, verdict)))
    assert moves == [type(move) for move in decision.moves]


def test_the_table_knows_every_cell() -> None:
    assert len(CELLS) == len(set(CELL_IDS)) == 2 * 4 * 2 + 3 * 2 * 2 + 4 * 2


class TestNothingOpen:
    def test_what_is_planned_is_filed(self) -> None:
        decision = decide(situation(WANTS, LIVE))
        assert [[BANK]] == filed_accounts(decision)
        assert Outcome.WAITING == decision.outcome

    def test_a_file_that_wants_what_is_has_nothing_to_do(self) -> None:
        desired = stack_file(wanted_member(BANK, EXPORT), wanted_member(SHOP))
        assert Decision(Outcome.CONVERGED) == decide(situation(desired, LIVE))

    def test_the_owner_tag_comes_first(self) -> None:
        decision = decide(situation(WANTS, replace(LIVE, tags={})))
        assert [Claim(OWNER), FileRequest] == [decision.moves[0], type(decision.moves[1])]

    def test_only_the_owner_tag_to_write_is_not_converged_yet(self) -> None:
        decision = decide(situation(stack_file(), replace(collaboration(), tags={})))
        assert (Outcome.WAITING, (Claim(OWNER),)) == (decision.outcome, decision.moves)


class TestPendingAndWanted:
    asked = request(1, WANTED, approvals={BANK: "PENDING", SHOP: "APPROVED"})

    def test_it_is_kept_and_waits_for_the_votes_the_service_names(self) -> None:
        decision = decide(situation(WANTS, LIVE, self.asked))
        assert (Outcome.WAITING, (), (BANK,)) == (decision.outcome, decision.moves, decision.waiting_for)
        assert any(f"waits for {BANK} (bank)" in remark.message for remark in decision.remarks)

    def test_one_without_any_named_vote_still_waits(self) -> None:
        decision = decide(situation(WANTS, LIVE, replace(self.asked, approvals={})))
        assert (Outcome.WAITING, ()) == (decision.outcome, decision.moves)

    def test_the_rest_is_filed_beside_it(self) -> None:
        desired = stack_file(wanted_member(BANK, RECEIVE, EXPORT), wanted_member(SHOP, RECEIVE))
        assert [[SHOP]] == filed_accounts(decide(situation(desired, LIVE, self.asked)))

    def test_more_about_the_same_account_waits_for_it(self) -> None:
        live = collaboration(member(BANK), member(SHOP))
        asked = request(1, change(BANK, RECEIVE))
        decision = decide(situation(WANTS, live, asked))
        assert ([], (BANK,)) == (filed_accounts(decision), decision.waiting_for)

    def test_the_rest_of_a_new_member_waits_for_it(self) -> None:
        desired = stack_file(wanted_member(NEWCOMER, RECEIVE))
        decision = decide(situation(desired, collaboration(), request(1, change(NEWCOMER))))
        assert [] == filed_accounts(decision)

    def test_a_foreign_one_is_kept_like_ours(self) -> None:
        ours = decide(situation(WANTS, with_tags(LIVE, OURS), self.asked))
        foreign = decide(situation(WANTS, LIVE, self.asked))
        assert ours == foreign

    def test_an_unrelated_edit_of_the_file_does_not_touch_it(self) -> None:
        desired = stack_file(wanted_member(BANK, RECEIVE, EXPORT), wanted_member(SHOP, EXPORT), wanted_member(NEWCOMER))
        decision = decide(situation(desired, with_tags(LIVE, OURS), self.asked))
        assert [] == of_kind(decision, CancelRequest)
        assert [[SHOP, NEWCOMER]] == filed_accounts(decision)


class TestVotes:
    asked = request(1, WANTED, approvals={BANK: "PENDING", SHOP: "PENDING"}, live=LIVE)

    def votes(self, desired: DesiredCollaboration, live: Collaboration = LIVE, **more: Any) -> list[tuple[str, Action, str]]:
        found = of_kind(decide(situation(desired, live, replace(self.asked, **more))), CastVote)
        return [(vote.account, vote.action, vote.rule) for vote in found]

    def test_an_account_we_hold_votes_for_its_own_plan(self) -> None:
        desired = replace(WANTS, voters={SHOP: APPROVE_OWN_PLAN})
        assert [(SHOP, Action.APPROVE, "ownPlan: approve")] == self.votes(desired)
        assert (BANK,) == decide(situation(desired, LIVE, self.asked)).waiting_for

    def test_an_account_without_a_rule_waits_for_a_person_and_says_that_we_hold_it(self) -> None:
        decision = decide(situation(replace(WANTS, voters={SHOP: VotingPolicy()}), LIVE, self.asked))
        assert (BANK, SHOP) == decision.waiting_for
        (remark,) = [each for each in decision.remarks if each.subject.endswith(SHOP)]
        assert "this stack holds it, but no rule covers it" in remark.message

    def test_a_vote_that_is_cast_is_not_cast_again(self) -> None:
        desired = replace(WANTS, voters={SHOP: APPROVE_OWN_PLAN})
        assert [] == self.votes(desired, approvals={BANK: "PENDING", SHOP: "APPROVED"})

    def test_an_account_that_is_not_asked_does_not_vote(self) -> None:
        assert [] == self.votes(replace(WANTS, voters={RUNNER: APPROVE_OWN_PLAN}))

    def test_the_creators_own_vote_is_given_where_the_service_asks_for_it(self) -> None:
        assert [(CREATOR, Action.APPROVE, "the creator's own plan")] == self.votes(WANTS, approvals={CREATOR: "PENDING"})

    def test_the_creators_own_rule_comes_first(self) -> None:
        rule = Rule(frozenset({"GRANT_RECEIVE_RESULTS_ABILITY"}), frozenset({BANK}), frozenset({RECEIVE, EXPORT}))
        ((account, action, name),) = self.votes(
            replace(WANTS, voters={CREATOR: VotingPolicy(approve=(rule,))}), approvals={CREATOR: "PENDING"}
        )
        assert (CREATOR, Action.APPROVE, True) == (account, action, name.startswith("approve rule ("))

    def test_own_plan_never_approves_what_the_file_does_not_want(self) -> None:
        desired = replace(WANTS, voters={SHOP: APPROVE_OWN_PLAN, CREATOR: APPROVE_OWN_PLAN})
        approvals = {SHOP: "PENDING", CREATOR: "PENDING"}
        assert [] == self.votes(desired, changes=(UNWANTED,), approvals=approvals)

    def test_own_plan_never_approves_what_is_not_understood(self) -> None:
        desired = replace(WANTS, voters={SHOP: APPROVE_OWN_PLAN, CREATOR: APPROVE_OWN_PLAN})
        for live in (LIVE, with_tags(LIVE, OURS)):
            assert [] == self.votes(
                desired, live, unknown=("changes[0].when",), approvals={SHOP: "PENDING", CREATOR: "PENDING"}
            )

    @pytest.mark.parametrize("verdict", [Verdict.UNWANTED, Verdict.WITHOUT_EFFECT, Verdict.NOT_UNDERSTOOD])
    def test_a_deny_rule_speaks_on_every_foreign_request(self, verdict: Verdict) -> None:
        deny = VotingPolicy(deny=(Rule(accounts=frozenset({BANK})),))
        desired = stack_file(wanted_member(BANK, EXPORT), wanted_member(SHOP), voters={SHOP: deny})
        asked = replace(of_cell("PENDING", verdict), approvals={SHOP: "PENDING"})
        decision = decide(situation(desired, LIVE, asked))
        assert [Action.DENY] == [vote.action for vote in of_kind(decision, CastVote)]

    def test_an_approve_rule_speaks_on_what_the_file_does_not_want_too(self) -> None:
        rule = Rule(frozenset({"ADD_MEMBER"}), frozenset({NEWCOMER}))
        desired = replace(WANTS, voters={SHOP: VotingPolicy(approve=(rule,))})
        asked = request(1, change(NEWCOMER), approvals={SHOP: "PENDING"}, live=LIVE)
        assert [f"approve rule (ADD_MEMBER; {NEWCOMER})"] == [
            vote.rule for vote in of_kind(decide(situation(desired, LIVE, asked)), CastVote)
        ]

    def test_nobody_votes_on_a_request_that_we_are_about_to_cancel(self) -> None:
        desired = replace(WANTS, voters={BANK: VotingPolicy(deny=(Rule(accounts=frozenset({BANK})),))})
        asked = replace(of_cell("PENDING", Verdict.UNWANTED), approvals={BANK: "PENDING"})
        assert [] == of_kind(decide(situation(desired, with_tags(LIVE, OURS), asked)), CastVote)

    def test_a_request_that_our_own_rule_would_deny_is_not_filed_but_refused(self) -> None:
        desired = replace(WANTS, voters={SHOP: VotingPolicy(OwnPlan.APPROVE, deny=(Rule(accounts=frozenset({BANK})),))})
        decision = decide(situation(desired, LIVE))
        assert (Outcome.FAILED, (), ["own-deny-rule"]) == (
            decision.outcome,
            decision.moves,
            [refusal.rule for refusal in decision.refusals],
        )

    def test_neither_is_one_that_has_to_wait_for_another_before_it_can_be_filed(self) -> None:
        live = collaboration(member(BANK), member(SHOP))
        deny = VotingPolicy(deny=(Rule(types=frozenset({"GRANT_EXPORT_QUERY_ANALYSIS_LOG_ABILITY"})),))
        desired = stack_file(wanted_member(BANK, RECEIVE, EXPORT), wanted_member(SHOP), voters={SHOP: deny})
        decision = decide(situation(desired, live, request(1, change(BANK, RECEIVE), live=live)))
        assert ["own-deny-rule"] == [refusal.rule for refusal in decision.refusals]

    @pytest.mark.parametrize("account", [SHOP, CREATOR])
    @pytest.mark.parametrize("tags", [{}, OURS], ids=["of others", "ours"])
    def test_neither_does_it_deny_one_that_is_open_and_wanted(self, account: AccountId, tags: dict[str, str]) -> None:
        desired = replace(WANTS, voters={account: VotingPolicy(deny=(Rule(accounts=frozenset({BANK})),))})
        asked = replace(self.asked, approvals={account: "PENDING"})
        decision = decide(situation(desired, with_tags(LIVE, tags), asked))
        assert ((), ["own-deny-rule"]) == (decision.moves, [refusal.rule for refusal in decision.refusals])
        assert f"would deny +CAN_RECEIVE_RESULTS {BANK} (bank) by its deny rule ({BANK})" in decision.refusals[0].message


class TestForeignRequests:
    def test_one_that_we_do_not_want_blocks_its_accounts_and_no_others(self) -> None:
        desired = stack_file(wanted_member(BANK, RECEIVE, EXPORT), wanted_member(SHOP, EXPORT), wanted_member(NEWCOMER))
        decision = decide(situation(desired, LIVE, request(1, UNWANTED)))
        assert [[SHOP, NEWCOMER]] == filed_accounts(decision)
        assert {"foreign-request"} == rules(decision)
        assert Outcome.WAITING == decision.outcome

    def test_one_that_blocks_nothing_planned_leaves_the_collaboration_converged(self) -> None:
        desired = stack_file(wanted_member(BANK, EXPORT), wanted_member(SHOP))
        decision = decide(situation(desired, LIVE, request(1, UNWANTED)))
        assert (Outcome.CONVERGED, {"foreign-request"}) == (decision.outcome, rules(decision))

    def test_one_about_the_auto_approval_list_blocks_no_account(self) -> None:
        decision = decide(situation(WANTS, LIVE, request(1, CollaborationChange(frozenset({"ADD_MEMBER"})))))
        assert [[BANK]] == filed_accounts(decision)
        assert {"foreign-request"} == rules(decision)

    def test_one_that_is_half_wanted_is_not_wanted(self) -> None:
        decision = decide(situation(WANTS, LIVE, request(1, WANTED, change(SHOP, RECEIVE), status="APPROVED")))
        assert () == decision.moves

    def test_one_without_effect_has_its_accounts_filed_last_and_apart(self) -> None:
        desired = stack_file(wanted_member(BANK, RECEIVE, EXPORT), wanted_member(SHOP, EXPORT))
        decision = decide(situation(desired, LIVE, request(1, WITHOUT_EFFECT)))
        assert [[SHOP], [BANK]] == filed_accounts(decision)

    def test_one_about_an_account_that_is_out_is_not_wanted_whatever_the_file_says(self) -> None:
        live = collaboration(member(BANK, status="REMOVED"), member(SHOP))
        for status in ("PENDING", "APPROVED"):
            assert () == decide(situation(WANTS, live, request(1, WANTED, status=status))).moves

    def test_ours_about_an_account_that_has_left_is_cancelled(self) -> None:
        live = collaboration(member(BANK, status="LEFT"), member(SHOP), tags=OURS)
        asked = request(1, WANTED, status="APPROVED")
        assert (CancelRequest(asked),) == decide(situation(WANTS, live, asked)).moves


class TestOurs:
    def test_one_that_was_announced_and_never_recorded_is_cancelled_like_ours(self) -> None:
        asked = request(5, UNWANTED)
        mark = (BEGINNING + timedelta(days=4)).timestamp()
        live = with_tags(LIVE, {FILING_TAG: f"{content_fingerprint([UNWANTED])} {mark:.6f}"})
        assert [CancelRequest(asked)] == of_kind(decide(situation(WANTS, live, asked)), CancelRequest)

    def test_one_that_came_about_in_another_way_is_not_called_unwanted(self) -> None:
        told = [
            remark.message for remark in decide(situation(WANTS, with_tags(LIVE, OURS), request(1, WITHOUT_EFFECT))).remarks
        ]
        assert [f"change request {request(1, WITHOUT_EFFECT).id} has nothing left to do: cancelled"] == told

    def test_the_wishes_of_others_are_never_cancelled(self) -> None:
        requests = [request(number, UNWANTED, status=status) for number, status in ((1, "PENDING"), (2, "APPROVED"))]
        assert [] == of_kind(decide(situation(WANTS, with_tags(LIVE, filed(3)), *requests)), CancelRequest)
