"""The interrupt by which the engine ends a provider process, whichever of its threads the kernel gives it to."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest

from tests.providers.conftest import Settled
from tests.providers.mini_engine import Stack
from tests.providers.provider_process import Provider
from tests.providers.stacks import governing
from tests.providers.world import Watcher


class TakenByAnotherThread(Watcher):
    """Has the signal that ends a process taken by a thread that does nothing about it."""

    def begin(self, provider: Provider) -> None:
        provider.send = lambda how: os.kill(another_thread(provider.process_id, how), how)


def another_thread(process_id: int, number: signal.Signals) -> int:
    """A thread of a process, other than its main one, that does not hold back a signal."""
    for thread in sorted(int(each.name) for each in Path(f"/proc/{process_id}/task").iterdir()):
        held_back = re.search(r"^SigBlk:\s*(\w+)$", Path(f"/proc/{process_id}/task/{thread}/status").read_text(), re.MULTILINE)
        if thread != process_id and held_back and not int(held_back[1], 16) & 1 << number - 1:
            return thread
    raise LookupError("there is no such thread")


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="only Linux lets one choose the thread that takes a signal")
def test_a_process_whose_main_thread_misses_it_ends_all_the_same_and_tells_its_summary(settled: Settled) -> None:
    made = settled(governing())
    made.world.watcher = TakenByAnotherThread()
    stack = Stack(made.world, made.config, as_the_engine_does=True)
    stack.state = made.state
    assert ["Summary: everything is as the file says (1 collaboration and 2 memberships)"] == stack.preview().summary
