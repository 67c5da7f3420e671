"""Runs of the real engine that die at one of their calls to the service, and what the next ones make of it."""

from __future__ import annotations

import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from enum import Enum
from itertools import cycle
from pathlib import Path

from cleanrooms_emulator.journal import Entry
from cleanrooms_emulator.wire.messages import Request, Response
from tests.engine.chapters import Chapter, up
from tests.engine.door import LOST, Choice
from tests.engine.processes import PROVIDER, kill_numbered, kill_session, processes
from tests.engine.world import World, may_change_something
from tests.reliability import world_view
from tests.reliability.boundaries import Boundary, Event, Side
from tests.reliability.stage import writes
from tools.playground import PATIENCE, Playground, Run

MOST_RUNS = 3
"""Runs after a crash within which a stack has to be where it would have been without it."""

_REPEATABLE = ("TagResource", "UntagResource", "UpdateCollaboration", "UpdateMembership")
"""Calls that say how something is to be: made twice, they change nothing the second time."""


class Victim(Enum):
    """What is killed. Where it is the engine alone, its provider goes on to the end of what it has been asked for."""

    ALL = "everything"
    PROVIDER = "the provider"
    ENGINE = "the engine"


@dataclass(frozen=True)
class Crash:
    """Who dies, and when."""

    victim: Victim
    boundary: Boundary

    def __str__(self) -> str:
        return f"{self.victim.value} killed {self.boundary}"


def crashes(calls: Iterable[Entry]) -> Iterator[Crash]:
    """The crashes of a run that makes these calls: one at least at each of them.

    Around a call that writes, everybody dies once on either side. From one read to the next the world does not change, so
    there the ways take turns.
    """
    ways = cycle((victim, side) for side in Side for victim in Victim)
    sorts = Counter(Event.WRITE if may_change_something(call) else Event.READ for call in calls)
    for number in range(1, sorts[Event.WRITE] + 1):
        yield from (Crash(victim, Boundary(Event.WRITE, number, side)) for victim in Victim for side in Side)
    for number in range(1, sorts[Event.READ] + 1):
        victim, side = next(ways)
        yield Crash(victim, Boundary(Event.READ, number, side))


def recovers(chapter: Chapter, crash: Crash, scratch: Path) -> bool:
    """Have the first run of a chapter die, and go on as docs/operations.md says until a preview expects no changes.

    Returns whether the run came to this crash at all: how many reads there are depends on their order.
    Raises AssertionError unless the world is then as it is without the crash, with nothing done twice on the way there.
    """
    with chapter.before.again(scratch) as (world, repositories):
        repository = repositories[chapter.stack]
        process = die(world, repository, chapter.stack, crash)
        if process is None:
            assert crash.boundary.event is Event.READ, f"no run comes to {crash}"
            return False
        try:
            if crash.victim is not Victim.PROVIDER:
                freed = repository.pulumi("cancel", "--yes", "--stack", chapter.stack)
                assert 0 == freed.code, freed.output
            _converge(repository, chapter.stack)
        finally:
            kill_session(process)
        found = world_view.lines(world.app)
        assert chapter.after == found, world_view.difference(chapter.after, found)
        needless = deeds(world.app.journal.entries()) - deeds(chapter.calls)
        assert not needless, f"done without need: {dict(needless)}"
        return True


def die(world: World, repository: Playground, stack: str, crash: Crash) -> subprocess.Popen[str] | None:
    """Start a run that dies, and wait for its end; gives its process, in whose session others may be left."""
    running: Future[subprocess.Popen[str]] = Future()

    def strike(answer: Callable[[], Response]) -> Response:
        response = answer() if crash.boundary.side is Side.AFTER else None
        kill(running.result(), crash.victim)
        # A provider that is left alive goes on, with this call as well.
        return (response or answer()) if crash.victim is Victim.ENGINE else LOST

    with world.door.meeting(at(crash.boundary), strike) as struck:
        process = repository.start("up", "--stack", stack, "--yes", "--skip-preview", "--continue-on-error")
        running.set_result(process)
        if crash.victim is Victim.ENGINE:
            # What its children print does not end with it.
            process.wait(PATIENCE)
        else:
            stdout, stderr = process.communicate(timeout=PATIENCE)
            assert "Traceback" not in stdout + stderr, stdout + stderr
    if struck.is_set():
        assert 0 != process.returncode, f"the run ends well with {crash}"
        return process
    kill_session(process)
    return None


def at(boundary: Boundary) -> Choice:
    """Choose the call at a boundary."""
    met: Counter[Event] = Counter()

    def chosen(request: Request) -> bool:
        event = Event.WRITE if writes(request) else Event.READ
        met[event] += 1
        return (event, met[event]) == (boundary.event, boundary.number)

    return chosen


def kill(process: subprocess.Popen[str], victim: Victim) -> None:
    """Kill what is meant, without warning."""
    match victim:
        case Victim.ENGINE:
            process.kill()
        case Victim.PROVIDER:
            kill_numbered(number for number, command in processes(process) if PROVIDER in command)
        case Victim.ALL:
            # When the engine has gone, everything has; and it sees none of the others go.
            process.send_signal(signal.SIGSTOP)
            kill_numbered(number for number, _ in processes(process) if number != process.pid)
            process.kill()


def deeds(calls: Iterable[Entry]) -> Counter[tuple[str, ...]]:
    """What was carried out that must not be done twice: who created, joined, filed, voted, committed or removed how often."""
    return Counter(
        (str(call.account), str(call.operation), str(call.parameters.get("action", "")))
        for call in calls
        if may_change_something(call) and call.status == 200 and call.operation not in _REPEATABLE
    )


def _converge(repository: Playground, stack: str) -> None:
    told: list[Run] = []
    for _ in range(MOST_RUNS):
        told += [up(repository, stack), repository.preview(stack, "--expect-no-changes")]
        if told[-1].code == 0:
            break
    said = "\n".join(each.output for each in told)
    assert "Traceback" not in said, said
    assert 0 == told[-1].code, f"not as it should be after {MOST_RUNS} runs:\n{said}"
