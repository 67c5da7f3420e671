"""Runs of the real engine that die at every call of every story, and the runs that make them good."""

from __future__ import annotations

import atexit
import tempfile
from functools import cache
from pathlib import Path
from random import Random

from soak.campaign import Campaign, CaseFailed, Counts
from tests.engine.chapters import Chapter, chapters
from tests.engine.crashes import Crash, crashes, recovers
from tests.reliability.stories import STORIES

MOST_CRASHES = 350
"""More than any story has; the cases beyond a story's last crash have nothing to try."""


def play(case: int) -> Counts | None:
    """A crash of one story: the stories take turns, and in each of them its crashes come in a random order.

    Raises CaseFailed when the runs after it do not make it good.
    """
    turn, story = divmod(case, len(STORIES))
    left = _crashes(story)
    assert len(left) <= MOST_CRASHES, f"{STORIES[story].name}: {len(left)} crashes, and only {MOST_CRASHES} are played"
    if turn >= len(left):
        return None
    chapter, crash = left[turn]
    with tempfile.TemporaryDirectory(prefix="soak-engine-crashes-") as scratch:
        try:
            tried = recovers(chapter, crash, Path(scratch))
        except AssertionError as error:
            raise CaseFailed(f"{chapter.story}, run of {chapter.stack}, {crash}: {error}", {"tried": 1}) from error
    return {"tried": 1, "recovered": 1} if tried else None


@cache
def _crashes(story: int) -> list[tuple[Chapter, Crash]]:
    """Every crash of a story in its order, which is the same whenever the story has the same calls."""
    scratch = tempfile.TemporaryDirectory(prefix="soak-engine-crashes-story-")
    atexit.register(scratch.cleanup)
    told = chapters(STORIES[story], Path(scratch.name))
    found = [(chapter, crash) for chapter in told for crash in crashes(chapter.first)]
    Random(story).shuffle(found)
    return found


CAMPAIGNS = (Campaign("engine-crashes", MOST_CRASHES * len(STORIES), play),)
