"""What the tests with the provider process share."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from tests.providers.mini_engine import Stack
from tests.providers.stacks import BANK, RETAILER, governing
from tests.providers.world import Surroundings, World, open_surroundings

Settled = Callable[[Mapping[str, Any]], Stack]


@pytest.fixture(scope="session")
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surroundings]:
    """The address of all worlds, and the process that is warming up."""
    with open_surroundings(tmp_path_factory.mktemp("project")) as opened:
        yield opened


@pytest.fixture
def world(surroundings: Surroundings) -> World:
    """An empty world for one test."""
    return surroundings.new_world()


@pytest.fixture(scope="module")
def story_world(surroundings: Surroundings) -> World:
    """An empty world for a story that the tests of one module look at afterwards."""
    return surroundings.new_world()


@pytest.fixture(scope="session")
def settled(surroundings: Surroundings) -> Settled:
    """A stack whose collaboration was created as ``governing()`` says and which all members have joined.

    Each call gives one in a world of its own, with another stack file in the place of the first.
    """
    first = Stack(surroundings.new_world(), governing())
    first.update()
    first.world.join(BANK, first.world.only_collaboration(RETAILER))
    kept = first.world.app.snapshot()

    def again(config: Mapping[str, Any]) -> Stack:
        stack = Stack(surroundings.new_world(), config)
        stack.world.app.restore(kept)
        stack.state = copy.deepcopy(first.state)
        return stack

    return again
