"""`crgov plan` says without Pulumi what `pulumi preview` says with it: one world, one stack file, both asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cleanrooms_governance.planning.stack_fingerprint import stack_fingerprint
from tests.engine.conftest import Stage
from tests.engine.stack_files import INSURER, MEDIA, RECEIVES, Config, collaboration, governing

pytestmark = pytest.mark.engine

KINDS = {"Collaboration": "collaboration", "Membership": "membership", "PrivacyBudgetTemplate": "budget"}
COMPUTED = ("plan", "refused", "fingerprint")
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What the engine writes in JSON for a text that is not known yet."""


def edited() -> Config:
    """Beside what waits for the bank's vote: a new member, a collaboration that is not there yet, and a privacy budget."""
    stack = governing(bank=RECEIVES, members={INSURER: ()})
    memberships: dict[str, Any] = dict(stack["memberships"])
    noise = {"type": "DIFFERENTIAL_PRIVACY", "epsilon": 3, "usersNoisePerQuery": 50, "autoRefresh": "NONE"}
    memberships["media"] = {**memberships["media"], "privacyBudgets": {"noise": noise}}
    memberships["claims"] = {"account": MEDIA, "collaboration": "claims", "payerFor": ["queryCompute"]}
    collaborations = {**stack["collaborations"], "claims": collaboration()}
    return {**stack, "collaborations": collaborations, "memberships": memberships}


def previewed(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The computed inputs of each resource of ours, by the names of the summary; ``None`` where they are not known."""
    found = {}
    for step in document["steps"]:
        state = step["newState"]
        kind = KINDS.get(state["type"].rpartition(":")[2])
        if kind:
            inputs = state.get("inputs") or {}
            known = {key: None if inputs.get(key) in (UNKNOWN, None) else inputs[key] for key in COMPUTED}
            found[f"{kind} {state['urn'].rpartition('::')[2]}"] = known
    return found


def test_a_plan_and_a_preview_say_the_same_of_every_resource(waiting: Stage) -> None:
    waiting.creator.write_stack("retail", edited())
    preview = previewed(waiting.creator.preview_json("retail").json())
    planned = waiting.creator.crgov("plan", "--json", "--stack", "retail")
    document = planned.json()
    told = {f"{each['kind']} {each['key']}": {key: each[key] for key in COMPUTED} for each in document["resources"]}
    assert 2 == planned.code, planned.output
    assert preview == told
    assert {None} == {told["membership claims"][key] for key in COMPUTED}
    assert 6 == len(told)
    assert document["fingerprint"] == stack_fingerprint({name: each["fingerprint"] or "" for name, each in preview.items()})
