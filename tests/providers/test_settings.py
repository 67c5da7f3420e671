"""What a collaboration is beside its members, as the engine sees it: refreshed, kept under another key, cheap to look for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from tests.providers.conftest import Settled
from tests.providers.mini_engine import Phase, Stack
from tests.providers.stacks import MEDIAS, RETAILER, RETAILERS, Config, collaboration, governing
from tests.providers.world import World

SALES = "collaboration sales"
DECLARED: Mapping[str, Any] = {
    "description": "Campaign",
    "queryLog": False,
    "jobLog": False,
    "metrics": False,
    "encryption": {},
    "resultRegions": ["eu-west-1"],
    "analyticsEngine": "SPARK",
    "tags": {"team": "sales", "cost": "17"},
    "autoApprove": [],
}


@pytest.fixture(scope="module")
def moved(settled: Settled) -> Mapping[str, Any]:
    """Somebody has changed the name, the description and a tag in the console, and there was nothing about Regions ever."""
    stack = settled(governing(**DECLARED))
    run = stack.update()
    console, id_ = stack.world.console(RETAILER), stack.state[SALES].id
    console.update_collaboration(collaborationIdentifier=id_, name="Theirs", description="Theirs")
    arn = console.get_collaboration(collaborationIdentifier=id_)["collaboration"]["arn"]
    console.tag_resource(resourceArn=arn, tags={"team": "legal", "unheard-of": "1"})
    console.untag_resource(resourceArn=arn, tagKeys=["cost"])
    phases = {"refresh": stack.refresh(), "again": stack.refresh()}
    return {"run": run, "stack": stack, **phases, "preview": stack.preview(), "repair": stack.update(), "then": stack.preview()}


def test_what_a_file_declares_is_set_in_one_update(moved: Mapping[str, Any]) -> None:
    run: Phase = moved["run"]
    assert ("update", ["UpdateCollaboration", "TagResource"]) == (run[SALES].op, run.writes)


def test_a_refresh_shows_the_live_value_of_each_declared_setting(moved: Mapping[str, Any]) -> None:
    step = moved["refresh"][SALES]
    assert step.moved
    shown = {key: step.inputs[key] for key in ("name", *DECLARED) if key in step.inputs}
    unchanged = {key: value for key, value in DECLARED.items() if key not in ("description", "tags", "resultRegions")}
    assert {**unchanged, "name": "Theirs", "description": "Theirs", "tags": {"team": "legal"}} == shown


def test_what_a_refresh_has_recorded_is_read_again_without_complaint(moved: Mapping[str, Any]) -> None:
    assert ("read", False) == (moved["again"][SALES].op, moved["again"][SALES].moved)


def test_after_the_refresh_the_file_is_still_what_counts(moved: Mapping[str, Any]) -> None:
    assert [
        "describe the collaboration as 'Campaign' (until now 'Theirs')",
        "rename the collaboration to 'sales' (until now 'Theirs')",
        "tag the collaboration: cost=17, team=sales",
    ] == moved["preview"][SALES].plan
    assert ["UpdateCollaboration", "TagResource"] == moved["repair"].writes
    assert {"same"} == set(moved["then"].ops.values())


def test_a_tag_of_somebody_else_is_no_reason_for_anything(moved: Mapping[str, Any]) -> None:
    stack: Stack = moved["stack"]
    assert {"team": "sales", "cost": "17"} == stack.state[SALES].outputs["live"]["tags"]


def renamed(*more: str, **settings: Any) -> Config:
    """The stack file whose collaboration has the key ``selling`` from now on, and which declares more of them."""
    memberships = {"media": {**MEDIAS, "collaboration": "selling"}, "retailer": {**RETAILERS, "collaboration": "selling"}}
    collaborations = {"selling": collaboration(**settings), **{key: collaboration() for key in more}}
    return {**governing(memberships=memberships), "collaborations": collaborations}


def test_a_renamed_key_goes_on_with_the_state_that_there_is(settled: Settled) -> None:
    stack = settled(renamed(previously=["sales"]))
    run = stack.update()
    assert {"collaboration selling": "update", "membership media": "same", "membership retailer": "same"} == run.ops
    assert ["TagResource", "UpdateCollaboration"] == run.writes
    assert {"same"} == set(stack.preview().ops.values())


def warnings(phase: Phase, key: str) -> list[str]:
    return [line.message for line in phase.lines if line.severity == "WARNING" and line.urn.endswith(f"::collaboration {key}")]


def test_a_preview_warns_of_a_renamed_key_that_the_file_does_not_mention(settled: Settled) -> None:
    preview = settled(renamed()).preview()
    assert "create" == preview["collaboration selling"].op
    (warning,) = warnings(preview, "selling")
    assert "under the key sales, which its file has no more. If sales was renamed, add it to" in warning
    assert 1 == len(preview.asked("ListTagsForResource"))


def test_a_key_that_another_collaboration_had_is_no_reason_for_a_warning(settled: Settled) -> None:
    preview = settled(renamed("other", previously=["sales"])).preview()
    assert "create" == preview["collaboration other"].op
    assert [] == warnings(preview, "other")


def test_each_collaboration_of_another_name_is_asked_for_its_tags_once_a_process(world: World) -> None:
    for name in ("One", "Other"):
        world.console(RETAILER).create_collaboration(
            name=name, creatorDisplayName="Retailer", creatorMemberAbilities=[], queryLogStatus="DISABLED", members=[]
        )
    stack = Stack(world, {**governing(memberships={}), "collaborations": {key: collaboration() for key in ("a", "b", "c")}})
    run = stack.update()
    assert ["CreateCollaboration"] * 3 == run.writes
    asked = Counter(call.parameters["resourceArn"] for call in run.asked("ListTagsForResource"))
    theirs = [
        each["arn"] for each in world.console(RETAILER).list_collaborations()["collaborationList"] if len(each["name"]) > 1
    ]
    assert [1, 1] == [asked[arn] for arn in theirs]
    assert len(asked) * 2 >= sum(asked.values())
