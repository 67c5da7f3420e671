"""A story told with somebody who interferes at one boundary of a run, and goes away again."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from botocore.exceptions import ClientError

from cleanrooms_governance.settings.inputs import parse_collaboration_inputs
from tests.providers.mini_engine import Phase, Stack
from tests.providers.provider_process import Provider
from tests.providers.stacks import BANK, RETAILER
from tests.providers.world import Surroundings, Watcher
from tests.reliability import people, world_view
from tests.reliability.boundaries import Boundary, Event, Side, Striking
from tests.reliability.promises import check_honesty, check_removals
from tests.reliability.rehearsal import MOST_RUNS, Rehearsal, Scene
from tests.reliability.stage import Stage
from tests.reliability.stories import CREATORS, PARTNERS
from tests.reliability.story import Console, Deed, LoseState, Step, Story, Up
from tests.scenarios.invariants import Asked, held_by


class Rival(Enum):
    """Another run, from its beginning to its end."""

    SAME_STACK = "the same stack runs on another machine, from a copy of the state"
    OTHER_STACK = "the other party's stack runs"


Intruder = Rival | Console

INTRUDERS: tuple[Intruder, ...] = (
    *Rival,
    Console(BANK, Deed.APPROVE),
    Console(BANK, Deed.DENY),
    Console(BANK, Deed.LEAVE),
    Console(RETAILER, Deed.CANCEL),
    Console(RETAILER, Deed.COMMIT),
    Console(RETAILER, Deed.FILE),
    Console(RETAILER, Deed.DELETE),
)


class Interfering(Striking):
    """Lets an intruder act while the run is held up. ``acted`` tells whether there was anything for it to do."""

    def __init__(self, boundary: Boundary, stage: Stage, scene: Scene, intruder: Intruder, asked: Asked) -> None:
        super().__init__(boundary)
        self.acted = False
        self.trouble: BaseException | None = None
        self._stage = stage
        self._scene = scene
        self._intruder = intruder
        self._asked = asked

    def strike(self, provider: Provider) -> bool:
        """Let it act; the provider process lives on."""
        self._stage.world.watcher = Watcher()
        if isinstance(self._intruder, Console):
            self._asked.call(self._intruder.deed.value, _meant(self._stage, self._intruder))
        try:
            self.acted = _act(self._stage, self._scene, self._intruder)
        except BaseException as trouble:
            self.trouble = trouble  # for the test: this is a thread of the service
        return False


def _meant(stage: Stage, intruder: Console) -> dict[str, Any]:
    """What a person who does this answers for: who leaves, whom it asks for, and what it approves or commits."""
    if intruder.deed is Deed.LEAVE:
        return {"accountId": intruder.account}
    if intruder.deed is Deed.FILE:
        return {"accountId": people.STRANGER}
    return {"changes": [request["changes"] for request in stage.app.store.all("change_request")]}


def _act(stage: Stage, scene: Scene, intruder: Intruder) -> bool:
    if isinstance(intruder, Console):
        try:
            return people.perform(stage.console, intruder.account, intruder.deed) > 0
        except ClientError:
            return False
    name = scene.stack if intruder is Rival.SAME_STACK else {CREATORS: PARTNERS, PARTNERS: CREATORS}[scene.stack]
    if name not in stage.stacks:
        return False
    runs = stage.stacks[name]
    if intruder is Rival.SAME_STACK:
        runs = Stack(stage.world, runs.config)
        runs.state = copy.deepcopy(stage.stacks[name].state)
    runs.engine, kept = stage.world.surroundings.elsewhere, runs.engine
    before = stage.app.journal.last
    phase = runs.update()
    runs.engine = kept
    check_honesty(runs, phase)
    return bool(stage.written(before))


@dataclass
class Race:
    """What came of one interference: whether it did anything, and what each stack's last run said.

    ``as_rehearsed`` tells that the interrupted run left everything as if nobody had interfered.
    """

    stage: Stage
    acted: bool
    as_rehearsed: bool = False
    told: dict[str, str] = field(default_factory=dict)

    def view(self) -> str:
        """The world at the end, without the account that only an intruder ever names."""
        lines = world_view.lines(self.stage.app).splitlines()
        return "\n".join(line for line in lines if people.STRANGER not in line)


@dataclass
class _Watch:
    """Runs stacks of a stage and sees that nothing comes of it that nobody has asked for."""

    stage: Stage
    asked: Asked = field(default_factory=Asked)

    def up(self, name: str) -> Phase:
        self._note_files()
        before = held_by(self.stage.app.store.all("collaboration"))
        phase = self.stage.up(name)
        check_honesty(self.stage.stacks[name], phase)
        after = held_by(self.stage.app.store.all("collaboration"))
        unasked = self.asked.unasked(before, after, texts(phase))
        assert [] == unasked, f"nobody has asked for {unasked}"
        check_removals(self.stage.app, self.asked.files.values())
        return phase

    def rest(self, steps: tuple[Step, ...]) -> Iterator[tuple[str, Phase]]:
        """Take the steps of a story that are left, and run all stacks until none of them writes."""
        for step in steps:
            if isinstance(step, Up):
                yield step.stack, self.up(step.stack)
            else:
                self.stage.play(step)
        for _ in range(MOST_RUNS):
            before = self.stage.app.journal.last
            for name in self.stage.stacks:
                yield name, self.up(name)
            if not self.stage.written(before):
                return
        raise AssertionError(f"after {MOST_RUNS} rounds runs still write {self.stage.written(before)}")

    def _note_files(self) -> None:
        self.asked.files.clear()
        for name, stack in self.stage.stacks.items():
            for goal in stack.goals:
                if goal.kind == "collaboration":
                    self.asked.files[name, goal.key] = parse_collaboration_inputs(goal.inputs)[0]


def texts(phase: Phase) -> list[str]:
    """All that a run said."""
    return [line.message for line in phase.lines] + [step.message for step in phase.steps.values() if step.error]


def chances(scene: Scene) -> list[Boundary]:
    """The boundaries of a run at which somebody may interfere: between any two calls, and after the last one."""
    between = [each for each in scene.counted.all() if each.side is Side.BEFORE]
    return [*between, Boundary(Event.ANSWER, scene.counted.events[Event.ANSWER])]


def race(
    surroundings: Surroundings, rehearsal: Rehearsal, scene: Scene, boundary: Boundary, intruder: Intruder, *, again: bool
) -> Race:
    """Let somebody interfere; then people go on with the story as far as that is possible, until all stacks are at rest.

    Parameters: ``again`` says whether to play what follows even if everything is as it was in the rehearsal.
    Raises AssertionError if a run is not honest or does what nobody has asked for, or if the stacks do not come to rest.
    """
    stage = Stage(surroundings, scene.begin)
    watch = _Watch(stage)
    stage.world.watcher = interfering = Interfering(boundary, stage, scene, intruder, watch.asked)
    phase = watch.up(scene.stack)
    if interfering.trouble is not None:
        raise interfering.trouble
    result = Race(stage, interfering.acted)
    if not result.acted:
        return result
    after = scene.position + 1
    result.as_rehearsed = (after, str(stage.moment())) in rehearsal.good
    if again or not result.as_rehearsed:
        result.told[scene.stack] = "\n".join(texts(phase))
        for name, last in watch.rest(rehearsal.story.steps[after:]):
            result.told[name] = "\n".join(texts(last))
    return result


REASONS: Mapping[Intruder, str] = {
    Console(BANK, Deed.DENY): r"\(Bank\) denied it in change request .*acknowledge",
    Console(BANK, Deed.LEAVE): r"\(Bank\) has left, which is final: .*Take it out of",
    Console(RETAILER, Deed.CANCEL): r"cancelled outside this stack in change request .*acknowledge",
    # Done before its time, the next request comes after the last vote that the story has for it.
    Console(RETAILER, Deed.COMMIT): r"waits for .* \(Bank\) to vote on",
    Console(RETAILER, Deed.DELETE): r"(finds none with its tag\. .*If it was deleted|seems to be deleted\. Nothing is created)",
}
"""What the creator's stack says, with what to do about it, where an intruder has made the end impossible."""

TWICE = "2 collaborations carry the tag .* Say which one is meant"
"""What is said if two machines create at the very same time, which the service does not prevent."""


def check_end(result: Race, story: Story, intruder: Intruder) -> bool:
    """Return whether the story came to its end; if it did not, the creator's stack says why.

    Whoever denies what a later step takes back makes nothing impossible, so the requests that are over do not count.
    Raises AssertionError.
    """
    view = result.view()
    if (result.as_rehearsed and not result.told) or world_view.without_history(view) == world_view.without_history(story.end):
        return True
    if intruder == Console(RETAILER, Deed.DELETE) and _begun_anew(result, story):
        return False
    reason = TWICE if intruder is Rival.SAME_STACK and not story.begin else REASONS.get(intruder, "nothing to say")
    assert re.search(reason, result.told[CREATORS]), f"{view}\n{result.told[CREATORS]}"
    return False


def _begun_anew(result: Race, story: Story) -> bool:
    """Tell whether a stack that misses no collaboration, because its state has none, has created what its file says.

    That is where the state was lost, and where the deletion made the creating run fail before it knew that it was the only one.
    """
    may_have_none = not story.begin or any(isinstance(step, LoseState) for step in story.steps)
    return may_have_none and any(not each["_deleted"] for each in result.stage.app.store.all("collaboration"))
