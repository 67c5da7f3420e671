"""The interrupt by which the engine ends a provider process, whichever of its threads the kernel gives it to."""

from __future__ import annotations

import os
import signal

from tests.providers.conftest import Settled
from tests.providers.provider_process import Provider
from tests.providers.stacks import governing
from tests.providers.world import Watcher
from tests.threads import held_back, on_linux


class TakenByAnotherThread(Watcher):
    """Has the signal that ends a process taken by a thread that does nothing about it."""

    def begin(self, provider: Provider) -> None:
        provider.send = lambda how: os.kill(another_thread(provider.process_id, how), how)


def another_thread(process_id: int, number: signal.Signals) -> int:
    """A thread of a process, other than its main one, that does not hold back a signal."""
    return next(thread for thread, mask in held_back(process_id).items() if not mask & 1 << number - 1)


@on_linux
def test_a_process_whose_main_thread_misses_it_ends_all_the_same_and_tells_its_summary(settled: Settled) -> None:
    stack = settled(governing()).as_the_engine_ends_it()
    stack.world.watcher = TakenByAnotherThread()
    assert ["Summary: everything is as the file says (1 collaboration and 2 memberships)"] == stack.preview().summary
