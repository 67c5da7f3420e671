"""A head start: the first check begins to read all that the stack file names, so that no check waits for the one before.

The engine calls check for one resource after the other. Reading is all that happens here: what fails fails again, with its
message, in the check of the resource that it concerns, and findings in the file are the program's to report.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial

from cleanrooms_governance.budgets.reading import read_budget
from cleanrooms_governance.desired import Access
from cleanrooms_governance.memberships.advance_membership import read_invitation
from cleanrooms_governance.running.lookup import find_collaboration
from cleanrooms_governance.running.world import read_world
from cleanrooms_governance.service import CleanRoomsReads
from cleanrooms_governance.settings.inputs import (
    collaboration_inputs,
    membership_inputs,
    parse_collaboration_inputs,
    parse_membership_inputs,
)
from cleanrooms_governance.settings.stack_file import StackFile
from cleanrooms_governance.side_by_side import side_by_side


def read_ahead(stack: Callable[[], StackFile], prefix: str, reads: Callable[[str, Access, str], CleanRoomsReads]) -> None:
    """Begin to read, and return at once.

    Parameters: ``stack`` gives the stack file; ``prefix`` is the ``<project>/<stack>`` of its resources; ``reads`` gives what
    an account reads with, by the owner of a resource, the way in and the Region, and has to remember what was read.
    """

    def run() -> None:
        with suppress(Exception):
            _ReadingAhead(stack(), prefix, reads).read()

    # It ends with the process, whatever it is doing: nobody waits for a head start.
    threading.Thread(target=run, name="read-ahead", daemon=True).start()


class _ReadingAhead:
    def __init__(self, stack: StackFile, prefix: str, reads: Callable[[str, Access, str], CleanRoomsReads]) -> None:
        self._stack = stack
        self._prefix = prefix
        self._reads = reads

    def read(self) -> None:
        collaborations = [partial(self._read_collaboration, key) for key in self._stack.collaborations]
        side_by_side(_attempt, [*collaborations, *(partial(self._read_membership, key) for key in self._stack.memberships)])

    def _read_collaboration(self, key: str) -> None:
        desired, access, _ = parse_collaboration_inputs(collaboration_inputs(self._stack, key, self._prefix))
        reads = self._reads(desired.owner, access, desired.region)
        if found := find_collaboration(desired, "", reads):
            read_world(reads, found)

    def _read_membership(self, key: str) -> None:
        desired, access = parse_membership_inputs(membership_inputs(self._stack, key, self._prefix))
        reads = self._reads(desired.owner, access, desired.region)
        memberships = reads.memberships()
        if collaboration := desired.collaboration or self._own_collaboration(self._stack.memberships[key].collaboration):
            found = replace(desired, collaboration=collaboration)
            read_invitation(found, reads, memberships)
            for name in found.budgets or {}:
                read_budget(found.budget(name), reads, memberships)

    def _own_collaboration(self, key: str) -> str | None:
        desired, access, _ = parse_collaboration_inputs(collaboration_inputs(self._stack, key, self._prefix))
        return find_collaboration(desired, "", self._reads(desired.owner, access, desired.region))


def _attempt(job: Callable[[], None]) -> None:
    with suppress(Exception):
        job()
