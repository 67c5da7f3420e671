"""What fails or loses its answer after something was written: nothing is forgotten, nothing is done twice."""

from __future__ import annotations

from typing import Any

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from tests.engine.conftest import Stage
from tests.engine.stack_files import BANK, MEDIA, RECEIVES, RETAILER, collaboration, governing, only_governing
from tests.engine.world import World

pytestmark = pytest.mark.engine


def _denied(operation: str, account: str, **rule: Any) -> FaultRule:
    return FaultRule(kind=FaultKind.ERROR, operation=operation, account=account, code="AccessDeniedException", times=1, **rule)


def _outputs(state: dict[str, Any], kind: str) -> dict[str, Any]:
    (found,) = [each for each in state["deployment"]["resources"] if str(each["type"]).endswith(f":{kind}")]
    return dict(found["outputs"])


def test_a_vote_that_fails_after_the_filing_leaves_what_is_live_in_the_state(settled: Stage) -> None:
    settled.creator.write_stack("retail", governing(bank=RECEIVES))
    settled.world.app.faults.set([_denied("UpdateCollaborationChangeRequest", MEDIA)])
    up = settled.world.watch(lambda: settled.creator.up("retail", "--skip-preview"))
    assert 1 == up.code
    assert 1 == len(up.asked("CreateCollaborationChangeRequest"))
    assert "UpdateCollaborationChangeRequest" in up.output
    assert "Traceback" not in up.output
    outputs = _outputs(settled.creator.state("retail"), "Collaboration")
    assert ("failed", []) == (outputs["outcome"], outputs["live"]["members"][BANK]["abilities"])
    again = settled.world.watch(lambda: settled.creator.up("retail", "--skip-preview"))
    assert (0, ["APPROVE"]) == (again.code, again.writes), again.output
    assert "waits for 444455556666 (Bank)" in again.output


def test_a_creation_that_cannot_be_read_back_is_kept_and_not_made_twice(world: World) -> None:
    world.app.reset()
    creator = world.repository("read-back", RETAILER)
    creator.write_stack("retail", only_governing(new=collaboration()))
    creator.init("retail")
    world.app.faults.set([_denied("ListMembers", RETAILER)])
    up = world.watch(lambda: creator.up("retail", "--skip-preview"))
    assert (1, ["CreateCollaboration"]) == (up.code, up.writes), up.output
    assert "Traceback" not in up.output
    again = world.watch(lambda: creator.up("retail"))
    assert (0, []) == (again.code, again.writes), again.output
    after = creator.preview("retail", "--expect-no-changes")
    assert 0 == after.code, after.output


def test_a_creation_whose_answer_is_lost_is_found_and_not_sent_again(world: World) -> None:
    world.app.reset()
    creator = world.repository("lost-creation", RETAILER)
    creator.write_stack("retail", governing())
    creator.init("retail")
    world.app.faults.set([FaultRule(kind=FaultKind.DROP_AFTER, operation="CreateCollaboration", times=1)])
    up = world.watch(lambda: creator.up("retail", "--skip-preview"))
    assert 0 == up.code, up.output
    assert ["CreateCollaboration", "CreateMembership", "CreateMembership"] == up.writes
    assert world.only_collaboration(RETAILER) in up.output


def test_a_request_whose_answer_is_lost_is_found_and_not_filed_again(settled: Stage) -> None:
    settled.creator.write_stack("retail", governing(bank=RECEIVES))
    settled.world.app.faults.set([FaultRule(kind=FaultKind.DROP_AFTER, operation="CreateCollaborationChangeRequest", times=1)])
    up = settled.world.watch(lambda: settled.creator.up("retail", "--skip-preview"))
    assert 0 == up.code, up.output
    assert 1 == len(up.asked("CreateCollaborationChangeRequest"))
    assert 1 == len(settled.world.open_requests(RETAILER, settled.collaboration))
    assert "waits for 444455556666 (Bank)" in up.output
