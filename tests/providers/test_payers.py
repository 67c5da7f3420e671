"""Payers that take over from one another, seen through the provider: what a preview reads for it, and what a refresh shows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.mini_engine import Phase, Stack
from tests.providers.stacks import BANK, MEDIAS, RETAILER, RETAILERS, Config, governing, paying
from tests.providers.world import World

SALES = "collaboration sales"
HELD = {"media": MEDIAS, "retailer": {**RETAILERS, "payerFor": ["queryCompute"]}}


def created(world: World, config: Config, *, as_the_engine_does: bool = False) -> Stack:
    """A stack whose collaboration was created as its file says; the accounts that it holds have joined."""
    stack = Stack(world, config, as_the_engine_does=as_the_engine_does)
    stack.update()
    return stack


def asked(phase: Phase, operation: str) -> int:
    return sum(call.operation == operation for call in phase.calls)


def refusals(phase: Phase) -> list[Any]:
    return [each["rule"] for each in phase[SALES].inputs["refused"]]


def test_a_payer_that_is_held_takes_over_without_a_danger(world: World) -> None:
    stack = created(world, paying(governing(memberships=HELD), bank=["queryCompute"]))
    stack.config = paying(governing(memberships=HELD), bank=[], retailer=["queryCompute"])
    preview = stack.preview()
    assert [] == refusals(preview)
    assert [
        "add 111122223333 (Retailer) as payer for queryCompute",
        "remove 444455556666 (Bank) as payer for queryCompute",
    ] == sorted(preview[SALES].plan)
    assert [] == preview.writes


def test_a_payer_of_whom_nothing_can_be_seen_is_a_danger(world: World) -> None:
    stack = created(world, paying(governing(memberships=HELD), retailer=["queryCompute"]))
    stack.config = paying(governing(memberships=HELD), retailer=[], bank=["queryCompute"])
    assert ["unseen-payer"] == refusals(stack.preview())


def test_memberships_are_not_read_anew_for_a_plan_that_removes_no_payer(world: World) -> None:
    stack = created(world, paying(governing(memberships=HELD), retailer=["queryCompute"]))
    assert 2 == asked(stack.preview(), "ListMemberships")
    stack.config = paying(governing(memberships=HELD), retailer=[], bank=["queryCompute"])
    assert 2 == asked(stack.preview(), "ListMemberships")


def test_a_refresh_shows_the_payers_and_ml_abilities_that_the_file_decides(world: World) -> None:
    config = paying(governing(memberships=HELD), retailer=["queryCompute"], bank=[])
    config["collaborations"]["sales"]["members"][BANK]["mlAbilities"] = ["CAN_RECEIVE_MODEL_OUTPUT"]
    refresh = created(world, config).refresh()
    assert ("read", False) == (refresh[SALES].op, refresh[SALES].moved)
    assert config["collaborations"]["sales"]["members"] == refresh[SALES].inputs["members"]


def told(phase: Phase) -> list[str]:
    """The lines that tell who can be asked to pay."""
    return [line for line in phase.said(SALES) if line.startswith("queryCompute:")]


def test_the_outputs_tell_what_is_known_of_each_candidate(world: World) -> None:
    stack = created(world, paying(governing(memberships=HELD), bank=["queryCompute"]))
    assert {"queryCompute": {BANK: {"candidate": True}}} == stack.state[SALES].outputs["payers"]
    stack.config = paying(governing(memberships=HELD), bank=[], retailer=["queryCompute"])
    stack.update()
    waiting = stack.state[SALES].outputs
    known = {"candidate": True, "accepted": False, "usable": False}
    assert ("waiting", {BANK: {"candidate": True}, RETAILER: known}) == (waiting["outcome"], waiting["payers"]["queryCompute"])


@pytest.fixture
def handing_over(world: World) -> Stack:
    """The bank pays, and the file wants the retailer to, whose membership is held and accepts it."""
    stack = created(world, paying(governing(memberships=HELD), bank=["queryCompute"]), as_the_engine_does=True)
    stack.config = paying(governing(memberships=HELD), bank=[], retailer=["queryCompute"])
    return stack


def test_a_run_whose_membership_accepts_what_its_collaboration_waits_for_is_to_be_run_again(handing_over: Stack) -> None:
    run = handing_over.update()
    assert ["update", "update"] == [run[SALES].op, run["membership retailer"].op]
    (to_do,) = [line for line in run.summary if not line.startswith(("Summary: ", "done: "))]
    assert f"to do: {SALES}: run again: file a change request with 1 change ({BANK} (Bank))" == to_do


def test_what_the_summary_wants_a_run_for_is_what_the_next_one_does(handing_over: Stack) -> None:
    handing_over.update()
    lines = handing_over.update().summary
    assert lines[1].startswith(f"done: {SALES}: filed change request")
    assert [] == [line for line in lines if line.startswith("to do: ")]


def test_a_preview_tells_who_can_be_asked_to_pay_where_that_changes(world: World) -> None:
    stack = created(world, paying(governing(memberships=HELD), retailer=["queryCompute"]))
    assert [] == told(stack.preview())
    stack.config = paying(governing(memberships=HELD), retailer=["queryCompute"], bank=["queryCompute"])
    text = f"queryCompute: {RETAILER} (Retailer) candidate, accepted, usable; {BANK} (Bank) not a candidate yet"
    assert [text] == told(stack.preview())
