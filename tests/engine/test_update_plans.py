"""`preview --save-plan` and `up --plan`: what was reviewed is what is done, and no more."""

from __future__ import annotations

import pytest

from tests.engine.conftest import Stage
from tests.engine.stack_files import BANK, INSURER, MEDIA, RECEIVES, RETAILER, governing
from tests.engine.world import Watched, member

pytestmark = pytest.mark.engine


def _reviewed(stage: Stage) -> str:
    plan = str(stage.creator.scratch / "plan.json")
    preview = stage.creator.preview("retail", "--save-plan", plan)
    assert 0 == preview.code, preview.output
    return plan


def _up(stage: Stage, plan: str) -> Watched:
    return stage.world.watch(lambda: stage.creator.up("retail", "--skip-preview", "--plan", plan))


def test_a_plan_goes_on_when_somebody_else_has_filed_it_meanwhile(settled: Stage) -> None:
    settled.creator.write_stack("retail", governing(bank=RECEIVES))
    plan = _reviewed(settled)
    settled.world.file(RETAILER, settled.collaboration, member(BANK, *RECEIVES))
    up = _up(settled, plan)
    assert (0, ["APPROVE"]) == (up.code, up.writes), up.output
    assert "waits for 444455556666 (Bank) to vote on" in up.output


def test_a_plan_goes_on_when_somebody_else_has_voted_meanwhile(waiting: Stage) -> None:
    waiting.creator.write_stack("retail", governing(bank=RECEIVES, members={INSURER: ()}))
    plan = _reviewed(waiting)
    (request,) = waiting.world.open_requests(RETAILER, waiting.collaboration)
    waiting.world.act(BANK, waiting.collaboration, request, "APPROVE")
    up = _up(waiting, plan)
    assert 0 == up.code, up.output
    assert ["COMMIT", "CreateCollaborationChangeRequest"] == [w for w in up.writes if w.startswith(("COMMIT", "Create"))]


def test_a_plan_is_refused_after_drift_and_nothing_is_written(settled: Stage) -> None:
    settled.creator.write_stack("retail", governing(bank=RECEIVES))
    plan = _reviewed(settled)
    settled.world.change_behind_our_back(RETAILER, settled.collaboration, [MEDIA, BANK], member(RETAILER))
    up = _up(settled, plan)
    assert (1, []) == (up.code, up.writes), up.output
    assert "violates plan" in up.output


def test_a_decisive_vote_after_a_waiting_preview_stops_the_plan(waiting: Stage) -> None:
    plan = _reviewed(waiting)
    (request,) = waiting.world.open_requests(RETAILER, waiting.collaboration)
    waiting.world.act(BANK, waiting.collaboration, request, "APPROVE")
    up = _up(waiting, plan)
    assert (1, []) == (up.code, up.writes), up.output
    assert "constrained to same" in up.output
    plain = waiting.world.watch(lambda: waiting.creator.up("retail"))
    assert (0, ["COMMIT"]) == (plain.code, plain.writes), plain.output
