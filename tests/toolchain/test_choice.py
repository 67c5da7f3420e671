"""Which Pulumi is taken, for everything that a machine may have."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.pulumi.choice import LEAST_VERSION, Build, Choice, Installed, Nothing, UseBuilt, UseInstalled, choose
from tools.pulumi.versions import Version

PULUMI = Path("bin/pulumi")
BUILT = Path("cache/pulumi-3.259.0-abc")
GO = Path("bin/go")
GOOD = Installed(PULUMI, LEAST_VERSION, missing=())
TOO_OLD = Installed(PULUMI, Version(3, 258, 9), missing=())
NO_PYTHON_HOST = Installed(PULUMI, LEAST_VERSION, missing=("pulumi-language-python",))
MUTE = Installed(PULUMI, None, missing=())


@pytest.mark.parametrize(
    ("installed", "built", "go", "expected"),
    [
        pytest.param(GOOD, BUILT, GO, UseInstalled(PULUMI), id="installed and good comes first"),
        pytest.param(TOO_OLD, BUILT, GO, UseBuilt(BUILT), id="too old, but built before"),
        pytest.param(NO_PYTHON_HOST, BUILT, GO, UseBuilt(BUILT), id="without Python, but built before"),
        pytest.param(None, BUILT, None, UseBuilt(BUILT), id="only built before"),
        pytest.param(TOO_OLD, None, GO, Build(GO), id="too old, Go at hand"),
        pytest.param(MUTE, None, GO, Build(GO), id="does not tell its version, Go at hand"),
        pytest.param(None, None, GO, Build(GO), id="only Go"),
    ],
)
def test_the_first_usable_pulumi_is_taken(
    installed: Installed | None, built: Path | None, go: Path | None, expected: Choice
) -> None:
    assert expected == choose(installed, built, go)


@pytest.mark.parametrize(
    ("installed", "reason"),
    [
        pytest.param(None, "`pulumi` is not on PATH", id="none"),
        pytest.param(TOO_OLD, "bin/pulumi is version 3.258.9, older than 3.259.0", id="too old"),
        pytest.param(NO_PYTHON_HOST, "bin/pulumi comes without pulumi-language-python", id="without Python"),
        pytest.param(MUTE, "bin/pulumi does not tell its version", id="mute"),
    ],
)
def test_with_neither_pulumi_nor_go_the_message_says_why_and_what_to_do(installed: Installed | None, reason: str) -> None:
    choice = choose(installed, built=None, go=None)
    assert isinstance(choice, Nothing)
    assert reason in choice.message
    assert "install Go" in choice.message
    assert "make setup" in choice.message
