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
from dataclasses import replace
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
from cleanrooms_governance.budgets.advance_budget import BudgetOwner, advance_budget
from cleanrooms_governance.change_requests.next_move import Outcome
from cleanrooms_governance.change_requests.sayings import one_at_a_time
from cleanrooms_governance.errors import GovernanceError, InvalidInput
from cleanrooms_governance.memberships.advance_membership import Member, advance_membership
from cleanrooms_governance.model import CostType
from cleanrooms_governance.planning.expiry import as_of
from cleanrooms_governance.planning.plan import Plan, Reviewed
from cleanrooms_governance.report import move_line, plan_lines
from cleanrooms_governance.running.advance import advance, ensure_collaboration
from cleanrooms_governance.running.making_moves import Parties
from cleanrooms_governance.settings.budget_inputs import budget_inputs, parse_budget_inputs
from cleanrooms_governance.settings.inputs import (
    collaboration_inputs,
    membership_inputs,
    parse_collaboration_inputs,
    parse_membership_inputs,
)
from cleanrooms_governance.settings.stack_file import StackFile, load
from cleanrooms_providers.assessment import CollaborationAssessment, assess_collaboration, assess_membership
from cleanrooms_providers.budget_assessment import assess_budget
from tests.scenarios.invariants import Asked, held_by, without_an_end

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
        self._conflicts: dict[tuple[str, str], frozenset[str]] = {}
        """What the stack's state keeps: the requests that were open when the service would not take another one."""
        self.breaches: list[str] = []
        """What went against the rules of ``invariants``, in words."""

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
        config = {f"cleanrooms:{key}": json.dumps(value) for key, value in sections.items()}
        try:
            file = load(config, self._folder)
        except InvalidInput as invalid:
            self._say(*(f"finding: {finding}" for finding in invalid.findings))
            return
        accounts = self._accounts.setdefault(stack, AwsAccounts(f"cleanrooms/{stack}", self._connect))
        self._learn_ids()
        start = len(self._lines)
        for key in file.collaborations:
            self._collaboration(file, key, stack, accounts, run=run)
        for key in file.memberships:
            self._membership(file, key, stack, accounts, run=run)
        budgets = [(key, name) for key, each in file.memberships.items() for name in each.privacy_budgets or {}]
        for key, name in budgets:
            self._budget(file, key, name, stack, accounts, run=run)
        if run:
            keys = [*file.collaborations, *file.memberships, *(f"{key}/{name}" for key, name in budgets)]
            self.breaches += without_an_end(keys, self._lines[start:])

    def _collaboration(self, file: StackFile, key: str, stack: str, accounts: AwsAccounts, *, run: bool) -> None:
        written, access, voters = parse_collaboration_inputs(collaboration_inputs(file, key, self._project(stack)))
        desired = as_of(written, self._day)
        if run:
            self._asked.files[stack, key] = desired
        port = accounts(access, desired.region)
        held = {account: accounts(voter, desired.region) for account, voter in voters.items()}
        one_way = frozenset(account for account, voter in voters.items() if voter.read == voter.write)
        found = assess_collaboration(
            desired, "", port, self._day, may_write=access.write is not None, voters=held, one_way=one_way
        )
        self._say(*(f"{key}: {line.message}" for line in _told(found)))
        self._say(*(f"{key}: refused: {refusal.message}" for refusal in found.refusals))
        if not run or found.refusals:
            return
        if (conflicting := self._conflicts.get((stack, key))) and not replace(found, conflicting=conflicting).moves():
            # As the engine does: with nothing to do since the last run, it makes none.
            self._say(f"{key}: {one_at_a_time(found.collaboration_id, conflicting).message}")
            self._conclude(key, found.decision.outcome, found.plan)
            return
        parties = Parties(
            creator=port,
            voters=held,
            today=self._day,
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
        self._conflicts[stack, key] = report.conflicting
        self._say(*(f"{key}: {line.message}" for line in report.decision.remarks))
        if report.failure:
            self._say(f"{key}: failure: {report.failure}")
        self._conclude(key, report.outcome, report.plan)

    def _membership(self, file: StackFile, key: str, stack: str, accounts: AwsAccounts, *, run: bool) -> None:
        inputs = membership_inputs(file, key, self._project(stack))
        if not inputs["collaboration"]:
            if "$collaboration" not in self._ids:
                return
            inputs = {**inputs, "collaboration": self._ids["$collaboration"]}
        desired, access = parse_membership_inputs(inputs)
        port = accounts(access, desired.region)
        found = assess_membership(desired, port, self._day, may_write=access.write is not None)
        lines = (*plan_lines(found.plan, None, desired.names), *found.decision.remarks)
        self._say(*(f"{key}: {line.message}" for line in lines))
        self._say(*(f"{key}: {move_line(move, desired.names).message}" for move in found.decision.moves))
        self._say(*(f"{key}: refused: {refusal.message}" for refusal in found.refusals))
        if not run or found.refusals:
            return
        member = Member(port, self._day, lambda line: self._say(f"{key}: done: {line}"), access.write is not None)
        try:
            report = advance_membership(desired, Reviewed.of(found.plan), member)
        except GovernanceError as error:
            self._say(f"{key}: error: {error}")
            return
        self._say(*(f"{key}: refused: {refusal.message}" for refusal in report.plan.refusals))
        if report.failure:
            self._say(f"{key}: failure: {report.failure}")
        self._conclude(key, report.outcome, report.plan)

    def _budget(self, file: StackFile, key: str, name: str, stack: str, accounts: AwsAccounts, *, run: bool) -> None:
        inputs = budget_inputs(file, key, name, self._project(stack))
        if not inputs["collaboration"]:
            if "$collaboration" not in self._ids:
                return
            inputs = {**inputs, "collaboration": self._ids["$collaboration"]}
        desired, access = parse_budget_inputs(inputs)
        port, title = accounts(access, desired.region), f"{key}/{name}"
        found = assess_budget(desired, port, may_write=access.write is not None)
        self._say(*(f"{title}: {line.message}" for line in plan_lines(found.plan, None, desired.names)))
        self._say(*(f"{title}: refused: {refusal.message}" for refusal in found.refusals))
        if not run or found.refusals:
            return
        owner = BudgetOwner(port, lambda _: None, lambda line: self._say(f"{title}: done: {line}"), access.write is not None)
        try:
            report = advance_budget(desired, Reviewed.of(found.plan), owner)
        except GovernanceError as error:
            self._say(f"{title}: error: {error}")
            return
        self._say(*(f"{title}: refused: {refusal.message}" for refusal in report.plan.refusals))
        if report.failure:
            self._say(f"{title}: failure: {report.failure}")
        self._conclude(title, report.outcome, report.plan)

    def _conclude(self, key: str, outcome: Outcome, plan: Plan) -> None:
        self._say(f"{key}: {outcome}")
        if outcome is Outcome.CONVERGED and plan.changes:
            self.breaches.append(f"{key} is called converged while this is planned: {', '.join(map(str, plan.changes))}")

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

    def _project(self, stack: str) -> str:
        return f"cleanrooms/{self._stacks[stack].get('stack', stack)}"

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


def _told(found: CollaborationAssessment) -> Iterator[Any]:
    names = found.desired.names
    yield from plan_lines(found.plan, found.world.live if found.world else None, names)
    yield from found.decision.remarks
    if not found.refusals:
        yield from (move_line(move, names) for move in found.moves())
