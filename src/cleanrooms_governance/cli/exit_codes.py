"""How does a command end, and which of several ends counts?"""

from collections.abc import Iterable
from enum import IntEnum


class Exit(IntEnum):
    """The exit codes of ``crgov``."""

    DONE = 0
    ERROR = 1
    CHANGES = 2
    WAITING = 3
    REFUSED = 4
    UNKNOWN = 5
    USAGE = 64


_WORST_FIRST = (Exit.USAGE, Exit.ERROR, Exit.UNKNOWN, Exit.REFUSED, Exit.WAITING, Exit.CHANGES, Exit.DONE)


def worst(ends: Iterable[Exit]) -> Exit:
    """Return the end that counts when several worlds were tried; nothing tried is nothing to do."""
    return min(ends, key=_WORST_FIRST.index, default=Exit.DONE)
