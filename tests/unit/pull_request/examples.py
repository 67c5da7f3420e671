"""The examples of previews, whose documents `python -m tools.pictures --play` cut down from those of the real engine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cleanrooms_governance.pull_request.comment import Comment, Wishes, render
from cleanrooms_governance.pull_request.preview import Preview
from cleanrooms_governance.pull_request.reading import read_preview

HERE = Path(__file__).parent / "examples"
COMMIT = "4f2c1e7d9b0a4c3e8f6d5b2a1c0e9f8d7b6a5c4e"

PREVIEWS: Mapping[str, Mapping[str, int]] = {
    "nothing": {"nothing.retailer": 0},
    "votes": {"votes.retailer": 0, "votes.bank": 0},
    "refused": {"refused.retailer": 1},
    "failed": {"failed.retailer": 1},
    "fork": {"fork.retailer": 0},
}
"""The documents of each example with how their previews ended."""


def document(name: str) -> dict[str, Any]:
    """One document, to be changed."""
    read: dict[str, Any] = json.loads((HERE / f"{name}.json").read_text())
    return read


def preview(name: str, exit: int | None = 0, changed: Mapping[str, Any] | None = None) -> Preview:
    """A preview by the name of its document, or of a changed one."""
    text = (HERE / f"{name}.json").read_text() if changed is None else json.dumps(changed)
    return read_preview(name.rpartition(".")[2], text, exit)


def comment(example: str, **wishes: Any) -> Comment:
    """The comment on an example."""
    previews = [preview(name, exit) for name, exit in PREVIEWS[example].items()]
    return render(previews, Wishes(commit=COMMIT, **wishes))
