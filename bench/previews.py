"""How much a converged preview costs: API calls, and time beside a program with as many trivial resources."""

import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.figures import Figure, median, progress
from cleanrooms_emulator.control.client import EmulatorControl
from cleanrooms_emulator.faults import FaultKind, FaultRule
from cleanrooms_emulator.transport.server_process import server_process
from tools.playground import Playground, Run, yaml_text

CREATOR = "111122223333"
PARTNERS = ("222233334444", "333344445555", "444455556666")
STACK = "bench"
ROUND_TRIP = 0.05
"""Seconds of latency that stand for a service far away."""

_TRIVIAL_PROGRAM = """
import pulumi
from pulumi.dynamic import Resource

import trivial

for number in range(COUNT):
    trivial.Thing(f"thing-{number}")
"""

_TRIVIAL_PROVIDER = """
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider


class ThingProvider(ResourceProvider):
    serialize_as_secret_always = False

    def create(self, props):
        return CreateResult("thing", {})

    def diff(self, id, olds, news):
        return DiffResult(changes=False)


class Thing(Resource):
    def __init__(self, name):
        super().__init__(ThingProvider(), name, {})
"""


def measure_previews(counts: tuple[int, ...], rounds: int) -> Iterator[Figure]:
    """Yield the figures for stacks of the given numbers of collaborations, each timed ``rounds`` times beside its rival."""
    for count in counts:
        progress(f"a preview of {count} converged collaborations beside {count} trivial resources")
        with converged(count) as (ours, control), _trivial(count) as rival:
            yield from _calls(ours, control, count)
            near = [(seconds_of_a_preview(ours), seconds_of_a_preview(rival)) for _ in range(rounds)]
            control.set_faults(FaultRule(kind=FaultKind.LATENCY, latency=ROUND_TRIP))
            far = [seconds_of_a_preview(ours) for _ in range(rounds)]
        own, trivial = (median(column) for column in zip(*near, strict=True))
        yield Figure(
            f"preview of {count}, ratio to trivial resources",
            median([ours / rival for ours, rival in near]),
            "x",
            goal=1.5,
            detail=f"{own:.2f} s beside {trivial:.2f} s",
        )
        more = median(far) - own
        yield Figure(f"preview of {count}, more at {ROUND_TRIP * 1000:.0f} ms a call", more, "s", goal=2.0)


def _calls(ours: Playground, control: EmulatorControl, count: int) -> Iterator[Figure]:
    control.clear_journal()
    seconds_of_a_preview(ours)
    calls = Counter(entry["operation"] for entry in control.journal() if entry["service"] == "cleanrooms")
    lists = {"ListCollaborations", "ListMemberships"}
    own = sum(number for operation, number in calls.items() if operation not in lists)
    yield Figure(
        f"preview of {count}, API calls a collaboration",
        own / count,
        "calls",
        goal=4.0,
        detail=", ".join(f"{operation} {number}" for operation, number in sorted(calls.items())),
    )


@contextmanager
def converged(count: int) -> Iterator[tuple[Playground, EmulatorControl]]:
    """A stack of so many collaborations of `CREATOR`, a file each, on a service of its own, with nothing left to do."""
    with _scratch() as scratch, server_process() as service:
        playground = Playground(scratch, service.url, CREATOR)
        included = playground.project / "collaborations"
        included.mkdir()
        for number in range(count):
            (included / f"{number:03}.yaml").write_text(yaml_text(_collaboration(number)))
        accounts = {CREATOR: {"name": "creator", "environment": True}}
        playground.write_stack(STACK, {"accounts": accounts, "include": ["collaborations/*.yaml"]})
        playground.init(STACK)
        _must_succeed(playground.up(STACK, "--skip-preview"))
        _must_succeed(playground.up(STACK, "--skip-preview"))
        yield playground, EmulatorControl(service.url)


def _collaboration(number: int) -> dict[str, Any]:
    members = {CREATOR: {"displayName": "Creator", "abilities": ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]}}
    members |= {account: {"displayName": f"Partner {account[:4]}", "abilities": []} for account in PARTNERS}
    entry = {"creator": CREATOR, "region": "eu-west-1", "queryLog": False, "members": members}
    return {"collaborations": {f"measured-{number:03}": entry}}


@contextmanager
def _trivial(count: int) -> Iterator[Playground]:
    with _scratch() as scratch:
        playground = Playground(scratch, "http://127.0.0.1:9", CREATOR)
        (playground.project / "__main__.py").write_text(_TRIVIAL_PROGRAM.replace("COUNT", str(count)))
        (playground.project / "trivial.py").write_text(_TRIVIAL_PROVIDER)
        playground.write_stack(STACK, {})
        playground.init(STACK)
        _must_succeed(playground.up(STACK, "--skip-preview"))
        yield playground


@contextmanager
def _scratch() -> Iterator[Path]:
    scratch = Path(tempfile.mkdtemp(prefix="cleanrooms-bench-"))
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def seconds_of_a_preview(playground: Playground) -> float:
    """Run a preview that is to find nothing to do, and time it."""
    started = time.perf_counter()
    _must_succeed(playground.preview(STACK, "--expect-no-changes"))
    return time.perf_counter() - started


def _must_succeed(run: Run) -> None:
    if run.code:
        raise RuntimeError(f"{run.command} ended with {run.code}:\n{run.output}")
