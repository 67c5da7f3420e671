"""Ctrl-C in the middle of an update: the running step ends and is kept, and the next run goes on from there."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from tests.engine.stack_files import RETAILER, governing
from tests.engine.world import Watched, World
from tools.playground import Playground, Run

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def interrupted(world: World) -> Mapping[str, Watched]:
    """Ctrl-C while the service takes its time to create a collaboration that two members are to join."""
    creator = world.repository("creator", RETAILER)
    creator.write_stack("retail", governing())
    creator.init("retail")
    world.app.faults.set([FaultRule(kind=FaultKind.LATENCY, operation="CreateCollaboration", latency=3.0, times=1)])
    return {
        "interrupted": world.watch(lambda: _interrupted_up(creator, world)),
        "next": world.watch(lambda: creator.up("retail", "--skip-preview")),
        "after": world.watch(lambda: creator.preview("retail", "--expect-no-changes")),
    }


def _interrupted_up(creator: Playground, world: World) -> Run:
    process = creator.start("up", "--stack", "retail", "--yes", "--skip-preview")
    world.wait_for_a_fault(process)
    os.killpg(process.pid, signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    return Run("pulumi up, and Ctrl-C", process.returncode, stdout + stderr, stdout)


def test_an_interrupted_update_fails_without_a_traceback(interrupted: Mapping[str, Watched]) -> None:
    assert 1 == interrupted["interrupted"].code
    assert "Traceback" not in interrupted["interrupted"].output


def test_the_running_step_ends_and_no_other_begins(interrupted: Mapping[str, Watched]) -> None:
    assert ["CreateCollaboration"] == interrupted["interrupted"].writes


def test_an_interrupted_update_still_says_what_it_did_and_what_it_did_not_come_to(interrupted: Mapping[str, Watched]) -> None:
    output = interrupted["interrupted"].output
    assert "Summary: 1 done, 2 skipped" in output
    assert "skipped: membership media: the run did not come to it" in output


def test_the_next_run_goes_on_where_the_interrupted_one_stopped(interrupted: Mapping[str, Watched]) -> None:
    assert (0, ["CreateMembership", "CreateMembership"]) == (interrupted["next"].code, interrupted["next"].writes)
    assert "pending operation" not in interrupted["next"].output


def test_after_the_next_run_the_stack_is_converged(interrupted: Mapping[str, Watched]) -> None:
    assert 0 == interrupted["after"].code, interrupted["after"].output
