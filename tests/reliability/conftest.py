"""What the tests of this folder share: surroundings, in which every case has a world of its own, and each story's rehearsal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.providers.world import Surroundings, open_surroundings
from tests.reliability.rehearsal import Rehearsal, rehearse
from tests.reliability.stories import STORIES
from tests.reliability.story import Story


@pytest.fixture(scope="session")
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surroundings]:
    """The address of all worlds, and the process that is warming up."""
    with open_surroundings(tmp_path_factory.mktemp("project")) as opened:
        yield opened


@pytest.fixture(scope="session")
def rehearsals() -> dict[str, Rehearsal]:
    """The rehearsals of this process by story, which all its tests share."""
    return {}


@pytest.fixture(params=STORIES, ids=str)
def rehearsal(surroundings: Surroundings, rehearsals: dict[str, Rehearsal], request: pytest.FixtureRequest) -> Rehearsal:
    """Each story in turn, played once without trouble."""
    story: Story = request.param
    if story.name not in rehearsals:
        rehearsals[story.name] = rehearse(surroundings, story)
    return rehearsals[story.name]
