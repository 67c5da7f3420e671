"""The moments of a run at which something can happen: around each call to the service, and after each answer to the engine."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from cleanrooms_emulator.transport.http_connection import Answering
from cleanrooms_emulator.wire.messages import Delivery, Request, Response
from tests.providers.provider_process import Died, Provider
from tests.providers.world import Watcher
from tests.reliability.stage import writes

_NO_ANSWER = Response(0, delivery=Delivery.NOTHING)


class Event(Enum):
    """What a moment is counted by. Calls that write are counted by themselves: reads go in parallel, in any order."""

    WRITE = "write"
    READ = "read"
    ANSWER = "answer to the engine"


class Side(Enum):
    """Whether the call has been carried out. An answer has left the provider and not reached the engine's state."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True)
class Boundary:
    """One moment of a run; ``number`` counts from 1 among the events of its sort."""

    event: Event
    number: int
    side: Side = Side.AFTER

    def __str__(self) -> str:
        return f"{self.side.value} {self.event.value} {self.number}"


@dataclass
class Counted:
    """How often each sort of event came in a run, and which of the answers were to a create or update.

    ``first`` has every different moment that the run passed through, as text, with the first boundary that was in it: the first
    that is no read if there is one, for which read of a run has which number depends on their order.
    """

    events: Counter[Event] = field(default_factory=Counter)
    acting: set[int] = field(default_factory=set)
    first: dict[str, Boundary] = field(default_factory=dict)

    def pass_by(self, moment: str, boundary: Boundary) -> None:
        """Note a moment that the run passes through, and a boundary that is in it."""
        known = self.first.get(moment)
        if known is None or (known.event is Event.READ and boundary.event is not Event.READ):
            self.first[moment] = boundary

    def end(self, moment: str) -> None:
        """Leave out the moment in which the run has ended if nothing but reads came by in it: they were still under way."""
        if moment in self.first and self.first[moment].event is Event.READ:
            del self.first[moment]

    def all(self) -> Iterator[Boundary]:
        """Every boundary of the run."""
        for event in (Event.WRITE, Event.READ):
            for number in range(1, self.events[event] + 1):
                yield from (Boundary(event, number, side) for side in Side)
        yield from (Boundary(Event.ANSWER, number) for number in range(1, self.events[Event.ANSWER] + 1))

    def decisive(self) -> Iterator[Boundary]:
        """Those around calls that write, those between the answer to a create or update and the engine's state write, and
        where else a moment is a new one: a crash at any other boundary leaves behind what a crash at one of these does.
        """
        new = {*self.first.values()}
        for each in self.all():
            if each.event is Event.WRITE or (each.event is Event.ANSWER and each.number in self.acting) or each in new:
                yield each


class Counting(Watcher):
    """Counts the events of a run and lets everything happen. ``now`` tells the moment, as text."""

    def __init__(self, now: Callable[[], str]) -> None:
        self.counted = Counted()
        self._now = now
        self._lock = threading.Lock()

    def begin(self, provider: Provider) -> None:
        """A run begins."""
        provider.answered = self._answered

    def call(self, request: Request, answer: Answering) -> Response:
        """A call has arrived."""
        event = Event.WRITE if writes(request) else Event.READ
        with self._lock:
            number = self._count(event)
            self._pass(Boundary(event, number, Side.BEFORE))
        response = answer(request)
        with self._lock:
            self._pass(Boundary(event, number, Side.AFTER))
        return response

    def _answered(self, method: str) -> None:
        with self._lock:
            number = self._count(Event.ANSWER)
            if method in ("Create", "Update"):
                self.counted.acting.add(number)
            self._pass(Boundary(Event.ANSWER, number))

    def _count(self, event: Event) -> int:
        self.counted.events[event] += 1
        return self.counted.events[event]

    def _pass(self, boundary: Boundary) -> None:
        self.counted.pass_by(self._now(), boundary)


class Striking(Watcher):
    """Does something at one boundary of a run; see the subclasses. ``struck`` tells whether the run came to it."""

    def __init__(self, boundary: Boundary) -> None:
        self.struck = False
        self._boundary = boundary
        self._events: Counter[Event] = Counter()
        self._lock = threading.Lock()

    def strike(self, provider: Provider) -> bool:
        """Do it; return whether the provider process is gone now."""
        raise NotImplementedError

    def begin(self, provider: Provider) -> None:
        """A run begins."""
        self._provider = provider
        provider.answered = self._answered

    def call(self, request: Request, answer: Answering) -> Response:
        """A call has arrived."""
        here = self._is_here(Event.WRITE if writes(request) else Event.READ)
        if here and self._boundary.side is Side.BEFORE and self.strike(self._provider):
            return _NO_ANSWER
        response = answer(request)
        if here and self._boundary.side is Side.AFTER and self.strike(self._provider):
            return _NO_ANSWER
        return response

    def _answered(self, method: str) -> None:
        if self._is_here(Event.ANSWER) and self.strike(self._provider):
            raise Died(method)

    def _is_here(self, event: Event) -> bool:
        with self._lock:
            self._events[event] += 1
            here = (event, self._events[event]) == (self._boundary.event, self._boundary.number)
            self.struck = self.struck or here
            return here


class Killing(Striking):
    """Kills the provider process."""

    def strike(self, provider: Provider) -> bool:
        """Kill it; nothing of what it has sent arrives any more, and no answer reaches it."""
        provider.kill()
        return True
