"""Which of two Pulumi versions is the newer one."""

from __future__ import annotations

import re
from dataclasses import dataclass

_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)(-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?")


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A release of Pulumi. A pre-release comes before the release that it leads to."""

    major: int
    minor: int
    patch: int
    final: bool = True

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}" + ("" if self.final else " (pre-release)")


def parse(text: str) -> Version | None:
    """Read what `pulumi version` prints, for instance `v3.259.0` or `v3.260.0-dev.0`.

    Returns None for anything that is no version.
    """
    found = _VERSION.fullmatch(text.strip())
    if found is None:
        return None
    major, minor, patch, pre_release = found.groups()
    return Version(int(major), int(minor), int(patch), final=pre_release is None)
