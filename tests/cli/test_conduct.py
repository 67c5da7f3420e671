"""What `crgov requests` foresees where the file lets a collaboration rest, or has a request cancelled."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.runner import INSURER, MEDIA, STACK, World, crgov, invite, project

HOLDING = (
    STACK
    + f"""  cleanrooms:memberships:
    media:
      account: "{MEDIA}"
      collaboration: retail-media
      changeRequests: {{deny: [{{accounts: ["{INSURER}"]}}]}}
"""
)


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("paused: true", "the collaboration is paused"),
        ('cancelRequests: ["{request}"]', "it is cancelled, as cancelRequests asks"),
    ],
    ids=["paused", "cancelled"],
)
def test_a_vote_that_is_not_cast_is_said_to_be_none(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, why: str
) -> None:
    request = world.file(world.create(), invite())
    monkeypatch.chdir(tmp_path)
    project(tmp_path, HOLDING.replace("    retail-media:\n", f"    retail-media:\n      {key.format(request=request)}\n"))
    assert f"pulumi up does not vote: {why}" in crgov("requests", "list", "--stack", "retailer").out
