"""Runs against the embedded service through boto3 when something goes wrong: lost answers, refusals, crashes and losses."""

from dataclasses import replace
from typing import Any, cast

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from cleanrooms_governance.aws.cleanrooms import AwsCleanRooms
from cleanrooms_governance.change_requests.ledger import FILED_TAG, FILING_TAG
from cleanrooms_governance.change_requests.next_move import Outcome
from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.errors import AccessDenied, AnswerLost, Refused
from cleanrooms_governance.model import ChangeRequest, Collaboration
from cleanrooms_governance.planning.plan import Reviewed
from cleanrooms_governance.planning.plan_collaboration import plan_collaboration
from cleanrooms_governance.running.advance import Report, advance
from cleanrooms_governance.tagging import OWNER_TAG
from tests.unit.core.builders import (
    APPROVE_OWN_PLAN,
    BANK,
    CREATOR,
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
from tests.unit.core.governed import Crash, Governed, Service, acting_before, crashing_after, create, create_from_file

FILE, UPDATE = "CreateCollaborationChangeRequest", "UpdateCollaborationChangeRequest"

START = collaboration(member(BANK), member(SHOP))
WANTS = stack_file(wanted_member(BANK, RECEIVE), wanted_member(SHOP))
"""Wants results for the bank."""
WANTS_MORE = stack_file(wanted_member(BANK, RECEIVE), wanted_member(SHOP), wanted_member(NEWCOMER))


@pytest.fixture
def governed(service: Service) -> Governed:
    """A collaboration of the creator, the bank and the shop, all of them active."""
    return create(service, START)


class TestLostAnswers:
    """The call has its effect and the answer is lost: never a second object, and the next run goes on."""

    @pytest.fixture(params=[FaultKind.DROP_AFTER, FaultKind.TRUNCATE], ids=["dropped", "cut off"])
    def kind(self, request: pytest.FixtureRequest) -> FaultKind:
        return FaultKind(request.param)

    def lose(self, service: Service, kind: FaultKind, operation: str) -> None:
        service.fail(FaultRule(kind=kind, operation=operation, times=1))

    def test_creating_a_collaboration_makes_one(self, service: Service, kind: FaultKind) -> None:
        self.lose(service, kind, "CreateCollaboration")
        governed = create_from_file(service, WANTS)
        assert governed.id == create_from_file(service, WANTS).id
        assert 1 == service.called().count("CreateCollaboration")
        assert Outcome.CONVERGED == governed.run(WANTS).outcome

    def test_filing_makes_one_request(self, governed: Governed, kind: FaultKind) -> None:
        self.lose(governed.service, kind, FILE)
        assert Outcome.WAITING == governed.run(WANTS).outcome
        governed.approve(BANK, SHOP)
        assert Outcome.CONVERGED == governed.run(WANTS).outcome
        assert ["COMMITTED"] == governed.statuses

    def test_committing_commits_once(self, governed: Governed, kind: FaultKind) -> None:
        governed.run(WANTS)
        governed.approve(BANK, SHOP)
        self.lose(governed.service, kind, UPDATE)
        assert Outcome.CONVERGED == governed.run(WANTS).outcome
        assert [] == governed.writes_of(WANTS)

    def test_voting_votes_once(self, governed: Governed, kind: FaultKind) -> None:
        desired = replace(WANTS, voters={BANK: APPROVE_OWN_PLAN})
        governed = replace(governed, held=(BANK,))
        self.lose(governed.service, kind, UPDATE)
        assert (SHOP,) == governed.run(desired).decision.waiting_for

    def test_cancelling_cancels_once(self, governed: Governed, kind: FaultKind) -> None:
        governed.run(WANTS)
        self.lose(governed.service, kind, UPDATE)
        assert Outcome.CONVERGED == governed.run(stack_file(wanted_member(BANK), wanted_member(SHOP))).outcome
        assert ["CANCELLED"] == governed.statuses

    def test_tagging_is_simply_sent_again(self, service: Service, kind: FaultKind) -> None:
        governed = create(service, START, owner=None)
        self.lose(service, kind, "TagResource")
        assert Outcome.CONVERGED == governed.run(stack_file(wanted_member(BANK), wanted_member(SHOP))).outcome


class TestTwoAtOnce:
    def test_two_creations_at_the_same_time_are_told_and_neither_goes_on(self, service: Service) -> None:
        def create_too() -> None:
            create(service, START)

        with (
            acting_before(service, "CreateCollaboration", create_too),
            pytest.raises(Refused, match=r"2 collaborations carry the tag .* Say which one is meant"),
        ):
            create_from_file(service, WANTS)

    def test_a_creation_after_which_nobody_can_look_is_found_by_the_next_run(self, service: Service) -> None:
        denied = FaultRule(kind=FaultKind.ERROR, code="AccessDeniedException", operation="ListCollaborations", skip=1, times=1)
        service.fail(denied)
        with pytest.raises(AccessDenied):
            create_from_file(service, WANTS)
        assert Outcome.CONVERGED == create_from_file(service, WANTS).run(WANTS).outcome
        assert 1 == service.called().count("CreateCollaboration")


class TestCallsThatNeverArrive:
    def test_a_creation_without_effect_is_not_repeated_in_the_same_run(self, service: Service) -> None:
        service.fail(FaultRule(kind=FaultKind.DROP_BEFORE, operation="CreateCollaboration", times=1))
        with pytest.raises(AnswerLost, match=r"not known whether the collaboration was created.*Run again"):
            create_from_file(service, WANTS)
        assert 1 == service.called().count("CreateCollaboration")
        assert Outcome.CONVERGED == create_from_file(service, WANTS).run(WANTS).outcome

    def test_a_filing_without_effect_fails_and_the_next_run_files(self, governed: Governed) -> None:
        governed.service.fail(FaultRule(kind=FaultKind.DROP_BEFORE, operation=FILE, times=1))
        report = governed.run(WANTS)
        assert (Outcome.FAILED, []) == (report.outcome, governed.statuses)
        assert "not known whether the change request was filed" in report.failure
        assert Outcome.WAITING == governed.run(WANTS).outcome
        assert ["PENDING"] == governed.statuses

    def test_a_commit_without_effect_is_sent_again(self, governed: Governed) -> None:
        governed.run(WANTS)
        governed.approve(BANK, SHOP)
        governed.service.fail(FaultRule(kind=FaultKind.DROP_BEFORE, operation=UPDATE, times=1))
        assert Outcome.CONVERGED == governed.run(WANTS).outcome

    def test_a_commit_that_never_has_an_effect_is_given_up(self, governed: Governed) -> None:
        governed.run(WANTS)
        governed.approve(BANK, SHOP)
        conflict = {"reason": "INVALID_STATE"}
        governed.service.fail(FaultRule(kind=FaultKind.ERROR, operation=UPDATE, code="ConflictException", members=conflict))
        report = governed.run(WANTS)
        assert (Outcome.FAILED, ["APPROVED"]) == (report.outcome, governed.statuses)
        assert "sent 3 times" in report.failure


class TestRefusedCalls:
    def denied(self, operation: str, account: str = CREATOR) -> FaultRule:
        return FaultRule(kind=FaultKind.ERROR, operation=operation, account=account, code="AccessDeniedException")

    def test_an_announcement_that_is_refused_files_nothing(self, governed: Governed) -> None:
        governed.service.fail(self.denied("TagResource"))
        with pytest.raises(AccessDenied):
            governed.run(WANTS)
        assert [] == governed.statuses

    def test_a_filing_that_is_refused_is_withdrawn(self, governed: Governed) -> None:
        governed.service.fail(self.denied(FILE))
        report = governed.run(WANTS)
        assert (Outcome.FAILED, {OWNER_TAG: OWNER}) == (report.outcome, governed.live.tags)
        assert "cleanrooms:CreateCollaborationChangeRequest" in report.failure

    def test_a_vote_that_is_refused_is_reported_with_the_live_world(self, governed: Governed) -> None:
        governed.service.fail(self.denied(UPDATE, BANK))
        desired = replace(WANTS, voters={BANK: APPROVE_OWN_PLAN})
        report = replace(governed, held=(BANK,)).run(desired)
        assert (Outcome.FAILED, 1) == (report.outcome, len(report.world.requests))

    def test_a_read_that_is_refused_never_means_gone(self, governed: Governed) -> None:
        reviewed = governed.reviewed(WANTS)
        governed.service.fail(self.denied("GetCollaboration"))
        with pytest.raises(AccessDenied):
            governed.run(WANTS, reviewed)


class TestCrashes:
    """The process dies between two writes of a filing: the next run neither files twice nor forgets what is ours."""

    @pytest.fixture(params=["TagResource", FILE, "record", "UntagResource"], ids=lambda name: f"after {name}")
    def crashed(self, request: pytest.FixtureRequest, governed: Governed) -> Governed:
        operation = "TagResource" if request.param == "record" else request.param
        service = governed.service
        with crashing_after(service, operation, 2 if request.param == "record" else 1), pytest.raises(Crash):
            governed.run(WANTS)
        return governed

    def test_the_next_run_goes_on(self, crashed: Governed) -> None:
        crashed.run(WANTS)
        assert ["PENDING"] == crashed.statuses
        crashed.approve(BANK, SHOP)
        assert Outcome.CONVERGED == crashed.run(WANTS).outcome
        assert [] == crashed.writes_of(WANTS)

    def test_an_unwanted_request_is_still_cancelled_as_ours(self, crashed: Governed) -> None:
        unchanged = stack_file(wanted_member(BANK), wanted_member(SHOP))
        assert Outcome.CONVERGED == crashed.run(unchanged).outcome
        assert "PENDING" not in crashed.statuses

    def test_the_ledger_is_complete_again_after_the_next_filing(self, crashed: Governed) -> None:
        crashed.run(WANTS)
        crashed.run(WANTS_MORE)
        words = {request.id.replace("-", "") for request in crashed.requests.values()}
        assert words == set(crashed.live.tags[FILED_TAG].split())
        assert FILING_TAG not in crashed.live.tags


class TestLosses:
    runner = collaboration(member(RUNNER, QUERY), member(BANK))
    desired = stack_file(
        wanted_member(RUNNER, QUERY, RECEIVE), wanted_member(BANK), voters={RUNNER: APPROVE_OWN_PLAN, BANK: APPROVE_OWN_PLAN}
    )

    def acknowledged(self, live: Collaboration) -> DesiredCollaboration:
        marks = frozenset(danger.fingerprint for danger in plan_collaboration(self.desired, live).dangers)
        return replace(self.desired, acknowledge=marks)

    def run(self, service: Service, switches: dict[str, str]) -> tuple[Governed, Report]:
        service.start(switches)
        governed = replace(create(service, self.runner), held=(RUNNER, BANK))
        return governed, governed.run(self.acknowledged(governed.live))

    def test_a_runner_that_loses_its_ability_by_a_commit_is_shouted_about(self, service: Service) -> None:
        governed, report = self.run(service, {"runnerAbilities": "drop-if-omitted"})
        assert {RECEIVE} == governed.abilities(RUNNER)
        assert Outcome.FAILED == report.outcome
        assert f"CAN_QUERY of {RUNNER}" in report.failure

    def test_also_where_the_last_vote_commits(self, service: Service) -> None:
        _, report = self.run(service, {"runnerAbilities": "drop-if-omitted", "autoCommitOnApproval": "yes"})
        assert f"CAN_QUERY of {RUNNER}" in report.failure

    def test_also_where_the_filing_itself_takes_effect(self, service: Service) -> None:
        service.start({"runnerAbilities": "drop-if-omitted"})
        auto = replace(self.runner, auto_approved=frozenset({"GRANT_RECEIVE_RESULTS_ABILITY"}))
        governed = create(service, auto)
        assert f"CAN_QUERY of {RUNNER}" in governed.run(self.acknowledged(governed.live)).failure

    @pytest.mark.parametrize("reading", ["reject", "accept-if-held"])
    def test_nothing_is_said_where_it_keeps_them(self, service: Service, reading: str) -> None:
        governed, report = self.run(service, {"runnerAbilities": reading})
        assert (Outcome.CONVERGED, {QUERY, RECEIVE}) == (report.outcome, governed.abilities(RUNNER))


class TestWhatARequestLeavesOut:
    """A person files an entry without the payments that the account has; whether that clears them is not documented."""

    payer = collaboration(member(BANK, payments=pays(queryCompute=True, modelTraining=True)), member(SHOP))
    desired = replace(WANTS, voters={BANK: APPROVE_OWN_PLAN, SHOP: APPROVE_OWN_PLAN})

    def foreign(self, service: Service, reading: str) -> tuple[Governed, Report]:
        service.start({"omittedPayment": reading})
        governed = replace(create(service, self.payer), held=(BANK, SHOP))
        governed.file(BANK, RECEIVE)
        return governed, governed.run(self.desired)

    def test_it_is_committed_where_the_service_keeps_them(self, service: Service) -> None:
        governed, report = self.foreign(service, "keep")
        assert (Outcome.CONVERGED, ["COMMITTED"]) == (report.outcome, governed.statuses)

    def test_it_is_neither_approved_nor_committed_where_the_service_says_that_it_clears_them(self, service: Service) -> None:
        governed, report = self.foreign(service, "clear")
        assert (Outcome.WAITING, ["PENDING"]) == (report.outcome, governed.statuses)
        assert "REMOVE_PAYER_CANDIDATE" in report.decision.remarks[0].message

    @pytest.mark.parametrize("reading", ["keep", "clear"])
    def test_our_own_requests_leave_nothing_out(self, service: Service, reading: str) -> None:
        service.start({"omittedPayment": reading, "omittedMl": reading})
        governed = replace(create(service, self.payer), held=(BANK, SHOP))
        before = governed.live.members[BANK].payments
        assert Outcome.CONVERGED == governed.run(self.desired).outcome
        assert before == governed.live.members[BANK].payments


class TestConflicts:
    def test_one_request_at_a_time_means_waiting_for_it(self, service: Service) -> None:
        service.start({"concurrency": "one-per-collaboration"})
        governed = create(service, START)
        governed.run(WANTS)
        report = governed.run(WANTS_MORE)
        assert (["PENDING"], Outcome.WAITING) == (governed.statuses, report.outcome)
        assert frozenset(governed.requests) == report.conflicting
        assert FILING_TAG not in governed.live.tags
        governed.approve(BANK, SHOP)
        governed.run(WANTS_MORE)
        assert ["COMMITTED", "PENDING"] == governed.statuses

    def test_a_request_that_cannot_be_cancelled_is_left_alone_and_said_so(self, service: Service) -> None:
        service.start({"cancelApproved": "409"})
        governed = create(service, START)
        taken_back = stack_file(wanted_member(BANK), wanted_member(SHOP), wanted_member(NEWCOMER))
        governed.run(WANTS)
        governed.approve(BANK, SHOP)
        report = governed.run(taken_back)
        assert (["APPROVED", "PENDING"], Outcome.WAITING, "") == (governed.statuses, report.outcome, report.failure)
        assert ["cannot-be-cancelled"] == [each.rule for each in report.decision.remarks if "cancel" in each.message]
        assert [] == governed.writes_of(taken_back)

    def test_a_request_that_cannot_be_cancelled_is_committed_once_it_is_wanted_again(self, service: Service) -> None:
        service.start({"cancelApproved": "409"})
        governed = create(service, START)
        governed.run(WANTS)
        governed.approve(BANK, SHOP)
        governed.run(stack_file(wanted_member(BANK), wanted_member(SHOP)))
        assert Outcome.CONVERGED == governed.run(WANTS).outcome
        assert ["COMMITTED"] == governed.statuses

    def test_a_request_without_effect_that_cannot_be_cancelled_holds_up_nothing_else(self, service: Service) -> None:
        service.start({"cancelApproved": "409", "concurrency": "free"})
        governed = create(service, START)
        governed.run(WANTS)
        second = governed.file(BANK, RECEIVE)
        governed.approve(BANK, SHOP)
        governed.act(CREATOR, second, "COMMIT")
        report = governed.run(WANTS_MORE)
        assert (["APPROVED", "COMMITTED", "PENDING"], "") == (sorted(governed.statuses), report.failure)
        assert [] == governed.writes_of(WANTS_MORE)

    def test_a_wanted_request_that_is_to_go_and_cannot_be_cancelled_is_not_committed(self, service: Service) -> None:
        service.start({"cancelApproved": "409"})
        governed = create(service, START)
        governed.run(WANTS)
        governed.approve(BANK, SHOP)
        once_more = replace(WANTS, cancel_requests=frozenset(governed.requests))
        report = governed.run(once_more)
        assert (["APPROVED"], Outcome.WAITING, "") == (governed.statuses, report.outcome, report.failure)
        assert "cannot-be-cancelled" in {each.rule for each in report.decision.remarks}
        assert [] == governed.writes_of(once_more)

    def test_a_conflict_with_nothing_open_is_an_error(self, governed: Governed) -> None:
        conflict = {"reason": "INVALID_STATE"}
        governed.service.fail(FaultRule(kind=FaultKind.ERROR, operation=FILE, code="ConflictException", members=conflict))
        report = governed.run(WANTS)
        assert (Outcome.FAILED, [FILE]) == (report.outcome, governed.service.called(operation=FILE))
        assert FILING_TAG not in governed.live.tags


def test_nobody_votes_for_an_account_that_this_run_was_not_given(governed: Governed) -> None:
    desired = replace(WANTS, voters={BANK: APPROVE_OWN_PLAN})
    report = governed.run(desired)
    assert "given no access" in report.failure
    assert {"PENDING"} == set(next(iter(governed.requests.values())).approvals.values()) - {"APPROVED"}


def test_a_review_of_an_empty_plan_admits_no_change(governed: Governed) -> None:
    with pytest.raises(Refused):
        governed.run(WANTS, Reviewed(frozenset(), frozenset(), frozenset()))


def test_an_owner_tag_that_somebody_takes_off_again_is_not_written_for_ever(service: Service) -> None:
    governed = create(service, START, owner=None)

    def take_off(called: str) -> None:
        if called == "TagResource":
            service.console(CREATOR).untag_resource(resourceArn=governed.live.arn, tagKeys=[OWNER_TAG])

    service.after_calls.append(take_off)
    report = governed.run(stack_file(wanted_member(BANK), wanted_member(SHOP)))
    service.after_calls.remove(take_off)
    assert (Outcome.FAILED, 3) == (report.outcome, len(service.called(operation="TagResource")))
    assert "TagResource was accepted 3 times" in report.failure


class Belated:
    """The creator, to whom requests are not listed yet that were filed a moment ago."""

    def __init__(self, creator: AwsCleanRooms) -> None:
        self._creator = creator

    def __getattr__(self, name: str) -> Any:
        return getattr(self._creator, name)

    def change_requests(self, _: str) -> tuple[ChangeRequest, ...]:
        return ()


def test_what_was_filed_and_is_not_listed_yet_is_not_filed_again(service: Service) -> None:
    service.start({"concurrency": "free"})
    governed = create(service, START)
    parties = replace(governed.parties(), creator=cast(Any, Belated(service.port(CREATOR))))
    report = advance(WANTS, governed.id, governed.reviewed(WANTS), parties)
    assert (Outcome.FAILED, ["PENDING"]) == (report.outcome, governed.statuses)
    assert "was filed in this run and is not listed" in report.failure
    assert (Outcome.WAITING, ["PENDING"]) == (governed.run(WANTS).outcome, governed.statuses)
