"""What one preview of one stack found, in the words of the comment.

A value of its own, so that the comment does not depend on who found it out: today the document of ``pulumi preview --json``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

NO_CREDENTIALS = "no-credentials"
"""The rule of a refusal that says that nothing could be judged (``cleanrooms_providers.properties``)."""

UNREADABLE = "unreadable"
"""The rule of a refusal that says what could not be read (``cleanrooms_providers.assessment``)."""

Kind = Literal["collaboration", "membership", "budget"]


@dataclass(frozen=True, slots=True)
class Change:
    """One planned change. ``consequence`` says what it needs: votes of whom, none, and why it is made."""

    id: str
    text: str
    operation: str
    needs_votes: bool
    by_request: bool = False
    consequence: str = ""
    voters: tuple[str, ...] = ()

    @property
    def is_final(self) -> bool:
        """Whether it cannot be undone: a member that was removed is not invited again (``planning.removals``)."""
        return self.operation == "DeleteMember"


@dataclass(frozen=True, slots=True)
class Danger:
    """A consequence that has to be acknowledged by exactly this fingerprint."""

    fingerprint: str
    rule: str
    message: str
    acknowledged: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a resource is not touched; ``danger`` is the fingerprint of the danger that it is about, if it is about one."""

    rule: str
    subject: str
    message: str
    danger: str = ""


@dataclass(frozen=True, slots=True)
class Awaited:
    """An open change request that waits for votes; ``since`` is the day on which it was filed, as text, if that is known."""

    request: str
    accounts: tuple[str, ...]
    since: str = ""
    about: str = ""
    how: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the summary about one resource; ``standing`` is its first word, such as ``to do``."""

    standing: str
    resource: str
    text: str


@dataclass(frozen=True, slots=True)
class Resource:
    """A collaboration, membership or privacy budget as a preview found it.

    ``group`` is the key of its collaboration in the same stack, or the id of another one. ``plan`` is its plan's document, and
    is ``None``, as ``fingerprint`` is, where the plan is known only when its collaboration's changes are made. ``held`` are the
    accounts that this stack votes for, with their ``ownPlan``. ``filing`` are the accounts that the next change request is
    about. ``said`` is everything else that the preview says about it, with a level before each line.
    """

    kind: Kind
    key: str
    group: str
    collaboration: str = ""
    region: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    plan: Mapping[str, Any] | None = None
    fingerprint: str | None = None
    changes: tuple[Change, ...] = ()
    dangers: tuple[Danger, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    awaited: tuple[Awaited, ...] = ()
    held: Mapping[str, str] = field(default_factory=dict)
    filing: tuple[str, ...] = ()
    said: tuple[tuple[str, str], ...] = ()
    forgotten: bool = False

    @property
    def name(self) -> str:
        """How the summary calls it."""
        return f"{self.kind} {self.key}"


@dataclass(frozen=True, slots=True)
class Preview:
    """One preview. ``trouble`` says why its document could not be read, empty if it could.

    ``errors`` are those that no refusal explains, ``warnings`` those about no resource, ``others`` counts what it would do to
    resources of other kinds, by what it would do. ``exit`` is ``None`` where nobody said how it ended.
    """

    stack: str
    project: str = ""
    exit: int | None = None
    resources: tuple[Resource, ...] = ()
    entries: tuple[Entry, ...] = ()
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    others: Mapping[str, int] = field(default_factory=dict)
    trouble: str = ""
    log: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """``<project>/<stack>``, or the stack alone where the project is not known."""
        return f"{self.project}/{self.stack}" if self.project else self.stack

    def said(self, *standings: str) -> list[Entry]:
        """Return the entries of the summary with these standings."""
        return [entry for entry in self.entries if entry.standing in standings]
