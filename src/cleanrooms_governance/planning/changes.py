"""The closed set of changes that a plan can hold.

Each change says whom and what it concerns, which operation carries it, by which change type the service will name it, and reads
as one line. Values only: how it is sent is the business of ``aws``, when it is sent that of ``next_move``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from cleanrooms_governance.fingerprint import fingerprint
from cleanrooms_governance.model import Ability, AccountId, ChangeType, CostType
from cleanrooms_governance.planning.atoms import COLLABORATION, Atom, Setting, change_type
from cleanrooms_governance.text import label, plain

FILE_REQUEST = "CreateCollaborationChangeRequest"
Names = Mapping[AccountId, str]


class Change(Protocol):
    """What every change answers."""

    @property
    def subject(self) -> str:
        """The account concerned, or ``*`` for the collaboration itself."""

    @property
    def setting(self) -> str:
        """What of the subject changes."""

    @property
    def before(self) -> Any:
        """The live value."""

    @property
    def after(self) -> Any:
        """The desired value."""

    @property
    def operation(self) -> str:
        """The API operation that carries it."""

    @property
    def types(self) -> frozenset[str]:
        """The predicted change types; empty for what no change request carries."""


@dataclass(frozen=True, slots=True)
class CreateCollaboration:
    """Make a new collaboration; ``settings`` is everything that is fixed or set at creation, as a canonical document."""

    name: str
    region: str
    settings: Mapping[str, Any]
    names: Names = field(default_factory=dict, compare=False)
    subject = COLLABORATION
    setting = "collaboration"
    before = None
    operation = "CreateCollaboration"
    types: frozenset[str] = frozenset()

    @property
    def after(self) -> Mapping[str, Any]:
        """Everything that is decided at creation."""
        return self.settings

    def __str__(self) -> str:
        members = ", ".join(label(account, self.names) for account in sorted(self.settings["members"]))
        return f"create collaboration {self.name!r} in {self.region} with {members}"


@dataclass(frozen=True, slots=True)
class ClaimOwnership:
    """Note in the collaboration's tags that this stack governs it.

    ``renamed`` says that it does so already, under a key that the collaboration had before.
    """

    before: str | None
    after: str
    renamed: bool = field(default=False, compare=False)
    subject = COLLABORATION
    setting = "governed-by"
    operation = "TagResource"
    types: frozenset[str] = frozenset()

    def __str__(self) -> str:
        before = plain(self.before or "", 256)
        if self.renamed:
            return f"tag the collaboration by its new key: governed-by={self.after} (until now {before})"
        was = f" (until now {before})" if before else ""
        return f"adopt the collaboration: tag it governed-by={self.after}{was}"


class _OfAccount:
    """What the changes of one account's entry have in common: a change request carries them, and the atom tells their type."""

    __slots__ = ()
    operation = FILE_REQUEST
    account: AccountId
    before: bool
    after: bool

    @property
    def subject(self) -> str:
        """The account concerned."""
        return self.account

    @property
    def atom(self) -> Atom:
        """What it changes."""
        return Atom(self.account, Setting.MEMBER)

    @property
    def types(self) -> frozenset[str]:
        """The change type by which the service will name it."""
        return frozenset({change_type(self.atom, self.after)})


@dataclass(frozen=True, slots=True)
class _OfMlAbility(_OfAccount):
    account: AccountId
    ability: str
    names: Names = field(default_factory=dict, compare=False)

    @property
    def setting(self) -> str:
        """The ML ability."""
        return f"{Setting.ML_ABILITY}:{self.ability}"

    @property
    def atom(self) -> Atom:
        """What it changes."""
        return Atom(self.account, Setting.ML_ABILITY, self.ability)


@dataclass(frozen=True, slots=True)
class _OfPayer(_OfAccount):
    account: AccountId
    cost: CostType
    names: Names = field(default_factory=dict, compare=False)

    @property
    def setting(self) -> str:
        """The cost type."""
        return f"{Setting.PAYS}:{self.cost}"

    @property
    def atom(self) -> Atom:
        """What it changes."""
        return Atom(self.account, Setting.PAYS, self.cost)


@dataclass(frozen=True, slots=True)
class _OfAbility(_OfAccount):
    account: AccountId
    ability: Ability
    names: Names = field(default_factory=dict, compare=False)

    @property
    def setting(self) -> str:
        """The ability."""
        return f"{Setting.ABILITY}:{self.ability}"

    @property
    def atom(self) -> Atom:
        """What it changes."""
        return Atom(self.account, Setting.ABILITY, self.ability)


@dataclass(frozen=True, slots=True)
class AddMember(_OfAccount):
    """Invite an account."""

    account: AccountId
    names: Names = field(default_factory=dict, compare=False)
    setting = str(Setting.MEMBER)
    before = False
    after = True

    def __str__(self) -> str:
        return f"add member {label(self.account, self.names)}"


@dataclass(frozen=True, slots=True)
class GrantAbility(_OfAbility):
    """Give an account an ability."""

    before = False
    after = True

    def __str__(self) -> str:
        return f"grant {self.ability} to {label(self.account, self.names)}"


@dataclass(frozen=True, slots=True)
class RevokeAbility(_OfAbility):
    """Take an ability from an account."""

    before = True
    after = False

    def __str__(self) -> str:
        return f"revoke {self.ability} from {label(self.account, self.names)}"


@dataclass(frozen=True, slots=True)
class GrantMlAbility(_OfMlAbility):
    """Give an account an ML ability."""

    before = False
    after = True

    def __str__(self) -> str:
        return f"grant {self.ability} to {label(self.account, self.names)}"


@dataclass(frozen=True, slots=True)
class RevokeMlAbility(_OfMlAbility):
    """Take an ML ability from an account."""

    before = True
    after = False

    def __str__(self) -> str:
        return f"revoke {self.ability} from {label(self.account, self.names)}"


@dataclass(frozen=True, slots=True)
class AddPayer(_OfPayer):
    """Make an account a candidate to pay for a cost type."""

    before = False
    after = True

    def __str__(self) -> str:
        return f"add {label(self.account, self.names)} as payer for {self.cost}"


@dataclass(frozen=True, slots=True)
class RemovePayer(_OfPayer):
    """End that an account is a candidate to pay for a cost type."""

    before = True
    after = False

    def __str__(self) -> str:
        return f"remove {label(self.account, self.names)} as payer for {self.cost}"


@dataclass(frozen=True, slots=True)
class SetAutoApproval:
    """Set the change types that the collaboration approves by itself: the whole list, not a difference."""

    before: frozenset[str]
    after: frozenset[str]
    subject = COLLABORATION
    setting = str(Setting.AUTO_APPROVE)
    operation = FILE_REQUEST
    types = frozenset({str(ChangeType.EDIT_AUTO_APPROVED_CHANGE_TYPES)})

    @property
    def atom(self) -> Atom:
        """What it changes."""
        return Atom(COLLABORATION, Setting.AUTO_APPROVE)

    @property
    def widens(self) -> frozenset[str]:
        """The change types that would no longer need votes."""
        return self.after - self.before

    def __str__(self) -> str:
        edits = [f"+{type_}" for type_ in sorted(self.widens)] + [f"-{type_}" for type_ in sorted(self.before - self.after)]
        return f"set the auto-approval list: {', '.join(edits)}"


@dataclass(frozen=True, slots=True)
class JoinCollaboration:
    """Accept an invitation; ``payments`` are the duties accepted with it, ``settings`` what else is decided at joining."""

    account: AccountId
    payments: frozenset[CostType]
    settings: Mapping[str, Any]
    names: Names = field(default_factory=dict, compare=False)
    setting = "membership"
    before = None
    operation = "CreateMembership"
    types: frozenset[str] = frozenset()

    @property
    def subject(self) -> str:
        """The account that joins."""
        return self.account

    @property
    def after(self) -> Mapping[str, Any]:
        """Everything that is decided at joining."""
        return {**self.settings, "payments": self.payments}

    def __str__(self) -> str:
        duties = f", paying for {', '.join(sorted(self.payments))}" if self.payments else ", paying for nothing"
        return f"join as {label(self.account, self.names)}{duties}"


@dataclass(frozen=True, slots=True)
class RemoveMember:
    """Remove an account for good: at once, without a vote, by no change request.

    ``created`` is when the membership in the collaboration began (``createTime`` of ListMembers), so that two of one account
    are told apart. Source: service model, DeleteMember; user guide, removing members.
    """

    account: AccountId
    created: datetime | None
    names: Names = field(default_factory=dict, compare=False)
    setting = str(Setting.MEMBER)
    after = "REMOVED"
    operation = "DeleteMember"
    types: frozenset[str] = frozenset()

    @property
    def subject(self) -> str:
        """The account concerned."""
        return self.account

    @property
    def before(self) -> str:
        """The membership that ends, named by when it began."""
        return f"member since {self.created.astimezone(UTC).isoformat()}" if self.created else "member"

    def __str__(self) -> str:
        return f"remove member {label(self.account, self.names)}"


EntryChange = AddMember | GrantAbility | RevokeAbility | GrantMlAbility | RevokeMlAbility | AddPayer | RemovePayer
"""The changes of an account's entry."""

RequestChange = EntryChange | SetAutoApproval
"""The changes that a change request carries."""


def change_id(change: Change, *, needs_votes: bool) -> str:
    """Return a change's identity: equal for the same step from the same state by the same way, and free of names and texts."""
    return fingerprint(
        change.subject,
        change.setting,
        change.before,
        change.after,
        change.operation,
        sorted(change.types),
        needs_votes,
    )
