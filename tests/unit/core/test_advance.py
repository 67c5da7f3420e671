"""Runs against the embedded service through boto3: what a run does, what it leaves alone, and what heals it."""

from dataclasses import replace

import pytest

from cleanrooms_governance.change_requests.next_move import Outcome
from cleanrooms_governance.errors import Refused
from cleanrooms_governance.tagging import OWNER_TAG
from tests.unit.core.builders import (
    APPROVE_OWN_PLAN,
    BANK,
    CREATOR,
    EXPORT,
    NEWCOMER,
    OWNER,
    QUERY,
    RECEIVE,
    RUNNER,
    SHOP,
    collaboration,
    member,
    stack_file,
    wanted_member,
)
from tests.unit.core.governed import Governed, Service, acting_before, create, create_from_file

FILE, UPDATE = "CreateCollaborationChangeRequest", "UpdateCollaborationChangeRequest"

START = collaboration(member(BANK), member(SHOP))
WANTS = stack_file(wanted_member(BANK, RECEIVE), wanted_member(SHOP))
"""Wants results for the bank."""
WANTS_MORE = stack_file(wanted_member(BANK, RECEIVE), wanted_member(SHOP), wanted_member(NEWCOMER))


@pytest.fixture
def governed(service: Service) -> Governed:
    """A collaboration of the creator, the bank and the shop, all of them active."""
    return create(service, START)


class TestARun:
    def test_files_waits_and_commits(self, governed: Governed) -> None:
        first = governed.run(WANTS)
        assert (Outcome.WAITING, (BANK, SHOP), ["PENDING"]) == (first.outcome, first.decision.waiting_for, governed.statuses)
        governed.approve(BANK)
        assert (SHOP,) == governed.run(WANTS).decision.waiting_for
        governed.approve(SHOP)
        last = governed.run(WANTS)
        assert (Outcome.CONVERGED, {RECEIVE}, ["COMMITTED"]) == (last.outcome, governed.abilities(BANK), governed.statuses)

    def test_writes_nothing_while_it_waits(self, governed: Governed) -> None:
        governed.run(WANTS)
        assert [] == governed.writes_of(WANTS)

    def test_writes_nothing_once_it_is_converged(self, governed: Governed) -> None:
        governed.run(WANTS)
        governed.approve(BANK, SHOP)
        governed.run(WANTS)
        assert [] == governed.writes_of(WANTS)

    def test_casts_the_votes_of_the_accounts_it_holds_and_commits_at_once(self, governed: Governed) -> None:
        desired = replace(WANTS, voters={BANK: APPROVE_OWN_PLAN, SHOP: APPROVE_OWN_PLAN})
        report = replace(governed, held=(BANK, SHOP)).run(desired)
        assert (Outcome.CONVERGED, ["COMMITTED"]) == (report.outcome, governed.statuses)
        assert [
            "filed change request",
            f"approved change request (+CAN_RECEIVE_RESULTS {BANK} (bank)) as {BANK} (bank) by ownPlan: approve",
            f"approved change request (+CAN_RECEIVE_RESULTS {BANK} (bank)) as {SHOP} (shop) by ownPlan: approve",
            "committed change request",
        ] == [without_ids(governed, line) for line in governed.told]

    def test_what_is_auto_approved_takes_effect_in_the_same_run(self, service: Service) -> None:
        governed = create(service, replace(START, auto_approved=frozenset({"ADD_MEMBER"})))
        report = governed.run(WANTS_MORE)
        assert (Outcome.WAITING, "INVITED") == (report.outcome, governed.live.members[NEWCOMER].status)
        assert ["COMMITTED", "PENDING"] == sorted(governed.statuses)

    def test_a_new_collaboration_is_created_and_converged(self, service: Service) -> None:
        desired = stack_file(wanted_member(BANK, RECEIVE), wanted_member(RUNNER, QUERY), description="d", query_log=True)
        governed = create_from_file(service, desired)
        assert Outcome.CONVERGED == governed.run(desired).outcome
        assert [] == governed.writes_of(desired)
        assert {OWNER_TAG: OWNER} == governed.live.tags

    def test_adopts_a_collaboration_that_nobody_governs(self, service: Service) -> None:
        governed = create(service, START, owner=None)
        desired = replace(stack_file(wanted_member(BANK), wanted_member(SHOP)), id=governed.id)
        assert Outcome.CONVERGED == governed.run(desired).outcome
        assert ({OWNER_TAG: OWNER}, []) == (governed.live.tags, governed.writes_of(desired))

    def test_refuses_to_go_on_when_the_world_has_moved_since_the_review(self, governed: Governed) -> None:
        reviewed = governed.reviewed(WANTS)
        governed.file(SHOP, RECEIVE)
        governed.approve(BANK, SHOP)
        governed.act(CREATOR, next(iter(governed.requests)), "COMMIT")
        with pytest.raises(Refused, match="revoke CAN_RECEIVE_RESULTS from 555566667777"):
            governed.run(WANTS, reviewed)
        assert ["COMMITTED"] == governed.statuses

    def test_goes_on_when_a_part_of_the_reviewed_plan_was_done_by_others(self, governed: Governed) -> None:
        reviewed = governed.reviewed(WANTS_MORE)
        governed.file(NEWCOMER)
        governed.approve(BANK, SHOP)
        governed.act(CREATOR, next(iter(governed.requests)), "COMMIT")
        assert Outcome.WAITING == governed.run(WANTS_MORE, reviewed).outcome

    def test_does_nothing_while_something_dangerous_is_not_acknowledged(self, service: Service) -> None:
        governed = create(service, collaboration(member(BANK, RECEIVE)))
        before = service.app.journal.last
        assert Outcome.REFUSED == governed.run(stack_file(wanted_member(BANK))).outcome
        assert [] == service.written(before)


def without_ids(governed: Governed, line: str) -> str:
    for request in governed.requests:
        line = line.replace(f" {request}", "")
    return line


def test_what_becomes_auto_approved_because_a_part_was_committed_is_still_the_reviewed_change(service: Service) -> None:
    governed = create(service, replace(START, auto_approved=frozenset({"GRANT_RECEIVE_RESULTS_ABILITY"})))
    governed.file(NEWCOMER)
    governed.approve(BANK, SHOP)
    desired = stack_file(wanted_member(BANK), wanted_member(SHOP), wanted_member(NEWCOMER, RECEIVE))
    assert (Outcome.CONVERGED, {RECEIVE}) == (governed.run(desired).outcome, governed.abilities(NEWCOMER))
    assert ["COMMITTED", "COMMITTED"] == governed.statuses


def test_a_wider_auto_approval_in_the_middle_of_a_run_stops_it(service: Service) -> None:
    governed = create(service, collaboration(member(BANK), auto_approved=frozenset({"ADD_MEMBER"})))
    desired = stack_file(wanted_member(BANK, RECEIVE), wanted_member(NEWCOMER))

    def widen() -> None:
        specification = {"collaboration": {"autoApprovedChangeTypes": ["ADD_MEMBER", "GRANT_RECEIVE_RESULTS_ABILITY"]}}
        answer = service.console(CREATOR).create_collaboration_change_request(
            collaborationIdentifier=governed.id,
            changes=[{"specificationType": "COLLABORATION", "specification": specification}],
        )
        request = answer["collaborationChangeRequest"]["id"]
        governed.act(BANK, request, "APPROVE")
        governed.act(CREATOR, request, "COMMIT")

    with acting_before(service, FILE, widen):
        report = governed.run(desired)
    assert (Outcome.FAILED, set()) == (report.outcome, governed.abilities(BANK))
    assert "not in the reviewed plan: grant CAN_RECEIVE_RESULTS" in report.failure


class TestOtherPeople:
    def test_a_denied_request_is_not_filed_again(self, governed: Governed) -> None:
        governed.run(WANTS)
        governed.act(BANK, next(iter(governed.requests)), "DENY")
        assert Outcome.DENIED == governed.run(WANTS).outcome
        assert ([], ["DENIED"]) == (governed.writes_of(WANTS), governed.statuses)

    def test_an_acknowledged_denial_is_asked_once_more(self, governed: Governed) -> None:
        governed.run(WANTS)
        governed.act(BANK, next(iter(governed.requests)), "DENY")
        (remark,) = governed.run(WANTS).decision.remarks
        mark = next(word for word in remark.message.split() if word.startswith("fp-"))
        governed.run(replace(WANTS, acknowledge=frozenset({mark})))
        assert ["DENIED", "PENDING"] == governed.statuses

    def test_what_was_cancelled_in_the_console_is_not_filed_again(self, governed: Governed) -> None:
        governed.run(WANTS)
        governed.act(CREATOR, next(iter(governed.requests)), "CANCEL")
        assert Outcome.DENIED == governed.run(WANTS).outcome
        assert ["CANCELLED"] == governed.statuses

    def test_a_foreign_request_blocks_only_its_account(self, governed: Governed) -> None:
        foreign = governed.file(BANK, EXPORT)
        report = governed.run(WANTS_MORE)
        ours = [request for request in governed.requests.values() if request.id != foreign]
        assert [[NEWCOMER]] == [[change.account for change in request.changes] for request in ours]  # type: ignore[union-attr]
        assert (Outcome.WAITING, "PENDING") == (report.outcome, governed.requests[foreign].status)

    def test_a_foreign_request_for_what_the_file_wants_is_taken_up(self, governed: Governed) -> None:
        governed.file(BANK, RECEIVE)
        assert (BANK, SHOP) == governed.run(WANTS).decision.waiting_for
        governed.approve(BANK, SHOP)
        assert Outcome.CONVERGED == governed.run(WANTS).outcome
        assert ["COMMITTED"] == governed.statuses

    def test_a_vote_cast_between_two_of_our_calls_is_no_conflict(self, governed: Governed) -> None:
        desired = replace(WANTS, voters={BANK: APPROVE_OWN_PLAN, SHOP: APPROVE_OWN_PLAN})
        governed = replace(governed, held=(BANK, SHOP))
        with acting_before(governed.service, UPDATE, lambda: governed.approve(BANK)):
            report = governed.run(desired)
        assert (Outcome.CONVERGED, ["COMMITTED"]) == (report.outcome, governed.statuses)

    def test_a_commit_by_somebody_else_between_two_of_our_calls_is_success(self, governed: Governed) -> None:
        governed.run(WANTS)
        governed.approve(BANK, SHOP)
        request = next(iter(governed.requests))
        with acting_before(governed.service, UPDATE, lambda: governed.act(CREATOR, request, "COMMIT")):
            report = governed.run(WANTS)
        assert (Outcome.CONVERGED, ["COMMITTED"]) == (report.outcome, governed.statuses)

    def test_a_denial_between_two_of_our_calls_is_seen(self, governed: Governed) -> None:
        desired = replace(WANTS, voters={SHOP: APPROVE_OWN_PLAN})
        governed = replace(governed, held=(SHOP,))

        def deny() -> None:
            governed.act(BANK, next(iter(governed.requests)), "DENY")

        with acting_before(governed.service, UPDATE, deny):
            report = governed.run(desired)
        assert (Outcome.DENIED, ["DENIED"]) == (report.outcome, governed.statuses)

    def test_drift_made_by_a_committed_request_is_repaired(self, governed: Governed) -> None:
        governed.run(WANTS)
        governed.approve(BANK, SHOP)
        governed.run(WANTS)
        governed.file(BANK)
        governed.approve(BANK, SHOP)
        governed.act(CREATOR, list(governed.requests)[-1], "COMMIT")
        desired = replace(WANTS, voters={BANK: APPROVE_OWN_PLAN, SHOP: APPROVE_OWN_PLAN})
        assert Outcome.CONVERGED == replace(governed, held=(BANK, SHOP)).run(desired).outcome
        assert {RECEIVE} == governed.abilities(BANK)


class TestAnEditedFile:
    def test_a_request_of_ours_that_is_no_longer_wanted_is_cancelled(self, governed: Governed) -> None:
        governed.run(WANTS)
        assert Outcome.CONVERGED == governed.run(stack_file(wanted_member(BANK), wanted_member(SHOP))).outcome
        assert ["CANCELLED"] == governed.statuses

    def test_taken_back_and_wanted_again_it_is_filed_again(self, governed: Governed) -> None:
        governed.run(WANTS)
        governed.run(stack_file(wanted_member(BANK), wanted_member(SHOP)))
        governed.run(WANTS)
        assert ["CANCELLED", "PENDING"] == governed.statuses

    def test_a_request_of_others_is_never_cancelled(self, governed: Governed) -> None:
        governed.file(BANK, RECEIVE)
        governed.run(WANTS)
        report = governed.run(stack_file(wanted_member(BANK), wanted_member(SHOP)))
        assert (["PENDING"], Outcome.CONVERGED) == (governed.statuses, report.outcome)

    def test_an_unrelated_edit_does_not_cost_a_vote(self, governed: Governed) -> None:
        governed.run(WANTS)
        governed.approve(BANK)
        governed.run(WANTS_MORE)
        first, second = governed.requests.values()
        assert ("PENDING", "APPROVED", "PENDING") == (first.status, first.approvals[BANK], second.status)

    def test_a_wider_edit_about_the_same_account_does_not_cost_a_vote_either(self, governed: Governed) -> None:
        governed.run(WANTS)
        governed.approve(BANK)
        wider = stack_file(wanted_member(BANK, RECEIVE, EXPORT), wanted_member(SHOP))
        governed.run(wider)
        governed.approve(SHOP)
        governed.run(wider)
        governed.approve(BANK, SHOP)
        assert Outcome.CONVERGED == governed.run(wider).outcome
        assert ["COMMITTED", "COMMITTED"] == governed.statuses
