"""Somebody interferes between any two calls of a run: another run, a vote, a cancellation, a departure, a deletion.

Nothing is half done without being said, nothing comes of it that nobody has asked for, and where the end can still be reached
it is reached. Each sort of interference is tried once in every other story, at a moment that is drawn; ``make soak`` tries all
of them at every moment of each.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from tests.providers.world import Surroundings
from tests.reliability.races import INTRUDERS, chances, check_end, race
from tests.reliability.rehearsal import Rehearsal
from tests.reliability.stories import STORIES

DRAWS = 3
"""So often a moment is drawn until there is something to do for an intruder."""


@pytest.mark.slow
def test_a_story_comes_to_its_end_or_says_why_not_whoever_interferes(
    surroundings: Surroundings, rehearsal: Rehearsal, count: Callable[[str, int], None]
) -> None:
    random = Random(rehearsal.story.name)
    moments = [(scene, boundary) for scene in rehearsal.scenes for boundary in chances(scene)]
    raced = ended = 0
    for intruder in INTRUDERS[STORIES.index(rehearsal.story) % 2 :: 2]:
        for scene, boundary in random.sample(moments, DRAWS):
            result = race(surroundings, rehearsal, scene, boundary, intruder, again=False)
            if result.acted:
                raced += 1
                ended += check_end(result, rehearsal.story, intruder)
                break
    count("races: interferences", raced)
    count("races: came to the same end", ended)
    count("races: said why not", raced - ended)
    assert raced > 0
