"""What a stack file asks for, as frozen values: the input of every plan.

A value of ``None`` means that the file is silent about it, so that it is not managed; an empty collection means none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from cleanrooms_governance.model import Ability, AccountId, CostType
from cleanrooms_governance.privacy_budgets import DeclaredBudget, DesiredBudgetTemplate


@dataclass(frozen=True, slots=True)
class Credentials:
    """How to act as an account: exactly one of ``environment``, ``profile`` and ``role`` is set.

    ``external_id`` is no secret to AWS, and is kept out of every text all the same: some treat it as one.
    """

    environment: bool = False
    profile: str | None = None
    role: str | None = None
    external_id: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Access:
    """The two ways into one account: ``read`` for everything that looks, ``write`` for everything that changes.

    ``write`` is ``None`` for an account that this stack may only look at: it is never written to and never votes.
    """

    account: AccountId
    read: Credentials
    write: Credentials | None


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the stack file; without ``access`` it is a partner, listed for its name."""

    id: AccountId
    name: str | None = None
    access: Access | None = None


@dataclass(frozen=True, slots=True)
class DesiredMember:
    """One member of a collaboration as the file wants it.

    ``until`` is the last UTC day on which it is wanted with all that is listed, ``why`` says in words what it is a member for.
    ``lapsed`` is the entry as written, where that day is over and so only this is left of it (see ``expiry.as_of``).
    """

    account: AccountId
    abilities: frozenset[Ability]
    display_name: str | None = None
    ml_abilities: frozenset[str] | None = None
    payer_for: frozenset[CostType] | None = None
    until: date | None = None
    why: str | None = None
    lapsed: "DesiredMember | None" = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One approve or deny rule of a membership.

    For *approve* an empty set allows nothing of its kind; for *deny* an empty set says nothing about its kind.
    """

    types: frozenset[str] = frozenset()
    accounts: frozenset[AccountId] = frozenset()
    abilities: frozenset[Ability] = frozenset()
    ml_abilities: frozenset[str] = frozenset()
    payer_for: frozenset[CostType] = frozenset()
    auto_approve: frozenset[str] = frozenset()
    until: date | None = None


class OwnPlan(StrEnum):
    """What a membership does with a request that carries out this very file."""

    APPROVE = "approve"
    WAIT = "wait"


@dataclass(frozen=True, slots=True, order=True)
class Pin:
    """One change request that a person has read: its id, and the fingerprint of what it asked for then."""

    request: str
    content: str


@dataclass(frozen=True, slots=True)
class VotingPolicy:
    """``changeRequests`` of a membership: how that account votes; where it is ``paused`` it does not."""

    own_plan: OwnPlan = OwnPlan.WAIT
    approve: tuple[Rule, ...] = ()
    deny: tuple[Rule, ...] = ()
    pinned: tuple[Pin, ...] = ()
    paused: bool = False


class Unmanaged(StrEnum):
    """What is said about live settings that the file does not decide."""

    REPORT = "report"
    REFUSE = "refuse"


NOTICE = 30
"""Days before a member's ``until`` from which on its end is announced, where the file does not say otherwise."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one plan may do without being acknowledged: ``removal_share`` is a part of the members, between 0 and 1."""

    removals: int = 1
    removal_share: float = 0.2


@dataclass(frozen=True, slots=True)
class DesiredCollaboration:
    """A collaboration as the file wants it.

    ``owner`` is ``<project>/<stack>/<key>``, the value of the ``governed-by`` tag. ``id`` is given to adopt an existing
    collaboration. ``voters`` are the accounts of this stack that can be written to and have a membership declared in it.

    ``former_owners`` are the values of the tag under keys that this one had before: what carries one of them is ours.
    ``encryption`` holds settings by the service's names (service model: DataEncryptionMetadata); empty means no encryption.
    ``tags`` hold neither the owner tag nor what this tool notes for itself.

    ``until_notice`` and ``deadline`` are days: how long before it a member's ``until`` is announced, and how long votes may
    take before that becomes a finding. ``cancel_requests`` are the ids of change requests to cancel, whoever filed them.
    ``budget_owners`` are the accounts whose privacy budgets this stack declares in it; ``None`` where it declares none, so that
    those of others are not looked at.
    ``today`` is the UTC day for which the members' ``until`` has been looked at, ``None`` for the file as it is written.
    """

    key: str
    owner: str
    name: str | None
    creator: AccountId
    region: str
    members: Mapping[AccountId, DesiredMember]
    id: str | None = None
    former_owners: frozenset[str] = frozenset()
    description: str | None = None
    query_log: bool | None = None
    job_log: bool | None = None
    metrics: bool | None = None
    encryption: Mapping[str, bool] | None = None
    result_regions: frozenset[str] | None = None
    analytics_engine: str | None = None
    tags: Mapping[str, str] | None = None
    auto_approve: frozenset[str] | None = None
    removed: frozenset[AccountId] = frozenset()
    limits: Limits = field(default_factory=Limits)
    acknowledge: frozenset[str] = frozenset()
    until_notice: int = NOTICE
    deadline: int | None = None
    paused: bool = False
    unmanaged: Unmanaged = Unmanaged.REPORT
    cancel_requests: frozenset[str] = frozenset()
    today: date | None = None
    voters: Mapping[AccountId, VotingPolicy] = field(default_factory=dict)
    names: Mapping[AccountId, str] = field(default_factory=dict)
    budget_owners: frozenset[AccountId] | None = None

    @property
    def first_name(self) -> str:
        """The name to look for, and to create the collaboration with; ``name`` is ``None`` for one adopted as it is called."""
        return self.name or self.key


@dataclass(frozen=True, slots=True)
class Expectations:
    """What an invitation must say before it is accepted; ``None`` means that the file does not ask.

    ``encryption`` holds the settings asked for by the service's names (service model: DataEncryptionMetadata); empty asks for a
    collaboration without encryption.
    """

    creator: AccountId | None = None
    abilities: frozenset[Ability] | None = None
    ml_abilities: frozenset[str] | None = None
    payer_for: frozenset[CostType] | None = None
    query_log: bool | None = None
    job_log: bool | None = None
    encryption: Mapping[str, bool] | None = None


@dataclass(frozen=True, slots=True)
class DesiredMembership:
    """A membership as the file wants it.

    ``collaboration`` is the collaboration's id, or ``None`` while it is not known. ``foreign`` says that the collaboration is
    governed elsewhere, so that this membership casts its own votes.
    ``payer_for`` are the payment duties that the account accepts; ``None`` accepts none at joining, like an empty set, and
    leaves them alone afterwards.
    ``default_payer`` is who pays for what the account runs where the command names nobody; no plan knows it.
    ``result_configuration`` and ``job_result_configuration`` are the service's own documents (service model:
    MembershipProtectedQueryResultConfiguration, MembershipProtectedJobResultConfiguration) with the keys that the file names.
    ``tags`` hold neither the owner tag nor what this tool notes for itself. ``budgets`` are the privacy budgets by name, each a
    resource of its own: here they are only looked at.
    """

    key: str
    owner: str
    account: AccountId
    collaboration: str | None
    region: str
    foreign: bool
    expects: Expectations = field(default_factory=Expectations)
    query_log: bool | None = None
    job_log: bool | None = None
    metrics: bool | None = None
    result_configuration: Mapping[str, Any] | None = None
    job_result_configuration: Mapping[str, Any] | None = None
    payer_for: frozenset[CostType] | None = None
    default_payer: Mapping[CostType, AccountId] = field(default_factory=dict)
    policy: VotingPolicy = field(default_factory=VotingPolicy)
    acknowledge: frozenset[str] = frozenset()
    paused: bool = False
    tags: Mapping[str, str] | None = None
    budgets: Mapping[str, DeclaredBudget] | None = None
    names: Mapping[AccountId, str] = field(default_factory=dict)

    def budget(self, name: str) -> DesiredBudgetTemplate:
        """Return one of its privacy budgets as the resource of that name wants it."""
        return DesiredBudgetTemplate(
            key=self.key,
            name=name,
            owner=f"{self.owner}/{name}",
            account=self.account,
            collaboration=self.collaboration,
            region=self.region,
            declared=(self.budgets or {})[name],
            acknowledge=self.acknowledge,
            paused=self.paused,
            names=self.names,
        )
