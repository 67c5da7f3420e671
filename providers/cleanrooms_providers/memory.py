"""What one provider process knows: the stack's configuration, what was read once for all resources, and what each check found.

Every phase of the engine starts a process of its own, so nothing here lives from a preview to an update. Check is called for one
resource after the other; so that a hundred collaborations do not wait for each other's reads, the first check starts reading all
that the stack file names. Create and update never use what is remembered here; they read for themselves.
"""

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from cleanrooms_governance.advance import read_world
from cleanrooms_governance.aws import AwsAccounts
from cleanrooms_governance.desired import Access
from cleanrooms_governance.errors import GovernanceError, InvalidInput
from cleanrooms_governance.lookup import find_collaboration
from cleanrooms_governance.service import CleanRooms
from cleanrooms_governance.settings.inputs import (
    collaboration_inputs,
    membership_inputs,
    parse_collaboration_inputs,
    parse_membership_inputs,
)
from cleanrooms_governance.settings.stack_file import StackFile, load
from cleanrooms_providers.assessment import CollaborationAssessment, MembershipAssessment
from cleanrooms_providers.reads import RememberedReads

READERS = 16
"""Collaborations read at once in one process; more would only meet the service's rates sooner."""


@dataclass
class Memory:
    """One process's knowledge; see the module. ``sleep`` takes seconds and ``today`` is in UTC."""

    config: Mapping[str, str] = field(default_factory=dict)
    project: Path = field(default_factory=Path.cwd)
    sleep: Callable[[float], None] = time.sleep
    collaborations: dict[str, CollaborationAssessment] = field(default_factory=dict)
    """What check found, by owner."""
    memberships: dict[str, MembershipAssessment] = field(default_factory=dict)
    """What check found, by owner."""
    moved: dict[str, bool] = field(default_factory=dict)
    """Whether a refresh found the live world changed, by resource id."""
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _accounts: AwsAccounts | None = None
    _reads: dict[tuple[Access, str], RememberedReads] = field(default_factory=dict)
    _started: bool = False

    @property
    def today(self) -> date:
        """The date on which rules are judged."""
        return datetime.now(UTC).date()

    def port(self, owner: str, access: Access, region: str) -> CleanRooms:
        """Return an account's Clean Rooms, for reading afresh and for writing.

        Parameters: ``owner`` is the ``<project>/<stack>/<key>`` of the resource at hand, after which role sessions are named.
        """
        with self._lock:
            if self._accounts is None:
                self._accounts = AwsAccounts(_stack(owner))
            return self._accounts(access, region)

    def reads(self, owner: str, access: Access, region: str) -> RememberedReads:
        """Return an account's Clean Rooms for looking, each question asked once a process."""
        port = self.port(owner, access, region)
        with self._lock:
            return self._reads.setdefault((access, region), RememberedReads(port))

    def collaboration(self, collaboration_id: str) -> CollaborationAssessment | None:
        """Return what check found for the collaboration with this id, if this process governs it."""
        return next((a for a in self.collaborations.values() if a.collaboration_id == collaboration_id), None)

    def start_reading(self, owner: str) -> None:
        """Begin to read all that the stack file names, once a process.

        Only a head start: what fails here fails again, with its message, in the check of the resource that it concerns, and
        findings in the file are the program's to report.
        """
        with self._lock:
            if self._started:
                return
            self._started = True
        try:
            stack = load(self.config, self.project)
        except InvalidInput:
            return
        pool = ThreadPoolExecutor(READERS, thread_name_prefix="read-ahead")
        for key in stack.collaborations:
            pool.submit(self._read_collaboration, stack, key, _stack(owner))
        for key in stack.memberships:
            pool.submit(self._read_memberships, stack, key, _stack(owner))
        pool.shutdown(wait=False)

    def _read_collaboration(self, stack: StackFile, key: str, prefix: str) -> None:
        with suppress(GovernanceError):
            desired, access, _ = parse_collaboration_inputs(collaboration_inputs(stack, key, prefix))
            reads = self.reads(desired.owner, access, desired.region)
            if found := find_collaboration(desired, "", reads):
                read_world(reads, found)

    def _read_memberships(self, stack: StackFile, key: str, prefix: str) -> None:
        with suppress(GovernanceError):
            desired, access = parse_membership_inputs(membership_inputs(stack, key, prefix))
            self.reads(desired.owner, access, desired.region).memberships()


def _stack(owner: str) -> str:
    return "/".join(owner.split("/")[:2])


MEMORY = Memory()
"""This process's own."""
