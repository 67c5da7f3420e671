"""How are many things looked at at once?"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")

_READERS = 16


def side_by_side(look: Callable[[A], B], items: Sequence[A]) -> list[B]:
    """Return what looking at each item gives, in their order. Raises the first thing that a look raises."""
    if not items:
        return []
    with ThreadPoolExecutor(min(_READERS, len(items))) as readers:
        return list(readers.map(look, items))
