from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cleanrooms_governance.desired import DesiredCollaboration, OwnPlan, Rule, VotingPolicy
from cleanrooms_governance.ledger import CAPACITY, FILED_TAG, FILING_TAG
from cleanrooms_governance.model import ChangeRequest, Collaboration, CollaborationChange, RequestedChange
from cleanrooms_governance.moves import Step, next_step
from cleanrooms_governance.next_move import (
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
from cleanrooms_governance.planning import OWNER_TAG
from cleanrooms_governance.requests import Verdict, content_fingerprint
from cleanrooms_governance.service import Action
from tests.unit.core.builders import (
    APPROVE_OWN_PLAN,
    BANK,
    BEGINNING,
    CREATOR,
    EXPORT,
    NEWCOMER,
    OWNER,
    QUERY,
    RECEIVE,
    RUNNER,
    SHOP,
    change,
    collaboration,
    filed,
    member,
    request,
    request_id,
    situation,
    stack_file,
    wanted_member,
)

LIVE = collaboration(member(BANK, EXPORT), member(SHOP))
WANTS = stack_file(wanted_member(BANK, RECEIVE, EXPORT), wanted_member(SHOP))
"""Wants one thing: results for the bank."""

WANTED = change(BANK, RECEIVE, EXPORT)
UNWANTED = change(BANK, RECEIVE)
WITHOUT_EFFECT = change(BANK, EXPORT)
OURS = filed(1)


def with_tags(live: Collaboration, tags: dict[str, str]) -> Collaboration:
    return replace(live, tags={**live.tags, **tags})


def of_kind(decision: Decision, kind: type[Move]) -> list[Any]:
    return [move for move in decision.moves if isinstance(move, kind)]


def rules(decision: Decision) -> set[str]:
    return {remark.rule for remark in decision.remarks}


def filed_accounts(decision: Decision) -> list[list[str]]:
    return [[each.account for each in move.draft.changes] for move in of_kind(decision, FileRequest)]


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
        desired = replace(WANTS, voters={CREATOR: VotingPolicy(deny=(Rule(accounts=frozenset({BANK})),))})
        assert [(CREATOR, Action.DENY, f"deny rule ({BANK})")] == self.votes(desired, approvals={CREATOR: "PENDING"})

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

    def test_the_wishes_of_others_are_never_cancelled(self) -> None:
        requests = [request(number, UNWANTED, status=status) for number, status in ((1, "PENDING"), (2, "APPROVED"))]
        assert [] == of_kind(decide(situation(WANTS, with_tags(LIVE, filed(3)), *requests)), CancelRequest)


class TestUnknownStatus:
    def test_it_stops_everything_for_its_collaboration(self) -> None:
        asked = request(1, change(SHOP, RECEIVE), status="EXPIRED")
        decision = decide(situation(WANTS, LIVE, asked, request(2, WANTED, status="APPROVED")))
        assert (Outcome.FAILED, ()) == (decision.outcome, decision.moves)
        assert ["unknown-status"] == [refusal.rule for refusal in decision.refusals]


class TestCommitted:
    done = request(1, WANTED, status="COMMITTED", live=LIVE)

    def test_in_effect_is_nothing_to_do(self) -> None:
        live = collaboration(member(BANK, RECEIVE, EXPORT), member(SHOP))
        assert Decision(Outcome.CONVERGED) == decide(situation(WANTS, live, self.done))

    def test_not_in_effect_is_a_failure_and_not_filed_again(self) -> None:
        decision = decide(situation(WANTS, LIVE, self.done))
        assert (Outcome.FAILED, ()) == (decision.outcome, decision.moves)
        assert ["not-in-effect"] == [refusal.rule for refusal in decision.refusals]

    def test_not_in_effect_is_filed_once_more_when_acknowledged(self) -> None:
        (refusal,) = decide(situation(WANTS, LIVE, self.done)).refusals
        mark = next(word for word in refusal.message.split() if word.startswith("fp-"))
        decision = decide(situation(replace(WANTS, acknowledge=frozenset({mark})), LIVE, self.done))
        assert ([[BANK]], ()) == (filed_accounts(decision), decision.refusals)

    def test_undone_later_is_drift_and_filed(self) -> None:
        undone = request(2, change(BANK, EXPORT), status="COMMITTED")
        assert [[BANK]] == filed_accounts(decide(situation(WANTS, LIVE, self.done, undone)))

    def test_of_an_account_that_is_out_since_is_no_failure(self) -> None:
        live = collaboration(member(BANK, status="LEFT"), member(SHOP))
        assert Outcome.CONVERGED == decide(situation(WANTS, live, self.done)).outcome


class TestDenied:
    no = request(1, WANTED, status="DENIED", live=LIVE, approvals={BANK: "APPROVED", SHOP: "DENIED"})

    def acknowledging(self, *requests: ChangeRequest, live: Collaboration = LIVE) -> frozenset[str]:
        decision = decide(situation(WANTS, live, *requests))
        words = " ".join(remark.message for remark in decision.remarks if remark.rule == "denied").split()
        return frozenset(word for word in words if word.startswith("fp-"))

    def test_it_is_not_filed_again_and_the_report_says_who_denied(self) -> None:
        decision = decide(situation(WANTS, LIVE, self.no))
        assert (Outcome.DENIED, ()) == (decision.outcome, decision.moves)
        assert f"{SHOP} (shop) denied it" in decision.remarks[0].message

    def test_the_rest_is_filed(self) -> None:
        desired = stack_file(wanted_member(BANK, RECEIVE, EXPORT), wanted_member(SHOP, EXPORT))
        assert [[SHOP]] == filed_accounts(decide(situation(desired, LIVE, self.no)))

    def test_the_rest_of_the_same_entry_is_filed_without_it(self) -> None:
        live = collaboration(member(BANK), member(SHOP))
        no = request(1, change(BANK, RECEIVE), status="DENIED", live=live)
        (move,) = of_kind(decide(situation(WANTS, live, no)), FileRequest)
        assert (frozenset({EXPORT}),) == tuple(each.abilities for each in move.draft.changes)

    def test_acknowledged_it_is_asked_once_more_and_a_second_denial_needs_a_second_one(self) -> None:
        first = self.acknowledging(self.no)
        desired = replace(WANTS, acknowledge=first)
        assert [[BANK]] == filed_accounts(decide(situation(desired, LIVE, self.no)))
        again = replace(self.no, id=request_id(2), updated=self.no.updated + timedelta(days=1))
        decision = decide(situation(desired, LIVE, self.no, again))
        assert (Outcome.DENIED, ()) == (decision.outcome, decision.moves)
        both = first | self.acknowledging(self.no, again)
        assert [[BANK]] == filed_accounts(decide(situation(replace(WANTS, acknowledge=both), LIVE, self.no, again)))

    def test_one_held_setting_of_a_new_member_holds_the_whole_member_back(self) -> None:
        desired = stack_file(wanted_member(BANK, RECEIVE, EXPORT), wanted_member(SHOP), wanted_member(NEWCOMER, RECEIVE))
        no = request(1, change(NEWCOMER, RECEIVE), status="DENIED", live=collaboration(member(NEWCOMER)))
        assert [[BANK]] == filed_accounts(decide(situation(desired, LIVE, no)))
        alone = stack_file(wanted_member(NEWCOMER, RECEIVE))
        assert Outcome.DENIED == decide(situation(alone, collaboration(), no)).outcome

    def test_an_open_request_for_the_same_overrules_it(self) -> None:
        decision = decide(situation(WANTS, LIVE, self.no, request(2, WANTED, status="APPROVED")))
        assert [CommitRequest] == [type(move) for move in decision.moves]
        assert set() == rules(decision)

    def test_an_acknowledgement_that_matches_nothing_any_more_is_reported(self) -> None:
        desired = replace(WANTS, acknowledge=frozenset({"fp-0123456789abcdef"}))
        assert {"stale-acknowledgement"} == rules(decide(situation(desired, LIVE)))

    def test_an_acknowledgement_is_not_stale_while_the_new_request_is_open(self) -> None:
        desired = replace(WANTS, acknowledge=self.acknowledging(self.no))
        assert {"waits"} == rules(decide(situation(desired, LIVE, self.no, request(2, WANTED))))


class TestCancelled:
    gone = request(1, WANTED, status="CANCELLED", live=LIVE)

    def test_by_somebody_else_is_held_back(self) -> None:
        decision = decide(situation(WANTS, with_tags(LIVE, filed(1)), self.gone))
        assert (Outcome.DENIED, ()) == (decision.outcome, decision.moves)
        assert "cancelled outside this stack" in decision.remarks[0].message

    def test_by_us_is_filed_again(self) -> None:
        assert [[BANK]] == filed_accounts(decide(situation(WANTS, with_tags(LIVE, filed(cancelling=[1])), self.gone)))

    def test_among_others_decides_nothing(self) -> None:
        assert [[BANK]] == filed_accounts(decide(situation(WANTS, LIVE, self.gone)))


class TestRefusals:
    danger = collaboration(member(RUNNER, QUERY), member(BANK, EXPORT))
    desired = stack_file(
        wanted_member(RUNNER, QUERY, RECEIVE), wanted_member(BANK, RECEIVE, EXPORT), voters={BANK: APPROVE_OWN_PLAN}
    )

    @pytest.mark.parametrize(
        "asked",
        [
            pytest.param(request(1, WANTED), id="an open request of the plan, with a vote of ours pending"),
            pytest.param(request(1, WANTED, status="APPROVED"), id="an approved request of the plan"),
            pytest.param(request(1, UNWANTED), id="an unwanted request of ours"),
            pytest.param(request(1, change(RUNNER, RECEIVE), status="APPROVED"), id="the dangerous request itself"),
        ],
    )
    def test_nothing_is_done_while_a_danger_is_not_acknowledged(self, asked: ChangeRequest) -> None:
        decision = decide(situation(self.desired, with_tags(self.danger, OURS), asked))
        assert (Outcome.REFUSED, ()) == (decision.outcome, decision.moves)

    def test_everything_is_done_once_it_is(self) -> None:
        plan = situation(self.desired, self.danger).plan
        desired = replace(self.desired, acknowledge=frozenset(danger.fingerprint for danger in plan.dangers))
        decision = decide(situation(desired, self.danger, request(1, change(RUNNER, RECEIVE), status="APPROVED")))
        assert [CommitRequest, FileRequest] == [type(move) for move in decision.moves]


class TestReadOnly:
    voting = replace(WANTS, voters={BANK: APPROVE_OWN_PLAN})

    @pytest.mark.parametrize(
        "asked",
        [
            pytest.param([], id="nothing open"),
            pytest.param([request(1, WANTED, status="APPROVED")], id="something to commit"),
            pytest.param([request(1, UNWANTED)], id="something to cancel"),
            pytest.param([request(1, WANTED, approvals={CREATOR: "PENDING"})], id="the creator's vote to cast"),
        ],
    )
    def test_the_creators_part_is_shown_and_not_done(self, asked: list[ChangeRequest]) -> None:
        decision = decide(situation(self.voting, with_tags(LIVE, OURS), *asked, may_write=False))
        assert (Outcome.WAITING, ()) == (decision.outcome, decision.moves)
        assert "read-only" in rules(decision)

    def test_other_accounts_that_we_hold_still_vote(self) -> None:
        asked = request(1, WANTED, approvals={BANK: "PENDING", CREATOR: "PENDING"})
        decision = decide(situation(self.voting, LIVE, asked, may_write=False))
        assert [CastVote(asked, BANK, Action.APPROVE, "ownPlan: approve")] == list(decision.moves)

    def test_a_converged_collaboration_is_converged(self) -> None:
        desired = stack_file(wanted_member(BANK, EXPORT), wanted_member(SHOP))
        assert Decision(Outcome.CONVERGED) == decide(situation(desired, LIVE, may_write=False))


class TestFullLedger:
    requests = tuple(request(number, change(SHOP, EXPORT)) for number in range(CAPACITY))
    desired = stack_file(wanted_member(BANK, RECEIVE, EXPORT), wanted_member(SHOP, EXPORT))

    def test_nothing_more_is_filed(self) -> None:
        decision = decide(situation(self.desired, with_tags(LIVE, filed(*range(CAPACITY))), *self.requests))
        assert ([], Outcome.WAITING) == (of_kind(decision, FileRequest), decision.outcome)
        assert "too-many-open" in rules(decision)

    def test_ended_entries_make_room(self) -> None:
        ended = replace(self.requests[0], status="COMMITTED", changes=(change(SHOP),))
        decision = decide(situation(self.desired, with_tags(LIVE, filed(*range(CAPACITY))), ended, *self.requests[1:]))
        assert [[BANK]] == filed_accounts(decision)


class TestHandingOver:
    """The only receiver hands the results to another account: the revoke never goes before the grant is in effect."""

    live = collaboration(member(BANK, RECEIVE), member(SHOP), auto_approved=frozenset({"REVOKE_RECEIVE_RESULTS_ABILITY"}))
    desired = stack_file(
        wanted_member(BANK), wanted_member(SHOP, RECEIVE), voters={SHOP: APPROVE_OWN_PLAN, CREATOR: APPROVE_OWN_PLAN}
    )
    revoke = request(2, change(BANK), approvals={SHOP: "PENDING"})

    def test_the_grant_is_filed_and_the_auto_approved_revoke_is_not(self) -> None:
        decision = decide(situation(self.desired, self.live))
        assert ([[SHOP]], {"hand-over"}) == (filed_accounts(decision), rules(decision))

    def test_the_revoke_waits_for_the_votes_on_the_grant(self) -> None:
        grant = request(1, change(SHOP, RECEIVE), approvals={BANK: "PENDING"})
        decision = decide(situation(self.desired, self.live, grant))
        assert ((), Outcome.WAITING) == (decision.moves, decision.outcome)

    def test_the_revoke_is_filed_when_the_grant_is_in_effect(self) -> None:
        live = replace(self.live, members={**self.live.members, SHOP: member(SHOP, RECEIVE)})
        assert [[BANK]] == filed_accounts(decide(situation(self.desired, live)))

    def test_an_approved_revoke_is_not_committed_before(self) -> None:
        decision = decide(situation(self.desired, self.live, replace(self.revoke, status="APPROVED", approvals={})))
        assert [FileRequest] == [type(move) for move in decision.moves]
        assert {"hand-over"} == rules(decision)

    def test_an_approved_revoke_is_committed_after_the_grant(self) -> None:
        revoke = replace(self.revoke, status="APPROVED", approvals={})
        grant = request(3, change(SHOP, RECEIVE), status="APPROVED")
        decision = decide(situation(self.desired, self.live, revoke, grant))
        assert [CommitRequest(grant)] == list(decision.moves)
        live = replace(self.live, members={**self.live.members, SHOP: member(SHOP, RECEIVE)})
        assert [CommitRequest(revoke)] == list(decide(situation(self.desired, live, revoke)).moves)

    def test_own_plan_does_not_approve_the_revoke_before(self) -> None:
        assert [] == of_kind(decide(situation(self.desired, self.live, self.revoke)), CastVote)

    def test_a_denied_grant_leaves_the_receiver_in_place(self) -> None:
        no = request(1, change(SHOP, RECEIVE), status="DENIED", live=self.live)
        decision = decide(situation(self.desired, self.live, no))
        assert (Outcome.DENIED, ()) == (decision.outcome, decision.moves)

    def test_both_together_are_committed(self) -> None:
        both = request(1, change(BANK), change(SHOP, RECEIVE), status="APPROVED")
        assert [CommitRequest(both)] == list(decide(situation(self.desired, self.live, both)).moves)


def test_moves_are_made_in_the_order_claim_cancel_vote_commit_file() -> None:
    live = collaboration(member(BANK, EXPORT), member(SHOP), member(RUNNER), tags=filed(1))
    live = replace(live, tags={FILED_TAG: live.tags[FILED_TAG]})
    desired = stack_file(
        wanted_member(BANK, RECEIVE, EXPORT),
        wanted_member(SHOP, RECEIVE),
        wanted_member(RUNNER, RECEIVE),
        wanted_member(NEWCOMER),
        voters={SHOP: APPROVE_OWN_PLAN},
    )
    requests = [
        request(1, UNWANTED),
        request(2, change(SHOP, RECEIVE), approvals={SHOP: "PENDING"}),
        request(3, change(RUNNER, RECEIVE), status="APPROVED"),
    ]
    decision = decide(situation(desired, live, *requests))
    assert [Claim, CancelRequest, CastVote, CommitRequest, FileRequest] == [type(move) for move in decision.moves]
    assert OWNER_TAG not in live.tags
