"""The packages of a lock file, as `requirements/compile` writes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_PINNED = re.compile(r"([A-Za-z0-9._-]+)==([^\s;\\]+)(?:\s*;\s*(.*?))?\s*\\?$")
_HASH = re.compile(r"\s+--hash=sha256:([0-9a-f]{64})\s*\\?$")


@dataclass(frozen=True, slots=True)
class Locked:
    """One package at one version; ``sha256`` are the hashes of all its files, ``marker`` where it is needed at all."""

    name: str
    version: str
    marker: str
    sha256: tuple[str, ...]

    @property
    def purl(self) -> str:
        """Its package URL (package-url specification, type pypi: lower case, hyphens)."""
        return f"pkg:pypi/{re.sub(r'[-_.]+', '-', self.name).lower()}@{self.version}"


def locked(text: str) -> tuple[Locked, ...]:
    """Return the packages of a lock file, in its order.

    Raises:
        ValueError: a line is neither a comment nor a pinned package nor one of its hashes, or a package has no hash.
    """
    found: list[tuple[re.Match[str], list[str]]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if pinned := _PINNED.fullmatch(line):
            found.append((pinned, []))
        elif (hashed := _HASH.fullmatch(line)) and found:
            found[-1][1].append(hashed[1])
        else:
            raise ValueError(f"line {number} is neither a pinned package nor a hash: {line}")
    return tuple(_packages(found))


def _packages(found: list[tuple[re.Match[str], list[str]]]) -> Iterator[Locked]:
    for pinned, hashes in found:
        if not hashes:
            raise ValueError(f"{pinned[1]} has no hash")
        yield Locked(pinned[1], pinned[2], pinned[3] or "", tuple(sorted(hashes)))
