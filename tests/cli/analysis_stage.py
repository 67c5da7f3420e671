"""A collaboration in which queries and jobs run, served over HTTP, and a stack file that governs it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cleanrooms_emulator.transport.server_thread import serve_in_thread
from cleanrooms_emulator.world.clock import Clock
from tests.cli.runner import project, role
from tests.emulator.analyses.analysis_world import AnalysisWorld, payer
from tests.emulator.world import CREATOR, READER, RUNNER, STARTED, member

QUERY = "queryCompute"
SECONDS_A_CALL = 10.0
"""What the service's clock moves on with each look at it: an analysis has ended when it is looked at for the first time."""

WHERE = ("--stack", "retailer", "--membership", "runner")
SQL = ("--sql", "select 1 as one")
RESULTS = ("--bucket", "results")


def runs_and_receives(**flags: bool) -> dict[str, Any]:
    """The runner as a member that gets its own results; with flags also as a payer by name."""
    abilities = ("CAN_QUERY", "CAN_RUN_JOB", "CAN_RECEIVE_RESULTS")
    return payer(RUNNER, *abilities, **flags) if flags else member(RUNNER, *abilities)


def reader(**flags: bool) -> dict[str, Any]:
    """The reader, who gets results; with flags also as a payer by name."""
    return payer(READER, "CAN_RECEIVE_RESULTS", **flags) if flags else member(READER, "CAN_RECEIVE_RESULTS")


def two_payers(**more: Any) -> AnalysisWorld:
    """A world in which the runner and the reader may be charged for queries, and have accepted that."""
    named = [runs_and_receives(queryCompute=True), reader(queryCompute=True)]
    return AnalysisWorld(named, accepting={RUNNER: [QUERY], READER: [QUERY]}, **more)


@dataclass(frozen=True)
class Somewhere:
    """Where a collaboration is, which is all that a stack file says of the world."""

    region: str
    collaboration_id: str


SOMEWHERE = Somewhere("eu-west-1", "0a1b2c3d-0000-4000-8000-111122223333")
"""A place where there is no service."""


def stack_text(world: AnalysisWorld | Somewhere, *, membership: str = "", accounts: str = "", members: str = "") -> str:
    """The stack file: it holds the creator and the runner, and knows the reader as a partner."""
    return f"""
config:
  cleanrooms:accounts:
    "{CREATOR}": {{name: retailer, environment: true}}
    "{RUNNER}": {{name: media, role: "{role(RUNNER)}"}}
    "{READER}": {{name: bank{accounts}}}
  cleanrooms:collaborations:
    campaigns:
      creator: "{CREATOR}"
      region: {world.region}
      id: {world.collaboration_id}
      members:
        "{CREATOR}": {{abilities: []}}
        "{RUNNER}": {{abilities: [CAN_QUERY, CAN_RUN_JOB, CAN_RECEIVE_RESULTS]{members}}}
        "{READER}": {{abilities: [CAN_RECEIVE_RESULTS]{members}}}
  cleanrooms:memberships:
    runner: {{account: "{RUNNER}", collaboration: campaigns{membership}}}
"""


@contextmanager
def served(
    world: AnalysisWorld, monkeypatch: pytest.MonkeyPatch, folder: Path, text: str | None = None, tick: float = SECONDS_A_CALL
) -> Iterator[AnalysisWorld]:
    """The world over HTTP, and a project folder with the stack file `retailer` as the working folder."""
    readings = iter(range(10**9))
    begun = max(STARTED, time.time())  # the sessions of roles must not have expired by this machine's own clock
    world.app.clock = Clock(world.store, source=lambda: begun + tick * next(readings))
    with serve_in_thread(world.app) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", CREATOR)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-checked")
        project(folder, text or stack_text(world))
        monkeypatch.chdir(folder)
        yield world


def started(world: AnalysisWorld, kind: str = "protected_queries") -> list[Mapping[str, Any]]:
    """What the runner has started, oldest first."""
    lists = {"protected_queries": "protectedQueries", "protected_jobs": "protectedJobs"}
    listed = getattr(world.of(RUNNER), f"list_{kind}")(membershipIdentifier=world.memberships[RUNNER])[lists[kind]]
    return list(reversed(listed))


@contextmanager
def cancelled_at_the_console(world: AnalysisWorld) -> Iterator[None]:
    """Somebody cancels what the runner has started, as soon as there is something."""
    over = threading.Event()

    def cancel() -> None:
        while not over.wait(0.05):
            for each in started(world):
                world.cancel(each)
                return

    somebody = threading.Thread(target=cancel)
    somebody.start()
    try:
        yield
    finally:
        over.set()
        somebody.join()
