"""The port to AWS: what the engine room needs of Clean Rooms, seen from one account in one Region.

``cleanrooms_governance.aws`` implements it with boto3. Every method may raise a ``ServiceError`` of
``cleanrooms_governance.errors``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from cleanrooms_governance.budget_service import BudgetReads, BudgetWrites
from cleanrooms_governance.desired import Access, DesiredCollaboration
from cleanrooms_governance.model import AccountId, ChangeRequest, Collaboration, CostType, Membership, RequestedChange
from cleanrooms_governance.seen import DerivedTable, RunningAnalysis, SharedBudget, SharedTable, SharedTemplate


class Action(StrEnum):
    """What can be done to a change request (service model: ChangeRequestAction)."""

    APPROVE = "APPROVE"
    DENY = "DENY"
    CANCEL = "CANCEL"
    COMMIT = "COMMIT"


@dataclass(frozen=True, slots=True)
class CollaborationSummary:
    """One entry of ListCollaborations."""

    id: str
    arn: str
    name: str
    creator: AccountId


@dataclass(frozen=True, slots=True)
class OwnSettings:
    """What a member decides on its own membership; what is ``None`` or empty is not said, so that it stays as it is."""

    query_log: bool | None = None
    job_log: bool | None = None
    payments: Mapping[CostType, bool] = field(default_factory=dict)
    result_configuration: Mapping[str, Any] | None = None
    job_result_configuration: Mapping[str, Any] | None = None


class CleanRoomsReads(BudgetReads, Protocol):
    """What one account sees of Clean Rooms in one Region, through its reading credentials: all that a preview may use."""

    @property
    def account(self) -> AccountId:
        """The account acted as."""

    @property
    def region(self) -> str:
        """The Region acted in."""

    def collaboration(self, collaboration_id: str) -> Collaboration:
        """Read a collaboration with all its members (GetCollaboration, ListMembers); its tags are left empty."""

    def change_requests(self, collaboration_id: str) -> tuple[ChangeRequest, ...]:
        """Read every change request there ever was, open or over (all pages of one unfiltered list)."""

    def collaborations(self) -> tuple[CollaborationSummary, ...]:
        """List the collaborations that this account can see."""

    def tags(self, arn: str) -> Mapping[str, str]:
        """Read the tags of a resource of this account."""

    def memberships(self) -> tuple[Membership, ...]:
        """List this account's memberships, without their logs and result configurations."""

    def membership(self, membership_id: str) -> Membership:
        """Read one membership whole."""

    def tables(self, collaboration_id: str) -> tuple[SharedTable, ...]:
        """List the tables of all members."""

    def analysis_templates(self, collaboration_id: str) -> tuple[SharedTemplate, ...]:
        """List the analysis templates of all members."""

    def budget_templates(self, collaboration_id: str) -> tuple[SharedBudget, ...]:
        """List the privacy budget templates of all members."""

    def derived_tables(self, membership_id: str) -> tuple[DerivedTable, ...]:
        """Read the intermediate tables of one of this account's memberships, those that have lost their base left out."""

    def running_queries(self, membership_id: str) -> tuple[RunningAnalysis, ...]:
        """List the queries submitted or started that one of this account's memberships shows."""

    def running_jobs(self, membership_id: str) -> tuple[RunningAnalysis, ...]:
        """List the jobs submitted or started that one of this account's memberships shows."""


class CleanRooms(CleanRoomsReads, BudgetWrites, Protocol):
    """One account's Clean Rooms in one Region: reads go through its reading credentials, writes through its writing ones."""

    def create_collaboration(self, desired: DesiredCollaboration, tags: Mapping[str, str]) -> str:
        """Create the collaboration and return its id. Sent once; ``AnswerLost`` means that it may exist."""

    def update_collaboration(self, collaboration_id: str, *, name: str | None = None, description: str | None = None) -> None:
        """Change name and description; ``None`` leaves one as it is, an empty description takes it away."""

    def create_change_request(self, collaboration_id: str, changes: Sequence[RequestedChange]) -> ChangeRequest:
        """File a change request. Sent once; ``AnswerLost`` means that it may exist."""

    def update_change_request(self, collaboration_id: str, request_id: str, action: Action) -> ChangeRequest:
        """Vote on, cancel or commit a change request. Sent once."""

    def delete_member(self, collaboration_id: str, account: AccountId) -> None:
        """Remove a member for good. Sent once; ``AnswerLost`` means that it may be removed."""

    def tag(self, arn: str, tags: Mapping[str, str]) -> None:
        """Add or overwrite tags."""

    def untag(self, arn: str, keys: Sequence[str]) -> None:
        """Remove tags; absent ones are no error."""

    def create_membership(
        self,
        collaboration_id: str,
        *,
        settings: OwnSettings,
        metrics: bool = False,
        tags: Mapping[str, str],
    ) -> Membership:
        """Join a collaboration. Sent once; ``AnswerLost`` means that the account may have joined."""

    def update_membership(self, membership_id: str, settings: OwnSettings) -> None:
        """Change a membership. Sent once; ``AnswerLost`` means that it may have changed."""

    def delete_collaboration(self, collaboration_id: str) -> None:
        """Delete a collaboration for good. Sent once; ``AnswerLost`` means that it may be gone."""

    def delete_membership(self, membership_id: str) -> None:
        """Leave a collaboration for good. Sent once; ``AnswerLost`` means that the account may have left."""


class Accounts(Protocol):
    """Opens an account: checked once, so that credentials of another account are refused before any other call."""

    def __call__(self, access: Access, region: str) -> CleanRooms:
        """Return that account's Clean Rooms. Nothing is called before the first use."""
