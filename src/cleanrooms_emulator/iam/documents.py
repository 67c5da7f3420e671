"""Policy documents: read and checked, then asked whether they allow a question.

Source: IAM user guide, JSON policy elements and evaluation logic. Identity-based policies only; policy variables
(`${aws:...}`) are refused, because they are not evaluated here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any, Self

from cleanrooms_emulator.iam.condition_keys import Facts
from cleanrooms_emulator.iam.conditions import Condition, read_conditions
from cleanrooms_emulator.iam.patterns import action_pattern, resource_pattern

_VERSIONS = ("2012-10-17", "2008-10-17")
_ELEMENTS = ("Version", "Id", "Statement")
_STATEMENT = ("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition")
_ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+")
_RESOURCE = re.compile(r"\*|arn(:[^:]*){2,4}:.*", re.DOTALL)
_SID = re.compile(r"[A-Za-z0-9]*")


class Ruling(Enum):
    """What policies say about a question."""

    ALLOWED = "allowed"
    NOT_ALLOWED = "not allowed"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Question:
    """May this action be done on this resource? `facts` are what conditions may ask about."""

    action: str
    resource: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class _Selection:
    """Action or Resource, or with `inverted` NotAction or NotResource."""

    patterns: tuple[re.Pattern[str], ...]
    inverted: bool

    def selects(self, text: str) -> bool:
        return any(pattern.fullmatch(text) for pattern in self.patterns) != self.inverted


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy."""

    allows: bool
    actions: _Selection
    resources: _Selection
    conditions: tuple[Condition, ...]

    def applies(self, question: Question) -> bool:
        """Whether the statement says anything about the question."""
        return (
            self.actions.selects(question.action)
            and self.resources.selects(question.resource)
            and all(condition.holds(question.facts) for condition in self.conditions)
        )


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy document that was found good."""

    statements: tuple[Statement, ...]

    @classmethod
    def read(cls, document: Any) -> Self:
        """Raises ValueError with the place and the reason when the document is no good policy."""
        if not isinstance(document, dict):
            raise ValueError("a policy document must be an object")
        _check_names(document, _ELEMENTS, "a policy document")
        if document.get("Version", _VERSIONS[1]) not in _VERSIONS:
            raise ValueError(f"Version: {document['Version']!r} is not one of {', '.join(_VERSIONS)}")
        statements = document.get("Statement")
        listed = [statements] if isinstance(statements, dict) else statements
        if not isinstance(listed, list) or not listed:
            raise ValueError("Statement must be a statement or a list of statements")
        read = tuple(_read_statement(each, f"Statement[{number}]") for number, each in enumerate(listed, 1))
        ids = [each["Sid"] for each in listed if each.get("Sid")]
        if repeated := sorted({each for each in ids if ids.count(each) > 1}):
            raise ValueError(f"Statement: the Sid {repeated[0]!r} is there twice")
        return cls(read)


def compiled(document: Mapping[str, Any]) -> Policy:
    """The policy of a document, read once for all questions. Raises ValueError as `Policy.read` does."""
    return _compiled(json.dumps(document))


def rule(policies: Iterable[Policy], question: Question) -> Ruling:
    """A Deny that applies decides; without one, an Allow; without either, nothing is allowed (evaluation logic)."""
    ruling = Ruling.NOT_ALLOWED
    for policy in policies:
        for statement in policy.statements:
            if statement.applies(question):
                if not statement.allows:
                    return Ruling.DENIED
                ruling = Ruling.ALLOWED
    return ruling


@lru_cache(maxsize=256)
def _compiled(text: str) -> Policy:
    return Policy.read(json.loads(text))


def _read_statement(statement: Any, place: str) -> Statement:
    if not isinstance(statement, dict):
        raise ValueError(f"{place} must be an object")
    _check_names(statement, _STATEMENT, place)
    sid = statement.get("Sid", "")
    if not isinstance(sid, str) or _SID.fullmatch(sid) is None:
        raise ValueError(f"{place}.Sid: {sid!r} has other characters than letters and digits")
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise ValueError(f"{place}.Effect: {statement.get('Effect')!r} is not one of Allow, Deny")
    actions, not_action = _choice(statement, "Action", "NotAction", place)
    resources, not_resource = _choice(statement, "Resource", "NotResource", place)
    conditions = read_conditions(statement["Condition"], f"{place}.Condition") if "Condition" in statement else ()
    return Statement(
        allows=statement["Effect"] == "Allow",
        actions=_Selection(tuple(action_pattern(_action(*each)) for each in actions), not_action),
        resources=_Selection(tuple(resource_pattern(_resource(*each)) for each in resources), not_resource),
        conditions=conditions,
    )


def _check_names(document: Mapping[str, Any], known: tuple[str, ...], place: str) -> None:
    if unknown := sorted(document.keys() - set(known)):
        only = " (a policy of an identity names no principal)" if "Principal" in unknown or "NotPrincipal" in unknown else ""
        raise ValueError(f"{place}: unknown element {', '.join(unknown)}{only}; known are {', '.join(known)}")


def _choice(statement: Mapping[str, Any], name: str, inverse: str, place: str) -> tuple[list[tuple[str, str]], bool]:
    """The texts of one element or of its inverse, each with its place."""
    if (name in statement) == (inverse in statement):
        raise ValueError(f"{place} needs either {name} or {inverse}")
    chosen = name if name in statement else inverse
    value = statement[chosen]
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not listed or not all(isinstance(each, str) for each in listed):
        raise ValueError(f"{place}.{chosen} must be a string or a list of strings")
    places = [f"{place}.{chosen}" + (f"[{number}]" if value is listed else "") for number in range(1, len(listed) + 1)]
    return list(zip(listed, places, strict=True)), chosen == inverse


def _action(text: str, place: str) -> str:
    if _ACTION.fullmatch(text) is None:
        raise ValueError(f"{place}: {text!r} is neither * nor SERVICE:ACTION")
    return text


def _resource(text: str, place: str) -> str:
    if "${" in text:
        raise ValueError(f"{place}: {text!r}: policy variables are not evaluated here, and placeholders must be filled in")
    if _RESOURCE.fullmatch(text) is None:
        raise ValueError(f"{place}: {text!r} is neither * nor an ARN")
    return text
