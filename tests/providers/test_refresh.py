"""`refresh`, which calls Read and then Diff and runs no program; and Delete, which does nothing."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from tests.providers.conftest import Settled
from tests.providers.mini_engine import Phase, Stack
from tests.providers.stacks import BANK, MEDIA, RECEIVES, RETAILER, governing, role
from tests.providers.world import member

SALES = "collaboration sales"


@pytest.fixture
def stack(settled: Settled) -> Stack:
    return settled(governing())


@pytest.fixture(scope="module")
def drifted(settled: Settled) -> Mapping[str, Phase]:
    """The retailer does not receive results any more."""
    stack = settled(governing())
    stack.world.change(RETAILER, stack.state[SALES].id, [MEDIA, BANK], member(RETAILER))
    return {"refresh": stack.refresh(), "again": stack.refresh(), "preview": stack.preview()}


def test_a_refresh_of_a_settled_stack_finds_nothing(stack: Stack) -> None:
    outputs = {name: recorded.outputs for name, recorded in stack.state.items()}
    refresh = stack.refresh()
    assert {("read", False)} == {(step.op, step.moved) for step in refresh.steps.values()}
    assert [] == refresh.writes
    assert {name: {**each, **_id_of(stack, name)} for name, each in outputs.items()} == {
        name: recorded.outputs for name, recorded in stack.state.items()
    }


def _id_of(stack: Stack, name: str) -> dict[str, str]:
    return {"collaborationId": stack.state[name].id} if name == SALES else {}


def test_a_refresh_reads_each_thing_once(stack: Stack) -> None:
    refresh = stack.refresh()
    asked = [str(call.operation) for call in refresh.calls if call.service == "cleanrooms"]
    assert sorted(
        [
            *["GetCollaboration", "ListMembers", "ListTagsForResource", "ListCollaborationChangeRequests"],
            *["ListMemberships"] * 2,
            "GetMembership",
        ]
    ) == sorted(asked)


def test_a_refresh_shows_what_has_moved_as_inputs(drifted: Mapping[str, Phase]) -> None:
    step = drifted["refresh"][SALES]
    assert (True, []) == (step.moved, step.inputs["members"][RETAILER]["abilities"])


def test_what_has_moved_is_found_once(drifted: Mapping[str, Phase]) -> None:
    assert not drifted["again"][SALES].moved


def test_after_a_refresh_the_preview_still_plans_the_repair(drifted: Mapping[str, Phase]) -> None:
    step = drifted["preview"][SALES]
    assert ("update", ["grant CAN_RECEIVE_RESULTS to 111122223333 (Retailer)"]) == (step.op, step.plan)


@pytest.mark.parametrize("operation", ["GetCollaboration", "ListMemberships"])
def test_a_denied_read_is_an_error_and_never_means_gone(stack: Stack, operation: str) -> None:
    rule = FaultRule(kind=FaultKind.ERROR, operation=operation, code="AccessDeniedException")
    stack.world.app.faults.set([rule])
    before = dict(stack.state)
    failed = {name: step.message for name, step in stack.refresh().steps.items() if step.op == "failed"}
    assert failed
    assert all(operation in message and 1 == len(message.splitlines()) for message in failed.values())
    assert {name: before[name] for name in failed} == {name: stack.state[name] for name in failed}


def test_a_refresh_looks_with_the_role_of_the_last_program_though_nothing_was_updated_since(stack: Stack) -> None:
    accounts = {RETAILER: {"name": "Retailer", "role": role(RETAILER, "new")}}
    stack.config = governing(accounts=accounts)
    assert {"same"} == set(stack.update().ops.values())
    principals = {str(call.principal).split("/")[1] for call in stack.refresh().calls if call.account == RETAILER}
    assert {"new"} == principals


def test_a_refresh_takes_over_what_people_have_done_for_a_waiting_membership(settled: Settled) -> None:
    stack = settled(governing())
    outputs = stack.state["membership media"].outputs
    stack.state["membership media"].outputs = {**outputs, "membership": "", "status": "", "digest": "", "outcome": "waiting"}
    assert stack.refresh()["membership media"].moved
    assert outputs == stack.state["membership media"].outputs


def test_deleting_says_that_things_stay_and_writes_nothing(stack: Stack) -> None:
    with stack.phase() as (phase, provider):
        for name, recorded in stack.state.items():
            provider.delete(name.split()[0], name, recorded.id, recorded.outputs)
    assert [] == phase.calls
    assert [f"{recorded.id} stays as it is: this stack only forgets it" for recorded in stack.state.values()] == [
        line.message for line in phase.lines
    ]


def test_a_resource_that_stands_in_for_a_collaboration_is_read_by_its_inputs(settled: Settled) -> None:
    stack = settled(governing({BANK: RECEIVES}))
    goal = stack.goals[0]
    with stack.phase() as (_, provider):
        id_, outputs, _inputs = provider.read("collaboration", SALES, stack.state[SALES].id, {}, goal.inputs)
    assert (stack.state[SALES].id, []) == (id_, outputs["live"]["members"][BANK]["abilities"])
