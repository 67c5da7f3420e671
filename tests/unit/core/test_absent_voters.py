"""Runs in which accounts of this stack cannot vote: their votes are skipped, and all else is done."""

from dataclasses import replace

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from cleanrooms_governance.change_requests.absences import Absences
from cleanrooms_governance.change_requests.next_move import Outcome, decide
from cleanrooms_governance.change_requests.sayings import ABSENT
from cleanrooms_governance.desired import Rule, VotingPolicy
from cleanrooms_governance.running.advance import Report
from tests.unit.core.builders import (
    APPROVE_OWN_PLAN,
    BANK,
    RECEIVE,
    SHOP,
    change,
    collaboration,
    member,
    request,
    situation,
    stack_file,
    wanted_member,
)
from tests.unit.core.governed import Governed, Service, create

UPDATE = "UpdateCollaborationChangeRequest"
BOTH = {BANK: APPROVE_OWN_PLAN, SHOP: APPROVE_OWN_PLAN}
WANTS = stack_file(wanted_member(BANK, RECEIVE), wanted_member(SHOP), voters=BOTH)
WANTS_BOTH = stack_file(wanted_member(BANK, RECEIVE), wanted_member(SHOP, RECEIVE), voters=BOTH)


@pytest.fixture
def governed(service: Service) -> Governed:
    """A collaboration whose two partners this stack votes for."""
    return replace(create(service, collaboration(member(BANK), member(SHOP))), held=(BANK, SHOP))


def fails(governed: Governed, code: str, account: str = BANK) -> None:
    """From now on the votes of an account fail."""
    governed.service.fail(FaultRule(kind=FaultKind.ERROR, operation=UPDATE, account=account, code=code))


def said(report: Report) -> list[str]:
    return [remark.message for remark in report.decision.remarks if remark.rule == ABSENT]


def test_a_voter_that_cannot_be_reached_is_waited_for_and_fails_nothing(governed: Governed) -> None:
    fails(governed, "ExpiredTokenException")
    report = governed.run(WANTS)
    assert (Outcome.WAITING, "", (BANK,)) == (report.outcome, report.failure, report.decision.waiting_for)
    (line,) = said(report)
    assert f"waits for {BANK}" in line
    assert "cannot be reached: UpdateCollaborationChangeRequest" in line
    assert "has credentials that have expired" in line


@pytest.mark.parametrize("code", ["ExpiredTokenException", "AccessDeniedException"])
def test_the_other_votes_are_cast_all_the_same(governed: Governed, code: str) -> None:
    fails(governed, code)
    governed.run(WANTS)
    (request,) = governed.requests.values()
    assert ("APPROVED", "PENDING") == (request.approvals[SHOP], request.approvals[BANK])


@pytest.mark.parametrize("code", ["ExpiredTokenException", "AccessDeniedException"])
def test_what_is_approved_is_committed_all_the_same(governed: Governed, code: str) -> None:
    approved = governed.file(SHOP, RECEIVE)
    governed.act(BANK, approved, "APPROVE")
    governed.act(SHOP, approved, "APPROVE")
    waiting = governed.file(BANK, RECEIVE)
    fails(governed, code)
    governed.run(WANTS_BOTH)
    assert ("COMMITTED", "PENDING") == (governed.requests[approved].status, governed.requests[waiting].status)


def test_what_is_left_is_filed_all_the_same(governed: Governed) -> None:
    governed.file(SHOP, RECEIVE)
    fails(governed, "AccessDeniedException")
    governed.run(WANTS_BOTH)
    assert 2 == len(governed.requests)


def test_an_account_that_cannot_be_reached_is_tried_once_a_run(governed: Governed) -> None:
    governed.file(BANK, RECEIVE)
    governed.file(SHOP, RECEIVE)
    fails(governed, "ExpiredTokenException")
    before = governed.service.app.journal.last
    report = governed.run(WANTS_BOTH)
    tried = [entry for entry in governed.service.app.journal.entries(before, operation=UPDATE) if entry.account == BANK]
    assert (1, 2) == (len(tried), len(said(report)))


def test_a_vote_that_is_refused_is_a_failure_told_at_the_end(governed: Governed) -> None:
    fails(governed, "AccessDeniedException")
    report = governed.run(WANTS)
    assert Outcome.FAILED == report.outcome
    assert "cleanrooms:UpdateCollaborationChangeRequest" in report.failure
    (line,) = said(report)
    assert "its vote failed: " in line


def test_a_request_that_cannot_be_voted_on_does_not_keep_an_account_from_voting_on_others(governed: Governed) -> None:
    first, second = governed.file(BANK, RECEIVE), governed.file(SHOP, RECEIVE)
    once = FaultRule(kind=FaultKind.ERROR, operation=UPDATE, account=BANK, code="ValidationException", times=1)
    governed.service.fail(once)
    report = governed.run(WANTS_BOTH)
    votes = [governed.requests[each].approvals[BANK] for each in (first, second)]
    assert (["PENDING", "APPROVED"], Outcome.FAILED) == (votes, report.outcome)


def test_the_next_run_casts_the_vote_and_goes_on(governed: Governed) -> None:
    fails(governed, "ExpiredTokenException")
    governed.run(WANTS)
    governed.service.fail()
    report = governed.run(WANTS)
    assert (Outcome.CONVERGED, []) == (report.outcome, said(report))


def test_a_deny_rule_of_an_account_that_cannot_be_reached_still_stops_its_collaboration() -> None:
    live = collaboration(member(BANK), member(SHOP))
    asked = request(1, change(BANK, RECEIVE), live=live, approvals={BANK: "PENDING", SHOP: "PENDING"})
    forbids = VotingPolicy(deny=(Rule(accounts=frozenset({BANK})),))
    desired = replace(WANTS, voters={BANK: forbids, SHOP: APPROVE_OWN_PLAN})
    decision = decide(replace(situation(desired, live, asked), absences=Absences({BANK: "no credentials"})))
    assert ((), ["own-deny-rule"]) == (decision.moves, [refusal.rule for refusal in decision.refusals])
