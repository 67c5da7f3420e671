"""Adopt by id, create without one, and find again when the state is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.engine.conftest import Stage
from tests.engine.stack_files import BANK, REGION, RETAILER, collaboration, governing, only_governing
from tests.engine.world import World
from tools.playground import Playground

pytestmark = pytest.mark.engine


@pytest.fixture
def made_in_the_console(world: World) -> str:
    """A collaboration that no stack governs."""
    world.app.reset()
    made: dict[str, Any] = world.console(RETAILER).create_collaboration(
        name="Old campaign",
        description="Made by hand",
        creatorDisplayName="Retailer",
        creatorMemberAbilities=["CAN_QUERY", "CAN_RECEIVE_RESULTS"],
        queryLogStatus="DISABLED",
        members=[{"accountId": BANK, "memberAbilities": [], "displayName": "Bank"}],
    )
    return str(made["collaboration"]["id"])


def _adopting(world: World, tmp_path: Path, **settings: Any) -> Playground:
    repository = world.repository(tmp_path.name, RETAILER)
    adopted = {
        "creator": RETAILER,
        "region": REGION,
        "members": {
            RETAILER: {"abilities": ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]},
            BANK: {"abilities": []},
        },
        **settings,
    }
    repository.write_stack("retail", only_governing(old=adopted))
    repository.init("retail")
    return repository


def test_adoption_shows_the_owner_tag_as_its_only_change(world: World, made_in_the_console: str, tmp_path: Path) -> None:
    repository = _adopting(world, tmp_path, id=made_in_the_console, name="Old campaign")
    preview = world.watch(lambda: repository.preview("retail"))
    assert (0, []) == (preview.code, preview.writes), preview.output
    plan = "adopt the collaboration: tag it governed-by=cleanrooms/retail/old (at once, no votes)"
    assert {plan} == {line.split("plan: ")[1] for line in preview.lines("plan: ")}


def test_up_adopts_by_writing_the_tag_and_nothing_else(world: World, made_in_the_console: str, tmp_path: Path) -> None:
    repository = _adopting(world, tmp_path, id=made_in_the_console, name="Old campaign")
    up = world.watch(lambda: repository.up("retail", "--skip-preview"))
    assert (0, ["TagResource"]) == (up.code, up.writes), up.output
    assert {"governed-by": "cleanrooms/retail/old"} == up.asked("TagResource")[0].parameters["tags"]
    after = repository.preview("retail", "--expect-no-changes")
    assert 0 == after.code, after.output


def test_a_collaboration_of_the_same_name_without_our_tag_is_refused(
    world: World, made_in_the_console: str, tmp_path: Path
) -> None:
    repository = _adopting(world, tmp_path, name="Old campaign")
    up = world.watch(lambda: repository.up("retail", "--skip-preview"))
    assert (1, []) == (up.code, up.writes), up.output
    assert f"({made_in_the_console}) that this stack does not govern. Adopt it by collaborations.old.id" in up.output


def test_what_another_stack_governs_is_not_taken_over(settled: Stage) -> None:
    other = settled.world.repository("other", RETAILER)
    other.write_stack("another", only_governing(taken=collaboration(id=settled.collaboration, name="retail-media")))
    other.init("another")
    up = settled.world.watch(lambda: other.up("another", "--skip-preview"))
    assert (1, []) == (up.code, up.writes), up.output
    assert "the collaboration is governed by the stack cleanrooms/retail/retail-media" in up.output
    assert "to collaborations.taken.acknowledge" in up.output


def test_with_the_state_lost_everything_is_found_again_and_nothing_made_twice(settled: Stage) -> None:
    fresh = settled.world.repository("fresh", RETAILER)
    fresh.write_stack("retail", governing())
    fresh.init("retail")
    up = settled.world.watch(lambda: fresh.up("retail"))
    assert (0, []) == (up.code, up.writes), up.output
    assert f"found: collaboration {settled.collaboration} is there already, nothing is created" in up.output
    assert "found: 222233334444 (Media) has joined already" in up.output
    assert settled.collaboration == settled.world.only_collaboration(RETAILER)
    assert settled.collaboration in up.output
    after = fresh.preview("retail", "--expect-no-changes")
    assert 0 == after.code, after.output
