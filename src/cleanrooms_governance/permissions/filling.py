"""One of the policy templates, filled in.

A template is a whole IAM policy in ``templates/``. docs/permissions.md says what its placeholders stand for.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any

Document = dict[str, Any]
Statement = dict[str, Any]
Values = Mapping[str, str]
"""What the placeholders of one resource stand for."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A filled-in policy: its name is that of its template, its document is what IAM takes."""

    name: str
    document: Document


@cache
def _text(name: str) -> str:
    return (files(__package__) / "templates" / f"{name}.json").read_text(encoding="utf-8")


def template(name: str) -> Document:
    """Return a template, its placeholders still in it."""
    document: Document = json.loads(_text(name))
    return document


def fill(
    name: str, values: Callable[[str], Iterable[Values]], change: Callable[[Statement], Statement] | None = None
) -> Policy:
    """Return a template filled in.

    Parameters: ``values`` gives, by the Sid of a statement, what its resources are filled in with, a resource for each; a
    statement for which it gives nothing does not apply and is left out. ``change`` edits a statement that was filled in.

    Raises: ``KeyError`` for a placeholder that is given no value.
    """
    document = template(name)
    statements = []
    for statement in document["Statement"]:
        resources = [Template(text).substitute(each) for text in statement["Resource"] for each in values(statement["Sid"])]
        if resources:
            filled = {**statement, "Resource": sorted(set(resources))}
            statements.append(change(filled) if change else filled)
    return Policy(name, {**document, "Statement": statements})


def with_tag_keys(statement: Statement, keys: Collection[str]) -> Statement:
    """Return a statement about tags that allows these keys as well, and to take them away again."""
    if not keys:
        return statement
    condition = statement["Condition"]
    allowed = condition["ForAllValues:StringEquals"]["aws:TagKeys"]
    widened = {**condition, "ForAllValues:StringEquals": {"aws:TagKeys": [*allowed, *sorted(keys)]}}
    return {**statement, "Action": sorted({*statement["Action"], "cleanrooms:UntagResource"}), "Condition": widened}
