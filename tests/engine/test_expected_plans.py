"""`crgov up --expect` with the real pulumi: what was reviewed is done, what was not is refused alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cleanrooms_governance.reviewed_plan import ReviewedPlan, ReviewedResource, build
from tests.engine.stack_files import ACCOUNTS, BANK, INSURER, MEDIA, RECEIVES, RETAILER, collaboration
from tests.engine.world import Watched, World, member, open_world
from tools.playground import Playground
from tools.pulumi.toolchain import Toolchain, locate

pytestmark = pytest.mark.engine

APPROVING = {"media": {"account": MEDIA, "changeRequests": {"ownPlan": "approve"}, "payerFor": ["queryCompute"]}}
KINDS = {"Collaboration": "collaboration", "Membership": "membership", "PrivacyBudgetTemplate": "budget"}


@dataclass(frozen=True)
class Stage:
    """Two collaborations that are as their file says, and their repository."""

    world: World
    repository: Playground
    ids: dict[str, str]

    def wanting(self, *abilities: str) -> None:
        """Have the file want these abilities for the bank in both."""
        self.repository.write_stack("retail", _wanting(*abilities))

    def up(self, *arguments: str) -> tuple[Watched, dict[str, Any]]:
        """Run `crgov up`; return it with its report."""
        program = str(locate().pulumi)
        ran = self.world.watch(
            lambda: self.repository.crgov("up", "--stack", "retail", "--pulumi", program, "--json", *arguments)
        )
        return ran, json.loads(ran.run.stdout)

    def review(self) -> tuple[Path, str]:
        """Write down what a preview shows; return the file and its fingerprint."""
        steps = self.repository.preview_json("retail").json()["steps"]
        resources = {
            f"{KINDS[kind]} {key}": ReviewedResource(inputs["plan"], inputs["fingerprint"])
            for step in steps
            for kind, key in [(step["urn"].rpartition("::")[0].rpartition(":")[2], step["urn"].rpartition("::")[2])]
            for inputs in [step["newState"].get("inputs") or {}]
            if kind in KINDS and isinstance(inputs.get("plan"), dict)
        }
        plan = ReviewedPlan({"cleanrooms/retail": resources})
        file = self.repository.scratch / "plan.json"
        file.write_text(json.dumps(build(plan)))
        return file, plan.fingerprint


def _wanting(*abilities: str) -> dict[str, Any]:
    keys = ("retail-media", "spring-campaign")
    memberships = {f"media-{key}": {**APPROVING["media"], "collaboration": key} for key in keys}
    return {
        "accounts": ACCOUNTS,
        "collaborations": {key: collaboration(bank=abilities) for key in keys},
        "memberships": memberships,
    }


@pytest.fixture
def stage(tmp_path: Path, toolchain: Toolchain) -> Iterator[Stage]:
    with open_world(tmp_path) as world:
        repository = world.repository("creator", RETAILER)
        repository.write_stack("retail", _wanting())
        repository.init("retail")
        first = repository.up("retail", "--skip-preview")
        assert 0 == first.code, first.output
        listed = world.console(RETAILER).list_collaborations()["collaborationList"]
        ids = {each["name"]: each["id"] for each in listed}
        for each in ids.values():
            world.console(BANK).create_membership(collaborationIdentifier=each, queryLogStatus="DISABLED")
        yield Stage(world, repository, ids)


def outcomes(report: dict[str, Any]) -> dict[str, str]:
    return {each["key"]: each["outcome"] for each in report["resources"] if each["kind"] == "Collaboration"}


def test_what_was_reviewed_is_done_and_what_drifted_is_refused_alone(stage: Stage) -> None:
    stage.wanting(*RECEIVES)
    plan, fingerprint = stage.review()
    stage.world.change_behind_our_back(
        RETAILER, stage.ids["spring-campaign"], [MEDIA, BANK], member(INSURER, *RECEIVES, name="Insurer"), member(RETAILER)
    )
    ran, report = stage.up("--expect", str(plan), "--fingerprint", fingerprint)
    assert (4, {"retail-media": "waiting", "spring-campaign": "refused"}) == (ran.code, outcomes(report)), ran.output
    assert "not in the reviewed plan: grant CAN_RECEIVE_RESULTS to 111122223333 (Retailer)" in ran.output
    assert ["CreateCollaborationChangeRequest", "APPROVE"] == [each for each in ran.writes if not each.endswith("Resource")]
    (request,) = stage.world.open_requests(RETAILER, stage.ids["retail-media"])
    stage.world.act(BANK, stage.ids["retail-media"], request, "APPROVE")
    again, report = stage.up("--expect", str(plan), "--fingerprint", fingerprint)
    assert (4, {"retail-media": "converged", "spring-campaign": "refused"}) == (again.code, outcomes(report)), again.output


def test_a_changed_file_lets_nothing_run_and_a_preview_says_what_was_not_reviewed(stage: Stage) -> None:
    plan, _ = stage.review()
    stage.wanting(*RECEIVES)
    whole = plan.read_text()
    plan.write_text(whole.replace("retail-media", "retail-media-2"))
    changed, report = stage.up("--expect", str(plan))
    assert (4, ()) == (changed.code, changed.calls), changed.output
    assert "it was changed after it was written" in report["error"]
    plan.write_text(whole)
    held = Playground(
        stage.repository.scratch, stage.world.url, stage.repository.caller, {"CLEANROOMS_EXPECT": str(plan)}
    ).preview("retail")
    assert 1 == held.code, held.output
    assert "not in the reviewed plan: grant CAN_RECEIVE_RESULTS to 444455556666 (Bank)" in held.output
