"""Plays a scenario folder against the service in process, and writes down what a user would read.

A folder holds ``scenario.yaml`` and ``expected.txt``. The scenario names its stack files and plays its steps in order:

    stacks:  {creator: {caller: "111122223333", config: {...}}}    each stack file, and whose credentials the environment has;
                                                 one with ``stack: creator`` is another operator's copy of that one
    steps:
      - preview: creator            what a preview would say; writes nothing
      - up: creator                 what a run does and says
      - edit: {stack: creator, set: {"collaborations.retail.members.4444….abilities": [CAN_RECEIVE_RESULTS]}, drop: [...]}
      - call: {as: "444455556666", operation: create_membership, with: {...}}      somebody acts without this tool; with
        keep: {$bank: membership.id} parts of the answer can be named from then on
      - switches: {autoCommitOnApproval: "yes"}
      - fault: {kind: dropAfter, operation: CreateCollaborationChangeRequest, times: 1}
      - roles: {"arn:aws:iam::222233334444:role/governance": []}     whom they trust from now on; all sessions are gone
      - remember: {$first: $request}  the newest one now, by another name
      - today: "2027-04-01"           from now on, for stacks and service (not for stories with roles: their sessions expire)

``$collaboration`` and ``$request`` stand for the newest of each, ``$fingerprint`` for the last one that a message asked to
acknowledge (in a story that names one of them ``$danger1``, ``$danger2`` for the first and the second), ``$content`` for the
last one that it said could be pinned. Ids are the same in every run, and times never show.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from copy import deepcopy
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, ParamValidationError
from ruamel.yaml import YAML

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.callers.roles import Role, declare
from cleanrooms_emulator.faults import FaultRule
from cleanrooms_emulator.switches import Switches
from cleanrooms_emulator.transport.in_process import client, connect
from cleanrooms_emulator.world.clock import Clock
from cleanrooms_emulator.world.store import Store
from cleanrooms_governance.aws import AwsAccounts
from cleanrooms_governance.model import CostType
from tests.scenarios.invariants import Asked, held_by, without_an_end
from tests.scenarios.walk import Walk, budgets_of

TODAY = date(2026, 11, 2)
STOPPED = datetime(2099, 1, 1, tzinfo=UTC).timestamp()
"""The service's time, in which nothing ends by itself: always the same, since it enters fingerprints, and so late that the
sessions of roles have not expired."""
READS = ("Get", "List", "Preview", "AssumeRole")
STEP = "── "
"""How the heading of a step begins."""
MOST_ROUNDS = 4
"""So often all stacks may run after a story until they write nothing."""


class Scenario:
    """One folder's world and what has been written down of it."""

    def __init__(self, folder: Path, environment: pytest.MonkeyPatch, switches: Switches | None = None) -> None:
        self._folder = folder
        self._environment = environment
        self._script = deepcopy(_script(folder))
        store = Store()
        clock = Clock(store, source=lambda: STOPPED)
        self._app = Application(store=store, clock=clock, ids=folder.name, switches=switches)
        self._stacks: dict[str, Any] = self._script["stacks"]
        self._accounts: dict[str, AwsAccounts] = {}
        self._ids: dict[str, str] = {}
        self._lines: list[str] = []
        self._numbers_dangers = "$danger" in (folder / "scenario.yaml").read_text()
        self._day = TODAY
        self._asked = Asked()
        self._last_stacks: list[str] = []
        self._conflicts: dict[str, dict[str, frozenset[str]]] = {}
        """What each stack's state keeps, see ``Walk``."""
        self.breaches: list[str] = []
        """What went against the rules of ``invariants``, in words."""

    @property
    def service(self) -> Application:
        """The world, for who wants to look at it after the story."""
        return self._app

    def play(self) -> str:
        """Play all steps and return the transcript."""
        for step in self._script["steps"]:
            ((verb, argument),) = step.items()
            getattr(self, f"_{verb}")(argument)
        return "\n".join(self._lines).strip() + "\n"

    def accept_every_payment(self) -> None:
        """Let the stack files say what they have to where the service shows the runner as paying for everything by default."""
        for stack in self._stacks.values():
            for membership in stack["config"].get("memberships", {}).values():
                if "queryCompute" in membership.get("payerFor", ()):
                    membership["payerFor"] = [*CostType]

    def settle(self) -> None:
        """Run all stacks of the story once more, and again until nothing is written: that must come soon."""
        self._app.faults.set([])
        for _ in range(MOST_ROUNDS):
            start = self._app.journal.last
            for stack in self._last_stacks:
                self._up(stack)
            if not [*self._written(start)]:
                return
        self.breaches.append(f"after {MOST_ROUNDS} more rounds runs still write: {[*self._written(start)]}")

    def _preview(self, stack: str) -> None:
        self._heading(f"preview {stack}")
        with self._writes():
            self._walk(stack, run=False)

    def _up(self, stack: str) -> None:
        self._heading(f"up {stack}")
        self._last_stacks = [*(each for each in self._last_stacks if each != stack), stack]
        said, before = len(self._lines), held_by(self._app.store.all("collaboration"))
        with self._writes():
            self._walk(stack, run=True)
        held = held_by(self._app.store.all("collaboration"))
        self.breaches += [f"up {stack}: {each}" for each in self._asked.unasked(before, held, self._lines[said:])]

    def _edit(self, edit: Mapping[str, Any]) -> None:
        config = self._stacks[edit["stack"]]["config"]
        for path, value in edit.get("set", {}).items():
            self._heading(f"edit {edit['stack']}: {path} = {json.dumps(value)}")
            place, last = _place(config, path)
            place[last] = value
        for path in edit.get("drop", ()):
            self._heading(f"edit {edit['stack']}: without {path}")
            place, last = _place(config, path)
            del place[last]

    def _call(self, call: Mapping[str, Any]) -> None:
        self._heading(f"{call['as']} calls {call['operation']}")
        self._learn_ids()
        parameters = json.loads(self._filled(json.dumps(call.get("with", {}))))
        self._asked.call(call["operation"], parameters)
        try:
            answer = getattr(self._console(call["as"]), call["operation"])(**parameters)
            self._keep(answer, call.get("keep", {}))
        except ClientError as refused:
            said = refused.response
            self._say(f"  -> {said['ResponseMetadata']['HTTPStatusCode']} {said['Error']['Code']}")
        except ParamValidationError:
            self._say("  -> not sent: this story has nothing of the kind")

    def _keep(self, answer: Mapping[str, Any], paths: Mapping[str, str]) -> None:
        for name, path in paths.items():
            # Under another reading of the service there may be nothing to name; who then uses the name is told so.
            with suppress(LookupError):
                self._ids[name] = str(_found(answer, path))

    def _switches(self, names: Mapping[str, str]) -> None:
        self._heading(f"the service has {', '.join(f'{name}={value}' for name, value in names.items())}")
        self._app.switches = self._app.switches.with_names(names)

    def _fault(self, rule: Mapping[str, Any]) -> None:
        self._heading(f"fault {json.dumps(rule)}")
        self._app.faults.set([FaultRule(**rule)])

    def _roles(self, trusted: Mapping[str, list[str]]) -> None:
        for arn, accounts in trusted.items():
            self._heading(f"{arn} trusts {', '.join(accounts) or 'nobody'}")
        declare(self._app.store, [Role(arn, tuple(accounts)) for arn, accounts in trusted.items()])
        self._accounts.clear()

    def _remember(self, names: Mapping[str, str]) -> None:
        self._learn_ids()
        self._ids |= {name: self._ids[present] for name, present in names.items()}

    def _today(self, day: str) -> None:
        self._heading(f"it is {day}")
        self._day = date.fromisoformat(day)
        self._app.clock.set(datetime.combine(self._day, time(12), UTC).timestamp())

    def _walk(self, stack: str, *, run: bool) -> None:
        place = self._stacks[stack]
        self._environment.setenv("AWS_ACCESS_KEY_ID", place["caller"])
        sections = json.loads(self._filled(json.dumps(place["config"])))
        walk = Walk(
            project=f"cleanrooms/{place.get('stack', stack)}",
            accounts=self._accounts.setdefault(stack, AwsAccounts(f"cleanrooms/{stack}", self._connect)),
            today=self._day,
            say=self._say,
            id_of=self._newest_collaboration,
            conflicts=self._conflicts.setdefault(stack, {}),
        )
        self._learn_ids()
        start = len(self._lines)
        file = walk.walk(sections, self._folder, run=run)
        if run:
            self._asked.files |= {(stack, key): desired for key, desired in walk.asked.items()}
            self.breaches += walk.false_calm
        if run and file:
            keys = [*file.collaborations, *file.memberships, *(f"{key}/{name}" for key, name in budgets_of(file))]
            self.breaches += without_an_end(keys, self._lines[start:])

    def _newest_collaboration(self, _: str) -> str:
        made = [str(document["id"]) for document in self._app.store.all("collaboration")]
        if made and made[-1] != self._ids.get("$collaboration"):
            self._learn_ids()
        return self._ids.get("$collaboration", "")

    @contextmanager
    def _writes(self) -> Iterator[None]:
        start = self._app.journal.last
        yield
        self._say(*self._written(start))

    def _written(self, start: int) -> Iterator[str]:
        for entry in self._app.journal.entries(after=start):
            if not (entry.operation or "").startswith(READS):
                action = entry.parameters.get("action", "")
                ended = "" if entry.status in (200, 204) else f" -> {entry.error or 'no answer'}"
                yield f"  wrote {' '.join(filter(None, (entry.operation, action)))} as {entry.account}{ended}"

    def _learn_ids(self) -> None:
        for kind, name in (("collaboration", "$collaboration"), ("change_request", "$request")):
            for document in self._app.store.all(kind):
                self._ids[name] = document["id"]

    def _console(self, account: str) -> BaseClient:
        made = _console_client(account)
        connect(self._app, made)
        return made

    def _connect(self, made: BaseClient) -> None:
        connect(self._app, made)

    def _filled(self, text: str) -> str:
        for name, value in self._ids.items():
            text = text.replace(name, value)
        return text

    def _heading(self, text: str) -> None:
        self._lines += ["", f"{STEP}{text}"]

    def _say(self, *lines: str) -> None:
        for line in lines:
            for name, words in (("$fingerprint", "add"), ("$content", "content:")):
                if mark := re.search(rf"{words} (fp-[0-9a-f]{{16}})", line):
                    if name == "$fingerprint" and self._numbers_dangers:
                        numbers = {known for known in self._ids if known.startswith("$danger")}
                        name = next((each for each in numbers if self._ids[each] == mark[1]), f"$danger{len(numbers) + 1}")
                    self._ids[name] = mark[1]
            for name, value in self._ids.items():
                line = line.replace(value, name)
            self._lines.append(line)


@cache
def _script(folder: Path) -> Any:
    return YAML(typ="safe").load(folder / "scenario.yaml")


@cache
def _console_client(account: str) -> BaseClient:
    """One client an account for all stories: to make one takes longer than to play a step."""
    return client(Application(), "cleanrooms", account)


def _found(answer: Any, path: str) -> Any:
    """Return what a dotted path leads to in an answer; a list that is too short raises ``LookupError``."""
    for key in path.split("."):
        answer = answer[int(key) if isinstance(answer, list) else key]
    return answer


def _place(config: Any, path: str) -> tuple[Any, str]:
    """Return the mapping that a slash-separated path leads to, and the last key."""
    *parents, last = path.split("/")
    for parent in parents:
        config = config[parent]
    return config, last
