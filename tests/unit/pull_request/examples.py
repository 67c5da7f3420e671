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


def many(collaborations: int, each: int, name: str = "Partner", danger: bool = False) -> dict[str, Any]:
    """A document with so many collaborations of so many changes, all of which need two votes."""
    steps: list[dict[str, Any]] = []
    diagnostics: list[dict[str, Any]] = []
    for number in range(collaborations):
        key = f"collaboration-{number:03}"
        type_ = "cleanrooms:governance:GovernedCollaboration$pulumi-python:dynamic/cleanrooms:Collaboration"
        urn = f"urn:pulumi:retailer::cleanrooms::{type_}::{key}"
        names = {f"{100000000000 + index}": f"{name} {index}" for index in range(each)}
        texts = [f"add member {account} ({called})" for account, called in names.items()]
        voters = "111122223333 (Retailer), 444455556666 (Bank)"
        marks = {text: f"fp-{number:08x}{index:08x}" for index, text in enumerate(texts)}
        inputs = {
            "key": key,
            "names": {**names, "111122223333": "Retailer", "444455556666": "Bank"},
            "region": "eu-west-1",
            "collaborationId": f"c-{number}",
            "fingerprint": f"fp-{number:016x}",
            "plan": {
                "changes": {
                    text: {
                        "id": marks[text],
                        "operation": "CreateCollaborationChangeRequest",
                        "types": ["ADD_MEMBER"],
                        "votes": "needed",
                    }
                    for text in texts
                },
                "dangers": {
                    marks[text]: {
                        "rule": "last-payer",
                        "subject": text,
                        "message": f"{text}: nobody pays",
                        "acknowledged": True,
                    }
                    for text in texts
                    if danger
                },
            },
            "refused": [],
            "voters": {"111122223333": {"changeRequests": {"ownPlan": "approve"}}},
        }
        steps.append({"op": "update", "urn": urn, "newState": {"inputs": inputs}})
        lines = [f"plan: {text} (needs the votes of {voters})" for text in texts]
        lines.append(f"next: file a change request with {each} changes ({', '.join(text[11:] for text in texts)})")
        diagnostics += [{"urn": urn, "message": f"{line}\n", "severity": "info"} for line in lines]
        diagnostics.append(
            {"message": f"Summary: 1 to do\nto do: collaboration {key}: file a change request\n", "severity": "info"}
        )
    return {"steps": steps, "diagnostics": diagnostics}
