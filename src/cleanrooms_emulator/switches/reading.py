"""How a switch is declared, and what a list of switches says about one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


def switch(default: str, *, meaning: str, known: str, source: str) -> Any:
    """A field of a class of readings: its type lists the allowed values, `default` is the likeliest one.

    `meaning` says what the values mean, `known` what is known, `source` where that comes from.
    """
    return field(default=default, metadata={"meaning": meaning, "known": known, "source": source})


@dataclass(frozen=True, slots=True)
class SwitchRecord:
    """What a list of switches says about one: `name` is the external name, `field` that in `Switches`."""

    name: str
    field: str
    values: tuple[str, ...]
    default: str
    meaning: str
    known: str
    source: str
