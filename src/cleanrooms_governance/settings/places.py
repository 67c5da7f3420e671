"""Where a value is written, as a path for the person who has to find it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from cleanrooms_governance.errors import Finding, Spot

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


class Mark(NamedTuple):
    """Where a key or a value begins, both counted from 1; what follows a key is found by the key."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Source:
    """A document that values come from.

    Parameters: ``namespace`` stands before a path (``cleanrooms:`` for the stack file itself, whose paths need no file);
    ``file`` is relative to the project folder for an included file, and empty for values that were read from none; ``marks``
    say where its values are by location.
    """

    namespace: str = ""
    file: str = ""
    marks: Mapping[Location, Mark] = field(default_factory=dict)

    def path(self, location: Location) -> str:
        """Return the path of a value, with file and line where it is in an included file."""
        path = self.namespace + dotted(location)
        if not self.file or self.namespace:
            return path
        mark = self._mark(location)
        where = f"{self.file}:{mark.line}" if mark else self.file
        return f"{where} {path}" if path else where

    def finding(self, location: Location, message: str) -> Finding:
        """Return a finding about the value at this location."""
        return Finding(self.path(location), message, self._spot(location))

    def _spot(self, location: Location) -> Spot | None:
        if not self.file:
            return None
        mark = self._mark(location) or (0, 0)
        return Spot(self.file, *mark, dotted(location))

    def _mark(self, location: Location) -> Mark | None:
        """Return where a value is; what is missing is where what it is missing from is."""
        known = location
        while known and known not in self.marks:
            known = known[:-1]
        return self.marks.get(known)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings once each, by path and then by message, numbers in paths by their value."""
    return tuple(sorted(set(findings), key=lambda finding: (_natural(finding.path), finding.message)))


def _natural(path: str) -> list[tuple[str, int]]:
    pieces = _DIGITS.split(path)
    numbers = [int(piece) for piece in pieces[1::2]] + [0]
    return list(zip(pieces[::2], numbers, strict=True))
