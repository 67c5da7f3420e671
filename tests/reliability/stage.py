"""The stage on which a story is played: one embedded service, the stacks with their states, and people in the console."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.callers.identity import credential_scope
from cleanrooms_emulator.transport.in_process import client, connect
from cleanrooms_emulator.wire.messages import Request, Response
from cleanrooms_emulator.world.clock import Clock
from cleanrooms_emulator.world.store import Store
from tests.providers.mini_engine import Phase, Recorded, Stack
from tests.providers.world import Surroundings
from tests.reliability import people
from tests.reliability.edits import acknowledged, filled
from tests.reliability.story import Acknowledge, Config, Console, Edit, LoseState, Step, Up

BEGINNING = datetime(2099, 1, 1, tzinfo=UTC).timestamp()
"""The service's time at first; so late that no session of a role has expired."""

SERVICE = "cleanrooms"


def writes(request: Request) -> bool:
    """Whether a call may change something: of Clean Rooms all that is no GET and no preview, of anything else nothing."""
    is_read = request.method == "GET" or request.raw_path.endswith("/previewprivacyimpact")
    return not is_read and credential_scope(request.headers).service == SERVICE


class CountingTime(Application):
    """A service in which a second passes with every call that may change something, and no time otherwise.

    So times differ wherever the order of things matters, and are the same whenever the same thing is done.
    """

    def __init__(self) -> None:
        store = Store()
        super().__init__(store=store, clock=Clock(store, source=lambda: BEGINNING), ids="reliability")

    def __call__(self, request: Request) -> Response:
        """Answer a call."""
        if writes(request):
            self.clock.advance(1)
        return super().__call__(request)


@dataclass(frozen=True)
class Moment:
    """Everything there is between two steps: the service's content, and each stack's file and state."""

    service: dict[str, Any]
    stacks: Mapping[str, tuple[Config, dict[str, Recorded]]]

    def __str__(self) -> str:
        """What two moments have in common if the same can happen from now on: everything but times, ids and fingerprints."""
        documents = {kind: each for kind, each in self.service["documents"].items() if kind not in _INTERNAL}
        states = {name: [file, {key: vars(each) for key, each in state.items()}] for name, (file, state) in self.stacks.items()}
        names: dict[str, str] = {}
        text = _VARYING.sub("", json.dumps([documents, states]))
        return _ID.sub(lambda found: names.setdefault(found[0].replace("-", ""), f"id {len(names)}"), text)


_INTERNAL = ("_access_key", "_clock", "_ids")
_VARYING = re.compile(rf"{BEGINNING:.0f}"[:4] + r"\d{6}\.\d+|\"fp-[0-9a-f]{16}\"")
_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{8}(-?)[0-9a-f]{4}(\1[0-9a-f]{4}){2}\1[0-9a-f]{12}(?![0-9a-f])")
"""With hyphens or, as tags name change requests, without; no part of a longer digest, whose value counts."""


class Stage:
    """Plays steps in a world of its own, which begins empty or as it was at some moment."""

    def __init__(self, surroundings: Surroundings, begin: Moment | None = None) -> None:
        self.app = CountingTime()
        self.world = surroundings.new_world(self.app)
        self.stacks: dict[str, Stack] = {}
        if begin is not None:
            self.app.restore(begin.service)
            for name, (file, state) in begin.stacks.items():
                self._stack(name).config = file
                self._stack(name).state = copy.deepcopy(state)

    def moment(self) -> Moment:
        """Everything as it is now."""
        stacks = {name: (each.config, copy.deepcopy(each.state)) for name, each in self.stacks.items()}
        return Moment(copy.deepcopy(self.app.snapshot()), stacks)

    def play(self, step: Step) -> Phase | None:
        """Take a step; return what a run did and said."""
        match step:
            case Up(stack):
                return self.up(stack)
            case Edit(stack, config):
                self._stack(stack).config = filled(config, self.app)
            case Acknowledge(stack, key, section):
                self._acknowledge(self._stack(stack), key, section)
            case LoseState(stack):
                self._stack(stack).state = {}
            case Console(account, deed):
                people.perform(self.console, account, deed)
        return None

    def up(self, stack: str) -> Phase:
        """Run a stack."""
        return self._stack(stack).update()

    def written(self, since: int) -> list[str]:
        """The calls that may have changed something, since a moment of the journal."""
        return Phase(calls=self.app.journal.entries(since)).writes

    def console(self, account: str) -> Any:
        """An account as a person acts in it: a boto3 client."""
        made = _console(account)
        connect(self.app, made)
        return made

    def _stack(self, name: str) -> Stack:
        return self.stacks.setdefault(name, Stack(self.world, {}))

    def _acknowledge(self, stack: Stack, key: str, section: str) -> None:
        preview = stack.preview()
        own = (f"{section.removesuffix('s')} {key}", f"privacybudgettemplate {key}/")
        concerned = [step for name, step in preview.steps.items() if name == own[0] or name.startswith(own[1])]
        refused = [each["message"] for step in concerned for each in step.inputs["refused"]]
        stack.config = acknowledged(stack.config, section, key, [*refused, *(line.message for line in preview.lines)])


@cache
def _console(account: str) -> Any:
    """One client an account for all worlds: to make one takes longer than to play a step."""
    return client(Application(), SERVICE, account)
