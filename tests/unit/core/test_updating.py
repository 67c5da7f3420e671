"""What is planned for a membership that has been joined."""

from dataclasses import replace
from typing import Any

import pytest

from cleanrooms_governance.change_requests.next_move import Outcome
from cleanrooms_governance.desired import DesiredMembership
from cleanrooms_governance.memberships.joining import Invitation, decide_membership, plan_membership
from cleanrooms_governance.memberships.updating import NO_DECLINE_TAG, overlaid
from cleanrooms_governance.model import Collaboration, CostType, Membership
from cleanrooms_governance.planning.plan import Plan
from cleanrooms_governance.tagging import OWNER_TAG, first_tags
from tests.unit.core.builders import BANK, ID, RUNNER, SHOP, TODAY, collaboration, member, pays
from tests.unit.core.test_joining import RESULTS, membership, wanted

ROLE = "arn:aws:iam::111122223333:role/another-role"
QUERIES, JOBS, TRAINING = CostType.QUERY_COMPUTE, CostType.JOB_COMPUTE, CostType.MODEL_TRAINING
OURS = {OWNER_TAG: "acme/prod/bank"}


def joined(**more: Any) -> Membership:
    return membership(**{"query_log": False, **more})


def updates(desired: DesiredMembership, live: Membership, around: Collaboration | None = None) -> Plan:
    return plan_membership(desired, Invitation(live, around))


def said(plan: Plan) -> list[str]:
    return [str(change) for change in plan.changes]


def rules(plan: Plan) -> list[str]:
    return [refusal.rule for refusal in plan.refusals]


def results(**s3: Any) -> dict[str, Any]:
    return {"outputConfiguration": {"s3": {"bucket": "results", "resultFormat": "CSV", **s3}}, "roleArn": RESULTS["roleArn"]}


class TestLogs:
    @pytest.mark.parametrize("live", [True, False])
    def test_a_file_that_is_silent_plans_nothing(self, live: bool) -> None:
        assert Plan(f"{ID}/{BANK}") == updates(wanted(), joined(query_log=live, job_log=live))

    @pytest.mark.parametrize("on", [True, False])
    def test_each_is_switched_by_itself(self, on: bool) -> None:
        word = "on" if on else "off"
        plan = updates(wanted(query_log=on), joined(query_log=not on, job_log=not on))
        assert [f"switch queryLog of {BANK} {word}"] == said(plan)
        plan = updates(wanted(job_log=on), joined(query_log=not on, job_log=not on))
        assert [f"switch jobLog of {BANK} {word}"] == said(plan)

    def test_what_is_so_is_not_planned(self) -> None:
        assert [] == said(updates(wanted(query_log=True, job_log=False), joined(query_log=True, job_log=False)))


class TestMetrics:
    @pytest.mark.parametrize("live", [True, False])
    def test_are_fixed_at_joining_and_explained(self, live: bool) -> None:
        plan = updates(wanted(metrics=not live), joined(metrics=live))
        assert ((), ["fixed-at-joining"]) == (plan.changes, [remark.rule for remark in plan.remarks])

    def test_that_are_as_the_file_says_are_not_mentioned(self) -> None:
        assert () == updates(wanted(metrics=True), joined(metrics=True)).remarks


class TestResults:
    def test_a_first_place_is_no_danger(self) -> None:
        plan = updates(wanted(result_configuration=RESULTS), joined())
        assert ([f"set defaultResultConfiguration of {BANK} to s3://results/ CSV by arn:aws:iam::1:role/r"], ()) == (
            said(plan),
            plan.dangers,
        )

    def test_a_first_role_is_no_danger(self) -> None:
        live = {"outputConfiguration": RESULTS["outputConfiguration"]}
        plan = updates(wanted(result_configuration=RESULTS), joined(result_configuration=live))
        assert (1, ()) == (len(plan.changes), plan.dangers)

    @pytest.mark.parametrize(
        "live",
        [
            pytest.param(results(), id="the same"),
            pytest.param(results(keyPrefix="elsewhere/", singleFileOutput=True), id="what the file is silent about"),
            pytest.param(results(keyPrefix="", singleFileOutput=False), id="what is empty"),
        ],
    )
    def test_what_is_so_is_not_planned(self, live: dict[str, Any]) -> None:
        assert [] == said(updates(wanted(result_configuration=RESULTS), joined(result_configuration=live)))

    @pytest.mark.parametrize("given", [{"keyPrefix": ""}, {"singleFileOutput": False}])
    def test_empty_and_false_are_as_good_as_absent(self, given: dict[str, Any]) -> None:
        assert [] == said(updates(wanted(result_configuration=results(**given)), joined(result_configuration=RESULTS)))

    @pytest.mark.parametrize("changed", [{"resultFormat": "PARQUET"}, {"keyPrefix": "x/"}, {"singleFileOutput": True}])
    def test_another_form_in_the_same_place_is_no_danger(self, changed: dict[str, Any]) -> None:
        plan = updates(wanted(result_configuration=results(**changed)), joined(result_configuration=RESULTS))
        assert (1, (), []) == (len(plan.changes), plan.dangers, rules(plan))

    def test_what_the_file_is_silent_about_is_sent_along(self) -> None:
        live = results(keyPrefix="kept/", singleFileOutput=True)
        silent = {"outputConfiguration": {"s3": {"bucket": "results", "resultFormat": "PARQUET"}}}
        assert results(keyPrefix="kept/", singleFileOutput=True, resultFormat="PARQUET") == overlaid(live, silent)

    @pytest.mark.parametrize(
        "changed",
        [
            pytest.param(results(bucket="other"), id="bucket"),
            pytest.param({**results(), "roleArn": ROLE}, id="role"),
        ],
    )
    def test_another_bucket_or_role_is_refused_until_it_is_acknowledged(self, changed: dict[str, Any]) -> None:
        live = joined(result_configuration=RESULTS)
        plan = updates(wanted(result_configuration=changed), live)
        (danger,) = plan.dangers
        assert ["result-place"] == rules(plan)
        assert danger.fingerprint in plan.refusals[0].message
        passed = updates(wanted(result_configuration=changed, acknowledge=frozenset({danger.fingerprint})), live)
        assert ([], True) == (rules(passed), passed.dangers[0].acknowledged)

    def test_bucket_and_role_are_dangers_of_their_own(self) -> None:
        both = {**results(bucket="other"), "roleArn": ROLE}
        live = joined(result_configuration=RESULTS)
        first, second = updates(wanted(result_configuration=both), live).dangers
        one = updates(wanted(result_configuration=both, acknowledge=frozenset({first.fingerprint})), live)
        assert [False, True] == sorted(danger.acknowledged for danger in one.dangers)
        assert [second.fingerprint in refusal.message for refusal in one.refusals] == [True]

    def test_an_acknowledgement_is_for_one_bucket_only(self) -> None:
        live = joined(result_configuration=RESULTS)
        (danger,) = updates(wanted(result_configuration=results(bucket="other")), live).dangers
        third = wanted(result_configuration=results(bucket="third"), acknowledge=frozenset({danger.fingerprint}))
        assert ["result-place"] == rules(updates(third, live))

    def test_an_acknowledgement_of_queries_is_none_of_jobs(self) -> None:
        other = results(bucket="other")
        live = joined(result_configuration=RESULTS, job_result_configuration=RESULTS)
        (danger,) = updates(wanted(result_configuration=other), live).dangers
        jobs = wanted(job_result_configuration=other, acknowledge=frozenset({danger.fingerprint}))
        assert ["result-place"] == rules(updates(jobs, live))

    def test_an_acknowledgement_that_has_served_is_reported(self) -> None:
        plan = updates(wanted(acknowledge=frozenset({"fp-0123456789abcdef"})), joined())
        assert ["stale-acknowledgement"] == [remark.rule for remark in plan.remarks]


class TestPayments:
    def asked(self, **candidate_for: bool) -> Collaboration:
        return collaboration(member(BANK, payments=pays(**candidate_for)), member(RUNNER))

    def test_what_is_listed_and_asked_is_accepted(self) -> None:
        plan = updates(
            wanted(payer_for=frozenset({QUERIES, JOBS})), joined(), self.asked(queryCompute=True, modelTraining=True)
        )
        assert [f"accept to pay for queryCompute as {BANK}"] == said(plan)

    def test_what_is_not_listed_is_declined(self) -> None:
        live = joined(payments=pays(queryCompute=True, modelTraining=True))
        plan = updates(wanted(payer_for=frozenset({TRAINING})), live, self.asked(queryCompute=True, modelTraining=True))
        assert [f"decline to pay for queryCompute as {BANK}"] == said(plan)
        assert ["last-payer"] == [remark.rule for remark in plan.remarks]

    def test_a_decline_is_not_worth_a_warning_while_others_are_candidates(self) -> None:
        around = collaboration(member(BANK, payments=pays(queryCompute=True)), member(SHOP, payments=pays(queryCompute=True)))
        plan = updates(wanted(payer_for=frozenset()), joined(payments=pays(queryCompute=True)), around)
        assert (1, ()) == (len(plan.changes), plan.remarks)

    @pytest.mark.parametrize(
        ("listed", "accepted", "candidate"),
        [
            pytest.param(None, {}, {"queryCompute": True}, id="not managed, asked"),
            pytest.param(None, {"queryCompute": True}, {"queryCompute": True}, id="not managed, accepted"),
            pytest.param(frozenset(), {}, {"queryCompute": True}, id="none listed"),
            pytest.param(frozenset({QUERIES}), {}, {}, id="not asked"),
            pytest.param(frozenset({QUERIES}), {}, {"queryCompute": False}, id="shown and not asked"),
            pytest.param(frozenset({QUERIES}), {"queryCompute": True}, {"queryCompute": True}, id="accepted"),
            pytest.param(frozenset({QUERIES}), {"queryCompute": True, "jobCompute": False}, {}, id="accepted before"),
        ],
    )
    def test_nothing_is_planned(
        self, listed: frozenset[CostType] | None, accepted: dict[str, bool], candidate: dict[str, bool]
    ) -> None:
        assert [] == said(updates(wanted(payer_for=listed), joined(payments=pays(**accepted)), self.asked(**candidate)))

    def test_a_decline_that_the_service_refused_is_refused_and_not_asked_again(self) -> None:
        live = joined(payments=pays(queryCompute=True), tags=OURS | {NO_DECLINE_TAG: "queryCompute"})
        plan = updates(wanted(payer_for=frozenset()), live, self.asked(queryCompute=True))
        assert ([], ["cannot-decline"]) == (said(plan), rules(plan))
        assert "memberships.bank.payerFor" in plan.refusals[0].message

    def test_what_it_refused_for_one_cost_type_says_nothing_of_another(self) -> None:
        live = joined(payments=pays(jobCompute=True), tags=OURS | {NO_DECLINE_TAG: "queryCompute"})
        plan = updates(wanted(payer_for=frozenset()), live, self.asked(jobCompute=True))
        assert [f"decline to pay for jobCompute as {BANK}"] == said(plan)


class TestOwnership:
    def test_a_membership_without_an_owner_is_adopted_with_the_first_change(self) -> None:
        plan = updates(wanted(query_log=True), joined(tags={}))
        assert [f"adopt the membership: tag it {OWNER_TAG}=acme/prod/bank", f"switch queryLog of {BANK} on"] == said(plan)
        assert [] == rules(plan)

    def test_our_own_is_not(self) -> None:
        assert [f"switch queryLog of {BANK} on"] == said(updates(wanted(query_log=True), joined(tags=OURS)))

    def test_one_that_is_as_the_file_says_is_left_alone(self) -> None:
        assert [] == said(updates(wanted(query_log=False), joined(tags={OWNER_TAG: "others/prod/bank"})))

    def test_that_of_another_stack_is_taken_over_only_when_that_is_acknowledged(self) -> None:
        live = joined(tags={OWNER_TAG: "others/prod/bank"})
        plan = updates(wanted(query_log=True), live)
        assert ["take-over"] == rules(plan)
        acknowledged = frozenset({plan.dangers[0].fingerprint})
        assert [] == rules(updates(wanted(query_log=True, acknowledge=acknowledged), live))
        neighbour = joined(tags={OWNER_TAG: "others/test/bank"})
        assert ["take-over"] == rules(updates(wanted(query_log=True, acknowledge=acknowledged), neighbour))


class TestTags:
    def test_declared_ones_are_written(self) -> None:
        plan = updates(wanted(tags={"team": "sales"}), joined(tags=OURS))
        assert [f"tag the membership of {BANK}: team=sales"] == said(plan)

    def test_those_that_we_set_are_removed(self) -> None:
        plan = updates(wanted(tags={}), joined(tags=first_tags({"team": "sales"}, "acme/prod/bank") | {"cost": "17"}))
        assert [f"tag the membership of {BANK}: without team"] == said(plan)

    def test_a_file_that_is_silent_plans_nothing(self) -> None:
        assert [] == said(updates(wanted(), joined(tags=first_tags({"team": "sales"}, "acme/prod/bank"))))


class TestPaused:
    def test_the_plan_is_shown_and_nothing_is_to_be_done(self) -> None:
        desired = wanted(query_log=True, paused=True)
        seen = Invitation(joined(tags=OURS), None)
        plan = plan_membership(desired, seen)
        decision = decide_membership(desired, seen, plan, TODAY, may_write=True)
        assert ([f"switch queryLog of {BANK} on"], ["paused"]) == (said(plan), [remark.rule for remark in plan.remarks])
        assert (Outcome.WAITING, ()) == (decision.outcome, decision.moves)

    def test_what_would_be_refused_is_said_and_fails_nothing(self) -> None:
        desired = wanted(result_configuration=results(bucket="other"), paused=True)
        plan = updates(desired, joined(result_configuration=RESULTS, tags=OURS))
        assert ([], ["paused", "paused"]) == (rules(plan), [remark.rule for remark in plan.remarks])
        assert "s3://other" in said(plan)[0]

    def test_one_with_nothing_to_do_is_converged(self) -> None:
        desired, seen = wanted(paused=True), Invitation(joined(), None)
        assert (
            Outcome.CONVERGED == decide_membership(desired, seen, plan_membership(desired, seen), TODAY, may_write=True).outcome
        )


def test_names_are_no_part_of_the_plan() -> None:
    desired = wanted(query_log=True, payer_for=frozenset({QUERIES}), tags={"team": "x"})
    live, around = joined(tags=OURS), collaboration(member(BANK, payments=pays(queryCompute=True)))
    named = replace(desired, names={BANK: "bank"})
    assert updates(desired, live, around).fingerprint == updates(named, live, around).fingerprint
