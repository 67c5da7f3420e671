"""Wildcards as policies use them: `*` is any text, `?` is one character."""

from __future__ import annotations

import re
from functools import lru_cache

_ARN_PARTS = 6


@lru_cache(maxsize=1024)
def action_pattern(text: str) -> re.Pattern[str]:
    """An Action; case does not matter (IAM user guide, Action)."""
    return re.compile(_translated(text, within="."), re.IGNORECASE | re.DOTALL)


@lru_cache(maxsize=1024)
def resource_pattern(text: str) -> re.Pattern[str]:
    """A Resource: wildcards stay between colons, but a `*` before a colon or at the end does not (IAM user guide, Resource)."""
    return re.compile(_translated(text, within="[^:]"), re.DOTALL)


@lru_cache(maxsize=1024)
def text_pattern(text: str) -> re.Pattern[str]:
    """A value of StringLike."""
    return re.compile(_translated(text, within="."), re.DOTALL)


def arn_matches(pattern: str, arn: str) -> bool:
    """ArnLike: each of the six parts by itself (IAM user guide, ARN condition operators)."""
    wanted, given = pattern.split(":", _ARN_PARTS - 1), arn.split(":", _ARN_PARTS - 1)
    return len(wanted) == len(given) and all(
        text_pattern(part).fullmatch(value) for part, value in zip(wanted, given, strict=True)
    )


def _translated(text: str, *, within: str) -> str:
    translated = []
    for position, character in enumerate(text):
        ends_part = text[position + 1 : position + 2] in ("", ":")
        match character:
            case "*":
                translated.append(".*" if ends_part else f"{within}*")
            case "?":
                translated.append(within)
            case _:
                translated.append(re.escape(character))
    return "".join(translated)
