"""Steady mode: more calls a second than the documented rates allow are refused."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Self

from cleanrooms_emulator.wire.service import service
from cleanrooms_emulator.world.store import Document, Store

LIMITED_SERVICES = ("cleanrooms", "cleanroomsml")
"""Rates are documented for Clean Rooms. That Clean Rooms ML has the same is an assumption; STS is never throttled."""

DOCUMENTED: Mapping[str, float] = MappingProxyType({"GetConfiguredTable": 20.0, "GetProtectedQuery": 20.0})
"""Calls a second of the operations that differ from the others (service guide, quotas page)."""

_KIND, _ID = "_rates", "chosen"
_HIGHEST = 1_000_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How many calls a second are answered, for each operation, account and Region by itself.

    `default` is the rate of every operation that `rates` does not name: 5 a second (service guide, quotas page; for the
    operations that the page leaves out, an assumption). `burst` is how many seconds' worth of calls may come at once
    after a pause, one call at least; nothing is documented about bursts, and one second is an assumption. With `steady`
    off nothing is refused. Raises ValueError saying what is wrong.
    """

    steady: bool = False
    default: float = 5.0
    burst: float = 1.0
    rates: Mapping[str, float] = field(default_factory=lambda: DOCUMENTED)

    def __post_init__(self) -> None:
        if not isinstance(self.steady, bool):
            raise ValueError(f"steady: {self.steady!r} is neither true nor false")
        _check_positive("default", self.default)
        _check_positive("burst", self.burst)
        known = {name for each in LIMITED_SERVICES for name in service(each).operation_names}
        for operation, rate in self.rates.items():
            if operation not in known:
                raise ValueError(f"rates: {operation!r} is no operation of {', '.join(LIMITED_SERVICES)}")
            _check_positive(f"rates.{operation}", rate)

    def changed(self, document: Any) -> Self:
        """These rates with the members of a JSON object in place of theirs; of `rates`, too, only the named ones.

        Raises ValueError saying what is wrong.
        """
        if not isinstance(document, dict):
            raise ValueError("rates must be an object")
        current = self.as_json()
        unknown = sorted(document.keys() - current.keys())
        if unknown:
            raise ValueError(f"unknown member {', '.join(unknown)}; there are {', '.join(current)}")
        named = document.get("rates", {})
        if not isinstance(named, dict):
            raise ValueError("rates: must be an object of calls a second by operation")
        return type(self)(**{**current, **document, "rates": {**self.rates, **named}})

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object."""
        return {**{each.name: getattr(self, each.name) for each in fields(self)}, "rates": dict(self.rates)}

    def of(self, operation: str) -> float:
        """Calls a second."""
        return self.rates.get(operation, self.default)


def _check_positive(name: str, value: Any) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= _HIGHEST:
        raise ValueError(f"{name}: {value!r} is not a number above 0 and up to {_HIGHEST:.0f}")


class RateLimits:
    """The rates of a world, kept in its store, and a token bucket for each operation, account and Region.

    The buckets are filled by the service's clock: while it stands still, they are not filled. They live in memory and
    are full after a restart, and after every change of the rates.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._read: tuple[Document | None, Rates] = (None, Rates())
        self._buckets: dict[tuple[str, ...], tuple[float, float]] = {}

    @property
    def rates(self) -> Rates:
        """The rates of the world."""
        document = self._store.get(_KIND, _ID)
        if document is not self._read[0]:
            self._read = (document, Rates() if document is None else Rates().changed(document))
        return self._read[1]

    @rates.setter
    def rates(self, rates: Rates) -> None:
        self._store.put(_KIND, _ID, rates.as_json())
        self.refill()

    def refill(self) -> None:
        """Fill all buckets."""
        with self._lock:
            self._buckets.clear()

    def admits(self, called: str, operation: str, account: str, region: str, now: float) -> bool:
        """Whether a call of a service (botocore's name) is answered now, at `now` epoch seconds; takes one token if so."""
        rates = self.rates
        if not rates.steady or called not in LIMITED_SERVICES:
            return True
        rate = rates.of(operation)
        capacity = max(1.0, rate * rates.burst)
        key = (called, operation, account, region)
        with self._lock:
            tokens, at = self._buckets.get(key, (capacity, now))
            tokens = min(capacity, tokens + max(0.0, now - at) * rate)
            admitted = tokens >= 1.0 or math.isclose(tokens, 1.0)
            self._buckets[key] = (max(0.0, tokens - 1.0) if admitted else tokens, now)
        return admitted
