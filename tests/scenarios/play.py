"""Plays a scenario folder against the service in process, and writes down what a user would read.

A folder holds ``scenario.yaml`` and ``expected.txt``. The scenario names its stack files and plays its steps in order:

    stacks:  {creator: {caller: "111122223333", config: {...}}}    each stack file, and whose credentials are in the environment
    steps:
      - preview: creator            what a preview would say; writes nothing
      - up: creator                 what a run does and says
      - edit: {stack: creator, set: {"collaborations.retail.members.4444….abilities": [CAN_RECEIVE_RESULTS]}, drop: [...]}
      - call: {as: "444455556666", operation: create_membership, with: {...}}      somebody acts without this tool
      - switches: {autoCommitOnApproval: "yes"}
      - fault: {kind: dropAfter, operation: CreateCollaborationChangeRequest, times: 1}

``$collaboration`` and ``$request`` stand for the newest of each, ``$fingerprint`` for the last one that a message asked to
acknowledge, ``$content`` for the last one that it said could be pinned. Ids are the same in every run, and times never show.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient
from ruamel.yaml import YAML

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.faults import FaultRule
from cleanrooms_emulator.switches import Switches
from cleanrooms_emulator.transport.in_process import client, connect
from cleanrooms_governance.advance import advance, ensure_collaboration
from cleanrooms_governance.advance_membership import Member, advance_membership
from cleanrooms_governance.aws import AwsAccounts
from cleanrooms_governance.errors import GovernanceError, InvalidInput
from cleanrooms_governance.making_moves import Parties
from cleanrooms_governance.plan import Reviewed
from cleanrooms_governance.report import move_line, plan_lines
from cleanrooms_governance.settings.inputs import (
    collaboration_inputs,
    membership_inputs,
    parse_collaboration_inputs,
    parse_membership_inputs,
)
from cleanrooms_governance.settings.stack_file import StackFile, load
from cleanrooms_providers.assessment import CollaborationAssessment, assess_collaboration, assess_membership

TODAY = date(2026, 11, 2)
READS = ("Get", "List", "AssumeRole")


class Scenario:
    """One folder's world and what has been written down of it."""

    def __init__(self, folder: Path, environment: pytest.MonkeyPatch) -> None:
        self._folder = folder
        self._environment = environment
        self._script = YAML(typ="safe", pure=True).load(folder / "scenario.yaml")
        self._app = Application(ids=folder.name)
        self._stacks: dict[str, Any] = self._script["stacks"]
        self._accounts: dict[str, AwsAccounts] = {}
        self._ids: dict[str, str] = {}
        self._lines: list[str] = []

    def play(self) -> str:
        """Play all steps and return the transcript."""
        for step in self._script["steps"]:
            ((verb, argument),) = step.items()
            getattr(self, f"_{verb}")(argument)
        return "\n".join(self._lines).strip() + "\n"

    def _preview(self, stack: str) -> None:
        self._heading(f"preview {stack}")
        with self._writes():
            self._walk(stack, run=False)

    def _up(self, stack: str) -> None:
        self._heading(f"up {stack}")
        with self._writes():
            self._walk(stack, run=True)

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
        caller = client(self._app, "cleanrooms", call["as"])
        parameters = json.loads(self._filled(json.dumps(call.get("with", {}))))
        getattr(caller, call["operation"])(**parameters)

    def _switches(self, names: Mapping[str, str]) -> None:
        self._heading(f"the service has {', '.join(f'{name}={value}' for name, value in names.items())}")
        self._app.switches = Switches.from_names({**self._app.switches.as_names(), **names})

    def _fault(self, rule: Mapping[str, Any]) -> None:
        self._heading(f"fault {json.dumps(rule)}")
        self._app.faults.set([FaultRule(**rule)])

    def _walk(self, stack: str, *, run: bool) -> None:
        place = self._stacks[stack]
        self._environment.setenv("AWS_ACCESS_KEY_ID", place["caller"])
        sections = json.loads(self._filled(json.dumps(place["config"])))
        config = {f"cleanrooms:{key}": json.dumps(value) for key, value in sections.items()}
        try:
            file = load(config, self._folder)
        except InvalidInput as invalid:
            self._say(*(f"finding: {finding}" for finding in invalid.findings))
            return
        accounts = self._accounts.setdefault(stack, AwsAccounts(f"cleanrooms/{stack}", self._connect))
        self._learn_ids()
        for key in file.collaborations:
            self._collaboration(file, key, stack, accounts, run=run)
        for key in file.memberships:
            self._membership(file, key, stack, accounts, run=run)

    def _collaboration(self, file: StackFile, key: str, stack: str, accounts: AwsAccounts, *, run: bool) -> None:
        desired, access, voters = parse_collaboration_inputs(collaboration_inputs(file, key, f"cleanrooms/{stack}"))
        port = accounts(access, desired.region)
        held = {account: accounts(voter, desired.region) for account, voter in voters.items()}
        found = assess_collaboration(desired, "", port, TODAY, may_write=access.write is not None, voters=held)
        self._say(*(f"{key}: {line.message}" for line in _told(found)))
        self._say(*(f"{key}: refused: {refusal.message}" for refusal in found.refusals))
        if not run or found.refusals:
            return
        parties = Parties(
            creator=port,
            voters=held,
            today=TODAY,
            sleep=lambda _: None,
            tell=lambda line: self._say(f"{key}: done: {line}"),
            may_write=access.write is not None,
        )
        try:
            collaboration_id = ensure_collaboration(desired, found.collaboration_id, parties)
            self._learn_ids()
            report = advance(desired, collaboration_id, Reviewed.of(found.plan), parties)
        except GovernanceError as error:
            self._say(f"{key}: error: {error}")
            return
        self._say(*(f"{key}: {line.message}" for line in report.decision.remarks))
        if report.failure:
            self._say(f"{key}: failure: {report.failure}")
        self._say(f"{key}: {report.outcome}")

    def _membership(self, file: StackFile, key: str, stack: str, accounts: AwsAccounts, *, run: bool) -> None:
        inputs = membership_inputs(file, key, f"cleanrooms/{stack}")
        if not inputs["collaboration"]:
            if "$collaboration" not in self._ids:
                return
            inputs = {**inputs, "collaboration": self._ids["$collaboration"]}
        desired, access = parse_membership_inputs(inputs)
        port = accounts(access, desired.region)
        found = assess_membership(desired, port, TODAY, may_write=access.write is not None)
        lines = (*plan_lines(found.plan, None, desired.names), *found.decision.remarks)
        self._say(*(f"{key}: {line.message}" for line in lines))
        self._say(*(f"{key}: {move_line(move, desired.names).message}" for move in found.decision.moves))
        self._say(*(f"{key}: refused: {refusal.message}" for refusal in found.refusals))
        if not run or found.refusals:
            return
        member = Member(port, TODAY, lambda line: self._say(f"{key}: done: {line}"), access.write is not None)
        try:
            report = advance_membership(desired, Reviewed.of(found.plan), member)
        except GovernanceError as error:
            self._say(f"{key}: error: {error}")
            return
        self._say(*(f"{key}: refused: {refusal.message}" for refusal in report.plan.refusals))
        if report.failure:
            self._say(f"{key}: failure: {report.failure}")
        self._say(f"{key}: {report.outcome}")

    @contextmanager
    def _writes(self) -> Iterator[None]:
        start = self._app.journal.last
        yield
        for entry in self._app.journal.entries(after=start):
            if not (entry.operation or "").startswith(READS):
                action = entry.parameters.get("action", "")
                ended = "" if entry.status == 200 else f" -> {entry.error or 'no answer'}"
                self._say(f"  wrote {' '.join(filter(None, (entry.operation, action)))} as {entry.account}{ended}")

    def _learn_ids(self) -> None:
        for kind, name in (("collaboration", "$collaboration"), ("change_request", "$request")):
            for document in self._app.store.all(kind):
                self._ids[name] = document["id"]

    def _connect(self, made: BaseClient) -> None:
        connect(self._app, made)

    def _filled(self, text: str) -> str:
        for name, value in self._ids.items():
            text = text.replace(name, value)
        return text

    def _heading(self, text: str) -> None:
        self._lines += ["", f"── {text}"]

    def _say(self, *lines: str) -> None:
        for line in lines:
            for name, words in (("$fingerprint", "add"), ("$content", "content:")):
                if mark := re.search(rf"{words} (fp-[0-9a-f]{{16}})", line):
                    self._ids[name] = mark[1]
            for name, value in self._ids.items():
                line = line.replace(value, name)
            self._lines.append(line)


def _place(config: Any, path: str) -> tuple[Any, str]:
    """Return the mapping that a slash-separated path leads to, and the last key."""
    *parents, last = path.split("/")
    for parent in parents:
        config = config[parent]
    return config, last


def _told(found: CollaborationAssessment) -> Iterator[Any]:
    names = found.desired.names
    yield from plan_lines(found.plan, found.world.live if found.world else None, names)
    yield from found.decision.remarks
    if not found.refusals:
        yield from (move_line(move, names) for move in found.moves())
