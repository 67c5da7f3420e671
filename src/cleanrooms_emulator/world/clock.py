"""The service's time."""

from __future__ import annotations

import time
from collections.abc import Callable

from cleanrooms_emulator.world.store import Store

_KIND, _ID = "_clock", "offset"
_END = 253402300799.0


class Clock:
    """Real time plus an offset that is kept in the store, so that a restarted service goes on at its own time.

    `source` gives the real time in epoch seconds; a constant one makes a clock that moves only when told.
    """

    def __init__(self, store: Store | None = None, *, source: Callable[[], float] = time.time) -> None:
        self._store = store if store is not None else Store()
        self._source = source

    def now(self) -> float:
        """Epoch seconds with milliseconds."""
        return round(self._source() + self.offset, 3)

    @property
    def offset(self) -> float:
        """Seconds by which the service is ahead of real time."""
        document = self._store.get(_KIND, _ID)
        return float(document["seconds"]) if document else 0.0

    def advance(self, seconds: float) -> None:
        """Move the service's time by so many seconds; it does not go backwards."""
        if seconds < 0:
            raise ValueError(f"the clock cannot be moved back by {-seconds} s; set it, or reset the service")
        self._move(self.offset + seconds)

    def set(self, epoch: float) -> None:
        """Make it `epoch` seconds now; time goes on from there."""
        self._move(epoch - self._source())

    def _move(self, offset: float) -> None:
        if not 0 <= self._source() + offset <= _END:
            raise ValueError(f"the clock reaches from 0 to {_END:.0f} epoch seconds, the end of the year 9999")
        self._store.put(_KIND, _ID, {"seconds": round(offset, 3)})
