"""After every story: what all its accounts have can be written down, and the plan of what was written is empty."""

from __future__ import annotations

from pathlib import Path

import pytest

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.transport.in_process import connect
from cleanrooms_governance.aws import AwsAccounts
from cleanrooms_governance.cli.live_world import Seen, look_at_all
from tests.emptiness import as_stack, departures_from, dumped, held_by_profile
from tests.scenarios.play import Scenario

FOLDERS = sorted(path.parent for path in (Path(__file__).parents[1] / "scenarios").glob("*/scenario.yaml"))


def accounts_in(app: Application) -> list[str]:
    """Every account that created a collaboration or has a membership."""
    created = {str(document["creatorAccountId"]) for document in app.store.all("collaboration")}
    return sorted(created | {str(document["arn"]).split(":")[4] for document in app.store.all("membership")})


def regions_in(app: Application) -> list[str]:
    return sorted({str(document["arn"]).split(":")[3] for document in app.store.all("collaboration")})


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_what_a_story_leaves_is_written_down_whole(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-checked")
    scenario = Scenario(folder, monkeypatch)
    scenario.play()
    app = scenario.service
    app.faults.set([])
    held = held_by_profile(tmp_path, *accounts_in(app))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    accounts = AwsAccounts("acme/prod", lambda made: connect(app, made))
    seen: Seen = look_at_all(held, regions_in(app), accounts)
    assert [] == seen.unread
    before = app.journal.last
    stack = as_stack(dumped(seen, held).main)
    assert len(list(app.store.all("collaboration"))) == len(stack.file.collaborations)
    assert [] == departures_from(stack, accounts)
    assert all((entry.operation or "").startswith(("Get", "List", "Batch")) for entry in app.journal.entries(before))
