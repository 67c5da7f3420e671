"""A run that is held to a reviewed plan does what is part of it; what is not is refused alone, as data."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cleanrooms_governance.reviewed_plan import ReviewedPlan, ReviewedResource, build
from tests.providers.conftest import Settled
from tests.providers.mini_engine import OWNER_PREFIX, Phase, Stack
from tests.providers.provider_process import Failed
from tests.providers.stacks import BANK, INSURER, MEDIA, RECEIVES, RETAILER, collaboration, governing
from tests.providers.world import member

SALES = "collaboration sales"
MEDIAS = "membership media"

Held = Callable[[Stack, dict[str, Any]], Stack]


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Held:
    """Returns the same stack with processes that are held to a file."""

    def hold(stack: Stack, document: dict[str, Any]) -> Stack:
        file = tmp_path / "plan.json"
        file.write_text(json.dumps(document))
        monkeypatch.setitem(stack.world.surroundings.env, "CLEANROOMS_EXPECT", str(file))
        return stack.as_the_engine_ends_it()

    return hold


def reviewed(preview: Phase, *, without: str = "") -> dict[str, Any]:
    """The document of what a preview showed."""
    shown = {name: step.inputs for name, step in preview.steps.items() if name != without}
    resources = {
        name: ReviewedResource(inputs["plan"], inputs["fingerprint"])
        if isinstance(inputs["plan"], dict)
        else ReviewedResource(None, None)
        for name, inputs in shown.items()
    }
    return build(ReviewedPlan({OWNER_PREFIX: resources}))


@pytest.fixture
def stack(settled: Settled) -> Stack:
    return settled(governing({BANK: RECEIVES, INSURER: ()}))


def test_what_was_reviewed_is_done(stack: Stack, held: Held) -> None:
    run = held(stack, reviewed(stack.preview()))
    assert [] == run.preview()[SALES].refused
    done = run.update()
    assert ("update", 1) == (done[SALES].op, done.writes.count("CreateCollaborationChangeRequest"))


def test_what_somebody_else_has_done_meanwhile_is_no_reason_to_stop(stack: Stack, held: Held) -> None:
    run = held(stack, reviewed(stack.preview()))
    stack.world.change(RETAILER, stack.state[SALES].id, [MEDIA, BANK], member(INSURER, name="Insurer"))
    done = run.update()
    assert ("update", 1) == (done[SALES].op, done.writes.count("CreateCollaborationChangeRequest"))


def test_what_was_not_reviewed_is_refused_by_name_and_nothing_is_written_there(stack: Stack, held: Held) -> None:
    run = held(stack, reviewed(stack.preview()))
    stack.world.change(RETAILER, stack.state[SALES].id, [MEDIA, BANK], member(RETAILER))
    preview = run.preview()
    assert ["not-reviewed"] == preview[SALES].refused
    done = run.update()
    assert (
        "collaborations.sales: not in the reviewed plan: grant CAN_RECEIVE_RESULTS to 111122223333 (Retailer)."
        " The live world, or the file, is no longer what was reviewed. Nothing is done here; make a new preview, have it"
        " reviewed, and run with that"
    ) == done[SALES].message
    assert [] == done.writes


def test_the_others_go_on(settled: Settled, held: Held) -> None:
    config = governing({BANK: RECEIVES})
    stack = settled({**config, "collaborations": {**config["collaborations"], "other": collaboration()}})
    run = held(stack, reviewed(stack.preview()))
    stack.world.change(RETAILER, stack.state[SALES].id, [MEDIA, BANK], member(RETAILER))
    done = run.update()
    assert ("failed", "create") == (done[SALES].op, done["collaboration other"].op)
    assert ["CreateCollaboration"] == done.writes


def test_a_resource_that_was_not_reviewed_is_refused_only_if_something_is_planned(stack: Stack, held: Held) -> None:
    preview = stack.preview()
    run = held(stack, reviewed(preview, without=SALES))
    done = run.update()
    assert ["not-reviewed"] == done[SALES].refused
    assert "it says nothing of collaboration sales; grant CAN_RECEIVE_RESULTS to 444455556666 (Bank); " in done[SALES].message
    assert [] == held(stack, reviewed(preview, without=MEDIAS)).preview()[MEDIAS].refused


@pytest.mark.parametrize("tampered", ["fingerprint", "version"])
def test_a_file_that_cannot_be_used_lets_nothing_be_done(stack: Stack, held: Held, tampered: str) -> None:
    run = held(stack, {**reviewed(stack.preview()), tampered: "fp-0123456789abcdef"})
    done = run.update()
    assert {"not-reviewed"} == {rule for step in done.steps.values() for rule in step.refused}
    assert [] == done.writes


def test_an_update_is_held_to_the_file_too(stack: Stack, held: Held) -> None:
    document = reviewed(stack.preview())
    stack.world.change(RETAILER, stack.state[SALES].id, [MEDIA, BANK], member(RETAILER))
    shown_by_nobodys_review = stack.preview()[SALES].inputs
    assert [] == shown_by_nobodys_review["refused"]
    run, old = held(stack, document), stack.state[SALES]
    with run.phase() as (phase, provider), pytest.raises(Failed) as failed:
        provider.update("collaboration", SALES, old.id, old.outputs, shown_by_nobodys_review, old.inputs)
    assert "not in the reviewed plan: grant CAN_RECEIVE_RESULTS to 111122223333 (Retailer)" in failed.value.message
    assert [] == phase.writes
