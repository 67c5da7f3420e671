"""Runs of the real engine that die at every call of every story, and the runs that make them good."""

from __future__ import annotations

import atexit
import tempfile
from collections import Counter
from functools import cache
from pathlib import Path
from random import Random

from soak.campaign import Campaign, CaseFailed, Counts
from tests.engine.chapters import Chapter, chapters
from tests.engine.crashes import Crash, crashes, recovers
from tests.reliability.stories import STORIES

PARTS = 30
"""Into so many cases the crashes of each story are parted, which makes three or four of them a case."""


def play(case: int) -> Counts:
    """Some crashes of one story. Raises CaseFailed when the runs after one of them do not make it good."""
    part, story = divmod(case, len(STORIES))
    counts: Counter[str] = Counter(tried=0, recovered=0)
    failures: list[str] = []
    for chapter, crash in _crashes(story)[part::PARTS]:
        with tempfile.TemporaryDirectory(prefix="soak-engine-crashes-") as scratch:
            try:
                tried = recovers(chapter, crash, Path(scratch))
            except AssertionError as error:
                counts["tried"] += 1
                failures.append(f"{chapter.story}, run of {chapter.stack}, {crash}: {error}")
            else:
                counts.update(tried=tried, recovered=tried)
    if failures:
        raise CaseFailed("\n".join(failures), counts)
    return counts


@cache
def _crashes(story: int) -> list[tuple[Chapter, Crash]]:
    """Every crash of a story, in an order in which any part of them is a sample of all."""
    scratch = tempfile.TemporaryDirectory(prefix="soak-engine-crashes-story-")
    atexit.register(scratch.cleanup)
    told = chapters(STORIES[story], Path(scratch.name))
    found = [(chapter, crash) for chapter in told for crash in crashes(chapter.first)]
    Random(story).shuffle(found)
    return found


CAMPAIGNS = (Campaign("engine-crashes", PARTS * len(STORIES), play),)
