"""Laws of decisions over random collaborations, stack files and change requests."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from cleanrooms_governance.change_requests.filing import subject_of
from cleanrooms_governance.change_requests.judging import Verdict, judge
from cleanrooms_governance.change_requests.next_move import (
    CancelRequest,
    CastVote,
    CommitRequest,
    FileRequest,
    Outcome,
    Remove,
    Situation,
    decide,
)
from cleanrooms_governance.desired import OwnPlan, VotingPolicy
from cleanrooms_governance.model import ChangeRequest
from cleanrooms_governance.planning.atoms import attainable, stated_by, subjects_of
from tests.unit.core.builders import CREATOR, filed, situation
from tests.unit.core.strategies import PARTNERS, change_requests, shuffled, subsets, worlds

WORLDS = worlds()
SOME_REQUESTS = st.integers(0, 3)
OURS = subsets((0, 1, 2))
HOLDING = subsets(PARTNERS)
LAW = settings(max_examples=40)


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """Any situation in which some of the requests are ours and some of the accounts vote for their own plan."""
    live, desired = draw(WORLDS)
    requests = [draw(change_requests(live, number)) for number in range(draw(SOME_REQUESTS))]
    ours = sorted(draw(OURS))
    voters = {account: VotingPolicy(OwnPlan.APPROVE) for account in draw(HOLDING)}
    live = replace(live, tags={**live.tags, **filed(*ours)})
    return situation(replace(desired, voters=voters), live, *requests)


def verdict(case: Situation, request: ChangeRequest) -> Verdict:
    return judge(request, case.live, attainable(case.desired, case.live))


@LAW
@given(situations())
def test_only_our_own_open_requests_are_cancelled_that_are_unwanted_or_can_never_be_approved(case: Situation) -> None:
    for move in decide(case).moves:
        if isinstance(move, CancelRequest):
            assert move.request.id in case.ledger.filed
            assert move.request.is_open
            gone = {account for account in move.request.pending_voters if account in case.live.members} - belonging(case)
            assert verdict(case, move.request) in (Verdict.UNWANTED, Verdict.WITHOUT_EFFECT) or gone


def belonging(case: Situation) -> set[str]:
    return {account for account, member in case.live.members.items() if member.belongs}


@LAW
@given(situations())
def test_all_are_removed_whom_the_file_removes_but_for_those_who_are_said_to_wait(case: Situation) -> None:
    decision = decide(case)
    if case.plan.refusals or decision.refusals:
        assert () == decision.moves
        return
    removed = {move.removal.account for move in decision.moves if isinstance(move, Remove)}
    waiting = {remark.subject.split()[0] for remark in decision.remarks if remark.rule == "removal-waits"}
    assert not removed & waiting
    assert belonging(case) & case.desired.removed - case.desired.members.keys() == removed | waiting


@LAW
@given(situations())
def test_only_what_the_file_wants_is_committed_or_approved(case: Situation) -> None:
    for move in decide(case).moves:
        if isinstance(move, CommitRequest | CastVote):
            assert Verdict.WANTED == verdict(case, move.request)
        if isinstance(move, CastVote):
            assert "PENDING" == move.request.approvals[move.account]
            assert move.account == CREATOR or move.account in case.desired.voters


@LAW
@given(situations())
def test_an_account_has_one_request_at_a_time(case: Situation) -> None:
    decision = decide(case)
    filing = [subject_of(change) for move in decision.moves if isinstance(move, FileRequest) for change in move.draft.changes]
    busy = {
        account
        for request in case.requests
        if request.is_open and verdict(case, request) is Verdict.WANTED
        for account in subjects_of(stated_by(request, case.live))
    }
    assert not set(filing) & busy
    assert len(filing) == len(set(filing))


@LAW
@given(situations())
def test_converged_means_that_nothing_is_planned_and_nothing_is_to_be_done(case: Situation) -> None:
    decision = decide(case)
    if decision.outcome is Outcome.CONVERGED:
        assert ((), ()) == (case.plan.changes, decision.moves)
    if not case.plan.changes and not decision.moves and not decision.refusals:
        assert Outcome.CONVERGED == decision.outcome


@LAW
@given(st.data())
def test_the_order_in_which_things_are_listed_never_matters(data: st.DataObject) -> None:
    case = data.draw(situations())
    shuffled_live = replace(case.live, members=data.draw(shuffled(case.live.members)))
    requests = tuple(data.draw(st.permutations(case.requests)))
    assert decide(case) == decide(replace(case, live=shuffled_live, requests=requests))


@LAW
@given(situations())
def test_a_file_that_is_refused_does_nothing(case: Situation) -> None:
    refused = situation(replace(case.desired, owner="acme/prod/other"), case.live, *case.requests)
    assert (Outcome.REFUSED, ()) == (decide(refused).outcome, decide(refused).moves)
