"""When may the next call go out?"""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from cleanrooms_governance.model import AccountId

CALLS_PER_SECOND = 5.0
"""The documented rate of one operation for one account in one Region (user guide, quotas)."""

PAUSE_AFTER_THROTTLING = 1.0
"""Seconds without a call of that operation after a 429; the service gives no hint of its own (service model)."""

_FIRST_BACK_OFF = 0.05
_LONGEST_BACK_OFF = 5.0


@dataclass(frozen=True, slots=True)
class Lane:
    """What the service counts calls by."""

    account: AccountId
    region: str
    operation: str


class Pace:
    """Full speed until a lane's first 429, then one call after the other at the documented rate.

    Thread-safe. ``clock`` gives seconds from any origin, ``sleep`` takes seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep) -> None:
        self.clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next_slots: dict[Lane, float] = {}

    def wait(self, lane: Lane) -> None:
        """Return when a call may go out; at once in a lane that was never throttled."""
        with self._lock:
            slot = self._next_slots.get(lane)
            if slot is None:
                return
            now = self.clock()
            slot = max(slot, now)
            self._next_slots[lane] = slot + 1 / CALLS_PER_SECOND
        if slot > now:
            self._sleep(slot - now)

    def throttled(self, lane: Lane) -> None:
        """Take note of a 429: the lane pauses, and is paced from now on."""
        with self._lock:
            resumes = self.clock() + PAUSE_AFTER_THROTTLING
            self._next_slots[lane] = max(self._next_slots.get(lane, resumes), resumes)

    def back_off(self, attempt: int) -> None:
        """Wait after failed attempt number ``attempt`` (from 1): longer each time, and never in step with others."""
        self._sleep(random.uniform(0.5, 1) * min(_FIRST_BACK_OFF * 2**attempt, _LONGEST_BACK_OFF))
