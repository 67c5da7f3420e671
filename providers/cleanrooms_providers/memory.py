"""What one provider process knows: the configuration, what was read once for all resources, and what each check found.

Every phase of the engine starts a process of its own, so nothing here lives from a preview to an update. Create and update
never rely on what is remembered here, they read for themselves; what they leave behind is remembered in its place, for the
resources that come after. The engine calls on up to four threads at a time.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from cleanrooms_governance.aws import AwsAccounts
from cleanrooms_governance.desired import Access
from cleanrooms_governance.service import Accounts, CleanRooms
from cleanrooms_providers.assessment import CollaborationAssessment, MembershipAssessment
from cleanrooms_providers.reads import RememberedReads


@dataclass
class Memory:
    """One process's knowledge; see the module. ``sleep`` takes seconds and ``today`` is in UTC."""

    config: Mapping[str, str] = field(default_factory=dict)
    project: Path = field(default_factory=Path.cwd)
    sleep: Callable[[float], None] = time.sleep
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _collaborations: dict[str, CollaborationAssessment] = field(default_factory=dict)
    _memberships: dict[str, MembershipAssessment] = field(default_factory=dict)
    _moved: dict[str, bool] = field(default_factory=dict)
    _accounts: Accounts | None = None
    _reads: dict[tuple[Access, str], RememberedReads] = field(default_factory=dict)
    _reading_ahead: bool = False

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
                self._accounts = AwsAccounts(stack_of(owner))
            return self._accounts(access, region)

    def reads(self, owner: str, access: Access, region: str) -> RememberedReads:
        """Return an account's Clean Rooms for looking, each question asked once a process."""
        port = self.port(owner, access, region)
        with self._lock:
            return self._reads.setdefault((access, region), RememberedReads(port))

    def remember_collaboration(self, found: CollaborationAssessment) -> None:
        """Keep what check found."""
        with self._lock:
            self._collaborations[found.desired.owner] = found

    def remember_conflict(self, owner: str, conflicting: frozenset[str]) -> CollaborationAssessment | None:
        """Add what only the outputs of a resource know to what its check found, and return that, if it was checked."""
        with self._lock:
            found = self._collaborations.get(owner)
            if found is not None:
                found = self._collaborations[owner] = replace(found, conflicting=conflicting)
            return found

    def collaboration_has_changed(self, collaboration_id: str, left: CollaborationAssessment | None) -> None:
        """Forget what was read of a collaboration before a run, and keep how the run left it, if that is known."""
        with self._lock:
            for reads in self._reads.values():
                reads.forget(collaboration_id)
            if left is not None:
                self._collaborations[left.desired.owner] = left

    def collaboration(self, collaboration_id: str) -> CollaborationAssessment | None:
        """Return the collaboration with this id, if this process governs it."""
        with self._lock:
            return next((a for a in self._collaborations.values() if a.collaboration_id == collaboration_id), None)

    def remember_membership(self, found: MembershipAssessment) -> None:
        """Keep what check found."""
        with self._lock:
            self._memberships[found.desired.owner] = found

    def membership(self, owner: str) -> MembershipAssessment | None:
        """Return what check found."""
        with self._lock:
            return self._memberships.get(owner)

    def remember_refresh(self, resource_id: str, *, moved: bool) -> None:
        """Keep whether a refresh found something else than was recorded."""
        with self._lock:
            self._moved[resource_id] = moved

    def has_moved(self, resource_id: str) -> bool:
        """Return whether a refresh found something else than was recorded."""
        with self._lock:
            return self._moved.get(resource_id, False)

    def begins_reading_ahead(self) -> bool:
        """Return ``True`` to the first who asks."""
        with self._lock:
            first = not self._reading_ahead
            self._reading_ahead = True
            return first


def stack_of(owner: str) -> str:
    """Return ``<project>/<stack>`` of a ``<project>/<stack>/<key>``."""
    return "/".join(owner.split("/")[:2])


MEMORY = Memory()
"""This process's own."""
