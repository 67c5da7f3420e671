"""Ring two: every story under every reading of what the service leaves open, one switch at a time.

Beside each story's ``expected.txt``, ``other_readings.txt`` holds what reads differently, and under which readings.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

import pytest

from cleanrooms_emulator.switches import describe
from tests.pace import hasten
from tests.readings.every_reading import Played, play_under_every_reading
from tests.readings.not_asked import NOT_ASKED
from tests.scenarios.test_scenarios import FOLDERS, REWRITE

GOLDEN = "other_readings.txt"

Get = Callable[[Path], Played]

pytestmark = pytest.mark.slow
"""In one process, which plays the stories in others: each one only once."""


@pytest.fixture(scope="module")
def played(request: pytest.FixtureRequest) -> Iterator[Get]:
    """Plays the folders of the selected tests ahead, as many at once as there are processors."""
    calls = [
        getattr(item, "callspec", None) for item in request.session.items if getattr(item, "module", None) is request.module
    ]
    selected = {call.params["folder"] for call in calls if call is not None} or FOLDERS
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn"), initializer=hasten) as pool:
        futures: dict[Path, Future[Played]] = {
            folder: pool.submit(play_under_every_reading, folder) for folder in FOLDERS if folder in selected
        }

        def get(folder: Path) -> Played:
            if folder not in futures:
                futures[folder] = pool.submit(play_under_every_reading, folder)
            return futures[folder].result()

        yield get
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_scenario_reads_as_expected_under_every_reading(folder: Path, played: Get) -> None:
    differences = played(folder).differences
    golden = folder / GOLDEN
    if os.environ.get(REWRITE):
        golden.write_text(differences) if differences else golden.unlink(missing_ok=True)
    assert (golden.read_text() if golden.exists() else "") == differences


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_what_holds_in_every_story_holds_under_every_reading(folder: Path, played: Get) -> None:
    assert () == played(folder).breaches


def test_a_switch_that_no_story_asks_is_one_of_those_that_governing_does_not_touch(played: Get) -> None:
    asked = {switch for folder in FOLDERS for switch in played(folder).consulted}

    assert {switch.name for switch in describe()} - asked == NOT_ASKED.keys()
