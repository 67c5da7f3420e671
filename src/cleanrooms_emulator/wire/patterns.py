"""Patterns of the service models, with the meaning they have in Java.

Java's `matches` covers the whole string, its `\\d`, `\\w` and `\\s` are ASCII only, its dot stops at every line
terminator of Unicode, and it knows Unicode categories. That the service uses them so is an assumption.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import regex

_DOT = "[^\\n\\r\\u0085\\u2028\\u2029]"
_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\.", re.DOTALL)
_NESTED_REPEAT = re.compile(r"\((\[[^\]]+\]\+)\)\*\(\1\)")


@cache
def full_match(pattern: str) -> Callable[[str], bool]:
    """A predicate: does the whole of a string match?"""
    text = _TOKEN.sub(_translated, _linear(pattern))
    if "\\p{" in text:
        unicode_matcher = regex.compile(text)
        return lambda value: unicode_matcher.fullmatch(value) is not None
    matcher = re.compile(text, re.ASCII)
    return lambda value: matcher.fullmatch(value) is not None


def _translated(token: re.Match[str]) -> str:
    return _DOT if token[0] == "." else token[0]


def _linear(pattern: str) -> str:
    """`([x]+)*([x]+)`, which some names have, takes exponential time to fail; it means `[x]+`."""
    return _NESTED_REPEAT.sub(r"(\1)", pattern)
