"""A run that is killed anywhere is made good by the next one, and nothing is done twice, lost or added by it.

Around every call that writes, and between every answer to a create or update and the engine's state write, a process is really
killed. A read changes nothing: what a crash there leaves behind is the same as at a boundary where one was killed, which is
compared. ``make soak`` kills at every boundary and plays everything that follows, whatever it leaves behind.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.providers.world import Surroundings
from tests.reliability.boundaries import Boundary, Event
from tests.reliability.crashes import Crashes
from tests.reliability.rehearsal import Rehearsal


@pytest.mark.slow
def test_a_story_comes_to_its_end_wherever_a_run_is_killed(
    surroundings: Surroundings, rehearsal: Rehearsal, count: Callable[[str, int], None]
) -> None:
    crashes = Crashes(surroundings, rehearsal)
    for scene in rehearsal.scenes:
        for boundary in scene.counted.decisive():
            crashes.crash(scene, boundary, again=False)
        assert [] == crashes.unknown(scene)
        count("crashes: boundaries", len([*scene.counted.all()]))
    assert crashes.killed == crashes.recovered
    count("crashes: processes killed", crashes.killed)
    count("crashes: recovered", crashes.recovered)


def test_a_preview_that_is_killed_leaves_everything_as_it_was(surroundings: Surroundings, rehearsal: Rehearsal) -> None:
    crashes = Crashes(surroundings, rehearsal)
    for scene in rehearsal.scenes:
        crashes.crash_preview(scene, Boundary(Event.READ, 2))
    assert (len(rehearsal.scenes), 0) == (crashes.recovered, crashes.elsewhere)
