"""A story played once without trouble: where its runs begin, and what the boundaries of each run are."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.providers.mini_engine import Phase
from tests.providers.world import Surroundings, Watcher
from tests.reliability import world_view
from tests.reliability.boundaries import Counted, Counting
from tests.reliability.promises import check_honesty, check_nothing_failed, check_votes
from tests.reliability.stage import Moment, Stage
from tests.reliability.story import Step, Story, Up

MOST_RUNS = 4
"""So often a stack may run until it has nothing to write any more, and so often all stacks in turn may."""


@dataclass(frozen=True)
class Scene:
    """One run of a story: the ``position`` of its step, how everything stands before it, and what comes by in it."""

    position: int
    stack: str
    begin: Moment
    counted: Counted


@dataclass
class Rehearsal:
    """A story's scenes, and the ``end`` that it came to.

    ``good`` holds the moments, each before the step of a position, that are known to lead to that end.
    """

    story: Story
    end: str = ""
    scenes: list[Scene] = field(default_factory=list)
    good: set[tuple[int, str]] = field(default_factory=set)


def rehearse(surroundings: Surroundings, story: Story) -> Rehearsal:
    """Play a story without trouble. Raises AssertionError if a run fails, or if it does not come to rest."""
    stage = Stage(surroundings)
    for step in story.begin:
        stage.play(step)
    rehearsal = Rehearsal(story)
    for position, step in enumerate(story.steps):
        begin = stage.moment()
        rehearsal.good.add((position, str(begin)))
        if isinstance(step, Up):
            stage.world.watcher = counting = Counting(lambda: str(stage.moment()))
            phase = stage.play(step)
            stage.world.watcher = Watcher()
            assert phase is not None
            check_nothing_failed(phase)
            counting.counted.end(str(stage.moment()))
            rehearsal.scenes.append(Scene(position, step.stack, begin, counting.counted))
        else:
            stage.play(step)
    rehearsal.good.add((len(story.steps), str(stage.moment())))
    come_to_rest(stage)
    rehearsal.end = world_view.lines(stage.app)
    check_votes(stage.app)
    return rehearsal


def run_until_nothing_is_written(stage: Stage, stack: str) -> Iterator[Phase]:
    """Run a stack as somebody does who finds it interrupted. Raises AssertionError if a run fails or it goes on for ever."""
    for _ in range(MOST_RUNS):
        phase = stage.up(stack)
        check_honesty(stage.stacks[stack], phase)
        check_nothing_failed(phase)
        yield phase
        if not phase.writes:
            return
    raise AssertionError(f"after {MOST_RUNS} runs {stack} still writes {phase.writes}")


def come_to_rest(stage: Stage) -> None:
    """Run all stacks in turn until none of them writes. Raises AssertionError as above."""
    for _ in range(MOST_RUNS):
        before = stage.app.journal.last
        for stack in stage.stacks:
            deque(run_until_nothing_is_written(stage, stack), maxlen=0)
        if not stage.written(before):
            return
    raise AssertionError(f"after {MOST_RUNS} rounds runs still write {stage.written(before)}")


def go_on(stage: Stage, steps: tuple[Step, ...]) -> None:
    """Take the steps of a story that are left. Raises AssertionError if a run fails."""
    for step in steps:
        phase = stage.play(step)
        if phase is not None:
            check_nothing_failed(phase)
