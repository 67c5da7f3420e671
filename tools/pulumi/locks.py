"""One process at a time, also across checkouts."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def exclusive(lock_file: Path, *, on_wait: Callable[[], None]) -> Iterator[None]:
    """Hold `lock_file` for the length of the block; the kernel lets go of it if this process dies.

    `on_wait` is called once if another process holds the lock. The file stays behind on purpose: deleting it
    would let a third process lock a new file of the same name while a second one still waits for the old.
    """
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    with lock_file.open("ab") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_wait()
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
