"""Threads without wall clock: one runs at a time, and when all of them wait, time moves on to the end of the first wait."""

from __future__ import annotations

import heapq
import threading
from collections import deque
from collections.abc import Callable
from itertools import count


class _Thread:
    def __init__(self) -> None:
        self.may_run = threading.Semaphore(0)
        self.waits = 0
        self.was_woken = False


class VirtualTime:
    """A clock in seconds since the start, and threads that wait for nothing but it and each other.

    The same work always takes the same course.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self._ready: deque[_Thread] = deque()
        self._timers: list[tuple[float, int, _Thread, int]] = []
        self._numbers = count()
        self._running: _Thread | None = None
        self._living = 0
        self._has_stopped = threading.Semaphore(0)
        self._failures: list[BaseException] = []

    def clock(self) -> float:
        return self.now

    def start(self, work: Callable[[], None]) -> None:
        """Add a thread; it does nothing before ``run``."""
        thread = _Thread()

        def live() -> None:
            thread.may_run.acquire()
            try:
                work()
            except BaseException as error:
                self._failures.append(error)
            self._living -= 1
            self._has_stopped.release()

        self._living += 1
        self._ready.append(thread)
        threading.Thread(target=live, daemon=True).start()

    def run(self) -> None:
        """Return when all threads have ended; raises what one of them raised."""
        while self._living:
            self._running = self._next()
            self._running.may_run.release()
            self._has_stopped.acquire()
            if self._failures:
                raise self._failures[0]
        self._running = None

    def sleep(self, seconds: float) -> None:
        """Let the others run for so long. Outside ``run``, time passes at once."""
        if self._running is None:
            self.now += seconds
        else:
            self.wait(seconds)

    def wait(self, seconds: float | None, sleepers: list[_Thread] | None = None) -> bool:
        """Let the others run until one wakes this thread, which is among the ``sleepers``, or for so long; whether one did."""
        thread = self._running
        if thread is None:
            raise RuntimeError("only threads wait for each other")
        thread.waits += 1
        thread.was_woken = False
        if seconds is not None:
            heapq.heappush(self._timers, (self.now + seconds, next(self._numbers), thread, thread.waits))
        if sleepers is not None:
            sleepers.append(thread)
        self._has_stopped.release()
        thread.may_run.acquire()
        if sleepers is not None and thread in sleepers:
            sleepers.remove(thread)
        return thread.was_woken

    def wake(self, sleepers: list[_Thread]) -> None:
        """Let all of them run."""
        for thread in sleepers:
            thread.waits += 1
            thread.was_woken = True
            self._ready.append(thread)
        sleepers.clear()

    def condition(self) -> threading.Condition:
        """Make a condition on which these threads wait."""
        return _Condition(self)

    def _next(self) -> _Thread:
        if self._ready:
            return self._ready.popleft()
        while self._timers:
            at, _, thread, wait = heapq.heappop(self._timers)
            if thread.waits == wait:
                self.now = max(self.now, at)
                return thread
        raise RuntimeError("all threads wait for each other")


class _Condition(threading.Condition):
    def __init__(self, time: VirtualTime) -> None:
        super().__init__()
        self._time = time
        self._sleepers: list[_Thread] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.release()
        try:
            return self._time.wait(timeout, self._sleepers)
        finally:
            self.acquire()

    def notify_all(self) -> None:
        self._time.wake(self._sleepers)
