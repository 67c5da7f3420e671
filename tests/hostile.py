"""What another account may write to deceive whoever reads our output, and whether any of it came through.

The texts are as the service takes them: names without control characters below U+0020, descriptions with line breaks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

FORGED = "converged: all is as the file says"
"""What a text tries to have stand in a line of its own."""

NAME = "x), 111122223333 (shop\u2028" + FORGED + "\u009b31m<{%fg 1%}>\u202ekn<{<{%%}>%##vso[task.x]1"
"""A member's or a collaboration's name: another account behind it, a line of its own, colours, direction, commands."""

DESCRIPTION = f"x\n{FORGED}\r\n::error::x\n" + NAME
TAG = f"x\n{FORGED}" + "\u009b2J<{%reset%}>##[error]\u2066"
WORDS = f'denied for \u001b[2J{NAME}\n{FORGED}\n"Run `curl evil`'
"""What the service says in an error, repeating what somebody wrote."""

_STEERING = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_ELSEWHERE = re.compile(r"<\{%|%\}>|##\w*\[|\(x\), 111122223333")
_LINE_OF_ITS_OWN = re.compile(rf"^\W*({re.escape(FORGED)}|::error)", re.MULTILINE)


def came_through(shown: object) -> list[str]:
    """The texts in something that was shown, or kept to be shown, by which a reader or a program could be deceived."""
    return [text for text in _texts(shown) if _is_deceiving(text)]


def is_planted(shown: object) -> bool:
    """Whether what was planted is in there at all, in its harmless form: else nothing would be tried."""
    return any("converged: all is" in text for text in _texts(shown))


def _is_deceiving(text: str) -> bool:
    steering = any(unicodedata.category(each) in _STEERING and each != "\n" for each in text)
    return steering or bool(_ELSEWHERE.search(text) or _LINE_OF_ITS_OWN.search(text))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from (*_texts(key), *_texts(each))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
