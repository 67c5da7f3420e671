from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cleanrooms_governance.change_requests.votes import Ballot, decide_vote
from cleanrooms_governance.desired import OwnPlan, Rule, VotingPolicy
from cleanrooms_governance.model import AUTO_APPROVABLE_TYPES, ChangeRequest, CollaborationChange, CostType, MemberChange
from cleanrooms_governance.service import Action
from tests.unit.core.builders import (
    BANK,
    EXPORT,
    FUTURE,
    NEWCOMER,
    RECEIVE,
    SHOP,
    TODAY,
    change,
    collaboration,
    member,
    pays,
    request,
)

LIVE = collaboration(member(BANK), member(SHOP), auto_approved=frozenset({"ADD_MEMBER"}))
WAIT = Ballot(None, "no rule covers it")

RULE = Rule(
    types=frozenset({"ADD_MEMBER", "GRANT_RECEIVE_RESULTS_ABILITY", "ADD_PAYER_CANDIDATE", "GRANT_CAN_RECEIVE_MODEL_OUTPUT"}),
    accounts=frozenset({NEWCOMER, BANK}),
    abilities=frozenset({RECEIVE}),
    ml_abilities=frozenset({"CAN_RECEIVE_MODEL_OUTPUT"}),
    payer_for=frozenset({CostType.QUERY_COMPUTE}),
)
ASKED = change(
    NEWCOMER,
    RECEIVE,
    ml_abilities=frozenset({"CAN_RECEIVE_MODEL_OUTPUT"}),
    payments=pays(queryCompute=True, jobCompute=False),
)
"""Exactly as much as the rule allows."""


def vote(policy: VotingPolicy, *changes: Any, own_plan: bool = False, **more: Any) -> Ballot:
    return decide_vote(policy, request(1, *changes, live=LIVE, **more), LIVE, TODAY, own_plan=own_plan)


def approving(rule: Rule, *changes: Any, **more: Any) -> Ballot:
    return vote(VotingPolicy(approve=(rule,)), *changes, **more)


def denying(rule: Rule, *changes: Any, **more: Any) -> Ballot:
    return vote(VotingPolicy(deny=(rule,)), *changes, **more)


def test_a_rule_approves_what_is_at_most_what_it_lists() -> None:
    assert Action.APPROVE == approving(RULE, ASKED).action
    assert Action.APPROVE == approving(RULE, change(NEWCOMER)).action
    assert Action.APPROVE == approving(RULE, ASKED, change(BANK, RECEIVE)).action


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        pytest.param(replace(RULE, types=RULE.types - {"ADD_MEMBER"}), [ASKED], id="type"),
        pytest.param(replace(RULE, accounts=frozenset({BANK})), [ASKED], id="account"),
        pytest.param(replace(RULE, abilities=frozenset()), [ASKED], id="ability"),
        pytest.param(replace(RULE, ml_abilities=frozenset()), [ASKED], id="ML ability"),
        pytest.param(replace(RULE, payer_for=frozenset({CostType.JOB_COMPUTE})), [ASKED], id="payer"),
        pytest.param(RULE, [ASKED, change(SHOP, RECEIVE)], id="one of two changes"),
        pytest.param(RULE, [replace(ASKED, abilities=ASKED.abilities | {FUTURE})], id="an ability that nobody knows"),
        pytest.param(RULE, [replace(ASKED, ml_abilities=frozenset({"CAN_DREAM"}))], id="an ML ability that nobody knows"),
        pytest.param(RULE, [CollaborationChange(frozenset())], id="another kind of change"),
    ],
)
def test_one_thing_beyond_the_rule_and_a_person_decides(rule: Rule, changes: list[Any]) -> None:
    assert WAIT == approving(rule, *changes)


@pytest.mark.parametrize(
    "types",
    [
        pytest.param({"ADD_MEMBER"}, id="the service names fewer"),
        pytest.param({"GRANT_RECEIVE_RESULTS_ABILITY", "ADD_MEMBER", "ADD_PAYER_CANDIDATE"}, id="the service names more"),
        pytest.param(set(), id="the service names none"),
    ],
)
def test_types_that_differ_from_the_services_are_never_approved(types: set[str]) -> None:
    asked = request(1, change(NEWCOMER, RECEIVE, types=frozenset(types)))
    assert WAIT == decide_vote(VotingPolicy(approve=(RULE,)), asked, LIVE, TODAY, own_plan=False)


def test_a_rule_approves_what_the_whole_list_states_not_what_it_changes() -> None:
    live = collaboration(member(BANK, EXPORT))
    rule = Rule(frozenset({"GRANT_RECEIVE_RESULTS_ABILITY"}), frozenset({BANK}), frozenset({RECEIVE}))
    asked = request(1, change(BANK, RECEIVE, EXPORT), live=live)
    assert WAIT == decide_vote(VotingPolicy(approve=(rule,)), asked, live, TODAY, own_plan=False)


AUTO = Rule(types=frozenset({"EDIT_AUTO_APPROVED_CHANGE_TYPES"}), auto_approve=frozenset({"GRANT_RECEIVE_RESULTS_ABILITY"}))


def test_an_edit_of_the_auto_approval_list_is_approved_up_to_the_listed_types() -> None:
    assert Action.APPROVE == approving(AUTO, CollaborationChange(frozenset({"GRANT_RECEIVE_RESULTS_ABILITY"}))).action
    assert Action.APPROVE == approving(AUTO, CollaborationChange(frozenset())).action


def test_one_auto_approved_type_beyond_the_rule_and_a_person_decides() -> None:
    beyond = frozenset({"GRANT_RECEIVE_RESULTS_ABILITY", "REVOKE_RECEIVE_RESULTS_ABILITY"})
    assert WAIT == approving(AUTO, CollaborationChange(beyond))


def test_the_first_rule_that_covers_a_request_is_named_by_what_it_lists() -> None:
    policy = VotingPolicy(approve=(Rule(), AUTO, Rule(frozenset({"ADD_MEMBER"}), frozenset({NEWCOMER})), RULE))
    assert Ballot(Action.APPROVE, f"approve rule (ADD_MEMBER; {NEWCOMER})") == vote(policy, change(NEWCOMER))


def test_two_rules_do_not_add_up() -> None:
    bank, newcomer = replace(RULE, accounts=frozenset({BANK})), replace(RULE, accounts=frozenset({NEWCOMER}))
    assert WAIT == vote(VotingPolicy(approve=(bank, newcomer)), change(BANK, RECEIVE), change(NEWCOMER))


class TestUntil:
    """A rule ends with its day, in UTC."""

    @pytest.mark.parametrize(("days", "in_force"), [(1, True), (0, True), (-1, False)])
    def test_an_approve_rule(self, days: int, in_force: bool) -> None:
        rule = replace(RULE, until=TODAY + timedelta(days=days))
        assert (Action.APPROVE if in_force else None) == approving(rule, ASKED).action

    @pytest.mark.parametrize(("days", "in_force"), [(1, True), (0, True), (-1, False)])
    def test_a_deny_rule(self, days: int, in_force: bool) -> None:
        rule = Rule(accounts=frozenset({NEWCOMER}), until=TODAY + timedelta(days=days))
        assert (Action.DENY if in_force else None) == denying(rule, ASKED).action


class TestDeny:
    """A deny rule fires as soon as any change touches everything it speaks of."""

    @pytest.mark.parametrize(
        "rule",
        [
            pytest.param(Rule(types=frozenset({"ADD_MEMBER"})), id="type"),
            pytest.param(Rule(accounts=frozenset({NEWCOMER})), id="account"),
            pytest.param(Rule(abilities=frozenset({RECEIVE, EXPORT})), id="one of the abilities"),
            pytest.param(Rule(ml_abilities=frozenset({"CAN_RECEIVE_MODEL_OUTPUT"})), id="ML ability"),
            pytest.param(Rule(payer_for=frozenset({CostType.QUERY_COMPUTE})), id="payer"),
            pytest.param(Rule(types=frozenset({"ADD_MEMBER"}), accounts=frozenset({NEWCOMER})), id="type and account"),
        ],
    )
    def test_a_change_that_touches_all_it_speaks_of(self, rule: Rule) -> None:
        assert Action.DENY == denying(rule, ASKED).action
        assert Action.DENY == denying(rule, change(BANK, EXPORT), ASKED).action

    @pytest.mark.parametrize(
        "rule",
        [
            pytest.param(Rule(), id="nothing spoken of"),
            pytest.param(Rule(types=frozenset({"REMOVE_PAYER_CANDIDATE"})), id="another type"),
            pytest.param(Rule(accounts=frozenset({SHOP})), id="another account"),
            pytest.param(Rule(payer_for=frozenset({CostType.JOB_COMPUTE})), id="a cost type that is not paid for"),
            pytest.param(Rule(types=frozenset({"ADD_MEMBER"}), accounts=frozenset({BANK})), id="type, but another account"),
            pytest.param(Rule(auto_approve=AUTO_APPROVABLE_TYPES), id="auto-approval"),
        ],
    )
    def test_a_change_that_does_not(self, rule: Rule) -> None:
        assert WAIT == denying(rule, ASKED)

    def test_an_edit_of_the_auto_approval_list(self) -> None:
        widening = CollaborationChange(frozenset({"ADD_MEMBER", "GRANT_RECEIVE_RESULTS_ABILITY"}))
        assert Action.DENY == denying(Rule(auto_approve=frozenset({"GRANT_RECEIVE_RESULTS_ABILITY"})), widening).action
        assert Action.DENY == denying(Rule(types=frozenset({"EDIT_AUTO_APPROVED_CHANGE_TYPES"})), widening).action
        assert WAIT == denying(Rule(auto_approve=frozenset({"REVOKE_RECEIVE_RESULTS_ABILITY"})), widening)
        assert WAIT == denying(Rule(accounts=frozenset({NEWCOMER})), widening)

    @pytest.mark.parametrize("types", [set(), {"ADD_MEMBER"}, {"REMOVE_PAYER_CANDIDATE"}])
    def test_fires_by_our_reckoning_or_the_services(self, types: set[str]) -> None:
        asked = request(1, change(NEWCOMER, types=frozenset(types)))
        for denied_type in types | {"ADD_MEMBER"}:
            policy = VotingPolicy(deny=(Rule(types=frozenset({denied_type})),))
            assert Action.DENY == decide_vote(policy, asked, LIVE, TODAY, own_plan=False).action

    def test_wins_over_everything_else(self) -> None:
        policy = VotingPolicy(OwnPlan.APPROVE, approve=(RULE,), deny=(Rule(), Rule(accounts=frozenset({NEWCOMER}))))
        assert Ballot(Action.DENY, f"deny rule ({NEWCOMER})") == vote(policy, ASKED, own_plan=True)

    def test_fires_on_what_is_known_of_a_request_that_is_not_understood(self) -> None:
        assert Action.DENY == denying(Rule(accounts=frozenset({NEWCOMER})), ASKED, unknown=("changes[0].when",)).action


class TestOwnPlan:
    """Voting for what this very file wants."""

    policy = VotingPolicy(OwnPlan.APPROVE)

    def test_approves_what_the_file_wants(self) -> None:
        assert Ballot(Action.APPROVE, "ownPlan: approve") == vote(self.policy, ASKED, own_plan=True)

    def test_leaves_everything_else_to_a_person(self) -> None:
        assert WAIT == vote(self.policy, ASKED, own_plan=False)

    def test_waits_by_default(self) -> None:
        assert WAIT == vote(VotingPolicy(), ASKED, own_plan=True)

    def test_comes_after_the_rules(self) -> None:
        assert vote(replace(self.policy, approve=(RULE,)), ASKED, own_plan=True).rule.startswith("approve rule (")


def test_a_request_that_is_not_understood_is_never_approved() -> None:
    asked: ChangeRequest = request(1, ASKED, live=LIVE, unknown=("changes[0].specification.member.when",))
    policy = VotingPolicy(OwnPlan.APPROVE, approve=(RULE,))
    assert Action.APPROVE == decide_vote(policy, replace(asked, unknown=()), LIVE, TODAY, own_plan=True).action
    assert WAIT == decide_vote(policy, asked, LIVE, TODAY, own_plan=True)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param([], id="no change at all"),
        pytest.param([change(BANK)], id="without effect, and without types"),
        pytest.param([change(BANK, types=frozenset({"GRANT_RECEIVE_RESULTS_ABILITY"}))], id="without effect any more"),
    ],
)
def test_a_request_without_effect_is_approved_by_no_rule(changes: list[MemberChange]) -> None:
    asked = request(1, *changes)
    assert WAIT == decide_vote(VotingPolicy(approve=(RULE,)), asked, LIVE, TODAY, own_plan=False)
