"""What a membership changes after joining, against the embedded service through boto3."""

from dataclasses import replace
from typing import Any

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from cleanrooms_emulator.switches import Switches
from cleanrooms_governance.change_requests.next_move import Outcome
from cleanrooms_governance.desired import Expectations, VotingPolicy
from cleanrooms_governance.errors import AccessDenied, InvalidRequest, Refused
from cleanrooms_governance.memberships.updating import NO_DECLINE_TAG
from cleanrooms_governance.model import CostType, Membership
from cleanrooms_governance.tagging import KEYS_TAG, OWNER_TAG
from tests.unit.core.builders import BANK, CREATOR, NEWCOMER, QUERY, SHOP, collaboration, member
from tests.unit.core.governed import RESULTS, Governed, Service, create
from tests.unit.core.test_advance_membership import ALLOW_NEWCOMER, Joining

UPDATE, TAG = "UpdateMembership", "TagResource"
QUERIES, TRAINING = CostType.QUERY_COMPUTE, CostType.MODEL_TRAINING


@pytest.fixture
def governed(service: Service) -> Governed:
    """A collaboration that the bank is invited to."""
    return create(service, collaboration(member(BANK, status="INVITED"), member(SHOP)))


def own(joining: Joining) -> Membership:
    port = joining.service.port(BANK)
    return port.membership(port.memberships()[0].id)


def tags(joining: Joining) -> dict[str, str]:
    return dict(joining.service.port(BANK).tags(own(joining).arn))


def accepted(joining: Joining) -> set[str]:
    return {str(cost) for cost, pays_ in own(joining).payments.items() if pays_}


def make_payer(governed: Governed, **flags: bool) -> None:
    """The creator makes the bank a candidate, or no longer one."""
    queries = {"queryCompute": {"isResponsible": flags.pop("queryCompute", False)}}
    learning = {"machineLearning": {cost: {"isResponsible": flag} for cost, flag in flags.items()}} if flags else {}
    answer = governed.service.console(CREATOR).create_collaboration_change_request(
        collaborationIdentifier=governed.id,
        changes=[
            {
                "specificationType": "MEMBER",
                "specification": {
                    "member": {"accountId": BANK, "memberAbilities": [], "paymentConfiguration": {**queries, **learning}}
                },
            }
        ],
    )
    governed.approve(SHOP, BANK)
    governed.act(CREATOR, answer["collaborationChangeRequest"]["id"], "COMMIT")


class TestJoining:
    def test_everything_declared_is_decided_at_joining_and_stays(self, service: Service) -> None:
        governed = create(service, collaboration(member(BANK, QUERY, status="INVITED")))
        joining = Joining(
            governed,
            query_log=True,
            job_log=True,
            result_configuration=RESULTS,
            job_result_configuration=RESULTS,
            payer_for=frozenset({QUERIES}),
            tags={"team": "sales"},
        )
        assert Outcome.CONVERGED == joining.run().outcome
        live = own(joining)
        assert (True, True, RESULTS, RESULTS) == (
            live.query_log,
            live.job_log,
            live.result_configuration,
            live.job_result_configuration,
        )
        assert ({"team", OWNER_TAG, KEYS_TAG}, {"queryCompute"}) == (set(tags(joining)), accepted(joining))
        assert [] == joining.writes()


class TestLogsAndResults:
    @pytest.mark.parametrize(
        ("wanted", "field"),
        [
            ({"query_log": True}, "query_log"),
            ({"job_log": True}, "job_log"),
            ({"result_configuration": RESULTS}, "result_configuration"),
            ({"job_result_configuration": RESULTS}, "job_result_configuration"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_a_difference_is_one_call_and_then_none(self, governed: Governed, wanted: dict[str, Any], field: str) -> None:
        Joining(governed).run()
        joining = Joining(governed, **wanted)
        assert [UPDATE] == [each for each in joining.writes() if each != TAG]
        assert wanted[field] == getattr(own(joining), field)
        assert [] == joining.writes()

    def test_a_membership_made_in_the_console_is_adopted_with_the_first_change(self, governed: Governed) -> None:
        governed.join(BANK)
        joining = Joining(governed, query_log=True)
        assert [TAG, UPDATE] == joining.writes()
        assert {OWNER_TAG: "bank/prod/bank"} == tags(joining)

    def test_another_bucket_is_refused_and_then_acknowledged(self, governed: Governed) -> None:
        Joining(governed, result_configuration=RESULTS).run()
        other = {**RESULTS, "outputConfiguration": {"s3": {"resultFormat": "CSV", "bucket": "others-bucket"}}}
        joining = Joining(governed, result_configuration=other)
        report = joining.run()
        assert (Outcome.REFUSED, RESULTS) == (report.outcome, own(joining).result_configuration)
        joining = Joining(governed, result_configuration=other, acknowledge=frozenset({report.plan.dangers[0].fingerprint}))
        assert Outcome.CONVERGED == joining.run().outcome
        assert other == own(joining).result_configuration


class TestPayments:
    def test_a_candidate_accepts_what_the_file_lists_and_nothing_else(self, governed: Governed) -> None:
        joining = Joining(governed, payer_for=frozenset({QUERIES}))
        joining.run()
        make_payer(governed, queryCompute=True, modelTraining=True)
        assert (Outcome.CONVERGED, {"queryCompute"}) == (joining.run().outcome, accepted(joining))
        assert f"accepted to pay for queryCompute as {BANK}" in joining.told
        assert [] == joining.writes()

    def test_a_file_that_is_silent_accepts_and_declines_nothing(self, governed: Governed) -> None:
        joining = Joining(governed)
        joining.run()
        make_payer(governed, queryCompute=True)
        assert [] == joining.writes()

    def test_what_the_file_no_longer_lists_is_declined(self, governed: Governed) -> None:
        Joining(governed).run()
        make_payer(governed, queryCompute=True, modelTraining=True)
        Joining(governed, payer_for=frozenset({QUERIES, TRAINING})).run()
        joining = Joining(governed, payer_for=frozenset({TRAINING}))
        assert (Outcome.CONVERGED, {"modelTraining"}) == (joining.run().outcome, accepted(joining))
        assert [] == joining.writes()

    @pytest.mark.parametrize("answer", ["400", "409"])
    def test_a_decline_that_the_service_does_not_take_is_a_refusal_and_asked_once(
        self, governed: Governed, answer: str
    ) -> None:
        switches = {**governed.service.app.switches.as_names(), "decline": "error", "paymentMismatch": answer}
        governed.service.app.switches = Switches.from_names(switches)
        Joining(governed).run()
        make_payer(governed, queryCompute=True)
        Joining(governed, payer_for=frozenset({QUERIES})).run()
        joining = Joining(governed, payer_for=frozenset())
        report = joining.run()
        assert (Outcome.REFUSED, ["cannot-decline"], "") == (
            report.outcome,
            [refusal.rule for refusal in report.plan.refusals],
            report.failure,
        )
        assert "queryCompute" == tags(joining)[NO_DECLINE_TAG]
        assert ([], {"queryCompute"}) == (joining.writes(), accepted(joining))
        assert Outcome.CONVERGED == Joining(governed, payer_for=frozenset({QUERIES})).run().outcome

    def test_a_decline_that_meets_a_conflict_once_is_sent_again(self, governed: Governed) -> None:
        Joining(governed).run()
        make_payer(governed, queryCompute=True)
        Joining(governed, payer_for=frozenset({QUERIES})).run()
        joining = Joining(governed, payer_for=frozenset())
        reason = {"reason": "INVALID_STATE"}
        governed.service.fail(
            FaultRule(kind=FaultKind.ERROR, operation=UPDATE, code="ConflictException", members=reason, times=1)
        )
        assert (Outcome.CONVERGED, set()) == (joining.run().outcome, accepted(joining))
        assert NO_DECLINE_TAG not in tags(joining)

    def test_a_refused_decline_leaves_the_other_changes_done(self, governed: Governed) -> None:
        governed.service.app.switches = replace(governed.service.app.switches, decline="error")
        Joining(governed).run()
        make_payer(governed, queryCompute=True)
        Joining(governed, payer_for=frozenset({QUERIES})).run()
        joining = Joining(governed, payer_for=frozenset(), query_log=True)
        joining.run()
        assert own(joining).query_log is True

    def test_an_acceptance_costs_no_read_of_the_collaboration_once_it_is_made(self, governed: Governed) -> None:
        joining = Joining(governed, foreign=False, payer_for=frozenset({QUERIES}))
        joining.run()
        make_payer(governed, queryCompute=True)
        joining.run()
        before = governed.service.app.journal.last
        joining.run()
        assert {"ListMemberships"} == set(governed.service.called(before))

    def test_a_candidate_that_appeared_after_the_review_is_not_accepted(self, governed: Governed) -> None:
        joining = Joining(governed, payer_for=frozenset({QUERIES}))
        joining.run()
        reviewed = joining.reviewed()
        make_payer(governed, queryCompute=True)
        with pytest.raises(Refused, match="accept to pay"):
            joining.run(reviewed)
        assert set() == accepted(joining)


class TestTags:
    def test_only_what_is_declared_is_written_and_only_what_is_ours_is_removed(self, governed: Governed) -> None:
        joining = Joining(governed, tags={"team": "sales", "cost": "17"})
        joining.run()
        governed.service.port(BANK).tag(own(joining).arn, {"by-hand": "x"})
        joining = Joining(governed, tags={"team": "legal"})
        assert ["UntagResource", TAG] == joining.writes()
        shown = {key: value for key, value in tags(joining).items() if key != KEYS_TAG}
        assert {"team": "legal", "by-hand": "x", OWNER_TAG: "bank/prod/bank"} == shown
        assert [] == joining.writes()

    def test_no_tags_are_left_of_ours_when_none_are_declared(self, governed: Governed) -> None:
        Joining(governed, tags={"team": "sales"}).run()
        joining = Joining(governed, tags={})
        joining.run()
        assert {OWNER_TAG: "bank/prod/bank"} == tags(joining)
        assert [] == joining.writes()


class TestPaused:
    def test_nothing_is_written_joined_or_voted(self, governed: Governed) -> None:
        paused = Joining(governed, policy=ALLOW_NEWCOMER, paused=True)
        assert ([], "INVITED") == (paused.writes(), paused.status)
        Joining(governed).run()
        governed.file(NEWCOMER)
        paused = Joining(governed, policy=ALLOW_NEWCOMER, query_log=True, paused=True)
        assert [] == paused.writes()
        assert Outcome.WAITING == paused.run().outcome


class TestTrouble:
    @pytest.mark.parametrize("kind", [FaultKind.DROP_AFTER, FaultKind.TRUNCATE])
    def test_an_update_whose_answer_is_lost_is_found_by_reading(self, governed: Governed, kind: FaultKind) -> None:
        Joining(governed).run()
        joining = Joining(governed, query_log=True)
        governed.service.fail(FaultRule(kind=kind, operation=UPDATE, times=1))
        assert (Outcome.CONVERGED, True) == (joining.run().outcome, own(joining).query_log)
        assert [UPDATE] == governed.service.called(operation=UPDATE)

    def test_an_update_that_never_arrived_fails_and_the_next_run_makes_it(self, governed: Governed) -> None:
        Joining(governed).run()
        joining = Joining(governed, query_log=True)
        governed.service.fail(FaultRule(kind=FaultKind.DROP_BEFORE, operation=UPDATE, times=1))
        report = joining.run()
        assert (Outcome.FAILED, f"switch queryLog of {BANK} on was sent and does not show") == (
            report.outcome,
            report.failure.split(". ")[0],
        )
        assert Outcome.CONVERGED == joining.run().outcome

    def test_an_update_that_is_forbidden_raises(self, governed: Governed) -> None:
        Joining(governed).run()
        governed.service.fail(FaultRule(kind=FaultKind.ERROR, operation=UPDATE, code="AccessDeniedException"))
        with pytest.raises(AccessDenied, match="cleanrooms:UpdateMembership"):
            Joining(governed, query_log=True).run()

    def test_a_role_that_is_not_known_everywhere_yet_is_no_refused_decline(self, governed: Governed) -> None:
        Joining(governed).run()
        make_payer(governed, queryCompute=True)
        Joining(governed, payer_for=frozenset({QUERIES})).run()
        joining = Joining(governed, payer_for=frozenset())
        governed.service.fail(
            FaultRule(
                kind=FaultKind.ERROR,
                operation=UPDATE,
                code="ValidationException",
                members={"reason": "IAM_SYNCHRONIZATION_DELAY"},
            )
        )
        with pytest.raises(InvalidRequest):
            joining.run()
        assert NO_DECLINE_TAG not in tags(joining)


def test_what_is_declared_costs_one_more_read_and_no_more(governed: Governed) -> None:
    joining = Joining(governed, foreign=False, query_log=True, policy=VotingPolicy())
    joining.run()
    before = governed.service.app.journal.last
    joining.run()
    assert {"ListMemberships", "GetMembership"} == set(governed.service.called(before))


def test_what_is_expected_of_a_collaboration_of_the_same_stack_is_looked_at_after_joining_too(governed: Governed) -> None:
    Joining(governed, foreign=False).run()
    report = Joining(governed, foreign=False, expects=Expectations(query_log=True)).run()
    assert ["expectation"] == [remark.rule for remark in report.plan.remarks]
