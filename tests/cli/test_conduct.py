"""What `crgov requests` foresees where a collaboration rests or a request is to be cancelled, and what it says meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from tests.cli.runner import CREATOR, INSURER, MEDIA, STACK, World, crgov, invite, project

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


def test_who_waits_for_a_limit_of_the_service_is_told_so_on_the_error_stream(world: World, stack: Path) -> None:
    world.create()
    world.app.faults.set([FaultRule(kind=FaultKind.THROTTLE, operation="GetCollaboration", times=1)])
    ran = crgov("requests", "list", "--stack", "retailer", "--json")
    assert f"AWS limits the calls of account {CREATOR} in eu-west-1 to 5 a second of each kind …\n" == ran.err
