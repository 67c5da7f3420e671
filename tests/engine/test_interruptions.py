"""Interrupted in the middle of an update: once, the running step ends and is kept; twice, it is killed. Then a run goes on."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from cleanrooms_emulator.wire.messages import Request
from tests.engine.door import Choice, holding
from tests.engine.processes import PROVIDER, kill_session, processes
from tests.engine.stack_files import RECEIVES, RETAILER, governing
from tests.engine.world import Kept, Watched, World
from tools.playground import PATIENCE, Playground, Run

pytestmark = pytest.mark.engine

Told = Mapping[str, Any]

PENDING = "Attempting to deploy or update resources with 1 pending operations"


def creation(request: Request) -> bool:
    return (request.method, request.raw_path) == ("POST", "/collaborations")


def filing(request: Request) -> bool:
    return request.method == "POST" and request.raw_path.endswith("/changeRequests")


def vote(request: Request) -> bool:
    return request.method == "PATCH" and "/changeRequests/" in request.raw_path


def interrupted(world: World, repository: Playground, call: Choice, first: signal.Signals, *second: signal.Signals) -> Watched:
    """Interrupt a run while the answer to a call is on its way: as a terminal does, and then again before the answer arrives.

    What was printed is only what came after the first interrupt, and nothing of the provider may be left.
    """

    def run() -> Run:
        with holding(world.door, call) as held:
            process = repository.start("up", "--stack", "retail", "--yes", "--skip-preview")
            assert process.stdout is not None
            assert process.stderr is not None
            try:
                assert held.arrived.wait(PATIENCE)
                os.killpg(process.pid, first)
                assert any("received; cancelling" in line for line in process.stdout)
                for each in second:
                    os.killpg(process.pid, each)
                    process.wait(PATIENCE)
                held.released.set()
                stdout, stderr = process.stdout.read(), process.stderr.read()
                code = process.wait(PATIENCE)
                assert [] == [command for _, command in processes(process) if PROVIDER in command]
            finally:
                kill_session(process)
        return Run("pulumi up, interrupted", code, stdout + stderr, stdout)

    return world.watch(run)


@pytest.fixture(scope="module")
def once(world: World) -> Told:
    """Ctrl-C while the service takes its time to create a collaboration that two members are to join."""
    creator = world.repository("once", RETAILER)
    creator.write_stack("retail", governing())
    creator.init("retail")
    return {
        "interrupted": interrupted(world, creator, creation, signal.SIGINT),
        "next": world.watch(lambda: creator.up("retail", "--skip-preview")),
        "after": world.watch(lambda: creator.preview("retail", "--expect-no-changes")),
    }


def test_an_interrupted_update_fails_without_a_traceback(once: Told) -> None:
    assert 1 == once["interrupted"].code


def test_the_running_step_ends_and_no_other_begins(once: Told) -> None:
    assert ["CreateCollaboration"] == once["interrupted"].writes


def test_an_interrupted_update_still_says_what_it_did_and_what_it_did_not_come_to(once: Told) -> None:
    output = once["interrupted"].output
    assert "Summary: 1 done, 2 skipped" in output
    assert "skipped: membership media: the run did not come to it" in output


def test_the_next_run_goes_on_where_the_interrupted_one_stopped(once: Told) -> None:
    assert (0, ["CreateMembership", "CreateMembership"]) == (once["next"].code, once["next"].writes)
    assert "pending operation" not in once["next"].output


def test_after_the_next_run_the_stack_is_converged(once: Told) -> None:
    assert 0 == once["after"].code, once["after"].output


@pytest.fixture(scope="module")
def twice(world: World, once: Told) -> Told:
    """Ctrl-C twice in the same place."""
    world.app.reset()
    creator = world.repository("twice", RETAILER)
    creator.write_stack("retail", governing())
    creator.init("retail")
    return {
        "interrupted": interrupted(world, creator, creation, signal.SIGINT, signal.SIGINT),
        "next": world.watch(lambda: creator.up("retail", "--skip-preview")),
        "clearing": world.watch(lambda: creator.refresh("retail", "--skip-preview", "--clear-pending-creates")),
        "after": world.watch(lambda: creator.up("retail", "--skip-preview", "--expect-no-changes")),
    }


def test_the_second_interrupt_ends_it_at_once_with_a_status_of_its_own(twice: Told) -> None:
    assert (8, ["CreateCollaboration"]) == (twice["interrupted"].code, twice["interrupted"].writes)


def test_after_a_creation_that_was_killed_the_next_run_finds_what_was_created_and_goes_on(twice: Told) -> None:
    assert (0, ["CreateMembership", "CreateMembership"]) == (twice["next"].code, twice["next"].writes), twice["next"].output
    assert "is there already, nothing is created" in twice["next"].output


def test_the_engine_warns_of_a_creation_that_was_killed_until_that_is_cleared(twice: Told) -> None:
    assert PENDING in twice["next"].output
    assert 0 == twice["clearing"].code, twice["clearing"].output
    assert (0, []) == (twice["after"].code, twice["after"].writes), twice["after"].output
    assert PENDING not in twice["after"].output


@pytest.fixture(scope="module")
def filed(settled_once: Kept, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """A pipeline is cancelled while a change request is filed: it sends SIGINT, and SIGTERM soon after."""
    with settled_once.again(tmp_path_factory.mktemp("filed")) as (world, repositories):
        creator = repositories["creator"]
        creator.write_stack("retail", governing(bank=RECEIVES))
        told = {
            "interrupted": interrupted(world, creator, filing, signal.SIGINT, signal.SIGTERM),
            "next": world.watch(lambda: creator.up("retail", "--skip-preview")),
            "after": world.watch(lambda: creator.up("retail", "--skip-preview", "--expect-no-changes")),
        }
        yield {**told, "requests": world.open_requests(RETAILER, world.only_collaboration(RETAILER))}


def test_a_pipelines_second_signal_counts_as_the_second_interrupt(filed: Told) -> None:
    assert 8 == filed["interrupted"].code
    assert "CreateCollaborationChangeRequest" in filed["interrupted"].writes
    assert "APPROVE" not in filed["interrupted"].writes


def test_a_request_whose_filing_was_killed_is_found_and_not_filed_again(filed: Told) -> None:
    assert 0 == filed["next"].code, filed["next"].output
    assert [] == filed["next"].asked("CreateCollaborationChangeRequest")
    assert ["APPROVE"] == [each for each in filed["next"].writes if not each.endswith("Resource")]
    assert 1 == len(filed["requests"])


def test_the_engine_warns_of_an_update_that_was_killed_in_the_next_run_only(filed: Told) -> None:
    assert PENDING in filed["next"].output
    assert (0, []) == (filed["after"].code, filed["after"].writes), filed["after"].output
    assert PENDING not in filed["after"].output


@pytest.fixture(scope="module")
def voted(settled_once: Kept, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """A pipeline runs out of time while a vote is cast: it sends SIGTERM."""
    with settled_once.again(tmp_path_factory.mktemp("voted")) as (world, repositories):
        creator = repositories["creator"]
        creator.write_stack("retail", governing(bank=RECEIVES))
        yield {
            "interrupted": interrupted(world, creator, vote, signal.SIGTERM),
            "next": world.watch(lambda: creator.up("retail", "--skip-preview", "--expect-no-changes")),
        }


def test_a_termination_lets_the_running_step_end_too(voted: Told) -> None:
    assert 1 == voted["interrupted"].code
    assert "waits for 444455556666 (Bank)" in voted["interrupted"].output


def test_after_it_nothing_is_filed_or_voted_again(voted: Told) -> None:
    assert (0, []) == (voted["next"].code, voted["next"].writes), voted["next"].output
    assert "pending operation" not in voted["next"].output
