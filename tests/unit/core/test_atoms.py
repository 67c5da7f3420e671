import pytest

from cleanrooms_governance.model import CAN_RUN_JOB, CollaborationChange, CostType
from cleanrooms_governance.planning.atoms import (
    COLLABORATION,
    Atom,
    Setting,
    State,
    Value,
    attainable,
    change_type,
    declared,
    derived_types,
    effects,
    filed,
    full_entry,
    standing,
    stated,
    stated_by,
    value_in,
)
from tests.unit.core.builders import (
    BANK,
    CREATOR,
    EXPORT,
    FUTURE,
    NEWCOMER,
    QUERY,
    RECEIVE,
    SHOP,
    change,
    collaboration,
    member,
    pays,
    request,
    stack_file,
    wanted_member,
)


def ability(account: str, name: str) -> Atom:
    return Atom(account, Setting.ABILITY, name)


def test_a_declared_member_decides_its_membership_and_every_ability_a_request_can_change() -> None:
    expected = {Atom(BANK, Setting.MEMBER): True, ability(BANK, RECEIVE): True, ability(BANK, EXPORT): False}
    state = declared(stack_file(wanted_member(BANK, RECEIVE)))
    assert expected == {atom: value for atom, value in state.items() if atom.subject == BANK}


def test_the_runners_abilities_are_never_declared() -> None:
    state = declared(stack_file(wanted_member(BANK, QUERY, CAN_RUN_JOB)))
    assert {RECEIVE, EXPORT} == {atom.name for atom in state if atom.setting is Setting.ABILITY}


def test_an_unknown_ability_is_declared_only_where_the_file_lists_it() -> None:
    state = declared(stack_file(wanted_member(BANK, FUTURE), wanted_member(SHOP)))
    assert state[ability(BANK, FUTURE)] is True
    assert ability(SHOP, FUTURE) not in state


@pytest.mark.parametrize("status", ["LEFT", "REMOVED", "SUSPENDED"])
def test_nothing_is_attainable_for_an_account_that_is_out(status: str) -> None:
    desired = stack_file(wanted_member(BANK, RECEIVE), wanted_member(SHOP))
    state = attainable(desired, collaboration(member(BANK, status=status), member(SHOP)))
    assert {CREATOR, SHOP} == {atom.subject for atom in state}


def test_a_member_change_states_its_whole_ability_list() -> None:
    live = collaboration(member(BANK, FUTURE, QUERY))
    expected: State = {
        Atom(BANK, Setting.MEMBER): True,
        ability(BANK, RECEIVE): True,
        ability(BANK, EXPORT): False,
        ability(BANK, FUTURE): False,
    }
    assert expected == stated(change(BANK, RECEIVE), live)


def test_ml_abilities_and_payments_are_stated_only_where_the_change_speaks_of_them() -> None:
    live = collaboration(member(BANK, ml_abilities=frozenset({"CAN_RECEIVE_MODEL_OUTPUT"}), payments=pays(queryCompute=True)))
    settings = {atom.setting for atom in stated(change(BANK), live)}
    assert {Setting.MEMBER, Setting.ABILITY} == settings
    spoken = stated(change(BANK, ml_abilities=frozenset(), payments=pays(jobCompute=True)), live)
    assert spoken[Atom(BANK, Setting.ML_ABILITY, "CAN_RECEIVE_MODEL_OUTPUT")] is False
    assert spoken[Atom(BANK, Setting.PAYS, CostType.JOB_COMPUTE)] is True
    assert Atom(BANK, Setting.PAYS, CostType.QUERY_COMPUTE) not in spoken


def test_what_an_account_that_is_out_had_is_not_stated_about_it() -> None:
    live = collaboration(member(BANK, FUTURE, status="REMOVED"))
    assert ability(BANK, FUTURE) not in stated(change(BANK), live)


def test_a_collaboration_change_states_the_whole_list() -> None:
    types = frozenset({"ADD_MEMBER"})
    assert {Atom(COLLABORATION, Setting.AUTO_APPROVE): types} == stated(CollaborationChange(types), collaboration())


def test_the_effects_of_a_request_are_what_it_would_change_now() -> None:
    live = collaboration(member(BANK, EXPORT))
    asked = request(1, change(BANK, RECEIVE), change(SHOP))
    expected = {ability(BANK, RECEIVE): True, ability(BANK, EXPORT): False, Atom(SHOP, Setting.MEMBER): True}
    assert expected == effects(stated_by(asked, live), live)


def test_absent_false_and_empty_are_the_same_in_live_values() -> None:
    live = collaboration(member(BANK, payments=pays(queryCompute=False)))
    asked = request(
        1,
        change(BANK, ml_abilities=frozenset(), payments=pays(queryCompute=False, jobCompute=False)),
        CollaborationChange(frozenset()),
    )
    assert {} == effects(stated_by(asked, live), live)


def test_the_values_of_what_does_not_hold_are_false_and_the_empty_list() -> None:
    assert value_in({}, ability(BANK, RECEIVE)) is False
    assert frozenset() == value_in({}, Atom(COLLABORATION, Setting.AUTO_APPROVE))


def test_nothing_holds_for_an_account_that_is_out() -> None:
    live = collaboration(member(BANK, RECEIVE, status="LEFT", payments=pays(queryCompute=True)))
    assert {CREATOR, COLLABORATION} == {atom.subject for atom in standing(live)}


@pytest.mark.parametrize(
    ("atom", "value", "expected"),
    [
        pytest.param(Atom(BANK, Setting.MEMBER), True, "ADD_MEMBER", id="member"),
        pytest.param(ability(BANK, RECEIVE), True, "GRANT_RECEIVE_RESULTS_ABILITY", id="grant results"),
        pytest.param(ability(BANK, RECEIVE), False, "REVOKE_RECEIVE_RESULTS_ABILITY", id="revoke results"),
        pytest.param(ability(BANK, EXPORT), True, "GRANT_EXPORT_QUERY_ANALYSIS_LOG_ABILITY", id="grant export"),
        pytest.param(ability(BANK, EXPORT), False, "REVOKE_EXPORT_QUERY_ANALYSIS_LOG_ABILITY", id="revoke export"),
        pytest.param(Atom(BANK, Setting.PAYS, CostType.QUERY_COMPUTE), True, "ADD_PAYER_CANDIDATE", id="payer"),
        pytest.param(Atom(BANK, Setting.PAYS, CostType.QUERY_COMPUTE), False, "REMOVE_PAYER_CANDIDATE", id="no payer"),
        pytest.param(
            Atom(BANK, Setting.ML_ABILITY, "CAN_RECEIVE_MODEL_OUTPUT"), True, "GRANT_CAN_RECEIVE_MODEL_OUTPUT", id="ml"
        ),
        pytest.param(
            Atom(BANK, Setting.ML_ABILITY, "CAN_RECEIVE_INFERENCE_OUTPUT"),
            False,
            "REVOKE_CAN_RECEIVE_INFERENCE_OUTPUT",
            id="no ml",
        ),
        pytest.param(
            Atom(COLLABORATION, Setting.AUTO_APPROVE), frozenset(), "EDIT_AUTO_APPROVED_CHANGE_TYPES", id="auto-approval"
        ),
        pytest.param(ability(BANK, FUTURE), True, "GRANT_CAN_TELL_THE_FUTURE (unknown)", id="unknown ability"),
        pytest.param(Atom(BANK, Setting.ML_ABILITY, "CAN_DREAM"), True, "GRANT_CAN_DREAM (unknown)", id="unknown ml ability"),
    ],
)
def test_each_atom_has_the_change_type_of_the_service_model(atom: Atom, value: Value, expected: str) -> None:
    assert expected == change_type(atom, value)


def test_the_types_of_a_change_are_derived_against_what_holds_now() -> None:
    live = collaboration(member(BANK, EXPORT))
    assert {"GRANT_RECEIVE_RESULTS_ABILITY", "REVOKE_EXPORT_QUERY_ANALYSIS_LOG_ABILITY"} == derived_types(
        change(BANK, RECEIVE), live
    )
    assert {"ADD_MEMBER", "GRANT_RECEIVE_RESULTS_ABILITY"} == derived_types(change(SHOP, RECEIVE), live)
    assert frozenset() == derived_types(change(BANK, EXPORT), live)


def test_a_request_was_about_what_the_service_recorded_types_for() -> None:
    before = collaboration(member(BANK))
    asked = request(1, change(BANK, RECEIVE), change(NEWCOMER), live=before)
    expected = {ability(BANK, RECEIVE): True, Atom(NEWCOMER, Setting.MEMBER): True}
    assert expected == filed(asked, collaboration(member(BANK, RECEIVE, EXPORT), member(NEWCOMER, RECEIVE)))


def test_a_full_entry_sends_again_everything_a_request_can_change() -> None:
    live = collaboration(
        member(
            BANK,
            QUERY,
            EXPORT,
            FUTURE,
            ml_abilities=frozenset({"CAN_RECEIVE_MODEL_OUTPUT"}),
            payments=pays(queryCompute=True, modelTraining=False),
        )
    )
    expected = change(
        BANK,
        RECEIVE,
        FUTURE,
        ml_abilities=frozenset({"CAN_RECEIVE_MODEL_OUTPUT"}),
        payments=pays(queryCompute=True, modelTraining=False),
    )
    assert expected == full_entry(BANK, {ability(BANK, RECEIVE): True, ability(BANK, EXPORT): False}, live)


def test_a_full_entry_says_query_compute_whenever_it_speaks_of_payments() -> None:
    live = collaboration(member(BANK, payments=pays(jobCompute=True)))
    assert pays(jobCompute=True, queryCompute=False) == full_entry(BANK, {}, live).payments


def test_a_full_entry_is_silent_about_what_the_service_does_not_show() -> None:
    entry = full_entry(BANK, {}, collaboration(member(BANK)))
    assert entry.ml_abilities is None
    assert entry.payments is None


def test_a_full_entry_takes_only_what_is_wanted_for_its_own_account() -> None:
    live = collaboration(member(BANK), member(SHOP))
    assert frozenset() == full_entry(BANK, {ability(SHOP, RECEIVE): True}, live).abilities
