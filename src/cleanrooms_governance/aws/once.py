"""How is a thing made only once, however many threads ask for it?"""

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class _Slot(Generic[V]):
    __slots__ = ("lock", "made")

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.made: list[V] = []


class OncePerKey(Generic[K, V]):
    """Values by key, each made by the first caller; the others wait for that key only.

    What ``make`` raises goes to its caller and is not kept, so that the next caller tries again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._slots: dict[K, _Slot[V]] = {}

    def get(self, key: K, make: Callable[[], V]) -> V:
        """Return the value of ``key``, calling ``make`` if there is none yet."""
        with self._lock:
            slot = self._slots.setdefault(key, _Slot())
        with slot.lock:
            if not slot.made:
                slot.made.append(make())
            return slot.made[0]
