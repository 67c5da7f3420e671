"""`crgov plan` and the check of the providers find the same, in every world that a story comes through."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest

from cleanrooms_emulator.faults import FaultRule
from cleanrooms_governance.assessment.declared import declared_resources
from cleanrooms_governance.assessment.drift import Remedy, drift_of
from cleanrooms_governance.assessment.planned_stack import outcome_of, resource_document, summary_of
from cleanrooms_governance.assessment.whole_stack import assess_stack
from cleanrooms_governance.aws import AwsAccounts
from cleanrooms_governance.change_requests.next_move import Outcome
from cleanrooms_governance.errors import InvalidInput
from cleanrooms_governance.settings.budget_inputs import budget_inputs
from cleanrooms_governance.settings.inputs import collaboration_inputs, membership_inputs
from cleanrooms_governance.settings.stack_file import StackFile, load
from cleanrooms_providers import collaboration, governed, membership, privacy_budget_template
from cleanrooms_providers.governed import GovernedProvider
from cleanrooms_providers.memory import Memory
from tests.scenarios.play import Scenario
from tests.scenarios.test_scenarios import FOLDERS
from tests.scenarios.walk import configuration

PROVIDERS: dict[str, type[GovernedProvider]] = {
    "collaboration": collaboration.CollaborationProvider,
    "membership": membership.MembershipProvider,
    "budget": privacy_budget_template.PrivacyBudgetTemplateProvider,
}
COMPUTED = ("plan", "fingerprint", "refused")

Found = tuple[dict[str, Any], list[str]]
"""The computed inputs of each resource, ``None`` where they are not known, and the lines of the summary."""


class Compared(Scenario):
    """A story in which both look before every preview and every run, and at how the last one left the world."""

    compared: int = 0

    def _walk(self, stack: str, *, run: bool) -> None:
        self._compare(stack)
        super()._walk(stack, run=run)

    def play(self) -> str:
        told = super().play()
        for stack in self._last_stacks:
            self._compare(stack)
        return told

    def _compare(self, stack: str) -> None:
        place = self._stacks[stack]
        self._environment.setenv("AWS_ACCESS_KEY_ID", place["caller"])
        self._learn_ids()
        config = configuration(json.loads(self._filled(json.dumps(place["config"]))))
        try:
            file = load(config, self._folder)
        except InvalidInput:
            return
        project = f"cleanrooms/{place.get('stack', stack)}"
        accounts = self._accounts.setdefault(stack, AwsAccounts(f"cleanrooms/{stack}", self._connect))
        # A fault that strikes once would strike one of the two.
        faults = list(left(self._app.faults.as_json()))
        self._app.faults.clear()
        told, checked = self._planned(file, project, accounts), self._checked(file, project, accounts, config)
        self._app.faults.set(faults)
        assert checked == told
        self.compared += 1

    def _planned(self, file: StackFile, project: str, accounts: AwsAccounts) -> Found:
        found = assess_stack(file, project, accounts, self._day, lambda _, __: None)
        calm = [each for each in found if outcome_of(each) is Outcome.CONVERGED]
        assert [] == [each.name for each in calm for it in drift_of(each).differences if it.remedy is Remedy.RUN]
        documents = {each.name: resource_document(each, self._day) for each in found}
        computed = {name: {key: document[key] for key in COMPUTED} for name, document in documents.items()}
        return computed, summary_of(found, declared_resources(file)).splitlines()

    def _checked(self, file: StackFile, project: str, accounts: AwsAccounts, config: dict[str, str]) -> Found:
        memory = Memory(config, self._folder, today=self._day, _accounts=accounts, _reading_ahead=True)
        for module in (collaboration, governed, membership, privacy_budget_template):
            self._environment.setattr(module, "MEMORY", memory)
        found: dict[str, Any] = {}
        ids: dict[str, object] = {}
        for key in file.collaborations:
            checked = check("collaboration", collaboration_inputs(file, key, project))
            ids[key] = checked["collaborationId"] or pulumi.UNKNOWN
            found[f"collaboration {key}"] = checked
        for key, section in file.memberships.items():
            given = membership_inputs(file, key, project)
            own = {"collaboration": ids[section.collaboration]} if section.collaboration in ids else {}
            found[f"membership {key}"] = check("membership", {**given, **own})
        for key, section in file.memberships.items():
            for name in sorted(section.privacy_budgets or {}):
                given = budget_inputs(file, key, name, project)
                own = {"collaboration": ids[section.collaboration]} if section.collaboration in ids else {}
                found[f"budget {key}/{name}"] = check("budget", {**given, **own})
        computed = {name: {key: known(checked[key]) for key in COMPUTED} for name, checked in found.items()}
        return computed, memory.proceedings.summary(declared_resources(file)).splitlines()


def check(kind: str, inputs: dict[str, Any]) -> dict[str, Any]:
    result = PROVIDERS[kind]().check({}, inputs)
    assert [] == result.failures
    return dict(result.inputs)


def left(faults: Iterable[dict[str, Any]]) -> Iterator[FaultRule]:
    """The faults that still strike."""
    for fault in faults:
        counted = {"times": fault["times"] - fault["hits"]} if fault.get("times") is not None else {}
        rule = {key: value for key, value in {**fault, **counted}.items() if key not in ("matched", "hits")}
        if counted.get("times") != 0:
            yield FaultRule.from_json(rule)


def known(value: Any) -> Any:
    return None if value == pulumi.UNKNOWN else value


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_plan_says_what_a_preview_says_at_every_step(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-checked")
    scenario = Compared(folder, monkeypatch)
    scenario.play()
    assert scenario.compared or "finding:" in (folder / "expected.txt").read_text()
