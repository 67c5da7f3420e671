"""Plays the engine to a provider process, in one stack: Check, Diff, Create, Update and Read over gRPC, and a mapping as state.

It does what the real engine does with what a dynamic provider answers, as far as these tests rely on it: a process of its own
for every phase; unknown ids in a preview; new inputs but old outputs for a resource that stays the same; an update after a
half-done create whatever Diff says; a resource of another name found under its former one; dependents of a failed resource
checked and then left alone; a run that ends at the first failed check; and no unknown value accepted in an update.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from cleanrooms_emulator.journal import Entry
from cleanrooms_governance.settings.budget_inputs import budget_inputs
from cleanrooms_governance.settings.inputs import collaboration_inputs, membership_inputs
from cleanrooms_governance.settings.stack_file import load
from tests.providers.provider_process import KINDS, UNKNOWN, Failed, Line, Properties, Provider, holds_unknown, urn_of
from tests.providers.world import World

PROJECT, STACK = "cleanrooms", "test"
OWNER_PREFIX = f"{PROJECT}/{STACK}"


@dataclass(frozen=True)
class Goal:
    """A resource as a program declares it.

    ``waits_for`` is the collaboration whose id is its ``collaboration``, ``after`` the membership that it depends on besides.
    ``former`` are the names that it had before.
    """

    kind: str
    key: str
    inputs: Properties
    waits_for: str = ""
    after: str = ""
    former: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its name in this test's stack."""
        return f"{self.kind} {self.key}"


@dataclass
class Recorded:
    """A resource in the state."""

    id: str
    inputs: Properties
    outputs: Properties
    init_errors: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Step:
    """What became of a resource in a phase: create, update, same, invalid, failed, skipped or read."""

    op: str
    inputs: Properties = field(default_factory=dict)
    failures: tuple[str, ...] = ()
    error: Failed | None = None
    wire: bytes = b""
    moved: bool = False

    @property
    def plan(self) -> list[str]:
        """The planned changes."""
        return sorted(self.inputs["plan"]["changes"])

    @property
    def refused(self) -> list[str]:
        """The rules by which it is refused."""
        return [refusal["rule"] for refusal in self.inputs["refused"]]

    @property
    def message(self) -> str:
        """The error that the user reads."""
        assert self.error is not None, f"no error, but {self.op}"
        return self.error.message


@dataclass
class Phase:
    """One phase, after it has ended."""

    steps: dict[str, Step] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    calls: list[Entry] = field(default_factory=list)
    printed: str = ""

    def __getitem__(self, name: str) -> Step:
        return self.steps[name]

    @property
    def ops(self) -> dict[str, str]:
        """What became of each resource."""
        return {name: step.op for name, step in self.steps.items()}

    @property
    def writes(self) -> list[str]:
        """The calls that may change something; an answer to a change request as its action."""
        reads = ("Get", "List", "Preview", "AssumeRole")
        return [c.parameters.get("action", c.operation) for c in self.calls if not str(c.operation).startswith(reads)]

    def asked(self, operation: str) -> list[Entry]:
        """The calls of one operation."""
        return [call for call in self.calls if call.operation == operation]

    @property
    def summary(self) -> list[str]:
        """The lines of the summary, which stands under no resource; told only with ``as_the_engine_does``."""
        (told,) = [line.message for line in self.lines if not line.urn]
        return told.splitlines()

    def said(self, name: str) -> list[str]:
        """The lines under a resource."""
        return [line.message for line in self.lines if line.urn.endswith(f"::{name}")]


class Stack:
    """One stack of a project, whose AWS is the embedded service; see ``Surroundings.provider`` for ``as_the_engine_does``.

    ``engine`` takes the lines; those of a run that goes on while another one is held up need an engine of their own.
    """

    def __init__(self, world: World, config: Mapping[str, Any], *, as_the_engine_does: bool = False) -> None:
        self.world = world
        self._as_the_engine_does = as_the_engine_does
        self.config = config
        self.state: dict[str, Recorded] = {}
        self._former: dict[str, tuple[str, ...]] = {}
        self.engine = world.surroundings.engine

    def as_the_engine_ends_it(self) -> Stack:
        """The same stack, whose processes end as the engine ends them: only then do they tell the summary."""
        again = Stack(self.world, self.config, as_the_engine_does=True)
        again.state = self.state
        return again

    @property
    def texts(self) -> dict[str, str]:
        """The configuration as the engine hands it over."""
        texts = {f"cleanrooms:{key}": json.dumps(value) for key, value in self.config.items()}
        return {**texts, "other:setting": "of somebody else's namespace"}

    @property
    def goals(self) -> list[Goal]:
        """What the project's program declares, in its order."""
        file = load(self.texts, self.world.surroundings.project)
        collaborations = [
            Goal(
                "collaboration",
                key,
                collaboration_inputs(file, key, OWNER_PREFIX),
                former=tuple(f"collaboration {former}" for former in section.previously),
            )
            for key, section in file.collaborations.items()
        ]
        memberships = [
            Goal("membership", key, membership_inputs(file, key, OWNER_PREFIX), section.collaboration)
            for key, section in file.memberships.items()
        ]
        budgets = [
            Goal("privacybudgettemplate", f"{key}/{name}", inputs, section.collaboration, key)
            for key, section in file.memberships.items()
            for name in sorted(section.privacy_budgets or {})
            for inputs in [budget_inputs(file, key, name, OWNER_PREFIX)]
        ]
        own = set(file.collaborations)
        of_theirs = [goal if goal.waits_for in own else replace(goal, waits_for="") for goal in (*memberships, *budgets)]
        return [*collaborations, *of_theirs]

    def preview(self) -> Phase:
        """Play ``pulumi preview``."""
        with self.phase() as (phase, provider):
            for goal in self._declared():
                if not self._step(phase, provider, goal, acting=False):
                    break
        return phase

    def update(self) -> Phase:
        """Play ``pulumi up --skip-preview --continue-on-error``."""
        with self.phase() as (phase, provider):
            for goal in self._declared():
                if not self._step(phase, provider, goal, acting=True):
                    break
        return phase

    def refresh(self) -> Phase:
        """Play ``pulumi refresh``; what it reads becomes the state."""
        with self.phase() as (phase, provider):
            for name, old in self.state.items():
                phase.steps[name] = self._refresh(provider, name, old)
        return phase

    def _declared(self) -> list[Goal]:
        goals = self.goals
        self._former = {goal.name: goal.former for goal in goals}
        return goals

    def _recorded(self, name: str) -> Recorded | None:
        names = (name, *self._former.get(name, ()))
        return next((self.state[each] for each in names if each in self.state), None)

    def _record(self, goal: Goal, recorded: Recorded) -> None:
        for name in goal.former:
            self.state.pop(name, None)
        self.state[goal.name] = recorded

    @contextmanager
    def phase(self) -> Iterator[tuple[Phase, Provider]]:
        """Talk to a fresh process; lines, calls and prints are in the phase when it has ended."""
        phase = Phase()
        before = self.world.app.journal.last
        self.engine.lines.clear()
        with self.world.surroundings.provider(
            self.texts, as_the_engine_does=self._as_the_engine_does, engine=self.engine.address
        ) as provider:
            yield phase, provider
        phase.lines = list(self.engine.lines)
        phase.calls = self.world.app.journal.entries(before)
        phase.printed = provider.printed

    def _step(self, phase: Phase, provider: Provider, goal: Goal, *, acting: bool) -> bool:
        """Take one resource's step; return whether the run goes on."""
        news = self._resolved(goal, acting=acting)
        old = self._recorded(goal.name)
        checked = provider.check(goal.kind, goal.name, old.inputs if old else {}, news)
        if checked.failures:
            phase.steps[goal.name] = Step("invalid", checked.inputs, checked.failures)
            return False
        needed = [f"collaboration {goal.waits_for}"] * bool(goal.waits_for) + [f"membership {goal.after}"] * bool(goal.after)
        if any(phase[name].op in ("failed", "skipped") for name in needed):
            phase.steps[goal.name] = Step("skipped", checked.inputs)
            return True
        assert not (acting and holds_unknown(checked.inputs)), f"{goal.name}: the engine takes nothing unknown in an update"
        op = self._op(provider, goal, old, checked.inputs)
        phase.steps[goal.name] = Step(op, checked.inputs, wire=checked.wire)
        if not acting:
            return True
        if op == "same" and old is not None:
            old.inputs = checked.inputs
            self._record(goal, old)
            return True
        try:
            self._record(goal, self._act(provider, goal, old, checked.inputs))
        except Failed as failed:
            phase.steps[goal.name] = Step("failed", checked.inputs, error=failed)
            self._keep_half_done(goal, old, checked.inputs, failed)
        return True

    def _resolved(self, goal: Goal, *, acting: bool) -> Properties:
        """Return the inputs that a program would send: of a collaboration that failed to be created the id is missing."""
        known = self._recorded(f"collaboration {goal.waits_for}")
        if not goal.waits_for:
            return goal.inputs
        if known is None and acting:
            return {key: value for key, value in goal.inputs.items() if key != "collaboration"}
        return {**goal.inputs, "collaboration": known.id if known else UNKNOWN}

    def _op(self, provider: Provider, goal: Goal, old: Recorded | None, inputs: Properties) -> str:
        if old is None:
            return "create"
        changes = provider.diff(goal.kind, goal.name, old.id, old.outputs, inputs, old.inputs)
        return "update" if changes or old.init_errors else "same"

    def _act(self, provider: Provider, goal: Goal, old: Recorded | None, inputs: Properties) -> Recorded:
        if old is None:
            id_, outputs = provider.create(goal.kind, goal.name, inputs)
            return Recorded(id_, inputs, outputs)
        outputs = provider.update(goal.kind, goal.name, old.id, old.outputs, inputs, old.inputs)
        return Recorded(old.id, inputs, outputs)

    def _keep_half_done(self, goal: Goal, old: Recorded | None, inputs: Properties, failed: Failed) -> None:
        if failed.half_done is None:
            return
        kept = inputs if old is None else old.inputs
        id_ = failed.half_done.id if old is None else old.id
        self._record(goal, Recorded(id_, kept, failed.half_done.outputs, list(failed.half_done.reasons)))

    def _refresh(self, provider: Provider, name: str, old: Recorded) -> Step:
        kind = name.split()[0]
        try:
            id_, outputs, inputs = provider.read(kind, name, old.id, old.outputs, old.inputs)
        except Failed as failed:
            return Step("failed", error=failed)
        moved = provider.diff(kind, name, old.id, outputs, old.inputs, inputs)
        self.state[name] = Recorded(id_, inputs, outputs)
        return Step("read", inputs, moved=moved)


__all__ = ["KINDS", "OWNER_PREFIX", "Goal", "Phase", "Recorded", "Stack", "Step", "urn_of"]
