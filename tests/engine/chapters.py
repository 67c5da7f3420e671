"""The stories of tests/reliability told by the real engine, run by run, so that each of their runs can be made again."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from cleanrooms_emulator.journal import Entry
from tests.engine.world import Kept, Watched, World, open_world
from tests.providers.stacks import CALLER
from tests.reliability import people, world_view
from tests.reliability.edits import acknowledged, filled
from tests.reliability.story import Acknowledge, Config, Console, Edit, LoseState, Step, Story, Up
from tools.playground import Playground, Run

_STILL_TO_DO = re.compile(r"^\s*to do: ", re.MULTILINE)
_MOST_RUNS = 4


@dataclass(frozen=True)
class Chapter:
    """What one step of a story comes to when nothing is in its way: runs of a stack until nothing of its own is left to do.

    Parameters: ``before`` is the world in which it begins; ``first`` are the calls of its first run, ``calls`` those of all;
    ``after`` is the world at its end, in the lines of ``world_view.lines``.
    """

    story: str
    stack: str
    before: Kept
    first: tuple[Entry, ...]
    calls: tuple[Entry, ...]
    after: str


def chapters(story: Story, scratch: Path) -> list[Chapter]:
    """Tell a story; return a chapter for each run among its steps. What they begin with is kept below ``scratch``."""
    found: list[Chapter] = []
    with open_world(scratch) as world:
        teller = _Teller(world)
        for step in story.begin:
            teller.play(step)
        for step in story.steps:
            if not isinstance(step, Up):
                teller.play(step)
                continue
            before, runs = teller.keep(), teller.runs(step.stack)
            calls = tuple(call for run in runs for call in run.calls)
            found.append(Chapter(str(story), step.stack, before, runs[0].calls, calls, world_view.lines(world.app)))
        assert story.end == world_view.lines(world.app)
    return found


@dataclass
class _Teller:
    world: World

    def __post_init__(self) -> None:
        self.repositories: dict[str, Playground] = {}
        self.files: dict[str, Config] = {}
        self.kept = 0

    def keep(self) -> Kept:
        """The world as it is now, whatever becomes of it."""
        self.kept += 1
        return self.world.keep_copies(self.world.scratch / f"kept-{self.kept}", *self.repositories.values())

    def play(self, step: Step) -> None:
        """Take a step."""
        match step:
            case Up(stack):
                self.runs(stack)
            case Edit(stack, config):
                self._write(stack, filled(config, self.world.app))
            case Acknowledge(stack, key, section):
                self._acknowledge(stack, key, section)
            case LoseState(stack):
                self._lose_state(self.repositories[stack], stack)
            case Console(account, deed):
                people.perform(self.world.console, account, deed)

    def runs(self, stack: str) -> list[Watched]:
        """Run a stack until nothing is left that it could do now."""
        made: list[Watched] = []
        while len(made) < _MOST_RUNS:
            made.append(self.world.watch(lambda: up(self.repositories[stack], stack)))
            assert 0 == made[-1].code, made[-1].output
            if not _STILL_TO_DO.search(made[-1].output):
                break
        return made

    def _write(self, stack: str, config: Config) -> None:
        self.files[stack] = config
        known = stack in self.repositories
        repository = self.repositories.setdefault(stack, self.world.repository(stack, CALLER))
        repository.write_stack(stack, config)
        if not known:
            repository.init(stack)

    def _acknowledge(self, stack: str, key: str, section: str) -> None:
        said = self.repositories[stack].preview(stack).output.splitlines()
        self._write(stack, acknowledged(self.files[stack], section, key, said))

    def _lose_state(self, repository: Playground, stack: str) -> None:
        shutil.rmtree(repository.scratch / "state")
        (repository.scratch / "state").mkdir()
        repository.init(stack)


def up(repository: Playground, stack: str) -> Run:
    """A run as pipelines make it, without a preview of its own."""
    return repository.up(stack, "--skip-preview", "--continue-on-error")
