"""A run of the real engine that dies anywhere is made good by the next ones.

A dozen boundaries of a few stories, drawn once and for all; ``make soak SOAK=engine-crashes`` tries every one of every story.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

import pytest

from tests.engine.chapters import Chapter, chapters, up
from tests.engine.crashes import Crash, Victim, crashes, die, recovers
from tests.engine.processes import kill_session
from tests.engine.world import may_change_something
from tests.providers.stacks import CALLER
from tests.reliability.boundaries import Boundary, Event, Side
from tests.reliability.stories import STORIES
from tools.playground import Playground
from tools.pulumi.toolchain import Toolchain

pytestmark = pytest.mark.engine

CREATION = "a collaboration is created and its accounts join"
CHANGE = "a change is voted on by rule and committed by the creator's next run"
REMOVAL = "a member is removed with two signatures"

DRAWN = [(CREATION, 0, 4), (CHANGE, 0, 4), (CHANGE, 1, 1), (CHANGE, 2, 1), (REMOVAL, 0, 1)]
"""How many crashes are drawn from which chapter of a story."""

Tell = Callable[[str], list[Chapter]]


@pytest.fixture(scope="module")
def tell(tmp_path_factory: pytest.TempPathFactory, toolchain: Toolchain) -> Tell:
    """Tells a story when it is first asked for."""
    stories = {story.name: story for story in STORIES}
    return cache(lambda name: chapters(stories[name], tmp_path_factory.mktemp("story")))


@pytest.mark.parametrize(
    ("story", "chapter", "draw"),
    [(story, chapter, draw) for story, chapter, draws in DRAWN for draw in range(draws)],
)
def test_a_run_that_dies_is_made_good_by_the_next_ones(
    tell: Tell, story: str, chapter: int, draw: int, tmp_path: Path, count: Callable[[str, int], None]
) -> None:
    told = tell(story)[chapter]
    drawn = Random(story).sample([*crashes(told.first)], draw + 1)[draw]
    tried = recovers(told, drawn, tmp_path)
    count("engine crashes: tried", tried)
    count("engine crashes: recovered", tried)


def test_what_was_finished_when_the_engine_died_is_found_once_its_lock_is_taken_away(
    tell: Tell, tmp_path: Path, count: Callable[[str, int], None]
) -> None:
    (told,) = tell(REMOVAL)
    last = sum(map(may_change_something, told.first))
    crash = Crash(Victim.ENGINE, Boundary(Event.WRITE, last, Side.AFTER))
    with told.before.again(tmp_path / "locked") as (world, repositories):
        process = die(world, repositories[told.stack], told.stack, crash)
        assert process is not None
        kill_session(process)
        locked = world.watch(lambda: up(repositories[told.stack], told.stack))
        assert (1, []) == (locked.code, locked.writes)
        assert "the stack is currently locked by 1 lock(s)" in locked.output
    assert recovers(told, crash, tmp_path / "freed")
    count("engine crashes: tried", 1)
    count("engine crashes: recovered", 1)


def test_a_state_beside_which_the_engine_was_killed_while_it_wrote_a_note_is_read_without_that(
    toolchain: Toolchain, tmp_path: Path
) -> None:
    noting = {"PULUMI_BACKEND_URL": (tmp_path / "state").as_uri()}
    repository = Playground(tmp_path, "http://no-call-is-made.invalid", CALLER, noting)
    repository.init("retailer")
    (note,) = (tmp_path / "state" / ".pulumi" / "stacks" / "cleanrooms").glob("retailer.json.attrs")
    note.write_text("")
    cut_off = repository.pulumi("cancel", "--yes", "--stack", "retailer")
    assert (1, "error: failed to load checkpoint: EOF") == (cut_off.code, cut_off.output.strip())
    note.unlink()
    assert 0 == repository.pulumi("cancel", "--yes", "--stack", "retailer").code
