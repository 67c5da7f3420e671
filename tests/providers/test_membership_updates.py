"""A membership after joining: changed when the file says so, refused where it is dangerous, at rest while it is paused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.conftest import Settled
from tests.providers.mini_engine import Stack
from tests.providers.stacks import MEDIAS, RETAILERS, Config, governing, role

MEDIA_MEMBERSHIP, RETAILER_MEMBERSHIP = "membership media", "membership retailer"


def changed(media: Config | None = None, retailer: Config | None = None) -> Config:
    return governing(memberships={"media": {**MEDIAS, **(media or {})}, "retailer": {**RETAILERS, **(retailer or {})}})


@pytest.fixture
def stack(settled: Settled) -> Stack:
    return settled(governing())


def test_a_setting_is_changed_by_the_next_run_and_then_all_is_the_same(stack: Stack) -> None:
    stack.config = changed({"queryLog": True, "tags": {"team": "media"}})
    preview, run, again = stack.preview(), stack.update(), stack.preview()
    assert ("update", []) == (preview[MEDIA_MEMBERSHIP].op, preview.writes)
    assert [
        "switch queryLog of 222233334444 (Media) on",
        "tag the membership of 222233334444 (Media): team=media",
    ] == preview[MEDIA_MEMBERSHIP].plan
    assert ["UpdateMembership", "TagResource"] == run.writes
    assert "switched queryLog of 222233334444 (Media) on" in run.said(MEDIA_MEMBERSHIP)
    assert {"same"} == set(again.ops.values())


def test_who_pays_by_default_is_no_change_of_anything(stack: Stack) -> None:
    stack.config = changed({"defaultPayer": {"queryCompute": "222233334444"}})
    assert ("same", []) == (stack.preview()[MEDIA_MEMBERSHIP].op, stack.update().writes)


def another_bucket(**more: Any) -> Config:
    place = {"s3": {"bucket": "other-results", "resultFormat": "CSV"}, "roleArn": role("111122223333", "results")}
    return changed(retailer={"defaultResultConfiguration": place, **more})


def test_another_bucket_is_refused_until_it_is_acknowledged(stack: Stack) -> None:
    stack.config = another_bucket()
    preview, run = stack.preview(), stack.update()
    assert (["result-place"], "failed", []) == (preview[RETAILER_MEMBERSHIP].refused, run[RETAILER_MEMBERSHIP].op, run.writes)
    (mark,) = preview[RETAILER_MEMBERSHIP].inputs["plan"]["dangers"]
    stack.config = another_bucket(acknowledge=[mark])
    run = stack.update()
    assert ("update", ["UpdateMembership"]) == (run[RETAILER_MEMBERSHIP].op, run.writes)
    assert "same" == stack.preview()[RETAILER_MEMBERSHIP].op


def test_another_bucket_is_refused_in_the_preview_of_a_change_of_its_collaboration_too(stack: Stack) -> None:
    stack.config = another_bucket()
    members = stack.config["collaborations"]["sales"]["members"]
    members["111122223333"] = {**members["111122223333"], "payerFor": ["queryCompute"]}
    preview = stack.preview()
    assert ["add 111122223333 (Retailer) as payer for queryCompute"] == preview["collaboration sales"].plan
    assert ["result-place"] == preview[RETAILER_MEMBERSHIP].refused


def test_while_it_is_paused_the_plan_is_shown_and_nothing_is_done(stack: Stack) -> None:
    stack.config = changed({"queryLog": True, "paused": True})
    run = stack.update()
    assert (["switch queryLog of 222233334444 (Media) on"], []) == (run[MEDIA_MEMBERSHIP].plan, run.writes)
    assert any("memberships.media is paused" in line for line in run.said(MEDIA_MEMBERSHIP))
    assert "same" == stack.preview()[MEDIA_MEMBERSHIP].op


def test_what_is_said_and_planned_of_a_setting_that_is_fixed_changes_nothing(stack: Stack) -> None:
    stack.config = changed({"metrics": True})
    preview = stack.preview()
    assert ("same", []) == (preview[MEDIA_MEMBERSHIP].op, preview[MEDIA_MEMBERSHIP].plan)
    assert any("fixed when an account joins" in line for line in preview.said(MEDIA_MEMBERSHIP))
