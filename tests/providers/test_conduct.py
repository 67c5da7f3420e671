"""Members for a time and collaborations at rest, as the engine sees them: when there is a step, and when there is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.providers.conftest import Settled
from tests.providers.mini_engine import Stack
from tests.providers.stacks import BANK, MEDIA, RECEIVES, RETAILER, Config, governing, only_governing
from tests.providers.world import World

SALES, UPDATE = "collaboration sales", "UpdateCollaborationChangeRequest"


def for_a_time(account: str, **entry: Any) -> Config:
    """The usual stack file, with more said of one member."""
    config = governing()
    members = config["collaborations"]["sales"]["members"]
    members[account] = {**members[account], **entry}
    return config


@pytest.fixture
def over(settled: Settled) -> Stack:
    """The bank received results until the end of 2020, and all have approved that it does no longer."""
    stack = settled(governing({BANK: RECEIVES}))
    stack.update()
    collaboration = stack.state[SALES].id
    for request in stack.world.open_requests(RETAILER, collaboration):
        stack.world.act(BANK, collaboration, request, "APPROVE")
    stack.update()
    stack.config = for_a_time(BANK, abilities=list(RECEIVES), until="2020-12-31", why="contract 77")
    stack.update()
    for request in stack.world.open_requests(RETAILER, collaboration):
        stack.world.act(BANK, collaboration, request, "APPROVE")
    stack.update()
    return stack


def test_a_member_that_has_lost_what_it_had_is_the_same_from_then_on(over: Stack) -> None:
    preview = over.preview()
    assert ("same", []) == (preview[SALES].op, preview[SALES].plan)
    assert any("2020-12-31 is over (contract 77)" in line for line in preview.said(SALES))


def test_a_refresh_finds_nothing_moved_about_it(over: Stack) -> None:
    refresh = over.refresh()
    assert (False, over.config["collaborations"]["sales"]["members"][BANK]) == (
        refresh[SALES].moved,
        refresh[SALES].inputs["members"][BANK],
    )
    assert "same" == over.preview()[SALES].op


def test_a_coming_end_is_said_and_is_no_step(settled: Settled) -> None:
    soon = (datetime.now(UTC).date() + timedelta(days=9)).isoformat()
    stack = settled(for_a_time(MEDIA, until=soon))
    preview = stack.preview()
    assert ("same", []) == (preview[SALES].op, preview[SALES].plan)
    assert any(f"after {soon}" in line for line in preview.said(SALES))


def test_while_it_is_paused_its_plan_is_recorded_and_nothing_is_written(settled: Settled) -> None:
    stack = settled(governing({BANK: RECEIVES}, paused=True))
    run, again = stack.update(), stack.preview()
    assert ["grant CAN_RECEIVE_RESULTS to 444455556666 (Bank)"] == run[SALES].plan
    assert ([], "waiting", "same") == (run.writes, stack.state[SALES].outputs["outcome"], again[SALES].op)
    assert any("collaborations.sales is paused" in line for line in again.said(SALES))


def test_a_paused_collaboration_that_is_not_there_is_refused_and_not_made(world: World) -> None:
    stack = Stack(world, only_governing(paused=True))
    preview, run = stack.preview(), stack.update()
    assert (["paused"], "failed", []) == (preview[SALES].refused, run[SALES].op, run.writes)
    assert SALES not in stack.state


def test_what_is_not_managed_is_refused_in_the_inputs(settled: Settled) -> None:
    config = governing(unmanaged="refuse")
    del config["collaborations"]["sales"]["members"][BANK]
    preview = settled(config).preview()
    assert ["unmanaged"] == preview[SALES].refused


def test_a_request_to_cancel_is_cancelled_by_the_next_run_and_then_all_is_the_same(settled: Settled) -> None:
    stack = settled(governing())
    foreign = stack.world.file(RETAILER, stack.state[SALES].id, {"accountId": BANK, "memberAbilities": list(RECEIVES)})
    stack.config = governing(cancelRequests=[foreign])
    preview, run = stack.preview(), stack.update()
    assert ("update", ["CANCEL"]) == (preview[SALES].op, [str(call.parameters.get("action")) for call in run.asked(UPDATE)])
    assert "same" == stack.preview()[SALES].op
