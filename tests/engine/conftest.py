"""What the tests with the real engine share.

A command costs seconds: a story is played once for all tests of a module, or begins with a copy of a world made once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.engine.stack_files import BANK, INSURER, RECEIVES, RETAILER, approves, bank_stack, governing
from tests.engine.world import Kept, World, open_world
from tools.playground import Playground
from tools.pulumi.toolchain import Toolchain


@dataclass(frozen=True)
class Stage:
    """A world with the retailer's repository (stack ``retail``) and the bank's (stack ``partner``)."""

    world: World
    creator: Playground
    bank: Playground
    collaboration: str


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, toolchain: Toolchain) -> Iterator[World]:
    """An empty service over HTTP for one module."""
    with open_world(tmp_path_factory.mktemp("world")) as opened:
        yield opened


@pytest.fixture(scope="session")
def settled_once(tmp_path_factory: pytest.TempPathFactory, toolchain: Toolchain) -> Kept:
    """Everybody has joined, and both stacks are converged."""
    with open_world(tmp_path_factory.mktemp("settled")) as world:
        creator, bank = world.repository("creator", RETAILER), world.repository("bank", BANK)
        creator.write_stack("retail", governing())
        creator.init("retail")
        creator.up("retail", "--skip-preview")
        rule = approves(["ADD_MEMBER", "GRANT_RECEIVE_RESULTS_ABILITY"], [BANK, INSURER], RECEIVES)
        bank.write_stack("partner", bank_stack(world.only_collaboration(RETAILER), approve=[rule]))
        bank.init("partner")
        bank.up("partner", "--skip-preview")
        return world.keep(creator, bank)


@pytest.fixture(scope="session")
def waiting_once(tmp_path_factory: pytest.TempPathFactory, settled_once: Kept) -> Kept:
    """The retailer's stack has asked for results for the bank, and waits for the bank's vote."""
    with settled_once.again(tmp_path_factory.mktemp("waiting")) as (world, repositories):
        creator = repositories["creator"]
        creator.write_stack("retail", governing(bank=RECEIVES))
        creator.up("retail", "--skip-preview")
        return world.keep(*repositories.values())


@pytest.fixture
def settled(settled_once: Kept, tmp_path: Path) -> Iterator[Stage]:
    """A copy for one test of ``settled_once``."""
    yield from _stage(settled_once, tmp_path)


@pytest.fixture
def waiting(waiting_once: Kept, tmp_path: Path) -> Iterator[Stage]:
    """A copy for one test of ``waiting_once``."""
    yield from _stage(waiting_once, tmp_path)


def _stage(kept: Kept, scratch: Path) -> Iterator[Stage]:
    with kept.again(scratch) as (world, repositories):
        yield Stage(world, repositories["creator"], repositories["bank"], world.only_collaboration(RETAILER))
