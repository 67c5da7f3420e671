"""One stack's way through its whole file, as the program and the engine go it, told in the words that a user would read."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from cleanrooms_governance.assessment.budgets import assess_budget
from cleanrooms_governance.assessment.collaborations import assess_collaboration
from cleanrooms_governance.assessment.declared import collaboration_keys
from cleanrooms_governance.assessment.memberships import assess_membership
from cleanrooms_governance.assessment.telling import budget_lines, collaboration_lines, membership_lines
from cleanrooms_governance.budgets.advance_budget import BudgetOwner, advance_budget
from cleanrooms_governance.change_requests.next_move import Outcome
from cleanrooms_governance.change_requests.sayings import one_at_a_time
from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.errors import GovernanceError, InvalidInput
from cleanrooms_governance.memberships.advance_membership import Member, advance_membership
from cleanrooms_governance.planning.expiry import as_of
from cleanrooms_governance.planning.plan import Plan, Reviewed
from cleanrooms_governance.running.advance import advance, ensure_collaboration
from cleanrooms_governance.running.making_moves import Parties
from cleanrooms_governance.service import Accounts
from cleanrooms_governance.settings.budget_inputs import budget_inputs, parse_budget_inputs
from cleanrooms_governance.settings.inputs import (
    collaboration_inputs,
    membership_inputs,
    parse_collaboration_inputs,
    parse_membership_inputs,
)
from cleanrooms_governance.settings.stack_file import StackFile, load


def configuration(sections: Mapping[str, Any]) -> dict[str, str]:
    """Return the sections of a stack file as the engine hands them over."""
    return {f"cleanrooms:{key}": json.dumps(value) for key, value in sections.items()}


def budgets_of(file: StackFile) -> list[tuple[str, str]]:
    """Return the keys of a file's privacy budgets: that of the membership, and the budget's own."""
    return [(key, name) for key, each in file.memberships.items() for name in each.privacy_budgets or {}]


@dataclass
class Walk:
    """Looks at everything in a stack file once, or carries it out.

    ``project`` is ``<project>/<stack>``; ``say`` gets each line; ``id_of`` gives the id of the collaboration under a key, empty
    while there is none. ``known`` and ``conflicts`` are what the stack's state keeps by key: the id, none where it is lost, and
    the requests that were open when the service would not take another one.
    """

    project: str
    accounts: Accounts
    today: date
    say: Callable[[str], None]
    id_of: Callable[[str], str]
    conflicts: dict[str, frozenset[str]]
    known: Mapping[str, str] = field(default_factory=dict)
    asked: dict[str, DesiredCollaboration] = field(default_factory=dict)
    """What the file wanted of each collaboration."""
    ends: dict[str, Outcome] = field(default_factory=dict)
    """How each resource stands, where a run came to an end of its own."""
    false_calm: list[str] = field(default_factory=list)
    """What was called converged while something was planned."""

    def walk(self, sections: Mapping[str, Any], folder: Path, *, run: bool) -> StackFile | None:
        """Return the file that was gone through, or nothing if it cannot be used."""
        try:
            file = load(configuration(sections), folder)
        except InvalidInput as invalid:
            self._say(*(f"finding: {finding}" for finding in invalid.findings))
            return None
        for key in file.collaborations:
            self._collaboration(file, key, run=run)
        for key in file.memberships:
            self._membership(file, key, run=run)
        for key, name in budgets_of(file):
            self._budget(file, key, name, run=run)
        return file

    def _collaboration(self, file: StackFile, key: str, *, run: bool) -> None:
        written, access, voters = parse_collaboration_inputs(collaboration_inputs(file, key, self.project))
        desired = self.asked[key] = as_of(written, self.today)
        port = self.accounts(access, desired.region)
        held = {account: self.accounts(voter, desired.region) for account, voter in voters.items()}
        one_way = frozenset(account for account, voter in voters.items() if voter.read == voter.write)
        found = assess_collaboration(
            desired,
            self.known.get(key, ""),
            port,
            self.today,
            may_write=access.write is not None,
            voters=held,
            one_way=one_way,
            declared=collaboration_keys(file),
        )
        self._say(*(f"{key}: {line.message}" for line in collaboration_lines(found)))
        self._say(*(f"{key}: refused: {refusal.message}" for refusal in found.refusals))
        if not run or found.refusals:
            return
        if (conflicting := self.conflicts.get(key)) and not replace(found, conflicting=conflicting).moves():
            # As the engine does: with nothing to do since the last run, it makes none.
            self._say(f"{key}: {one_at_a_time(found.collaboration_id, conflicting).message}")
            self._conclude(key, found.decision.outcome, found.plan)
            return
        parties = Parties(
            creator=port,
            voters=held,
            today=self.today,
            sleep=lambda _: None,
            tell=lambda line: self._say(f"{key}: done: {line}"),
            may_write=access.write is not None,
        )
        try:
            collaboration_id = ensure_collaboration(desired, found.collaboration_id, parties)
            self.id_of(key)
            report = advance(desired, collaboration_id, Reviewed.of(found.plan), parties)
        except GovernanceError as error:
            self._say(f"{key}: error: {error}")
            return
        self.conflicts[key] = report.conflicting
        self._say(*(f"{key}: {line.message}" for line in report.decision.remarks))
        if report.failure:
            self._say(f"{key}: failure: {report.failure}")
        self._conclude(key, report.outcome, report.plan)

    def _membership(self, file: StackFile, key: str, *, run: bool) -> None:
        inputs = membership_inputs(file, key, self.project)
        if not inputs["collaboration"]:
            if not (collaboration_id := self.id_of(file.memberships[key].collaboration)):
                return
            inputs = {**inputs, "collaboration": collaboration_id}
        desired, access = parse_membership_inputs(inputs)
        port = self.accounts(access, desired.region)
        found = assess_membership(desired, port, self.today, may_write=access.write is not None)
        self._say(*(f"{key}: {line.message}" for line in membership_lines(found)))
        self._say(*(f"{key}: refused: {refusal.message}" for refusal in found.refusals))
        if not run or found.refusals:
            return
        member = Member(port, self.today, lambda line: self._say(f"{key}: done: {line}"), access.write is not None)
        try:
            report = advance_membership(desired, Reviewed.of(found.plan), member)
        except GovernanceError as error:
            self._say(f"{key}: error: {error}")
            return
        self._say(*(f"{key}: refused: {refusal.message}" for refusal in report.plan.refusals))
        if report.failure:
            self._say(f"{key}: failure: {report.failure}")
        self._conclude(key, report.outcome, report.plan)

    def _budget(self, file: StackFile, key: str, name: str, *, run: bool) -> None:
        inputs = budget_inputs(file, key, name, self.project)
        if not inputs["collaboration"]:
            if not (collaboration_id := self.id_of(file.memberships[key].collaboration)):
                return
            inputs = {**inputs, "collaboration": collaboration_id}
        desired, access = parse_budget_inputs(inputs)
        port, title = self.accounts(access, desired.region), f"{key}/{name}"
        found = assess_budget(desired, port, may_write=access.write is not None)
        self._say(*(f"{title}: {line.message}" for line in budget_lines(found)))
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
        self.ends[key] = outcome
        self._say(f"{key}: {outcome}")
        if outcome is Outcome.CONVERGED and plan.changes:
            self.false_calm.append(f"{key} is called converged while this is planned: {', '.join(map(str, plan.changes))}")

    def _say(self, *lines: str) -> None:
        for line in lines:
            self.say(line)
