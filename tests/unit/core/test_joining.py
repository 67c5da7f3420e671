from dataclasses import replace
from typing import Any

import pytest

from cleanrooms_governance.change_requests.next_move import CastVote, Decision, Outcome
from cleanrooms_governance.desired import DesiredMembership, Expectations, OwnPlan, Rule, VotingPolicy
from cleanrooms_governance.memberships.expectations import payment_duties
from cleanrooms_governance.memberships.joining import Invitation, decide_membership, plan_membership
from cleanrooms_governance.model import CAN_RUN_JOB, ChangeRequest, Collaboration, CostType, Member, Membership
from cleanrooms_governance.planning.changes import JoinCollaboration
from cleanrooms_governance.planning.plan import Plan
from cleanrooms_governance.service import Action
from tests.unit.core.builders import (
    BANK,
    CREATOR,
    ID,
    NEWCOMER,
    QUERY,
    RECEIVE,
    RUNNER,
    SHOP,
    TODAY,
    change,
    collaboration,
    member,
    pays,
    request,
)

TARGET = f"{ID}/{BANK}"
RESULTS = {"outputConfiguration": {"s3": {"bucket": "results", "resultFormat": "CSV"}}, "roleArn": "arn:aws:iam::1:role/r"}
ENCRYPTION = {
    "allowCleartext": False,
    "allowDuplicates": False,
    "allowJoinsOnColumnsWithDifferentNames": False,
    "preserveNulls": True,
}


def wanted(**more: Any) -> DesiredMembership:
    settings = {"key": "bank", "owner": "acme/prod/bank", "account": BANK, "collaboration": ID, "region": "eu-west-1", **more}
    return DesiredMembership(foreign=settings.pop("foreign", True), **settings)


def invited(*abilities: Any, **more: Any) -> Member:
    return member(BANK, *abilities, status="INVITED", **more)


def membership(status: str = "ACTIVE", **more: Any) -> Membership:
    arn = f"arn:aws:cleanrooms:eu-west-1:{BANK}:membership/m"
    return Membership(id="m", arn=arn, collaboration_id=ID, account=BANK, status=status, **more)


def planned(desired: DesiredMembership, *members: Member, **more: Any) -> Plan:
    return plan_membership(desired, Invitation(None, collaboration(*members, **more)))


def rules(plan: Plan) -> list[str]:
    return [refusal.rule for refusal in plan.refusals]


class TestJoining:
    def test_an_invitation_that_says_what_is_expected_is_accepted(self) -> None:
        expects = Expectations(creator=CREATOR, abilities=frozenset({RECEIVE}), query_log=True)
        plan = planned(wanted(expects=expects, result_configuration=RESULTS), invited(RECEIVE), query_log=True)
        settings = {"queryLog": False, "resultConfiguration": RESULTS}
        assert (JoinCollaboration(BANK, frozenset(), settings),) == tuple(each.change for each in plan.changes)
        assert (TARGET, []) == (plan.target, rules(plan))

    def test_what_is_not_asked_for_is_not_expected(self) -> None:
        assert [] == rules(planned(wanted(payer_for=frozenset(CostType)), invited(QUERY), query_log=True))

    @pytest.mark.parametrize(
        ("expects", "live", "rule"),
        [
            pytest.param(Expectations(creator=SHOP), {}, "expects-creator", id="another creator"),
            pytest.param(Expectations(abilities=frozenset({RECEIVE})), {}, "expects-abilities", id="an ability less"),
            pytest.param(Expectations(query_log=True), {}, "expects-query-log", id="no query log"),
            pytest.param(Expectations(query_log=False), {"query_log": True}, "expects-query-log", id="a query log"),
            pytest.param(Expectations(job_log=True), {}, "expects-job-log", id="no job log"),
            pytest.param(Expectations(job_log=False), {"job_log": True}, "expects-job-log", id="a job log"),
            pytest.param(Expectations(ml_abilities=frozenset({"X"})), {}, "expects-ml-abilities", id="no ML ability"),
            pytest.param(Expectations(payer_for=frozenset({CostType.JOB_COMPUTE})), {}, "expects-payer-for", id="no duty"),
            pytest.param(Expectations(encryption={}), {"encryption": ENCRYPTION}, "expects-encryption", id="encryption"),
            pytest.param(Expectations(encryption=ENCRYPTION), {}, "expects-encryption", id="no encryption"),
            pytest.param(
                Expectations(encryption={"preserveNulls": False}),
                {"encryption": ENCRYPTION},
                "expects-encryption",
                id="another encryption",
            ),
        ],
    )
    def test_an_invitation_that_says_something_else_is_refused(
        self, expects: Expectations, live: dict[str, Any], rule: str
    ) -> None:
        assert [rule] == rules(planned(wanted(expects=expects), invited(), **live))

    @pytest.mark.parametrize(
        ("expects", "live"),
        [
            pytest.param(Expectations(encryption={}), {}, id="no encryption"),
            pytest.param(Expectations(encryption={"preserveNulls": True}), {"encryption": ENCRYPTION}, id="part of it"),
            pytest.param(Expectations(job_log=True, ml_abilities=frozenset()), {"job_log": True}, id="job log"),
        ],
    )
    def test_an_invitation_that_says_just_that_is_accepted(self, expects: Expectations, live: dict[str, Any]) -> None:
        assert [] == rules(planned(wanted(expects=expects), invited(), **live))

    def test_the_expected_duties_count_what_falls_to_the_runner(self) -> None:
        costs = frozenset({CostType.QUERY_COMPUTE})
        assert [] == rules(planned(wanted(expects=Expectations(payer_for=costs), payer_for=costs), invited(QUERY)))

    def test_what_else_is_decided_at_joining_is_part_of_the_plan(self) -> None:
        plain = planned(wanted(), invited(), metrics=True)
        for more in ({"job_log": True}, {"tags": {"team": "x"}}, {"job_result_configuration": RESULTS}):
            assert plain.fingerprint != planned(wanted(**more), invited(), metrics=True).fingerprint

    @pytest.mark.parametrize(
        ("own", "metrics", "expected"),
        [
            (invited(QUERY), True, []),
            (invited(payments=pays(queryCompute=True)), True, []),
            (invited(), True, ["metrics"]),
            (invited(QUERY), False, ["metrics"]),
        ],
        ids=["runner", "payer", "neither", "none in the collaboration"],
    )
    def test_metrics_are_for_runners_and_payers_where_the_collaboration_has_them(
        self, own: Member, metrics: bool, expected: list[str]
    ) -> None:
        desired = wanted(metrics=True, payer_for=frozenset(CostType))
        assert expected == rules(planned(desired, own, metrics=metrics))

    def test_an_ability_more_than_expected_is_refused_too(self) -> None:
        plan = planned(wanted(expects=Expectations(abilities=frozenset()), result_configuration=RESULTS), invited(RECEIVE))
        assert ["expects-abilities"] == rules(plan)

    def test_all_that_differs_is_named_at_once(self) -> None:
        expects = Expectations(creator=SHOP, abilities=frozenset({QUERY}), query_log=True)
        assert ["expects-abilities", "expects-creator", "expects-query-log"] == rules(
            planned(wanted(expects=expects), invited())
        )

    def test_the_plan_changes_with_the_duties(self) -> None:
        desired = wanted(payer_for=frozenset(CostType))
        one = planned(desired, invited(payments=pays(queryCompute=True)))
        other = planned(desired, invited(payments=pays(queryCompute=True, jobCompute=True)))
        assert one.fingerprint != other.fingerprint


class TestDuties:
    @pytest.mark.parametrize(
        ("own", "others", "expected"),
        [
            pytest.param(invited(), [], set(), id="none"),
            pytest.param(invited(payments=pays(queryCompute=True)), [], {"queryCompute"}, id="candidate"),
            pytest.param(invited(payments=pays(queryCompute=False)), [], set(), id="shown and not a candidate"),
            pytest.param(invited(payments=pays(modelTraining=True)), [], {"modelTraining"}, id="candidate for training"),
            pytest.param(invited(QUERY), [], {"queryCompute"}, id="runner of queries by default"),
            pytest.param(invited(CAN_RUN_JOB), [], {"jobCompute"}, id="runner of jobs by default"),
            pytest.param(invited(QUERY, CAN_RUN_JOB), [], {"queryCompute", "jobCompute"}, id="runner of both by default"),
            pytest.param(
                invited(QUERY), [member(SHOP, payments=pays(queryCompute=True))], set(), id="runner with another candidate"
            ),
            pytest.param(
                invited(QUERY),
                [member(SHOP, status="LEFT", payments=pays(queryCompute=True))],
                {"queryCompute"},
                id="runner whose candidate has left",
            ),
            pytest.param(
                invited(QUERY, CAN_RUN_JOB),
                [member(SHOP, payments=pays(jobCompute=True))],
                {"queryCompute"},
                id="runner with a candidate for jobs only",
            ),
            pytest.param(invited(), [member(RUNNER, QUERY)], set(), id="somebody else is the runner"),
        ],
    )
    def test_are_what_is_configured_and_what_falls_to_the_runner(
        self, own: Member, others: list[Member], expected: set[str]
    ) -> None:
        assert expected == payment_duties(own, [own, *others])

    @pytest.mark.parametrize("payer_for", [None, frozenset(), frozenset({CostType.JOB_COMPUTE})])
    def test_beyond_what_the_file_accepts_are_refused(self, payer_for: frozenset[CostType] | None) -> None:
        plan = planned(wanted(payer_for=payer_for), invited(QUERY))
        assert ["payment-duties"] == rules(plan)
        assert "memberships.bank.payerFor" in plan.refusals[0].message
        assert "queryCompute" in plan.refusals[0].message

    def test_that_the_file_accepts_are_accepted_exactly(self) -> None:
        plan = planned(wanted(payer_for=frozenset(CostType)), invited(QUERY))
        assert [] == rules(plan)
        assert ["join as 444455556666, paying for queryCompute"] == [str(each) for each in plan.changes]


class TestResultConfiguration:
    def test_whoever_only_receives_results_says_where_they_go(self) -> None:
        assert ["result-configuration"] == rules(planned(wanted(), invited(RECEIVE)))
        assert [] == rules(planned(wanted(result_configuration=RESULTS), invited(RECEIVE)))

    @pytest.mark.parametrize("ability", [QUERY, CAN_RUN_JOB])
    def test_whoever_runs_something_need_not(self, ability: Any) -> None:
        assert [] == rules(planned(wanted(payer_for=frozenset(CostType)), invited(RECEIVE, ability)))


class TestNotInvited:
    @pytest.mark.parametrize(
        "seen", [Invitation(None, None), Invitation(None, collaboration(member(SHOP)))], ids=["invisible", "not a member"]
    )
    def test_waits_where_this_stack_governs_the_collaboration(self, seen: Invitation) -> None:
        desired = wanted(foreign=False)
        plan = plan_membership(desired, seen)
        assert ((), ["not-invited"]) == (plan.changes, [remark.rule for remark in plan.remarks])
        assert Outcome.WAITING == decide_membership(desired, seen, plan, TODAY, may_write=True).outcome

    def test_whoever_waits_learns_what_else_may_be_the_reason(self) -> None:
        (said,) = plan_membership(wanted(foreign=False), Invitation(None, None)).remarks
        assert said.message.endswith("unless it has left, which is final, or its role may not look")

    def test_is_refused_where_nobody_can_tell_whether_the_id_is_right(self) -> None:
        plan = plan_membership(wanted(), Invitation(None, None))
        assert ["not-visible"] == rules(plan)
        assert "cleanrooms:GetCollaboration" in plan.refusals[0].message

    @pytest.mark.parametrize(("status", "said"), [("LEFT", "left"), ("REMOVED", "was removed from")])
    def test_a_member_that_is_out_cannot_join_again(self, status: str, said: str) -> None:
        plan = planned(wanted(), member(BANK, status=status))
        assert ((), ["cannot-join-again"]) == (plan.changes, [remark.rule for remark in plan.remarks])
        assert said in plan.remarks[0].message


class TestJoined:
    @pytest.mark.parametrize("foreign", [True, False])
    def test_there_is_nothing_to_plan(self, foreign: bool) -> None:
        desired = wanted(foreign=foreign, query_log=True)
        seen = Invitation(membership(query_log=True), None)
        plan = plan_membership(desired, seen)
        assert Plan(TARGET) == plan
        assert Decision(Outcome.CONVERGED) == decide_membership(desired, seen, plan, TODAY, may_write=True)

    @pytest.mark.parametrize("status", ["REMOVED", "COLLABORATION_DELETED"])
    def test_a_membership_that_has_ended_is_final(self, status: str) -> None:
        plan = plan_membership(wanted(), Invitation(membership(status), None))
        assert ((), ["cannot-join-again"]) == (plan.changes, [remark.rule for remark in plan.remarks])

    def test_an_expectation_that_no_longer_holds_is_reported(self) -> None:
        desired = wanted(expects=Expectations(abilities=frozenset()))
        live = collaboration(member(BANK, RECEIVE))
        plan = plan_membership(desired, Invitation(membership(), live))
        assert ([], ["expectation"]) == (rules(plan), [remark.rule for remark in plan.remarks])


class TestVoting:
    live = collaboration(member(BANK), member(SHOP))
    rule = Rule(frozenset({"ADD_MEMBER"}), frozenset({NEWCOMER}))
    asked = request(1, change(NEWCOMER), approvals={BANK: "PENDING", SHOP: "PENDING"}, live=live)

    def decided(self, desired: DesiredMembership, *requests: ChangeRequest, may_write: bool = True) -> Decision:
        seen = Invitation(membership(), self.live, requests)
        return decide_membership(desired, seen, plan_membership(desired, seen), TODAY, may_write=may_write)

    def test_a_rule_casts_the_accounts_own_vote(self) -> None:
        decision = self.decided(wanted(policy=VotingPolicy(approve=(self.rule,))), self.asked)
        assert (CastVote(self.asked, BANK, Action.APPROVE, f"approve rule (ADD_MEMBER; {NEWCOMER})"),) == decision.moves
        assert Outcome.WAITING == decision.outcome

    def test_deny_wins(self) -> None:
        policy = VotingPolicy(approve=(self.rule,), deny=(Rule(accounts=frozenset({NEWCOMER})),))
        assert [Action.DENY] == [
            move.action for move in self.decided(wanted(policy=policy), self.asked).moves if isinstance(move, CastVote)
        ]

    @pytest.mark.parametrize("policy", [VotingPolicy(), VotingPolicy(own_plan=OwnPlan.APPROVE)], ids=["no rule", "own plan"])
    def test_a_partners_request_without_a_rule_waits_for_a_person(self, policy: VotingPolicy) -> None:
        decision = self.decided(wanted(policy=policy), self.asked)
        assert (Outcome.WAITING, (), ["undecided"]) == (
            decision.outcome,
            decision.moves,
            [remark.rule for remark in decision.remarks],
        )

    @pytest.mark.parametrize(
        "asked",
        [
            pytest.param(replace(asked, approvals={BANK: "APPROVED", SHOP: "PENDING"}), id="voted already"),
            pytest.param(replace(asked, approvals={SHOP: "PENDING"}), id="not asked"),
            pytest.param(replace(asked, status="APPROVED"), id="approved"),
            pytest.param(replace(asked, status="DENIED"), id="denied"),
            pytest.param(replace(asked, status="EXPIRED"), id="unknown status"),
        ],
    )
    def test_there_is_nothing_to_vote_on(self, asked: ChangeRequest) -> None:
        assert Decision(Outcome.CONVERGED) == self.decided(wanted(policy=VotingPolicy(approve=(self.rule,))), asked)

    def test_an_account_that_may_only_be_read_never_votes(self) -> None:
        decision = self.decided(wanted(policy=VotingPolicy(approve=(self.rule,))), self.asked, may_write=False)
        assert ((), Outcome.WAITING) == (decision.moves, decision.outcome)
        assert "read-only" in decision.remarks[0].message

    def test_the_votes_in_a_collaboration_of_this_stack_are_the_collaborations_business(self) -> None:
        desired = wanted(foreign=False, policy=VotingPolicy(approve=(self.rule,)))
        assert Decision(Outcome.CONVERGED) == self.decided(desired, self.asked)


def test_an_unjoined_membership_waits_and_a_refused_one_says_so() -> None:
    seen = Invitation(None, collaboration(invited()))
    desired = wanted()
    assert Outcome.WAITING == decide_membership(desired, seen, plan_membership(desired, seen), TODAY, may_write=True).outcome
    desired = wanted(expects=Expectations(creator=SHOP))
    assert Outcome.REFUSED == decide_membership(desired, seen, plan_membership(desired, seen), TODAY, may_write=True).outcome


def test_the_collaboration_is_never_planned_by_a_membership() -> None:
    live: Collaboration = collaboration(invited(), member(SHOP, status="INVITED"))
    assert ["CreateMembership"] == [each.change.operation for each in plan_membership(wanted(), Invitation(None, live)).changes]
