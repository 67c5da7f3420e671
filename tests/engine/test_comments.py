"""The comment of a pull request, from documents that the real engine wrote."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.engine.conftest import Stage
from tests.engine.stack_files import BANK, INSURER, RECEIVES, governing
from tools.playground import Run

pytestmark = pytest.mark.engine


def _comment(stage: Stage, preview: Run, *more: str) -> Run:
    file = Path(stage.creator.scratch) / "preview.json"
    file.write_text(preview.stdout)
    given = ("--preview", f"retail={file}", "--exit", f"retail={preview.code}", "--commit", "4f2c1e7")
    return stage.creator.crgov("comment", *given, *more)


def test_who_is_awaited_and_who_will_be_is_in_the_comment(waiting: Stage) -> None:
    waiting.creator.write_stack("retail", governing(bank=RECEIVES, members={INSURER: []}))
    text = _comment(waiting, waiting.creator.preview_json("retail")).stdout
    (request,) = waiting.world.open_requests("111122223333", waiting.collaboration)
    assert "### ✏️ retail: 2 changes" == text.splitlines()[1]
    (awaited,) = [line for line in text.splitlines() if "**has to vote** (awaited since **" in line]
    assert f"`{BANK}` (Bank)" in awaited
    assert f"on change request `{request}`" in awaited
    (coming,) = [line for line in text.splitlines() if "**will have to vote**" in line]
    assert f"add member `{INSURER}` (Insurer)" in coming


def test_a_preview_that_failed_is_a_comment_that_says_so(settled: Stage) -> None:
    settled.creator.write_stack_text("retail", "config:\n  cleanrooms:accounts: [\n")
    text = _comment(settled, settled.creator.preview_json("retail")).stdout
    assert "<!-- crgov:comment cleanrooms/retail -->\n### ❌ retail: the preview failed" in text


def test_two_previews_of_the_same_world_are_the_same_comment(settled: Stage) -> None:
    settled.creator.write_stack("retail", governing(bank=RECEIVES))
    one, other = (_comment(settled, settled.creator.preview_json("retail"), "--json").stdout for _ in range(2))
    assert "changes" == json.loads(one)["verdict"]
    assert one == other
