"""Ring two: whole stories, told by the text that a user reads."""

import os
from pathlib import Path

import pytest

from tests.scenarios.play import Scenario

HERE = Path(__file__).parent
REWRITE = "REWRITE_EXPECTED"
"""Set in the environment, it writes what was played as what is expected: read the difference before you commit it."""

FOLDERS = sorted(path.parent for path in HERE.glob("*/scenario.yaml"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_scenario_reads_as_expected(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-checked")
    scenario = Scenario(folder, monkeypatch)
    played = scenario.play()
    if os.environ.get(REWRITE):
        (folder / "expected.txt").write_text(played)
    assert (folder / "expected.txt").read_text() == played
    assert [] == scenario.breaches
