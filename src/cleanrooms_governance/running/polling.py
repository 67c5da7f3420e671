"""Look for an answer that should be there, a few times."""

from collections.abc import Callable
from typing import TypeVar

PATIENCE = 3
"""How often an answer that should be there is looked for, a second apart."""

Result = TypeVar("Result")


def poll(look: Callable[[], Result | None], sleep: Callable[[float], None]) -> Result | None:
    """Look ``PATIENCE`` times, a second apart, and return the first thing found, or ``None``."""
    for attempt in range(PATIENCE):
        if attempt:
            sleep(1)
        if (found := look()) is not None:
            return found
    return None
