"""What goes wrong: shown in one line, and nothing stored that is not so."""

from __future__ import annotations

import pytest

from cleanrooms_emulator.callers.roles import Role, declare
from cleanrooms_emulator.faults import FaultKind, FaultRule
from tests.providers.conftest import Settled
from tests.providers.mini_engine import Stack, Step
from tests.providers.provider_process import Failed
from tests.providers.stacks import BANK, CALLER, INSURER, MEDIA, RECEIVES, RETAILER, governing, only_governing, role
from tests.providers.world import World, member

SALES = "collaboration sales"
EDITED = governing({BANK: RECEIVES})


def denied(operation: str, **more: object) -> FaultRule:
    return FaultRule(kind=FaultKind.ERROR, operation=operation, code="AccessDeniedException", **more)  # type: ignore[arg-type]


def assert_short(step: Step) -> None:
    """The message is one line for a person, and no traceback."""
    assert 1 == len(step.message.splitlines())
    assert "Traceback" not in step.message
    assert "Halt" not in step.message


def test_a_denied_read_is_data_in_a_preview_and_an_error_in_a_run(settled: Settled) -> None:
    stack = settled(EDITED)
    stack.world.app.faults.set([denied("GetCollaboration", account=RETAILER)])
    before = dict(stack.state)
    preview, run = stack.preview(), stack.update()
    assert ("update", ["unreadable"]) == (preview[SALES].op, preview[SALES].refused)
    assert "GetCollaboration" in preview[SALES].inputs["refused"][0]["message"]
    assert ("failed", []) == (run[SALES].op, run.writes)
    assert_short(run[SALES])
    assert preview[SALES].inputs["refused"][0]["message"] == run[SALES].message
    assert before == stack.state


def test_memberships_of_a_failed_collaboration_are_left_alone_and_the_preview_still_plans_them(settled: Settled) -> None:
    stack = settled(EDITED)
    stack.world.app.faults.set([denied("ListMembers", account=RETAILER)])
    assert {"same"} == {step.op for name, step in stack.preview().steps.items() if name != SALES}
    assert {"skipped"} == {step.op for name, step in stack.update().steps.items() if name != SALES}


def test_a_role_that_cannot_be_assumed_stops_its_own_resource_alone(settled: Settled) -> None:
    stack = settled(EDITED)
    declare(stack.world.app.store, [Role(role(MEDIA, "act"), (CALLER,))])
    preview = stack.preview()
    assert {"membership media": ["unreadable"]} == {name: step.refused for name, step in preview.steps.items() if step.refused}
    (refused,) = preview["membership media"].inputs["refused"]
    assert f"role {role(MEDIA, 'look')} cannot be used" in refused["message"]


def test_a_creation_that_is_refused_leaves_no_state(world: World) -> None:
    stack = Stack(world, only_governing())
    world.app.faults.set([denied("CreateCollaboration")])
    run = stack.update()
    assert ("failed", {}) == (run[SALES].op, stack.state)
    assert_short(run[SALES])


def test_a_creation_whose_answer_is_lost_is_found_and_not_repeated(world: World) -> None:
    stack = Stack(world, only_governing())
    world.app.faults.set([FaultRule(kind=FaultKind.DROP_AFTER, operation="CreateCollaboration", times=1)])
    run = stack.update()
    assert ("create", ["CreateCollaboration"]) == (run[SALES].op, run.writes)
    assert world.only_collaboration(RETAILER) == stack.state[SALES].id


def test_a_creation_that_nobody_can_tell_about_is_found_by_the_next_run(world: World) -> None:
    stack = Stack(world, only_governing())
    lost = FaultRule(kind=FaultKind.DROP_AFTER, operation="CreateCollaboration", times=1)
    world.app.faults.set([lost, denied("ListCollaborations", skip=2)])
    run = stack.update()
    assert ("failed", {}) == (run[SALES].op, stack.state)
    assert_short(run[SALES])
    world.app.faults.clear()
    again = stack.update()
    assert ("create", []) == (again[SALES].op, again.writes)
    assert world.only_collaboration(RETAILER) == stack.state[SALES].id


def test_a_creation_that_cannot_go_on_keeps_what_is_there_and_is_finished_by_the_next_run(world: World) -> None:
    stack = Stack(world, only_governing())
    world.app.faults.set([denied("GetCollaboration")])
    run = stack.update()
    kept = stack.state[SALES]
    assert ("failed", world.only_collaboration(RETAILER)) == (run[SALES].op, kept.id)
    assert (kept.id, "failed", {}) == tuple(kept.outputs[key] for key in ("collaborationId", "outcome", "live"))
    assert kept.inputs["__provider"] == kept.outputs["__provider"]
    assert 1 == len(kept.init_errors)
    assert_short(run[SALES])
    world.app.faults.clear()
    again = stack.update()
    assert ("update", []) == (again[SALES].op, again.writes)
    assert ("converged", []) == (stack.state[SALES].outputs["outcome"], stack.state[SALES].init_errors)


def test_an_adoption_that_is_overtaken_leaves_no_state(settled: Settled) -> None:
    collaboration = settled(EDITED).state[SALES].id
    stack = settled(only_governing({BANK: RECEIVES}, id=collaboration))
    (goal,) = stack.goals
    stack.state.clear()
    with stack.phase() as (phase, provider):
        checked = provider.check("collaboration", SALES, {}, goal.inputs)
        stack.world.change(RETAILER, collaboration, [MEDIA, BANK], member(RETAILER))
        marked = stack.world.app.journal.last
        with pytest.raises(Failed, match="the live collaboration has changed since this plan was made") as failed:
            provider.create("collaboration", SALES, checked.inputs)
    assert failed.value.half_done is None
    assert [] == [
        call.operation
        for call in phase.calls
        if call.sequence > marked and not str(call.operation).startswith(("Get", "List", "Preview", "AssumeRole"))
    ]


def test_an_update_that_stops_half_way_keeps_what_is_live_and_goes_on_later(settled: Settled) -> None:
    stack = settled(EDITED)
    stack.world.app.faults.set([denied("UpdateCollaborationChangeRequest", account=MEDIA)])
    old = stack.state[SALES]
    run = stack.update()
    kept = stack.state[SALES]
    assert ("failed", old.inputs, "failed") == (run[SALES].op, kept.inputs, kept.outputs["outcome"])
    assert [] == kept.outputs["live"]["members"][BANK]["abilities"], "what is live, and not what was wanted"
    assert old.inputs["__provider"] == kept.outputs["__provider"]
    assert_short(run[SALES])
    stack.world.app.faults.clear()
    again = stack.update()
    assert ("update", ["APPROVE"]) == (again[SALES].op, again.writes)
    assert ("waiting", [BANK]) == (stack.state[SALES].outputs["outcome"], stack.state[SALES].outputs["awaited"])


def test_a_refresh_after_a_half_done_update_records_how_things_stand(settled: Settled) -> None:
    stack = settled(EDITED)
    stack.world.app.faults.set([denied("UpdateCollaborationChangeRequest", account=MEDIA)])
    stack.update()
    stack.world.app.faults.clear()
    stack.refresh()
    assert [] == stack.state[SALES].init_errors
    assert "update" == stack.preview()[SALES].op, "the vote is still to be cast"


def test_a_refused_plan_is_not_carried_out(settled: Settled) -> None:
    stack = settled(governing({RETAILER: ()}))
    run = stack.update()
    assert ("failed", []) == (run[SALES].op, run.writes)
    assert ["last-receiver"] == run[SALES].refused
    assert run[SALES].inputs["refused"][0]["message"] == run[SALES].message


def test_a_joining_that_fails_leaves_no_state(world: World) -> None:
    stack = Stack(world, governing())
    world.app.faults.set([denied("CreateMembership", account=MEDIA)])
    run = stack.update()
    assert "failed" == run["membership media"].op
    assert "membership media" not in stack.state
    assert_short(run["membership media"])
    assert "create" == run["membership retailer"].op


def test_invalid_inputs_end_the_run(settled: Settled) -> None:
    stack = settled(governing({INSURER: ()}))
    goal = stack.goals[0]
    with stack.phase() as (phase, provider):
        checked = provider.check("collaboration", SALES, {}, {**goal.inputs, "members": {}, "region": 5})
    assert 2 <= len(checked.failures)
    assert [] == phase.calls


def test_outputs_larger_than_what_metadata_usually_holds_are_kept_too(world: World) -> None:
    acknowledged = [f"fp-{number:016x}" for number in range(2000)]
    stack = Stack(world, only_governing(acknowledge=acknowledged))
    world.app.faults.set([denied("GetCollaboration")])
    stack.update()
    assert acknowledged == stack.state[SALES].outputs["acknowledge"]


def test_an_error_that_nobody_foresaw_is_one_line_too(settled: Settled) -> None:
    stack = settled(EDITED)
    goal, old = stack.goals[0], stack.state[SALES]
    with stack.phase() as (_, provider):
        inputs = provider.check("collaboration", SALES, old.inputs, goal.inputs).inputs
        with pytest.raises(Failed) as failed:
            provider.diff("collaboration", SALES, old.id, {**old.outputs, "conflicting": 5}, inputs, old.inputs)
    assert failed.value.message.startswith("an error in cleanrooms-governance itself: TypeError: ")
    assert 1 == len(failed.value.message.splitlines())
