"""What the tests of this folder share: one set of surroundings a process, in which every case has a world of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.providers.world import Surroundings, open_surroundings


@pytest.fixture(scope="session")
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surroundings]:
    """The address of all worlds, and the process that is warming up."""
    with open_surroundings(tmp_path_factory.mktemp("project")) as opened:
        yield opened
