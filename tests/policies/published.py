"""The policy templates of the package, with values filled in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "src" / "cleanrooms_governance" / "permissions" / "templates"
NAMES = (
    "creator-read",
    "creator-budgets-read",
    "creator-operate",
    "partner-read",
    "partner-operate",
    "partner-budgets-read",
    "partner-run-read",
    "partner-run",
    "pipeline",
    "destructive",
)

Document = dict[str, Any]


def published() -> dict[str, Document]:
    """The documents by name, their placeholders still in them."""
    return {name: json.loads((FOLDER / f"{name}.json").read_text()) for name in NAMES}


def filled(document: Document, values: dict[str, str]) -> Document:
    """A document with its placeholders filled in. Raises KeyError for one that has no value."""
    content: Document = json.loads(Template(json.dumps(document)).substitute(values))
    return content


def parts(element: str) -> Iterator[tuple[str, str, str]]:
    """Each action or resource of each statement: the name of the policy, the Sid, and the text."""
    for name, document in published().items():
        for statement in document["Statement"]:
            for text in statement[element]:
                yield name, statement["Sid"], text


def without(documents: dict[str, Document], name: str, sid: str, element: str, text: str) -> dict[str, Document]:
    """The documents, one of them without this action or this resource. A statement that has none left is left out."""
    statements = []
    for statement in documents[name]["Statement"]:
        kept = [each for each in statement[element] if statement["Sid"] != sid or each != text]
        if kept:
            statements.append({**statement, element: kept})
    return {**documents, name: {**documents[name], "Statement": statements}}
