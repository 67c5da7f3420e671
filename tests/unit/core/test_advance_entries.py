"""ML abilities, payers and the auto-approval list on the embedded service: carried out, read back, and nothing left to do."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from cleanrooms_governance.change_requests.next_move import Outcome
from cleanrooms_governance.model import AccountId, CostType
from cleanrooms_governance.running.world import look_closer
from tests.unit.core.builders import (
    APPROVE_OWN_PLAN,
    BANK,
    CREATOR,
    EXPORT,
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
from tests.unit.core.governed import Governed, Service, create, create_from_file

MODEL = "CAN_RECEIVE_MODEL_OUTPUT"
PAYING = pays(queryCompute=True, modelTraining=True)
HELD = (RUNNER, BANK, SHOP)
START = collaboration(
    member(RUNNER, QUERY), member(BANK, EXPORT, ml_abilities=frozenset({MODEL}), payments=PAYING), member(SHOP)
)
READINGS = [{}, {"omittedMl": "clear"}, {"omittedPayment": "clear"}]
SWAP = stack_file(
    wanted_member(RUNNER, QUERY),
    wanted_member(BANK, EXPORT),
    wanted_member(SHOP, pays_for=["queryCompute"]),
    voters=dict.fromkeys(HELD, APPROVE_OWN_PLAN),
)


@pytest.fixture
def governed(service: Service) -> Governed:
    return replace(create(service, START), held=HELD)


def payers(governed: Governed, cost: CostType = CostType.QUERY_COMPUTE) -> set[str]:
    return {account for account, each in governed.live.members.items() if each.payments.get(cost)}


@pytest.mark.parametrize("reading", READINGS, ids=str)
def test_an_entry_keeps_what_the_file_does_not_speak_of(service: Service, reading: Mapping[str, str]) -> None:
    service.start(reading)
    governed = replace(create(service, START), held=HELD)
    desired = replace(SWAP, members=stack_file(wanted_member(BANK, EXPORT, RECEIVE)).members)
    assert Outcome.CONVERGED == governed.run(desired).outcome
    bank = governed.live.members[BANK]
    assert (frozenset({MODEL}), PAYING) == (bank.ml_abilities, {**bank.payments})
    assert [] == governed.writes_of(desired)


@pytest.mark.parametrize("reading", READINGS, ids=str)
def test_ml_abilities_and_payers_are_set_by_one_request(service: Service, reading: Mapping[str, str]) -> None:
    service.start(reading)
    governed = replace(create(service, START), held=HELD)
    members = [
        wanted_member(BANK, EXPORT, ml=[], pays_for=["queryCompute", "modelTraining"]),
        wanted_member(SHOP, ml=[MODEL], pays_for=["queryCompute"]),
    ]
    desired = replace(SWAP, members=stack_file(*members).members)
    assert Outcome.CONVERGED == governed.run(desired).outcome
    assert ["COMMITTED"] == governed.statuses
    assert ([], [MODEL]) == tuple(sorted(governed.live.members[each].ml_abilities) for each in (BANK, SHOP))
    assert ({BANK, SHOP}, {BANK}) == (payers(governed), payers(governed, CostType.MODEL_TRAINING))
    assert [] == governed.writes_of(desired)


def test_a_payer_that_is_held_replaces_another_once_it_has_accepted(governed: Governed) -> None:
    assert (Outcome.WAITING, {BANK, SHOP}) == (governed.run(SWAP).outcome, payers(governed))
    assert [] == governed.writes_of(SWAP)
    governed.accept(SHOP)
    ports = {each: governed.service.port(each) for each in (*HELD, CREATOR)}
    seen = look_closer(SWAP, governed.world, ports[CREATOR], ports)
    assert frozenset({CostType.QUERY_COMPUTE}) == seen.live.accepted[AccountId(SHOP)]
    assert (Outcome.CONVERGED, {SHOP}) == (governed.run(SWAP).outcome, payers(governed))
    assert [] == governed.writes_of(SWAP)


def test_what_others_have_accepted_is_not_visible(governed: Governed) -> None:
    assert {} == look_closer(SWAP, governed.world, governed.service.port(CREATOR), {}).live.accepted


def test_acceptance_is_looked_at_only_where_payers_change(governed: Governed) -> None:
    ports = {each: governed.service.port(each) for each in HELD}
    before = governed.service.app.journal.last
    look_closer(stack_file(wanted_member(BANK, EXPORT, RECEIVE)), governed.world, governed.service.port(CREATOR), ports)
    assert "ListMemberships" not in governed.service.called(before)


def test_the_runner_that_pays_by_default_is_relieved(service: Service) -> None:
    live = collaboration(member(RUNNER, QUERY, payments={}), member(BANK))
    governed = replace(create(service, live), held=HELD)
    members = stack_file(wanted_member(RUNNER, QUERY), wanted_member(BANK, pays_for=["queryCompute"])).members
    desired = replace(SWAP, members=members)
    assert {RUNNER} == payers(governed)
    assert (Outcome.CONVERGED, {BANK}) == (governed.run(desired).outcome, payers(governed))
    assert [] == governed.writes_of(desired)


def test_the_auto_approval_list_is_set_and_what_it_no_longer_covers_needs_votes(service: Service) -> None:
    live = replace(START, auto_approved=frozenset({"ADD_MEMBER", "GRANT_RECEIVE_RESULTS_ABILITY"}))
    governed = replace(create(service, live), held=HELD)
    desired = replace(SWAP, members=stack_file().members, auto_approve=frozenset({"ADD_MEMBER"}))
    assert (Outcome.CONVERGED, ["ADD_MEMBER"]) == (governed.run(desired).outcome, sorted(governed.live.auto_approved))
    assert [] == governed.writes_of(desired)


def test_a_narrower_list_in_the_middle_of_a_run_only_asks_for_more_votes(service: Service) -> None:
    live = replace(START, auto_approved=frozenset({"ADD_MEMBER", "GRANT_RECEIVE_RESULTS_ABILITY"}))
    governed = replace(create(service, live), held=HELD)
    members = stack_file(wanted_member(NEWCOMER), wanted_member(SHOP, EXPORT)).members
    desired = replace(SWAP, members=members, auto_approve=frozenset())
    assert (Outcome.CONVERGED, frozenset()) == (governed.run(desired).outcome, governed.live.auto_approved)
    assert ["COMMITTED"] * 3 == governed.statuses


def test_a_new_collaboration_has_all_of_it_from_the_start(service: Service) -> None:
    desired = stack_file(
        wanted_member(RUNNER, QUERY, pays_for=["modelTraining"]),
        wanted_member(BANK, ml=[MODEL], pays_for=["modelInference", "syntheticDataGeneration"]),
        wanted_member(SHOP),
        auto_approve=frozenset({"ADD_MEMBER"}),
    )
    governed = create_from_file(service, desired)
    assert ({RUNNER}, {RUNNER}) == (payers(governed), payers(governed, CostType.MODEL_TRAINING))
    assert ([MODEL], {BANK}) == ([*governed.live.members[BANK].ml_abilities], payers(governed, CostType.MODEL_INFERENCE))
    assert [] == governed.writes_of(desired)
