"""The nouns of a Clean Rooms collaboration as the service shows them, as frozen values.

Everything here is read from AWS or from the embedded service and then only compared, never edited. Names and enumerations are
those of the service model (cleanrooms 2022-02-17); the spelling of the wire ends in ``cleanrooms_governance.aws``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType

AccountId = NewType("AccountId", str)
"""Twelve digits."""

Ability = NewType("Ability", str)
"""A member ability, known to this version or not; unknown ones are carried through unchanged."""

CAN_QUERY = Ability("CAN_QUERY")
CAN_RUN_JOB = Ability("CAN_RUN_JOB")
CAN_RECEIVE_RESULTS = Ability("CAN_RECEIVE_RESULTS")
CAN_EXPORT_QUERY_ANALYSIS_LOG = Ability("CAN_EXPORT_QUERY_ANALYSIS_LOG")

RUNNER_ABILITIES = frozenset({CAN_QUERY, CAN_RUN_JOB})
"""May not be named in a change request (service model: MemberChangeSpecification), so they are fixed at creation."""

CHANGEABLE_ABILITIES = frozenset({CAN_RECEIVE_RESULTS, CAN_EXPORT_QUERY_ANALYSIS_LOG})
"""The abilities that a change request can grant and revoke."""

KNOWN_ABILITIES = RUNNER_ABILITIES | CHANGEABLE_ABILITIES


class CostType(StrEnum):
    """What a payer candidate may be asked to pay for; the values are the keys of the stack file."""

    QUERY_COMPUTE = "queryCompute"
    JOB_COMPUTE = "jobCompute"
    MODEL_TRAINING = "modelTraining"
    MODEL_INFERENCE = "modelInference"
    SYNTHETIC_DATA_GENERATION = "syntheticDataGeneration"


class ChangeType(StrEnum):
    """What the service says a change does (service model: ChangeType)."""

    ADD_MEMBER = "ADD_MEMBER"
    GRANT_RECEIVE_RESULTS_ABILITY = "GRANT_RECEIVE_RESULTS_ABILITY"
    REVOKE_RECEIVE_RESULTS_ABILITY = "REVOKE_RECEIVE_RESULTS_ABILITY"
    GRANT_EXPORT_QUERY_ANALYSIS_LOG_ABILITY = "GRANT_EXPORT_QUERY_ANALYSIS_LOG_ABILITY"
    REVOKE_EXPORT_QUERY_ANALYSIS_LOG_ABILITY = "REVOKE_EXPORT_QUERY_ANALYSIS_LOG_ABILITY"
    EDIT_AUTO_APPROVED_CHANGE_TYPES = "EDIT_AUTO_APPROVED_CHANGE_TYPES"
    ADD_PAYER_CANDIDATE = "ADD_PAYER_CANDIDATE"
    REMOVE_PAYER_CANDIDATE = "REMOVE_PAYER_CANDIDATE"
    GRANT_CAN_RECEIVE_MODEL_OUTPUT = "GRANT_CAN_RECEIVE_MODEL_OUTPUT"
    REVOKE_CAN_RECEIVE_MODEL_OUTPUT = "REVOKE_CAN_RECEIVE_MODEL_OUTPUT"
    GRANT_CAN_RECEIVE_INFERENCE_OUTPUT = "GRANT_CAN_RECEIVE_INFERENCE_OUTPUT"
    REVOKE_CAN_RECEIVE_INFERENCE_OUTPUT = "REVOKE_CAN_RECEIVE_INFERENCE_OUTPUT"


AUTO_APPROVABLE_TYPES = frozenset(
    {
        ChangeType.ADD_MEMBER,
        ChangeType.GRANT_RECEIVE_RESULTS_ABILITY,
        ChangeType.REVOKE_RECEIVE_RESULTS_ABILITY,
        ChangeType.GRANT_EXPORT_QUERY_ANALYSIS_LOG_ABILITY,
        ChangeType.REVOKE_EXPORT_QUERY_ANALYSIS_LOG_ABILITY,
    }
)
"""The values of AutoApprovedChangeType in the service model."""


class MemberStatus(StrEnum):
    """Where a member stands (service model: MemberStatus)."""

    INVITED = "INVITED"
    ACTIVE = "ACTIVE"
    LEFT = "LEFT"
    REMOVED = "REMOVED"


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of ListMembers.

    ``payments`` holds only the cost types that the service shows, with their flag; an absent one means the same as ``False``.
    ``membership`` is the id of its membership, where it has joined and the service shows it; it makes no difference to a plan.
    """

    account: AccountId
    display_name: str
    status: str
    abilities: frozenset[Ability]
    created: datetime
    ml_abilities: frozenset[str] = frozenset()
    payments: Mapping[CostType, bool] = field(default_factory=dict)
    membership: str = field(default="", compare=False)

    @property
    def belongs(self) -> bool:
        """Invited or active: what the service counts as a member; LEFT and REMOVED stay listed but are gone for good."""
        return self.status in (MemberStatus.INVITED, MemberStatus.ACTIVE)

    @property
    def is_runner(self) -> bool:
        """Whether this account runs queries or jobs."""
        return bool(self.abilities & RUNNER_ABILITIES)


@dataclass(frozen=True, slots=True)
class Collaboration:
    """A collaboration with its members and, for the creator's account only, its tags.

    ``accepted`` has, for each account whose membership this stack could look at, the cost types that it has agreed to pay.
    """

    id: str
    arn: str
    name: str
    creator: AccountId
    region: str
    members: Mapping[AccountId, Member]
    description: str = ""
    query_log: bool = False
    job_log: bool = False
    metrics: bool = False
    encryption: Mapping[str, bool] | None = None
    result_regions: frozenset[str] | None = None
    analytics_engine: str | None = None
    auto_approved: frozenset[str] = frozenset()
    tags: Mapping[str, str] = field(default_factory=dict)
    accepted: Mapping[AccountId, frozenset[CostType]] = field(default_factory=dict)


class RequestStatus(StrEnum):
    """Where a change request stands (service model: CollaborationChangeRequestStatus)."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    CANCELLED = "CANCELLED"
    DENIED = "DENIED"
    COMMITTED = "COMMITTED"


OPEN_STATUSES = frozenset({RequestStatus.PENDING, RequestStatus.APPROVED})


class Vote(StrEnum):
    """One account's entry in ``approvals`` (service model: ApprovalStatus)."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    DENIED = "DENIED"


@dataclass(frozen=True, slots=True)
class MemberChange:
    """A MEMBER change: the whole new entry of one account, not a delta (user guide, change requests).

    ``ml_abilities`` and ``payments`` are ``None`` where the change does not speak of them.
    """

    account: AccountId
    abilities: frozenset[Ability]
    display_name: str | None = None
    ml_abilities: frozenset[str] | None = None
    payments: Mapping[CostType, bool] | None = None
    types: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CollaborationChange:
    """A COLLABORATION change: the whole new list of auto-approved change types."""

    auto_approved: frozenset[str]
    types: frozenset[str] = frozenset()


RequestedChange = MemberChange | CollaborationChange


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """A collaboration change request with its votes.

    ``status`` is a plain string because a status that this version does not know must survive reading.
    ``unknown`` names what the service sent that the installed service model has no member for: such a request is never judged
    as understood.
    """

    id: str
    status: str
    created: datetime
    updated: datetime
    changes: tuple[RequestedChange, ...]
    auto_approved: bool = False
    approvals: Mapping[AccountId, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Still to be decided or committed."""
        return self.status in OPEN_STATUSES

    @property
    def pending_voters(self) -> tuple[AccountId, ...]:
        """The accounts that have yet to vote, sorted; taken from the service's own map, never computed."""
        return tuple(sorted(a for a, vote in self.approvals.items() if vote == Vote.PENDING))


class MembershipStatus(StrEnum):
    """Where a membership stands; all but ACTIVE are final (service model: MembershipStatus)."""

    ACTIVE = "ACTIVE"
    REMOVED = "REMOVED"
    COLLABORATION_DELETED = "COLLABORATION_DELETED"


@dataclass(frozen=True, slots=True)
class Membership:
    """An account's own membership in a collaboration, as ListMemberships and GetMembership show it to that account.

    ``result_configuration`` and ``job_result_configuration`` are the service's own documents (service model:
    MembershipProtectedQueryResultConfiguration, MembershipProtectedJobResultConfiguration). ``query_log`` is ``None`` where
    only the list was read, which shows none of what follows it; ``tags`` is ``None`` where the tags were not read.
    """

    id: str
    arn: str
    collaboration_id: str
    account: AccountId
    status: str
    abilities: frozenset[Ability] = frozenset()
    payments: Mapping[CostType, bool] = field(default_factory=dict)
    query_log: bool | None = None
    result_configuration: Mapping[str, Any] | None = None
    job_log: bool = False
    job_result_configuration: Mapping[str, Any] | None = None
    metrics: bool = False
    tags: Mapping[str, str] | None = None

    @property
    def is_active(self) -> bool:
        """In use; what is not is over for good."""
        return self.status == MembershipStatus.ACTIVE


def membership_in(collaboration_id: str | None, memberships: Iterable[Membership]) -> Membership | None:
    """Return an account's own membership in a collaboration, the one in use before one that is over."""
    mine = [membership for membership in memberships if membership.collaboration_id == collaboration_id]
    return next((each for each in mine if each.is_active), mine[0] if mine else None)
