"""When may the next call go out?

The service counts the calls of each operation by itself, for each account and Region, and tells nobody how near the limit is.
So the documented rate is exceeded only as long as the service takes it (see ADR 0023).
"""

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from cleanrooms_governance.model import AccountId

CALLS_PER_SECOND = 5.0
"""The documented rate of one operation for one account in one Region (user guide, quotas)."""

BURST = 1.0
"""Seconds' worth of calls that go out at once after a pause; nothing is documented about bursts."""

PAUSE_AFTER_THROTTLING = 1.0
"""Seconds without a call of that operation after a 429; the service gives no hint of its own (service model)."""

_SLOWER = 0.5
"""By which a lane's rate is multiplied at a 429 after the limits are known: others call too, or the limits are lower."""

_FASTER = 0.2
"""Calls a second by which a lane's rate rises again with each answer, up to the documented rate."""

_SLOWEST = 1.0

_FIRST_BACK_OFF = 0.05
_LONGEST_BACK_OFF = 5.0

_LONG_AGO = float("-inf")
_ROUNDING = 1e-9

OnLimit = Callable[[AccountId, str], None]
"""Is given the account and the Region whose calls begin to be held back, once each."""


@dataclass(frozen=True, slots=True)
class Lane:
    """What the service counts calls by."""

    account: AccountId
    region: str
    operation: str


@dataclass(slots=True, eq=False)
class Turn:
    """One call. ``refused`` is to be set if the answer is a 429."""

    began: float
    is_trial: bool
    refused: bool = False


@dataclass(slots=True, eq=False)
class _Traffic:
    """The calls of one lane; after ``rested_at`` a whole burst may go out again, as far as we know."""

    rate: float = CALLS_PER_SECOND
    rested_at: float = _LONG_AGO
    slowed_at: float = _LONG_AGO
    answered_at: float = _LONG_AGO
    waiting: deque[object] = field(default_factory=deque)


@dataclass(slots=True, eq=False)
class _Limit:
    """What is known of an account's limits in a Region; ``trials`` are calls under way that are over the documented rate."""

    reached_at: float | None = None
    trials: int = 0
    most_trials: int = 1


class Pace:
    """Gives each call its turn. Thread-safe.

    A burst goes out at once, and what is more as fast as the service takes it: one call at first, and one more at a time with
    each answer. The first 429 ends that for every operation of the account and Region, because their limits are alike: from
    then on each is called at the documented rate. A 429 at that rate, as where two stacks call as the same account, makes its
    lane pause again.

    ``clock`` gives seconds from any origin, ``sleep`` takes seconds, ``changed`` is where calls wait for each other.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        *,
        changed: threading.Condition | None = None,
        on_limit: OnLimit | None = None,
    ) -> None:
        self.clock = clock
        self._sleep = sleep
        self._changed = changed or threading.Condition()
        self._on_limit = on_limit
        self._lanes: dict[Lane, _Traffic] = {}
        self._limits: dict[tuple[AccountId, str], _Limit] = {}

    @contextmanager
    def turn(self, lane: Lane) -> Iterator[Turn]:
        """Wait until a call may go out, which the block then makes."""
        with self._changed:
            traffic = self._lanes.setdefault(lane, _Traffic())
            limit = self._limits.setdefault((lane.account, lane.region), _Limit())
            turn = self._next_turn(traffic, limit)
        try:
            yield turn
        finally:
            with self._changed:
                first_429 = turn.refused and limit.reached_at is None
                self._ended(turn, traffic, limit)
                self._changed.notify_all()
            if first_429 and self._on_limit is not None:
                self._on_limit(lane.account, lane.region)

    def answered_at(self, lane: Lane) -> float:
        """Return when the service last answered a call of this lane other than by a 429; minus infinity if it never did."""
        with self._changed:
            return self._lanes[lane].answered_at if lane in self._lanes else _LONG_AGO

    def back_off(self, attempt: int) -> None:
        """Wait after failed attempt number ``attempt`` (from 1): longer each time, and never in step with others."""
        self._sleep(random.uniform(0.5, 1) * min(_FIRST_BACK_OFF * 2**attempt, _LONGEST_BACK_OFF))

    def _next_turn(self, traffic: _Traffic, limit: _Limit) -> Turn:
        """Calls of a lane go out in the order in which they came."""
        ticket = object()
        traffic.waiting.append(ticket)
        try:
            while traffic.waiting[0] is not ticket:
                self._changed.wait()
            is_trial = self._is_trial(traffic, limit)
            now = self.clock()
            traffic.rested_at = max(traffic.rested_at, now) + 1 / traffic.rate
            if limit.reached_at is None:
                # What went out faster and was taken shows that we know too little of the service to hold it against the lane.
                traffic.rested_at = min(traffic.rested_at, now + BURST)
            return Turn(now, is_trial)
        finally:
            traffic.waiting.remove(ticket)
            self._changed.notify_all()

    def _is_trial(self, traffic: _Traffic, limit: _Limit) -> bool:
        """Wait until the first call of a lane may go out, and return whether it does so over the documented rate."""
        waited_until = _LONG_AGO
        while True:
            now = max(self.clock(), waited_until) + _ROUNDING
            if limit.reached_at is not None:
                # A lane at the documented rate that is rested at each call has a burst in reserve for what is late or early.
                if traffic.rested_at <= now:
                    return False
                waited_until = traffic.rested_at
                self._sleep_unlocked(waited_until - now)
                continue
            allowed_at = traffic.rested_at - BURST + 1 / CALLS_PER_SECOND
            if allowed_at <= now:
                return False
            if limit.trials < limit.most_trials:
                limit.trials += 1
                return True
            if not self._changed.wait(allowed_at - now):
                waited_until = allowed_at

    def _sleep_unlocked(self, seconds: float) -> None:
        self._changed.release()
        try:
            self._sleep(seconds)
        finally:
            self._changed.acquire()

    def _ended(self, turn: Turn, traffic: _Traffic, limit: _Limit) -> None:
        now = self.clock()
        limit.trials -= turn.is_trial
        if not turn.refused:
            limit.most_trials += turn.is_trial
            traffic.answered_at = now
            traffic.rate = min(CALLS_PER_SECOND, traffic.rate + _FASTER)
            return
        traffic.rested_at = max(traffic.rested_at, now + PAUSE_AFTER_THROTTLING)
        if limit.reached_at is None:
            limit.reached_at = now
        elif turn.began > max(limit.reached_at, traffic.slowed_at):
            # Of calls that were under way together, one counts.
            traffic.rate = max(_SLOWEST, traffic.rate * _SLOWER)
            traffic.slowed_at = now


def limit_line(account: AccountId, region: str, collaborations: int = 0) -> str:
    """Return what to tell somebody who waits because of a limit.

    Parameters: ``collaborations`` is how many are to be read there, ``0`` if that is not known; each takes one call of several
    operations, which do not wait for each other.
    """
    line = f"AWS limits the calls of account {account} in {region} to {CALLS_PER_SECOND:.0f} a second of each kind"
    seconds = collaborations / CALLS_PER_SECOND
    return f"{line}: to look at its {collaborations} collaborations takes about {seconds:.0f} s" if seconds >= 1 else line
