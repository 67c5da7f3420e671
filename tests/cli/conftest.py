"""A world over HTTP, and a project folder that the commands run in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.runner import World, project, service


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """An empty world."""
    with service(monkeypatch) as app:
        yield World(app)


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The stack file `retailer` of a project that is the working folder."""
    file = project(tmp_path)
    monkeypatch.chdir(tmp_path)
    return file
