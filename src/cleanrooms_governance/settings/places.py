"""Where a value is written, as a path for the person who has to find it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cleanrooms_governance.errors import Finding

Location = tuple[str | int, ...]
"""The steps to a value inside a document: keys, and indexes of lists."""

_LONGEST_STEP = 80
_DIGITS = re.compile(r"(\d+)")


def printable(text: str) -> str:
    """Return a text fit for a terminal: control characters and what no encoding can carry are escaped."""
    return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")


def dotted(location: Location) -> str:
    """Return a location as people write it: ``collaborations.x.members.444455556666.abilities[0]``."""
    path = ""
    for step in location:
        if isinstance(step, int):
            path += f"[{step}]"
        else:
            shown = printable(step if len(step) <= _LONGEST_STEP else step[: _LONGEST_STEP - 1] + "…")
            path += f".{shown}" if path else shown
    return path


@dataclass(frozen=True, slots=True)
class Source:
    """A document that values come from.

    Parameters: ``namespace`` stands before a path (``cleanrooms:`` for the stack file itself); ``file`` is an included file,
    relative to the project folder, and ``lines`` its line numbers by location.
    """

    namespace: str = ""
    file: str = ""
    lines: Mapping[Location, int] = field(default_factory=dict)

    def path(self, location: Location) -> str:
        """Return the path of a value, with file and line where it is in an included file.

        What is missing has the line of what it is missing from.
        """
        path = self.namespace + dotted(location)
        if not self.file:
            return path
        known = location
        while known and known not in self.lines:
            known = known[:-1]
        line = self.lines.get(known)
        where = f"{self.file}:{line}" if line else self.file
        return f"{where} {path}" if path else where

    def finding(self, location: Location, message: str) -> Finding:
        """Return a finding about the value at this location."""
        return Finding(self.path(location), message)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings once each, by path and then by message, numbers in paths by their value."""
    return tuple(sorted(set(findings), key=lambda finding: (_natural(finding.path), finding.message)))


def _natural(path: str) -> list[tuple[str, int]]:
    pieces = _DIGITS.split(path)
    numbers = [int(piece) for piece in pieces[1::2]] + [0]
    return list(zip(pieces[::2], numbers, strict=True))
