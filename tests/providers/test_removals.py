"""Members removed through the provider: planned, made, and kept from being made where something else has failed."""

from __future__ import annotations

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from cleanrooms_governance.assessment.collaborations import CollaborationAssessment
from cleanrooms_governance.assessment.outlook import Outlook, expected_collaboration, outlook
from cleanrooms_governance.change_requests.next_move import decide
from cleanrooms_governance.model import Collaboration
from cleanrooms_governance.running.world import World as Read
from tests.providers.mini_engine import Stack
from tests.providers.stacks import ACCOUNTS, BANK, INSURER, MEDIA, RECEIVES, RETAILER, Config, collaboration
from tests.providers.world import World
from tests.unit.core import builders

EAST, SALES = "collaboration east", "collaboration sales"
BEFORE = {"east": collaboration({BANK: ()}), "sales": collaboration({BANK: (), INSURER: ()})}


def stack_file(**collaborations: Config) -> Config:
    return {"accounts": dict(ACCOUNTS), "collaborations": {**BEFORE, **collaborations}, "memberships": {}}


def without(*accounts: str, **settings: object) -> Config:
    """The collaboration of the insurer without these members, who are to be removed."""
    written = {**BEFORE["sales"], "removed": list(accounts), **settings}
    written["members"] = {account: each for account, each in written["members"].items() if account not in accounts}
    return written


@pytest.fixture
def stack(world: World) -> Stack:
    """Two collaborations, created; nobody but the creator has joined."""
    stack = Stack(world, stack_file())
    stack.update()
    return stack


def statuses(stack: Stack) -> dict[str, str]:
    return {account: each["status"] for account, each in stack.state[SALES].outputs["live"]["members"].items()}


def test_a_removal_is_planned_made_and_recorded_and_the_next_preview_is_empty(stack: Stack) -> None:
    stack.config = stack_file(sales=without(BANK))
    preview = stack.preview()
    assert (["remove member 444455556666 (Bank)"], []) == (preview[SALES].plan, preview.writes)
    run = stack.update()
    assert ["DeleteMember"] == run.writes
    assert "REMOVED" == statuses(stack)[BANK]
    assert {"same"} == set(stack.preview().ops.values())


def test_a_refused_removal_is_made_once_each_danger_is_acknowledged(stack: Stack) -> None:
    stack.config = stack_file(sales=without(BANK, INSURER))
    refused = stack.preview()[SALES]
    assert ["removal", "removal"] == refused.refused
    assert ("failed", []) == ((run := stack.update())[SALES].op, run.writes)
    first, second = refused.inputs["plan"]["dangers"]
    stack.config = stack_file(sales=without(BANK, INSURER, acknowledge=[first]))
    assert ("failed", []) == ((run := stack.update())[SALES].op, run.writes)
    stack.config = stack_file(sales=without(BANK, INSURER, acknowledge=[first, second]))
    assert ["DeleteMember", "DeleteMember"] == stack.update().writes
    assert ["REMOVED", "REMOVED"] == [statuses(stack)[account] for account in (BANK, INSURER)]


def failing(operation: str, **more: object) -> FaultRule:
    return FaultRule(kind=FaultKind.ERROR, operation=operation, code="AccessDeniedException", **more)  # type: ignore[arg-type]


def test_nobody_is_removed_in_a_run_in_which_another_collaboration_failed_and_the_next_one_makes_it(stack: Stack) -> None:
    stack.config = stack_file(east=collaboration({BANK: RECEIVES}), sales=without(BANK))
    stack.world.app.faults.set([failing("CreateCollaborationChangeRequest")])
    run = stack.update()
    assert ("failed", "update") == (run[EAST].op, run[SALES].op)
    assert [] == [call for call in run.calls if call.operation == "DeleteMember"]
    assert "waiting" == stack.state[SALES].outputs["outcome"]
    (held_back,) = [line for line in run.said(SALES) if "is not removed in this run" in line]
    assert "something failed before: cleanrooms/test/east (" in held_back
    stack.world.app.faults.set([])
    assert "DeleteMember" in stack.update().writes


def test_nobody_is_removed_in_a_run_in_which_another_collaboration_could_not_be_read(world: World) -> None:
    medias = {"east": collaboration({BANK: ()}, creator=MEDIA)}
    stack = Stack(world, stack_file(**medias))
    stack.update()
    stack.config = stack_file(**medias, sales=without(BANK))
    stack.world.app.faults.set([failing("ListMembers", account=MEDIA)])
    run = stack.update()
    assert ("failed", "update", []) == (run[EAST].op, run[SALES].op, run.writes)


def test_a_refusal_that_a_preview_shows_keeps_no_other_collaboration_from_removing_somebody(stack: Stack) -> None:
    stack.config = stack_file(east=collaboration({MEDIA: ("CAN_QUERY", *RECEIVES), BANK: ()}), sales=without(BANK))
    run = stack.update()
    assert (["runner-entry"], "failed") == (run[EAST].refused, run[EAST].op)
    assert ["DeleteMember"] == run.writes
    assert RETAILER in statuses(stack)


def assessed(live: Collaboration) -> CollaborationAssessment:
    """How the removal of the bank is found; the shop is to receive results."""
    desired = builders.stack_file(builders.wanted_member(builders.SHOP, builders.RECEIVE), removed=frozenset({builders.BANK}))
    case = builders.situation(desired, live)
    return CollaborationAssessment(desired, live.id, case.plan, decide(case), Read(live, ()))


def test_a_membership_is_planned_against_a_removal_that_is_made_in_this_run() -> None:
    shop = builders.member(builders.SHOP, builders.RECEIVE)
    found = assessed(builders.collaboration(builders.member(builders.BANK), shop))
    expected = expected_collaboration(found, builders.BANK)
    assert Outlook.PREDICTED == outlook(found, builders.BANK)
    assert expected is not None
    assert "REMOVED" == expected.members[builders.BANK].status


def test_a_membership_is_not_planned_before_it_is_known_whether_a_removal_that_waits_is_made() -> None:
    last = builders.member(builders.BANK, builders.RECEIVE)
    found = assessed(builders.collaboration(last, builders.member(builders.SHOP)))
    assert Outlook.OPEN == outlook(found, builders.BANK)
    assert expected_collaboration(found, builders.BANK) is None
