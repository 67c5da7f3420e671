"""The way in to the service for a command's calls, at which one of them can be met by something else than its answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from cleanrooms_emulator.transport.http_connection import Answering
from cleanrooms_emulator.wire.messages import Delivery, Request, Response

LOST = Response(0, delivery=Delivery.NOTHING)
"""No answer at all."""

Choice = Callable[[Request], bool]
Meeting = Callable[[Callable[[], Response]], Response]
"""What a call gets, made of what has the service answer it."""


class Door:
    """Hands calls on to a service."""

    def __init__(self, service: Answering) -> None:
        self._service = service
        self._choosing = threading.Lock()
        self._choice: Choice | None = None
        self._meeting: Meeting | None = None

    @contextmanager
    def meeting(self, choice: Choice, meeting: Meeting) -> Iterator[threading.Event]:
        """While the block runs, the first call that is chosen meets this; gives what is set when it comes.

        Calls are chosen one after the other, in the order in which they come.
        """
        come = threading.Event()

        def meet(answer: Callable[[], Response]) -> Response:
            come.set()
            return meeting(answer)

        with self._choosing:
            self._choice, self._meeting = choice, meet
        try:
            yield come
        finally:
            self._choice = None

    def __call__(self, request: Request) -> Response:
        """Answer a call."""
        with self._choosing:
            chosen = self._choice is not None and self._choice(request)
            if chosen:
                self._choice = None
        if not chosen or self._meeting is None:
            return self._service(request)
        return self._meeting(lambda: self._service(request))


@dataclass(frozen=True)
class Held:
    """A call that has been answered, and whose answer is held back."""

    arrived: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)


@contextmanager
def holding(door: Door, choice: Choice) -> Iterator[Held]:
    """The answer to the first call that is chosen is held back until it is released, or until the block ends."""
    held = Held()

    def hold(answer: Callable[[], Response]) -> Response:
        response = answer()
        held.arrived.set()
        held.released.wait()
        return response

    with door.meeting(choice, hold):
        try:
            yield held
        finally:
            held.released.set()
