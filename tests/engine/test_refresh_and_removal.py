"""`refresh`, `up --refresh`, `destroy` and what is dropped from the file: nothing is ever deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from tests.engine.conftest import Stage
from tests.engine.stack_files import ACCOUNTS, BANK, MEDIA, RECEIVES, RETAILER, governing
from tests.engine.world import Kept, Watched, collaborations_of, member

pytestmark = pytest.mark.engine

Told = Mapping[str, Watched]


def test_a_refresh_of_a_settled_stack_finds_nothing(settled: Stage) -> None:
    refresh = settled.world.watch(lambda: settled.creator.refresh("retail", "--expect-no-changes"))
    assert (0, []) == (refresh.code, refresh.writes), refresh.output


def test_a_refresh_of_a_stack_that_waits_finds_nothing(waiting: Stage) -> None:
    refresh = waiting.world.watch(lambda: waiting.creator.refresh("retail", "--expect-no-changes"))
    assert (0, []) == (refresh.code, refresh.writes), refresh.output


def test_a_denied_read_is_an_error_and_never_taken_for_gone(settled: Stage) -> None:
    before = settled.creator.state("retail")["deployment"]["resources"]
    denied = FaultRule(kind=FaultKind.ERROR, operation="GetCollaboration", code="AccessDeniedException")
    settled.world.app.faults.set([denied])
    refresh = settled.world.watch(lambda: settled.creator.refresh("retail"))
    assert 1 == refresh.code, refresh.output
    assert f"GetCollaboration on {settled.collaboration}: account 111122223333 in eu-west-1 may not see it" in refresh.output
    after = settled.creator.state("retail")["deployment"]["resources"]
    assert [(each["urn"], each.get("outputs")) for each in before] == [(each["urn"], each.get("outputs")) for each in after]


@pytest.fixture(scope="module")
def drifted(settled_once: Kept, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The retailer does not receive results any more, and nobody told its stack."""
    with settled_once.again(tmp_path_factory.mktemp("drifted")) as (world, repositories):
        creator, collaboration = repositories["creator"], world.only_collaboration(RETAILER)
        world.change_behind_our_back(RETAILER, collaboration, [MEDIA, BANK], member(RETAILER))
        told = {
            "look": world.watch(lambda: creator.pulumi("refresh", "--stack", "retail", "--preview-only", "--diff")),
            "refresh": world.watch(lambda: creator.refresh("retail")),
            "again": world.watch(lambda: creator.refresh("retail", "--expect-no-changes")),
            "preview": world.watch(lambda: creator.preview_json("retail")),
            "up": world.watch(lambda: creator.up("retail", "--refresh", "--skip-preview")),
        }
        yield told


@pytest.mark.parametrize("command", ["look", "refresh", "again", "preview"])
def test_looking_writes_nothing(drifted: Told, command: str) -> None:
    assert [] == drifted[command].writes


def test_a_refresh_shows_what_has_moved(drifted: Told) -> None:
    assert 0 == drifted["look"].code
    assert '- [0]: "CAN_RECEIVE_RESULTS"' in drifted["look"].output
    assert "1 to update" in drifted["look"].output


def test_a_refresh_takes_the_change_into_the_state_once(drifted: Told) -> None:
    assert (0, 0) == (drifted["refresh"].code, drifted["again"].code), drifted["again"].output
    assert "1 updated" in drifted["refresh"].output


def test_after_a_refresh_the_preview_still_plans_the_repair(drifted: Told) -> None:
    step = collaborations_of(drifted["preview"].run.json())["retail-media"]
    assert "update" == step["op"]
    assert ["grant CAN_RECEIVE_RESULTS to 111122223333 (Retailer)"] == list(step["newState"]["inputs"]["plan"]["changes"])


def test_up_with_a_refresh_repairs_as_up_does(drifted: Told) -> None:
    assert 0 == drifted["up"].code, drifted["up"].output
    assert 1 == len(drifted["up"].asked("CreateCollaborationChangeRequest"))
    assert "waits for 444455556666 (Bank) to vote on +CAN_RECEIVE_RESULTS 111122223333 (Retailer)" in drifted["up"].output


def test_what_is_dropped_from_the_file_stays_in_force(settled: Stage) -> None:
    settled.creator.write_stack("retail", {"accounts": ACCOUNTS})
    before = settled.world.abilities(RETAILER, settled.collaboration)
    up = settled.world.watch(lambda: settled.creator.up("retail"))
    assert (0, []) == (up.code, up.writes), up.output
    assert "delete[retain]" in up.output
    assert before == settled.world.abilities(RETAILER, settled.collaboration)


def test_what_was_dropped_is_found_again_when_it_returns_to_the_file(settled: Stage) -> None:
    settled.creator.write_stack("retail", {"accounts": ACCOUNTS})
    settled.creator.up("retail", "--skip-preview")
    settled.creator.write_stack("retail", governing())
    up = settled.world.watch(lambda: settled.creator.up("retail", "--skip-preview"))
    assert (0, []) == (up.code, up.writes), up.output
    assert settled.collaboration in up.output


def test_destroy_deletes_nothing(settled: Stage) -> None:
    destroy = settled.world.watch(lambda: settled.creator.pulumi("destroy", "--stack", "retail", "--yes"))
    assert (0, []) == (destroy.code, destroy.writes), destroy.output
    assert {RETAILER: RECEIVES, MEDIA: ["CAN_QUERY"], BANK: []} == settled.world.abilities(RETAILER, settled.collaboration)
    assert [] == settled.creator.state("retail")["deployment"].get("resources", [])
