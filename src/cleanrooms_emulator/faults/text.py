"""A fault rule as it is written on a command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from cleanrooms_emulator.faults.rules import FaultRule

FORM = "kind=throttle,operation=ListMembers,every=3"
_MEMBERS = "members."
_NUMBERS: Mapping[str, Callable[[str], int | float]] = {"skip": int, "every": int, "times": int, "latency": float}


def rule_from_text(text: str) -> FaultRule:
    """A rule from `kind=throttle,operation=ListMembers,every=3`, or from a JSON object.

    The names are those of the rule's JSON form; `members.reason=INVALID_STATE` is one member of an error. A value that
    holds a comma needs the JSON form. Raises ValueError saying what is wrong.
    """
    if text.lstrip().startswith("{"):
        try:
            return FaultRule.from_json(json.loads(text))
        except json.JSONDecodeError as error:
            raise ValueError(f"{text!r} is not JSON: {error}") from None
    document: dict[str, Any] = {}
    members: dict[str, str] = {}
    for part in text.split(","):
        name, equals, value = (each.strip() for each in part.partition("="))
        if not equals or not name or not value:
            raise ValueError(f"{part!r} is not NAME=VALUE; a fault is written like {FORM}, or as a JSON object")
        target, key = (members, name.removeprefix(_MEMBERS)) if name.startswith(_MEMBERS) else (document, name)
        if key in target:
            raise ValueError(f"{name} is given twice")
        target[key] = _read(name, value)
    return FaultRule.from_json({**document, "members": members} if members else document)


def _read(name: str, value: str) -> Any:
    read = _NUMBERS.get(name)
    if read is None:
        return value
    try:
        return read(value)
    except ValueError:
        raise ValueError(f"{name}: {value!r} is not a number") from None
