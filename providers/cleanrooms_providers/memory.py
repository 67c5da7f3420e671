"""What one provider process knows: the configuration, what was read once for all resources, and what each check found.

Every phase of the engine starts a process of its own, so nothing here lives from a preview to an update. Create and update
never rely on what is remembered here, they read for themselves; what they leave behind is remembered in its place, for the
resources that come after. The engine calls on up to four threads at a time.
"""

import os
import threading
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from cleanrooms_governance.assessment.budgets import BudgetAssessment
from cleanrooms_governance.assessment.collaborations import CollaborationAssessment
from cleanrooms_governance.assessment.declared import collaboration_keys
from cleanrooms_governance.assessment.memberships import MembershipAssessment
from cleanrooms_governance.assessment.proceedings import Proceedings
from cleanrooms_governance.assessment.reading_ahead import read_ahead
from cleanrooms_governance.assessment.reads import RememberedReads
from cleanrooms_governance.audit.entry import Mandate
from cleanrooms_governance.audit.place import audit_log
from cleanrooms_governance.aws import AwsAccounts, Pace, limit_line
from cleanrooms_governance.aws.once import OncePerKey
from cleanrooms_governance.desired import Access
from cleanrooms_governance.errors import InvalidInput
from cleanrooms_governance.model import AccountId, Membership
from cleanrooms_governance.running.expectation import Expectation, expectation
from cleanrooms_governance.service import CleanRooms
from cleanrooms_governance.settings.stack_file import StackFile, audit_file, load
from cleanrooms_governance.text import plain
from cleanrooms_providers.engine import tell_in_passing

_REASON = 300
"""Characters of a failure that are worth repeating at another resource."""


@dataclass
class Memory:
    """One process's knowledge; see the module. ``sleep`` takes seconds.

    ``today`` is the UTC date on which rules and members' days are judged: one for the whole process, so that a run which passes
    midnight carries out what its own check planned.
    """

    config: Mapping[str, str] = field(default_factory=dict)
    project: Path = field(default_factory=Path.cwd)
    sleep: Callable[[float], None] = time.sleep
    today: date = field(default_factory=lambda: datetime.now(UTC).date())
    proceedings: Proceedings = field(default_factory=Proceedings)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _collaborations: dict[str, CollaborationAssessment] = field(default_factory=dict)
    _memberships: dict[str, MembershipAssessment] = field(default_factory=dict)
    _open_memberships: set[tuple[str, str]] = field(default_factory=set)
    _budgets: dict[str, BudgetAssessment] = field(default_factory=dict)
    _moved: dict[str, bool] = field(default_factory=dict)
    _stack_file: OncePerKey[Path, StackFile] = field(default_factory=OncePerKey)
    _accounts: AwsAccounts | None = None
    _reads: dict[tuple[Access, str], RememberedReads] = field(default_factory=dict)
    _reading_ahead: bool = False
    _closing: bool = False
    _failures: dict[str, str] = field(default_factory=dict)
    _expectation: OncePerKey[str, Expectation | None] = field(default_factory=OncePerKey)

    def stack_file(self) -> StackFile:
        """Return the stack file that the configuration is, read once with all that it includes.

        Raises ``InvalidInput`` where it is none.
        """
        return self._stack_file.get(self.project, lambda: load(self.config, self.project))

    def declared_collaborations(self) -> Collection[str]:
        """Return the keys that the stack file's collaborations have or had; none where the configuration is no stack file."""
        with suppress(InvalidInput):
            return collaboration_keys(self.stack_file())
        return ()

    def port(self, owner: str, access: Access, region: str, mandate: Mandate | None = None) -> CleanRooms:
        """Return an account's Clean Rooms, for reading afresh and for writing.

        Parameters: ``owner`` is the ``<project>/<stack>/<key>`` of the resource at hand, after which role sessions are named;
        ``mandate`` is what the audit says about writing calls.
        """
        with self._lock:
            if self._accounts is None:
                audit = audit_log(os.environ, self.project, lambda: audit_file(self.config))
                self._accounts = AwsAccounts(stack_of(owner), pace=Pace(on_limit=self._tell_limit), audit=audit)
            return (self._accounts.on_behalf_of(mandate) if mandate else self._accounts)(access, region)

    def expectation(self) -> Expectation | None:
        """Return the reviewed plan that this process is held to, read once, or ``None``."""
        return self._expectation.get("", lambda: expectation(os.environ))

    def _tell_limit(self, account: AccountId, region: str) -> None:
        """Say why all takes its time, once the service has begun to refuse what comes faster."""
        own = 0
        with suppress(InvalidInput):
            sections = self.stack_file().collaborations.values()
            own = sum(section.creator == account and section.region == region for section in sections)
        tell_in_passing(limit_line(account, region, own))

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
        """Keep what check found, or how a run left it."""
        with self._lock:
            self._memberships[found.desired.owner] = found

    def membership(self, owner: str) -> MembershipAssessment | None:
        """Return what check found."""
        with self._lock:
            return self._memberships.get(owner)

    def joined(self, collaboration_id: str) -> dict[AccountId, Membership]:
        """Return the memberships in a collaboration, as check found them or a run left them."""
        with self._lock:
            seen = [each.seen.membership for each in self._memberships.values() if each.seen]
            return {own.account: own for own in seen if own is not None and own.collaboration_id == collaboration_id}

    def remember_open_membership(self, collaboration_id: str, account: str) -> None:
        """Keep that what becomes of a membership shows only when this run has changed something."""
        with self._lock:
            self._open_memberships.add((collaboration_id, account))

    def membership_has_changed(self, collaboration_id: str, account: str) -> None:
        """Forget what was known of an account's memberships before a run joined one, or tried to."""
        with self._lock:
            self._open_memberships.discard((collaboration_id, account))
            for (access, _), reads in self._reads.items():
                if access.account == account:
                    reads.forget_memberships()

    def is_open_membership(self, collaboration_id: str, account: str) -> bool:
        """Return whether this run may still have an account join a collaboration."""
        with self._lock:
            return (collaboration_id, account) in self._open_memberships

    def remember_budget(self, found: BudgetAssessment) -> None:
        """Keep what check found."""
        with self._lock:
            self._budgets[found.desired.owner] = found

    def budget(self, owner: str) -> BudgetAssessment | None:
        """Return what check found."""
        with self._lock:
            return self._budgets.get(owner)

    def remember_refresh(self, resource_id: str, *, moved: bool) -> None:
        """Keep whether a refresh found something else than was recorded."""
        with self._lock:
            self._moved[resource_id] = moved

    def has_moved(self, resource_id: str) -> bool:
        """Return whether a refresh found something else than was recorded."""
        with self._lock:
            return self._moved.get(resource_id, False)

    def note_failure(self, owner: str, reason: str) -> None:
        """Remember that something went wrong with a resource: nobody is removed in this process any more."""
        with self._lock:
            self._failures.setdefault(owner, plain(reason, _REASON))

    def trouble(self) -> str:
        """Return what has failed in this process, in words; nothing if all went well."""
        with self._lock:
            return "; ".join(f"{owner} ({reason})" for owner, reason in sorted(self._failures.items()))

    def begins_closing(self) -> bool:
        """Return ``True`` to the first who asks."""
        with self._lock:
            first = not self._closing
            self._closing = True
            return first

    def read_ahead(self, owner: str) -> None:
        """Begin to read all that the stack file names, once a process, and return at once.

        Parameters: ``owner`` is the ``<project>/<stack>/<key>`` of any resource of the stack.
        """
        with self._lock:
            first = not self._reading_ahead
            self._reading_ahead = True
        if first:
            read_ahead(self.stack_file, stack_of(owner), self.reads)


def stack_of(owner: str) -> str:
    """Return ``<project>/<stack>`` of a ``<project>/<stack>/<key>``."""
    return "/".join(owner.split("/")[:2])


def mandate_of(owner: str, section: str, props: Mapping[str, Any]) -> Mandate:
    """Return what the audit says about the writing calls of a create or update.

    Parameters: ``section`` is that of the stack file; ``props`` are the checked inputs, with the plan's fingerprint.
    """
    key = f"{section}.{owner.removeprefix(stack_of(owner)).lstrip('/')}"
    return Mandate(stack_of(owner), key, str(props.get("fingerprint") or ""), "pulumi up")


MEMORY = Memory()
"""This process's own."""
