"""How are many things looked at at once?"""

import queue
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager, suppress
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")

READERS = 16
"""Things looked at at once in one process; more would only meet the service's rates sooner."""


def side_by_side(look: Callable[[A], B], items: Sequence[A]) -> list[B]:
    """Return what looking at each item gives, in their order.

    Raises what the first of the looks that fail raises, once no look is under way any more; those that have not begun are left
    out. An interrupt is raised at once: the threads end with the process, whatever they wait for, so a look must write nothing.
    """
    answers: list[Future[B]] = [Future() for _ in items]
    waiting: queue.SimpleQueue[tuple[Future[B], A]] = queue.SimpleQueue()
    for pair in zip(answers, items, strict=True):
        waiting.put(pair)

    def work() -> None:
        with suppress(queue.Empty):
            while True:
                settle(*waiting.get_nowait())

    def settle(answer: Future[B], item: A) -> None:
        if not answer.set_running_or_notify_cancel():
            return
        try:
            answer.set_result(look(item))
        except BaseException as error:
            answer.set_exception(error)

    with _interrupts_held_back():
        for _ in range(min(READERS, len(items))):
            threading.Thread(target=work, name="look", daemon=True).start()
    try:
        return [answer.result() for answer in answers]
    except Exception:
        for answer in answers:
            answer.cancel()
        wait(answers)
        raise


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Have no thread that is started inside take an interrupt, on which the main thread alone can act."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
