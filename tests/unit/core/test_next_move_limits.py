from dataclasses import replace
from datetime import timedelta

import pytest

from cleanrooms_governance.change_requests.ledger import CAPACITY, FILED_TAG
from cleanrooms_governance.change_requests.next_move import (
    CancelRequest,
    CastVote,
    Claim,
    CommitRequest,
    Decision,
    FileRequest,
    Outcome,
    decide,
)
from cleanrooms_governance.model import ChangeRequest, Collaboration
from cleanrooms_governance.service import Action
from cleanrooms_governance.tagging import OWNER_TAG
from tests.unit.core.builders import (
    APPROVE_OWN_PLAN,
    BANK,
    CREATOR,
    EXPORT,
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
    request_id,
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
    filed_accounts,
    of_kind,
    rules,
    with_tags,
)


class TestUnknownStatus:
    def test_it_stops_everything_for_its_collaboration(self) -> None:
        asked = request(1, change(SHOP, RECEIVE), status="EXPIRED")
        decision = decide(situation(WANTS, LIVE, asked, request(2, WANTED, status="APPROVED")))
        assert (Outcome.FAILED, ()) == (decision.outcome, decision.moves)
        assert ["unknown-status"] == [refusal.rule for refusal in decision.refusals]


def test_a_request_of_ours_is_kept_while_a_voter_has_a_status_that_is_not_known() -> None:
    """Filed anew, it might wait for that account again, and be cancelled again for ever."""
    live = collaboration(member(BANK), member(SHOP, status="SUSPENDED"), tags=filed(1))
    asked = request(1, change(BANK, RECEIVE), live=live, approvals={SHOP: "PENDING"})
    decision = decide(situation(stack_file(wanted_member(BANK, RECEIVE)), live, asked))
    assert ((), (SHOP,)) == (decision.moves, decision.waiting_for)


def test_a_request_that_says_a_runners_entry_again_is_not_wanted_where_nothing_of_it_is_to_change() -> None:
    """Committing it may take CAN_QUERY from the runner, and no danger of the plan says so."""
    live = collaboration(member(BANK), member(RUNNER, QUERY))
    asked = request(1, change(BANK, RECEIVE), change(RUNNER), live=live, status="APPROVED")
    decision = decide(situation(stack_file(wanted_member(BANK, RECEIVE), wanted_member(RUNNER, QUERY)), live, asked))
    assert ((), True) == (decision.moves, "foreign-request" in rules(decision))


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

    def test_the_creators_own_vote_is_waited_for(self) -> None:
        asked = request(1, WANTED, approvals={CREATOR: "PENDING"})
        assert (CREATOR,) == decide(situation(WANTS, LIVE, asked, may_write=False)).waiting_for

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
