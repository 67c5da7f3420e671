"""Memberships against the embedded service through boto3."""

from dataclasses import replace
from typing import Any

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from cleanrooms_governance.change_requests.next_move import Outcome
from cleanrooms_governance.desired import DesiredMembership, Expectations, Rule, VotingPolicy
from cleanrooms_governance.errors import AccessDenied, QuotaExceeded, Refused
from cleanrooms_governance.memberships.advance_membership import Member, MembershipReport, advance_membership, read_invitation
from cleanrooms_governance.memberships.joining import plan_membership
from cleanrooms_governance.model import CostType
from cleanrooms_governance.planning.plan import Reviewed
from tests.unit.core.builders import (
    BANK,
    CREATOR,
    EXPORT,
    NEWCOMER,
    QUERY,
    RECEIVE,
    SHOP,
    TODAY,
    collaboration,
    member,
    pays,
    stack_file,
    wanted_member,
)
from tests.unit.core.governed import REGION, RESULTS, Governed, Service, create

JOIN, VOTE = "CreateMembership", "UpdateCollaborationChangeRequest"
ALLOW_NEWCOMER = VotingPolicy(approve=(Rule(frozenset({"ADD_MEMBER"}), frozenset({NEWCOMER})),))


class Joining:
    """The bank's own stack."""

    def __init__(self, governed: Governed, **wanted: Any) -> None:
        self.governed = governed
        self.service = governed.service
        self.told: list[str] = []
        self.desired = DesiredMembership(
            **{
                "key": "bank",
                "owner": "bank/prod/bank",
                "account": BANK,
                "collaboration": governed.id,
                "region": REGION,
                "foreign": True,
                **wanted,
            }
        )

    def reviewed(self) -> Reviewed:
        port = self.service.port(BANK)
        return Reviewed.of(plan_membership(self.desired, read_invitation(self.desired, port, port.memberships())))

    def run(self, reviewed: Reviewed | None = None, *, may_write: bool = True) -> MembershipReport:
        member = Member(self.service.port(BANK), TODAY, self.told.append, may_write)
        return advance_membership(self.desired, reviewed or self.reviewed(), member)

    def writes(self) -> list[str]:
        before = self.service.app.journal.last
        self.run()
        return self.service.written(before)

    @property
    def status(self) -> str:
        return self.governed.live.members[BANK].status


@pytest.fixture
def governed(service: Service) -> Governed:
    """A collaboration to which the bank is invited."""
    return create(service, collaboration(member(BANK, status="INVITED"), member(SHOP)))


def test_an_invited_account_joins_and_the_next_run_writes_nothing(governed: Governed) -> None:
    joining = Joining(governed)
    report = joining.run()
    assert (Outcome.CONVERGED, "ACTIVE") == (report.outcome, joining.status)
    assert report.seen.membership is not None
    assert [f"joined {governed.id} with membership {report.seen.membership.id}"] == joining.told
    assert [] == joining.writes()


def test_a_receiver_joins_with_the_place_for_its_results(service: Service) -> None:
    governed = create(service, collaboration(member(BANK, RECEIVE, status="INVITED")))
    joining = Joining(governed, result_configuration=RESULTS, query_log=True)
    report = joining.run()
    assert report.seen.membership is not None
    assert (RESULTS, True) == (report.seen.membership.result_configuration, report.seen.membership.query_log)
    assert [] == joining.writes()


@pytest.mark.parametrize(
    ("invitation", "duties"),
    [
        pytest.param(member(BANK, QUERY, status="INVITED"), {"queryCompute"}, id="runner by default"),
        pytest.param(member(BANK, status="INVITED", payments=pays(queryCompute=True)), {"queryCompute"}, id="candidate"),
        pytest.param(
            member(BANK, status="INVITED", payments=pays(queryCompute=True, modelTraining=True, modelInference=False)),
            {"queryCompute", "modelTraining"},
            id="candidate for more",
        ),
        pytest.param(member(BANK, status="INVITED"), set(), id="no duties"),
    ],
)
def test_exactly_the_duties_are_accepted(service: Service, invitation: Any, duties: set[str]) -> None:
    joining = Joining(create(service, collaboration(invitation)), payer_for=frozenset(CostType))
    report = joining.run()
    assert report.seen.membership is not None
    assert duties == {str(cost) for cost, accepted in report.seen.membership.payments.items() if accepted}


@pytest.mark.parametrize(
    ("wanted", "rule"),
    [
        ({"expects": Expectations(creator=SHOP)}, "expects-creator"),
        ({"expects": Expectations(abilities=frozenset({QUERY}))}, "expects-abilities"),
        ({"expects": Expectations(query_log=True)}, "expects-query-log"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_refused_invitation_is_not_accepted(governed: Governed, wanted: dict[str, Any], rule: str) -> None:
    joining = Joining(governed, **wanted)
    report = joining.run()
    assert (Outcome.REFUSED, [rule], "INVITED") == (
        report.outcome,
        [refusal.rule for refusal in report.plan.refusals],
        joining.status,
    )


def test_duties_that_came_after_the_review_are_refused(service: Service) -> None:
    governed = create(service, collaboration(member(BANK, status="INVITED"), member(SHOP)))
    joining = Joining(governed, payer_for=frozenset(CostType))
    reviewed = joining.reviewed()
    service.console(CREATOR).create_collaboration_change_request(
        collaborationIdentifier=governed.id,
        changes=[
            {
                "specificationType": "MEMBER",
                "specification": {
                    "member": {
                        "accountId": BANK,
                        "memberAbilities": [],
                        "paymentConfiguration": {"queryCompute": {"isResponsible": True}},
                    }
                },
            }
        ],
    )
    governed.approve(SHOP)
    governed.act(CREATOR, next(iter(governed.requests)), "COMMIT")
    with pytest.raises(Refused, match="paying for queryCompute"):
        joining.run(reviewed)
    assert "INVITED" == joining.status


def test_an_account_that_is_not_invited_waits_or_is_refused(service: Service) -> None:
    governed = create(service, collaboration(member(SHOP)))
    assert Outcome.WAITING == Joining(governed, foreign=False).run().outcome
    assert ["not-visible"] == [refusal.rule for refusal in Joining(governed).run().plan.refusals]


@pytest.mark.parametrize("status", ["LEFT", "REMOVED"])
@pytest.mark.parametrize("not_found", ["403", "404"])
def test_an_account_that_is_out_does_not_join_again(service: Service, status: str, not_found: str) -> None:
    service.start({"notFound": not_found})
    governed = create(service, collaboration(member(BANK)))
    governed.leave(BANK) if status == "LEFT" else governed.remove(BANK)
    joining = Joining(governed, foreign=False)
    before = service.app.journal.last
    joining.run()
    assert ([], status) == (service.written(before), joining.status)


def test_a_vote_is_cast_by_rule_and_once(governed: Governed) -> None:
    joining = Joining(governed, policy=ALLOW_NEWCOMER)
    joining.run()
    request = governed.file(NEWCOMER)
    assert Outcome.CONVERGED == joining.run().outcome
    assert "APPROVED" == governed.requests[request].approvals[BANK]
    assert (
        f"approved change request {request} (+member {NEWCOMER}) by approve rule (ADD_MEMBER; {NEWCOMER})" == joining.told[-1]
    )
    assert [] == joining.writes()


def test_a_request_beyond_the_rule_waits_for_a_person(governed: Governed) -> None:
    joining = Joining(governed, policy=ALLOW_NEWCOMER)
    joining.run()
    request = governed.file(NEWCOMER, EXPORT)
    assert Outcome.WAITING == joining.run().outcome
    assert "PENDING" == governed.requests[request].approvals[BANK]


def test_joining_and_voting_go_in_one_run(governed: Governed) -> None:
    governed.service.start({"approvers": "active+invited"})
    governed = create(governed.service, collaboration(member(BANK, status="INVITED"), member(SHOP)))
    request = governed.file(NEWCOMER)
    assert Outcome.CONVERGED == Joining(governed, policy=ALLOW_NEWCOMER).run().outcome
    assert "APPROVED" == governed.requests[request].approvals[BANK]


def test_the_votes_in_a_collaboration_of_this_stack_are_not_cast_here(governed: Governed) -> None:
    joining = Joining(governed, foreign=False, policy=ALLOW_NEWCOMER)
    joining.run()
    request = governed.file(NEWCOMER)
    joining.run()
    assert "PENDING" == governed.requests[request].approvals[BANK]


def test_an_account_that_may_only_be_read_neither_joins_nor_votes(governed: Governed) -> None:
    joining = Joining(governed, policy=ALLOW_NEWCOMER)
    assert Outcome.WAITING == joining.run(may_write=False).outcome
    joining.run()
    governed.file(NEWCOMER)
    before = governed.service.app.journal.last
    assert Outcome.WAITING == joining.run(may_write=False).outcome
    assert [] == governed.service.written(before)


@pytest.mark.parametrize("kind", [FaultKind.DROP_AFTER, FaultKind.TRUNCATE])
class TestLostAnswers:
    def test_joining_joins_once(self, governed: Governed, kind: FaultKind) -> None:
        joining = Joining(governed)
        governed.service.fail(FaultRule(kind=kind, operation=JOIN, times=1))
        assert (Outcome.CONVERGED, "ACTIVE") == (joining.run().outcome, joining.status)
        assert 1 == governed.service.called(operation=JOIN).count(JOIN) - 2  # the creator and the shop joined before

    def test_voting_votes_once(self, governed: Governed, kind: FaultKind) -> None:
        joining = Joining(governed, policy=ALLOW_NEWCOMER)
        joining.run()
        governed.file(NEWCOMER)
        governed.service.fail(FaultRule(kind=kind, operation=VOTE, times=1))
        assert Outcome.CONVERGED == joining.run().outcome
        assert [] == joining.writes()


def test_a_join_that_never_arrived_fails_and_the_next_run_joins(governed: Governed) -> None:
    joining = Joining(governed)
    governed.service.fail(FaultRule(kind=FaultKind.DROP_BEFORE, operation=JOIN, times=1))
    report = joining.run()
    assert (Outcome.FAILED, "join was sent and does not show. Run again, or look at it in the console") == (
        report.outcome,
        report.failure,
    )
    assert Outcome.CONVERGED == joining.run().outcome


def test_a_join_that_is_refused_raises(governed: Governed) -> None:
    quota = {"quotaName": "memberships", "quotaValue": 1}
    governed.service.fail(FaultRule(kind=FaultKind.ERROR, operation=JOIN, code="ServiceQuotaExceededException", members=quota))
    with pytest.raises(QuotaExceeded):
        Joining(governed).run()


def test_what_cannot_be_read_after_joining_is_a_failure_that_loses_nothing(governed: Governed) -> None:
    joining = Joining(governed)
    reviewed = joining.reviewed()
    governed.service.fail(
        FaultRule(kind=FaultKind.ERROR, operation="ListMemberships", code="AccessDeniedException", skip=1, account=BANK)
    )
    report = joining.run(reviewed)
    assert Outcome.FAILED == report.outcome
    assert "cleanrooms:ListMemberships" in report.failure
    assert "ACTIVE" == joining.status


def test_a_member_that_may_not_read_the_collaboration_is_told_so(governed: Governed) -> None:
    joining = Joining(governed, policy=ALLOW_NEWCOMER)
    joining.run()
    governed.service.fail(
        FaultRule(kind=FaultKind.ERROR, operation="GetCollaboration", code="AccessDeniedException", account=BANK)
    )
    with pytest.raises(AccessDenied):
        joining.run(Reviewed(frozenset(), frozenset(), frozenset()))


def test_a_membership_whose_collaboration_is_not_known_yet_reads_nothing(governed: Governed) -> None:
    joining = Joining(governed)
    joining.desired = replace(joining.desired, collaboration=None)
    before = governed.service.app.journal.last
    seen = read_invitation(joining.desired, governed.service.port(BANK), ())
    assert ((None, None), []) == ((seen.membership, seen.collaboration), governed.service.called(before))


def test_a_joined_member_costs_no_call_beyond_its_list(governed: Governed) -> None:
    joining = Joining(governed, foreign=False)
    joining.run()
    before = governed.service.app.journal.last
    port = governed.service.port(BANK)
    read_invitation(joining.desired, port, port.memberships())
    assert ["ListMemberships"] == governed.service.called(before)


def test_a_stack_file_of_the_creator_and_one_of_the_member_meet(governed: Governed) -> None:
    joining = Joining(governed, policy=ALLOW_NEWCOMER)
    joining.run()
    desired = stack_file(wanted_member(BANK), wanted_member(SHOP), wanted_member(NEWCOMER))
    assert (BANK, SHOP) == governed.run(desired).decision.waiting_for
    joining.run()
    assert (SHOP,) == governed.run(desired).decision.waiting_for
    governed.approve(SHOP)
    assert Outcome.CONVERGED == governed.run(desired).outcome
