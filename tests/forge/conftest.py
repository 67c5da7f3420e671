"""A forge on loopback, with a pull request and tokens for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forge.stage import NUMBER, Stage
from tools.forge.server import serve
from tools.forge.state import Forge


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """An open pull request, number 7."""
    forge = Forge()
    forge.open(NUMBER)
    with serve(forge) as url:
        yield Stage(forge, url, tmp_path / "summary.md")
