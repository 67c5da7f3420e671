"""Each story comes to its end when nothing goes wrong and nobody interferes."""

from __future__ import annotations

import pytest

from tests.providers.world import Surroundings
from tests.reliability import world_view
from tests.reliability.stage import Stage
from tests.reliability.stories import STORIES
from tests.reliability.story import Story


@pytest.mark.parametrize("story", STORIES, ids=str)
def test_a_story_comes_to_its_end(surroundings: Surroundings, story: Story) -> None:
    stage = Stage(surroundings)
    for step in (*story.begin, *story.steps):
        stage.play(step)
    assert story.end == world_view.lines(stage.app)
