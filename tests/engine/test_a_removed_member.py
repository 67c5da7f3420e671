"""A member that the file names under removed: refused where it is the last payer, then acknowledged and gone for good."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from tests.engine.stack_files import BANK, MEDIA, RETAILER, collaboration, only_governing
from tests.engine.world import Watched, World

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def told(world: World) -> Mapping[str, Watched]:
    """The bank pays for queries and is taken out: by a preview, a run, an acknowledged run, and one run more."""
    paying = collaboration()
    paying["members"][BANK]["payerFor"] = ["queryCompute"]
    creator = world.repository("creator", RETAILER)
    creator.write_stack("retail", only_governing(retail=paying))
    creator.init("retail")
    creator.up("retail", "--skip-preview")
    removing = {**paying, "removed": [BANK], "members": {key: each for key, each in paying["members"].items() if key != BANK}}
    creator.write_stack("retail", only_governing(retail=removing))
    watched = {
        "preview": world.watch(lambda: creator.preview("retail")),
        "refused": world.watch(lambda: creator.up("retail", "--skip-preview", "--continue-on-error")),
    }
    (mark,) = set(re.findall(r"fp-[0-9a-f]{16}", watched["refused"].output))
    creator.write_stack("retail", only_governing(retail={**removing, "acknowledge": [mark]}))
    watched["acknowledged"] = world.watch(lambda: creator.up("retail"))
    watched["again"] = world.watch(lambda: creator.up("retail"))
    return watched


@pytest.mark.parametrize("command", ["preview", "refused"])
def test_the_removal_of_the_last_payer_is_refused_with_what_passes_it(told: Mapping[str, Watched], command: str) -> None:
    assert (1, []) == (told[command].code, told[command].writes)
    refused = "remove member 444455556666 (Bank): afterwards nobody is named to pay for queryCompute any more"
    assert told[command].lines(refused)
    assert told[command].lines("to collaborations.retail.acknowledge")


def test_once_acknowledged_it_is_made_by_one_call(told: Mapping[str, Watched]) -> None:
    assert (0, ["DeleteMember"]) == (told["acknowledged"].code, told["acknowledged"].writes)
    assert told["acknowledged"].lines("removed member 444455556666 (Bank)")


def test_it_is_gone_and_the_next_run_writes_nothing(told: Mapping[str, Watched], world: World) -> None:
    assert (0, []) == (told["again"].code, told["again"].writes)
    id = world.only_collaboration(RETAILER)
    members = world.console(RETAILER).list_members(collaborationIdentifier=id)["memberSummaries"]
    assert {RETAILER: "INVITED", MEDIA: "INVITED", BANK: "REMOVED"} == {each["accountId"]: each["status"] for each in members}
