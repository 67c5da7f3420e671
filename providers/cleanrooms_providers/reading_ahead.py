"""A head start: the first check begins to read all that the stack file names, so that no check waits for the one before.

The engine calls check for one resource after the other. Reading is all that happens here: what fails fails again, with its
message, in the check of the resource that it concerns, and findings in the file are the program's to report.
"""

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial

from cleanrooms_governance.budgets.reading import read_budget
from cleanrooms_governance.memberships.advance_membership import read_invitation
from cleanrooms_governance.running.lookup import find_collaboration
from cleanrooms_governance.running.world import read_world
from cleanrooms_governance.settings.inputs import (
    collaboration_inputs,
    membership_inputs,
    parse_collaboration_inputs,
    parse_membership_inputs,
)
from cleanrooms_governance.settings.stack_file import StackFile
from cleanrooms_providers.memory import Memory, stack_of

READERS = 16
"""Collaborations read at once in one process; more would only meet the service's rates sooner."""


def read_ahead(memory: Memory, owner: str) -> None:
    """Begin to read, once a process, and return at once.

    Parameters: ``owner`` is the ``<project>/<stack>/<key>`` of any resource of the stack.
    """
    if memory.begins_reading_ahead():
        _in_background(lambda: _ReadingAhead(memory, stack_of(owner)).start())


class _ReadingAhead:
    def __init__(self, memory: Memory, prefix: str) -> None:
        self._memory = memory
        self._prefix = prefix
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def start(self) -> None:
        stack = self._memory.stack_file()
        for key in stack.collaborations:
            self._jobs.put(partial(self._read_collaboration, stack, key))
        for key in stack.memberships:
            self._jobs.put(partial(self._read_membership, stack, key))
        for _ in range(min(READERS, self._jobs.qsize())):
            _in_background(self._work)

    def _work(self) -> None:
        while True:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return
            with suppress(Exception):
                job()

    def _read_collaboration(self, stack: StackFile, key: str) -> None:
        desired, access, _ = parse_collaboration_inputs(collaboration_inputs(stack, key, self._prefix))
        reads = self._memory.reads(desired.owner, access, desired.region)
        if found := find_collaboration(desired, "", reads):
            read_world(reads, found)

    def _read_membership(self, stack: StackFile, key: str) -> None:
        desired, access = parse_membership_inputs(membership_inputs(stack, key, self._prefix))
        reads = self._memory.reads(desired.owner, access, desired.region)
        memberships = reads.memberships()
        if collaboration := desired.collaboration or self._own_collaboration(stack, stack.memberships[key].collaboration):
            found = replace(desired, collaboration=collaboration)
            read_invitation(found, reads, memberships)
            for name in found.budgets or {}:
                read_budget(found.budget(name), reads, memberships)

    def _own_collaboration(self, stack: StackFile, key: str) -> str | None:
        desired, access, _ = parse_collaboration_inputs(collaboration_inputs(stack, key, self._prefix))
        return find_collaboration(desired, "", self._memory.reads(desired.owner, access, desired.region))


def _in_background(work: Callable[[], None]) -> None:
    """Run in a thread that ends with the process, whatever it is doing: nobody waits for a head start."""

    def run() -> None:
        with suppress(Exception):
            work()

    threading.Thread(target=run, name="read-ahead", daemon=True).start()
