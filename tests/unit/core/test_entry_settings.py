"""ML abilities, payers and the auto-approval list: what the file decides, and what is planned for it."""

import pytest

from cleanrooms_governance.desired import DesiredMember
from cleanrooms_governance.model import ChangeType, Collaboration, CostType
from cleanrooms_governance.planning.atoms import COLLABORATION, Atom, Setting, attainable, declared
from cleanrooms_governance.planning.changes import AddPayer, GrantMlAbility, RemovePayer, RevokeMlAbility, SetAutoApproval
from cleanrooms_governance.planning.plan import Plan
from cleanrooms_governance.planning.plan_collaboration import creation_settings, plan_collaboration
from tests.unit.core.builders import (
    BANK,
    CREATOR,
    ID,
    NEWCOMER,
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

MODEL = "CAN_RECEIVE_MODEL_OUTPUT"
INFERENCE = "CAN_RECEIVE_INFERENCE_OUTPUT"
DREAM = "CAN_DREAM"
ADDING = frozenset({"ADD_MEMBER"})


def changes_of(plan: Plan) -> list[object]:
    return [planned.change for planned in plan.changes]


def remarks_of(plan: Plan) -> list[tuple[str, str]]:
    return [(remark.rule, remark.subject) for remark in plan.remarks]


class TestMlAbilities:
    def test_they_are_granted_and_revoked_one_by_one(self) -> None:
        live = collaboration(member(BANK, ml_abilities=frozenset({MODEL})))
        plan = plan_collaboration(stack_file(wanted_member(BANK, ml=[INFERENCE])), live)
        assert [GrantMlAbility(BANK, INFERENCE), RevokeMlAbility(BANK, MODEL)] == changes_of(plan)
        types = [planned.change.types for planned in plan.changes]
        assert [{"GRANT_CAN_RECEIVE_INFERENCE_OUTPUT"}, {"REVOKE_CAN_RECEIVE_MODEL_OUTPUT"}] == types

    def test_none_are_wanted_where_the_list_is_empty(self) -> None:
        live = collaboration(member(BANK, ml_abilities=frozenset({MODEL})))
        plan = plan_collaboration(stack_file(wanted_member(BANK, ml=[])), live)
        assert [RevokeMlAbility(BANK, MODEL)] == changes_of(plan)

    def test_a_file_that_is_silent_about_them_leaves_them_alone(self) -> None:
        live = collaboration(member(BANK, ml_abilities=frozenset({MODEL})))
        assert Plan(ID) == plan_collaboration(stack_file(wanted_member(BANK)), live)

    def test_one_that_is_unknown_and_live_may_be_listed(self) -> None:
        live = collaboration(member(BANK, ml_abilities=frozenset({DREAM})))
        assert Plan(ID) == plan_collaboration(stack_file(wanted_member(BANK, ml=[DREAM])), live)

    def test_one_that_is_unknown_and_not_listed_stays_and_is_shown(self) -> None:
        live = collaboration(member(BANK, ml_abilities=frozenset({DREAM})))
        plan = plan_collaboration(stack_file(wanted_member(BANK, ml=[])), live)
        assert ([], [("unmanaged", f"{BANK} CAN_DREAM")]) == (changes_of(plan), remarks_of(plan))

    @pytest.mark.parametrize(
        "live", [None, collaboration(), collaboration(member(NEWCOMER))], ids=["creation", "new member", "member"]
    )
    def test_one_that_is_unknown_and_not_live_is_refused(self, live: Collaboration | None) -> None:
        plan = plan_collaboration(stack_file(wanted_member(NEWCOMER, ml=[DREAM])), live)
        assert [("unknown-ability", f"{NEWCOMER} CAN_DREAM")] == [(each.rule, each.subject) for each in plan.refusals]
        assert f"collaborations.sales.members.{NEWCOMER}.mlAbilities" in plan.refusals[0].message

    def test_they_always_need_votes(self) -> None:
        live = collaboration(member(BANK), auto_approved=frozenset(ChangeType) - {"GRANT_CAN_RECEIVE_MODEL_OUTPUT"})
        plan = plan_collaboration(stack_file(wanted_member(BANK, RECEIVE, ml=[MODEL])), live)
        assert [True, True] == [planned.needs_votes for planned in plan.changes]


class TestPayers:
    def test_a_cost_type_that_one_member_names_is_decided_for_all_that_are_declared(self) -> None:
        state = declared(stack_file(wanted_member(BANK, pays_for=["queryCompute"]), wanted_member(SHOP)))
        found = {atom.subject: value for atom, value in state.items() if atom.setting is Setting.PAYS}
        assert {BANK: True, SHOP: False, CREATOR: False} == found

    @pytest.mark.parametrize("pays_for", [None, []], ids=["silent", "none"])
    def test_a_cost_type_that_nobody_names_is_not_decided(self, pays_for: list[str] | None) -> None:
        state = declared(stack_file(wanted_member(BANK, pays_for=pays_for)))
        assert not [atom for atom in state if atom.setting is Setting.PAYS]

    def test_they_are_added_and_removed_one_by_one(self) -> None:
        live = collaboration(member(BANK, payments=pays(queryCompute=True)), member(SHOP, payments=pays(queryCompute=False)))
        desired = stack_file(wanted_member(SHOP, pays_for=["queryCompute", "modelTraining"]), wanted_member(BANK))
        plan = plan_collaboration(desired, live)
        query, training = CostType.QUERY_COMPUTE, CostType.MODEL_TRAINING
        assert [RemovePayer(BANK, query), AddPayer(SHOP, training), AddPayer(SHOP, query)] == changes_of(plan)

    def test_a_member_that_the_file_does_not_declare_keeps_paying(self) -> None:
        live = collaboration(member(BANK, payments=pays(queryCompute=True)), member(SHOP))
        plan = plan_collaboration(stack_file(wanted_member(SHOP, pays_for=["queryCompute"])), live)
        assert [AddPayer(SHOP, CostType.QUERY_COMPUTE)] == changes_of(plan)

    def test_a_runner_that_pays_because_nobody_is_named_is_no_difference(self) -> None:
        live = collaboration(member(RUNNER, QUERY, payments=pays(queryCompute=True)))
        assert Plan(ID) == plan_collaboration(stack_file(wanted_member(RUNNER, QUERY, pays_for=[])), live)

    def test_a_runner_that_pays_alone_is_relieved_by_the_payer_that_is_added(self) -> None:
        live = collaboration(member(RUNNER, QUERY, payments=pays(queryCompute=True)), member(BANK))
        desired = stack_file(wanted_member(RUNNER, QUERY), wanted_member(BANK, pays_for=["queryCompute"]))
        plan = plan_collaboration(desired, live)
        assert [AddPayer(BANK, CostType.QUERY_COMPUTE)] == changes_of(plan)
        assert [("relieved", f"{RUNNER} queryCompute")] == remarks_of(plan)
        assert () == plan.refusals

    def test_a_runner_that_is_to_pay_beside_another_may_have_to_be_named_later(self) -> None:
        live = collaboration(member(RUNNER, QUERY, payments=pays(queryCompute=True)), member(BANK))
        desired = stack_file(
            wanted_member(RUNNER, QUERY, pays_for=["queryCompute"]), wanted_member(BANK, pays_for=["queryCompute"])
        )
        plan = plan_collaboration(desired, live)
        assert [AddPayer(BANK, CostType.QUERY_COMPUTE)] == changes_of(plan)
        assert [("relieved", f"{RUNNER} queryCompute")] == remarks_of(plan)

    def test_a_runner_that_was_named_is_removed_once_another_payer_is_in_effect(self) -> None:
        both = pays(queryCompute=True)
        live = collaboration(member(RUNNER, QUERY, payments=both), member(BANK, payments=both))
        desired = stack_file(wanted_member(RUNNER, QUERY), wanted_member(BANK, pays_for=["queryCompute"]))
        assert [RemovePayer(RUNNER, CostType.QUERY_COMPUTE)] == changes_of(plan_collaboration(desired, live))

    def test_a_runner_whose_entry_changes_anyway_is_removed_by_name(self) -> None:
        live = collaboration(member(RUNNER, QUERY, payments=pays(queryCompute=True)), member(BANK))
        desired = stack_file(wanted_member(RUNNER, QUERY, RECEIVE), wanted_member(BANK, pays_for=["queryCompute"]))
        assert RemovePayer(RUNNER, CostType.QUERY_COMPUTE) in changes_of(plan_collaboration(desired, live))

    def test_paying_for_what_nobody_is_named_for_is_shown_where_the_file_speaks_of_payers(self) -> None:
        live = collaboration(member(BANK, payments=pays(modelTraining=True)), member(SHOP, payments=pays(modelTraining=True)))
        plan = plan_collaboration(stack_file(wanted_member(BANK, pays_for=[]), wanted_member(SHOP)), live)
        assert ([], [("unmanaged", f"{BANK} modelTraining")]) == (changes_of(plan), remarks_of(plan))

    def test_a_new_member_comes_with_its_payments(self) -> None:
        plan = plan_collaboration(stack_file(wanted_member(NEWCOMER, ml=[MODEL], pays_for=["jobCompute"])), collaboration())
        assert [
            f"add member {NEWCOMER} (newcomer)",
            f"grant CAN_RECEIVE_MODEL_OUTPUT to {NEWCOMER} (newcomer)",
            f"add {NEWCOMER} (newcomer) as payer for jobCompute",
        ] == [str(planned) for planned in plan.changes]


class TestAtCreation:
    def payments(self, *members: DesiredMember) -> dict[str, object]:
        settings = creation_settings(stack_file(*members))
        return {account: entry["payments"] for account, entry in settings["members"].items()}

    def test_only_who_is_named_is_a_payer(self) -> None:
        found = self.payments(wanted_member(BANK, pays_for=["queryCompute"]), wanted_member(RUNNER, QUERY))
        assert {CREATOR: {}, BANK: pays(queryCompute=True), RUNNER: {}} == found

    def test_a_runner_that_is_named_for_something_else_still_pays_for_its_queries(self) -> None:
        found = self.payments(wanted_member(RUNNER, QUERY, pays_for=["modelTraining"]))
        assert pays(modelTraining=True, queryCompute=True) == found[RUNNER]

    def test_a_runner_that_is_named_for_something_else_does_not_pay_where_another_member_does(self) -> None:
        found = self.payments(
            wanted_member(RUNNER, QUERY, pays_for=["modelTraining"]), wanted_member(BANK, pays_for=["queryCompute"])
        )
        assert pays(modelTraining=True, queryCompute=False) == found[RUNNER]


class TestAutoApproval:
    def test_the_whole_list_is_one_change(self) -> None:
        live = collaboration(auto_approved=frozenset({"ADD_MEMBER", "GRANT_RECEIVE_RESULTS_ABILITY"}))
        plan = plan_collaboration(stack_file(auto_approve=frozenset({"ADD_MEMBER"})), live)
        assert [SetAutoApproval(live.auto_approved, ADDING)] == changes_of(plan)
        assert "set the auto-approval list: -GRANT_RECEIVE_RESULTS_ABILITY" == str(plan.changes[0])
        assert plan.changes[0].needs_votes

    def test_an_empty_list_is_none_and_an_absent_one_is_not_managed(self) -> None:
        live = collaboration(auto_approved=ADDING)
        assert [SetAutoApproval(ADDING, frozenset())] == changes_of(
            plan_collaboration(stack_file(auto_approve=frozenset()), live)
        )
        assert Plan(ID) == plan_collaboration(stack_file(), live)

    def test_a_live_type_that_this_version_does_not_know_stays_and_is_shown(self) -> None:
        live = collaboration(auto_approved=frozenset({"FUTURE"}))
        plan = plan_collaboration(stack_file(auto_approve=ADDING), live)
        assert [SetAutoApproval(frozenset({"FUTURE"}), frozenset({"FUTURE", "ADD_MEMBER"}))] == changes_of(plan)
        assert [("unmanaged", "autoApprove")] == remarks_of(plan)
        wanted = attainable(stack_file(auto_approve=ADDING), live)
        assert frozenset({"FUTURE", "ADD_MEMBER"}) == wanted[Atom(COLLABORATION, Setting.AUTO_APPROVE)]
