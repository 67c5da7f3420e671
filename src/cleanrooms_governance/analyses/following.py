"""Wait for a query or job to end."""

from collections.abc import Callable

from cleanrooms_governance.analyses.analysis import UNDER_WAY, Analysis
from cleanrooms_governance.errors import ServiceFailure, Throttled, Unreachable

FIRST_PAUSE = 0.25
LONGEST_PAUSE = 15.0
"""Seconds between two looks: from the first to the longest, half as long again each time, far below the documented rates."""

UNKNOWN_PATIENCE = 40
"""Looks at a status that this version does not know before it is given up: about ten minutes."""

MISSES = 3
"""Looks in a row that may fail, all of them sent several times, before following ends."""


def follow(
    begun: Analysis, look: Callable[[], Analysis], tell: Callable[[Analysis], None], sleep: Callable[[float], None]
) -> Analysis:
    """Look again until the analysis has ended, and return it as it is then.

    Parameters: ``tell`` is given it whenever its status is another one.

    Returns one that has not ended if its status is unknown to this version and stays so. Raises: the ``ServiceError`` of the
    looks.
    """
    now, pause, strange, missed = begun, FIRST_PAUSE, 0, 0
    tell(now)
    while not now.is_over and strange < UNKNOWN_PATIENCE:
        sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)
        try:
            seen = look()
        except (Throttled, ServiceFailure, Unreachable):
            missed += 1
            if missed == MISSES:
                raise
            continue
        missed = 0
        if seen.status != now.status:
            tell(seen)
        strange = 0 if seen.status in UNDER_WAY else strange + 1
        now = seen
    return now
