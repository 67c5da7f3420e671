"""Every crash and every interference in the stories of `tests/reliability`: nothing is left out because it looks the same.

A case is a part of one story: every so many-th of its boundaries, or of its boundaries with each intruder. What follows is
played to the end each time.
"""

from __future__ import annotations

import atexit
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache, partial
from pathlib import Path

from soak.campaign import Campaign, CaseFailed, Counts
from tests.providers.world import Surroundings, open_surroundings
from tests.reliability.boundaries import Boundary, Event
from tests.reliability.crashes import Crashes
from tests.reliability.races import INTRUDERS, Intruder, chances, check_end, race
from tests.reliability.rehearsal import Rehearsal, Scene, rehearse
from tests.reliability.stories import STORIES

CRASH_PARTS, RACE_PARTS = 20, 60
"""Into so many cases each story is parted, so that an interrupted run loses a minute at most."""


def crash(case: int) -> Counts:
    """Kill a story's runs at every boundary of one part, and a preview at the reads among them. Raises CaseFailed."""
    rehearsal = _rehearsal(case % len(STORIES))
    crashes = Crashes(_surroundings(), rehearsal)
    boundaries = [(scene, each) for scene in rehearsal.scenes for each in scene.counted.all()]
    failures: list[str] = []
    for scene, boundary in boundaries[case // len(STORIES) :: CRASH_PARTS]:
        where = f"{rehearsal.story.name}, step {scene.position + 1}, {boundary}"
        failures += _failure(where, partial(crashes.crash, scene, boundary, again=True))
        if boundary.event is Event.READ:
            failures += _failure(f"{where} of its preview", partial(crashes.crash_preview, scene, boundary))
    counts = {"killed": crashes.killed, "recovered": crashes.recovered}
    return _counted(counts, failures)


def interfere(case: int) -> Counts:
    """Let everybody interfere at every moment of one part of a story. Raises CaseFailed."""
    rehearsal = _rehearsal(case % len(STORIES))
    moments = [(scene, each, who) for scene in rehearsal.scenes for each in chances(scene) for who in INTRUDERS]
    counts = {"interfered": 0, "came to the same end": 0, "said why not": 0}
    failures: list[str] = []

    for scene, boundary, intruder in moments[case // len(STORIES) :: RACE_PARTS]:
        where = f"{rehearsal.story.name}, step {scene.position + 1}, {boundary}, {intruder}"
        failures += _failure(where, partial(_interfere, rehearsal, scene, boundary, intruder, counts))
    return _counted(counts, failures)


def _interfere(rehearsal: Rehearsal, scene: Scene, boundary: Boundary, intruder: Intruder, counts: dict[str, int]) -> None:
    result = race(_surroundings(), rehearsal, scene, boundary, intruder, again=True)
    if result.acted:
        counts["interfered"] += 1
        counts["came to the same end" if check_end(result, rehearsal.story, intruder) else "said why not"] += 1


def _failure(where: str, try_it: Callable[[], None]) -> list[str]:
    try:
        try_it()
    except AssertionError as error:
        return [f"{where}: {error}"]
    return []


def _counted(counts: Counts, failures: list[str]) -> Counts:
    if failures:
        raise CaseFailed("\n".join(failures), counts)
    return counts


@cache
def _rehearsal(number: int) -> Rehearsal:
    return rehearse(_surroundings(), STORIES[number])


@cache
def _surroundings() -> Surroundings:
    stack = ExitStack()
    atexit.register(stack.close)
    project = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="soak-stories-")))
    return stack.enter_context(open_surroundings(project))


CAMPAIGNS = (
    Campaign("crashes", CRASH_PARTS * len(STORIES), crash),
    Campaign("races", RACE_PARTS * len(STORIES), interfere),
)
