"""``onWaiting: fail``: a run that ends waiting ends red, with everything done and saved; a preview never does."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.engine.stack_files import BANK, RECEIVES, RETAILER, Config, collaboration, only_governing
from tests.engine.world import Watched, World

pytestmark = pytest.mark.engine

STILL_WAITING = "still waiting at the end of this run"


def impatient(**collaborations: Config) -> Config:
    return {**only_governing(**collaborations), "onWaiting": "fail"}


def complaining(watched: Watched) -> list[str]:
    """The keys of the collaborations whose waiting is called an error at the end."""
    _, _, diagnostics = watched.output.rpartition("Diagnostics:")
    blocks = [block for block in diagnostics.split("\n\n") if f"error: {STILL_WAITING}" in block]
    return [block.partition("cleanrooms:Collaboration (")[2].partition("):")[0] for block in blocks]


@pytest.fixture(scope="module")
def told(world: World) -> Mapping[str, Watched]:
    """Of three collaborations one waits for the bank, one rests while it does, and one needs nothing."""
    creator = world.repository("impatient", RETAILER)
    creator.write_stack("retail", impatient(**{key: collaboration() for key in ("asking", "resting", "settled")}))
    creator.init("retail")
    story = {"creation": world.watch(lambda: creator.up("retail", "--skip-preview"))}
    ids = {each["name"]: each["id"] for each in world.console(RETAILER).list_collaborations()["collaborationList"]}
    world.console(BANK).create_membership(collaborationIdentifier=ids["asking"], queryLogStatus="DISABLED")
    world.console(BANK).create_membership(collaborationIdentifier=ids["resting"], queryLogStatus="DISABLED")
    edited = {
        "asking": collaboration(bank=RECEIVES, deadline=14),
        "resting": collaboration(bank=RECEIVES, paused=True),
        "settled": collaboration(),
    }
    creator.write_stack("retail", impatient(**edited))
    story["preview"] = world.watch(lambda: creator.preview("retail"))
    story["filing"] = world.watch(lambda: creator.up("retail"))
    story["preview while it waits"] = world.watch(lambda: creator.preview("retail", "--expect-no-changes"))
    story["waiting"] = world.watch(lambda: creator.up("retail"))
    (asked,) = story["filing"].asked("CreateCollaborationChangeRequest")
    listed = world.console(RETAILER).list_collaboration_change_requests(collaborationIdentifier=ids["asking"])
    world.console(BANK).update_collaboration_change_request(
        collaborationIdentifier=str(asked.parameters["collaborationIdentifier"]),
        changeRequestIdentifier=listed["collaborationChangeRequestSummaries"][0]["id"],
        action="APPROVE",
    )
    story["commit"] = world.watch(lambda: creator.up("retail"))
    edited["asking"] = collaboration(bank=[*RECEIVES, "CAN_EXPORT_QUERY_ANALYSIS_LOG"])
    edited["settled"] = collaboration(members={RETAILER: ()})
    creator.write_stack("retail", impatient(**edited))
    story["beside a refusal"] = world.watch(lambda: creator.up("retail", "--skip-preview", "--continue-on-error"))
    return story


@pytest.mark.parametrize("command", ["creation", "preview", "preview while it waits", "commit"])
def test_what_waits_for_nobody_at_its_end_ends_well_and_so_does_every_preview(
    told: Mapping[str, Watched], command: str
) -> None:
    assert 0 == told[command].code, told[command].output
    assert STILL_WAITING not in told[command].output


@pytest.mark.parametrize("command", ["filing", "waiting"])
def test_a_run_that_ends_waiting_fails(told: Mapping[str, Watched], command: str) -> None:
    assert 0 != told[command].code
    assert ["asking"] == complaining(told[command])


def test_it_fails_after_everything_was_done_and_saved(told: Mapping[str, Watched]) -> None:
    assert ["TagResource", "CreateCollaborationChangeRequest", "TagResource", "UntagResource"] == told["filing"].writes
    assert ([], []) == (told["preview while it waits"].writes, told["waiting"].writes)
    assert "waits for 444455556666 (Bank) to vote on" in told["waiting"].output


def test_what_was_waited_for_is_committed_by_the_next_run(told: Mapping[str, Watched]) -> None:
    assert ["COMMIT"] == told["commit"].writes


def test_beside_a_refusal_both_are_said(told: Mapping[str, Watched]) -> None:
    assert 1 == told["beside a refusal"].code
    assert ["asking"] == complaining(told["beside a refusal"])
    assert "afterwards nobody receives results any more" in told["beside a refusal"].output
    assert 1 == len(told["beside a refusal"].asked("CreateCollaborationChangeRequest"))
