"""A collaboration gets another key: with ``previously`` the engine goes on with the state that there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.engine.stack_files import ACCOUNTS, RETAILER, Config, collaboration, memberships
from tests.engine.world import Kept, Watched
from tools.playground import Run

pytestmark = pytest.mark.engine

Told = Mapping[str, Any]


def _under(key: str, **settings: Any) -> Config:
    return {"accounts": ACCOUNTS, "collaborations": {key: collaboration(**settings)}, "memberships": memberships(key=key)}


@pytest.fixture(scope="module")
def renamed(settled_once: Kept, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """``retail-media`` is called ``campaigns`` from now on."""
    with settled_once.again(tmp_path_factory.mktemp("renamed")) as (world, repositories):
        creator, id_ = repositories["creator"], world.only_collaboration(RETAILER)
        creator.write_stack("retail", _under("campaigns", previously=["retail-media"]))
        told: dict[str, Any] = {
            "id": id_,
            "preview": world.watch(lambda: creator.preview_json("retail")),
            "up": world.watch(lambda: creator.up("retail")),
            "again": world.watch(lambda: creator.preview("retail", "--expect-no-changes")),
        }
        creator.write_stack("retail", _under("campaigns"))
        told["without"] = world.watch(lambda: creator.preview("retail", "--expect-no-changes"))
        told["state"] = creator.state("retail")
        told["ids"] = [each["id"] for each in world.console(RETAILER).list_collaborations()["collaborationList"]]
        yield told


def test_the_preview_shows_an_update_and_neither_something_new_nor_something_gone(renamed: Told) -> None:
    run: Run = renamed["preview"].run
    preview = run.json()
    steps = {str(step["urn"]).rpartition("::")[2]: step["op"] for step in preview["steps"]}
    assert "update" == steps["campaigns"]
    assert {"update", "same"} >= set(steps.values()), steps
    plan = next(step for step in preview["steps"] if step["op"] == "update")["newState"]["inputs"]["plan"]["changes"]
    assert [
        "rename the collaboration to 'campaigns' (until now 'retail-media')",
        "tag the collaboration by its new key: governed-by=cleanrooms/retail/campaigns"
        " (until now cleanrooms/retail/retail-media)",
    ] == sorted(plan)


def test_up_tags_and_renames_the_collaboration_that_there_is(renamed: Told) -> None:
    up: Watched = renamed["up"]
    assert (0, ["TagResource", "UpdateCollaboration"]) == (up.code, up.writes), up.output
    assert [renamed["id"]] == renamed["ids"]


def test_the_state_knows_the_new_key_alone_and_the_memberships_stay(renamed: Told) -> None:
    names = [str(each["urn"]).rpartition("::")[2] for each in renamed["state"]["deployment"]["resources"]]
    assert "retail-media" not in names
    assert 2 == names.count("campaigns")
    assert (2, 2) == (names.count("media"), names.count("retailer"))


def test_nothing_is_left_to_do_and_previously_can_go(renamed: Told) -> None:
    assert [(0, []), (0, [])] == [(renamed[each].code, renamed[each].writes) for each in ("again", "without")]
