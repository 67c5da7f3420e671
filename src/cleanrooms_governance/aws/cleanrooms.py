"""How is one account's Clean Rooms read and written through the AWS SDK?"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Any, Self, TypeVar

from cleanrooms_governance.audit.entry import Mandate
from cleanrooms_governance.aws import decode, decode_shared, encode
from cleanrooms_governance.aws.analysis_operations import STARTS, AnalysisOperations
from cleanrooms_governance.aws.auditing import Auditing, Writing
from cleanrooms_governance.aws.budget_operations import BudgetOperations
from cleanrooms_governance.aws.calls import Answer, Calls
from cleanrooms_governance.aws.channel_operations import ChannelOperations
from cleanrooms_governance.aws.clients import CLEAN_ROOMS, CLEAN_ROOMS_ML
from cleanrooms_governance.aws.failures import Call, Sending
from cleanrooms_governance.desired import Access, Credentials, DesiredCollaboration
from cleanrooms_governance.errors import Refused, ServiceFailure
from cleanrooms_governance.model import (
    AccountId,
    ChangeRequest,
    Collaboration,
    Member,
    Membership,
    RequestedChange,
)
from cleanrooms_governance.seen import DerivedTable, RunningAnalysis, SharedBudget, SharedTable, SharedTemplate
from cleanrooms_governance.service import Action, CollaborationSummary, OwnSettings

T = TypeVar("T")

PAGE_SIZE = 100
"""The largest ``maxResults`` of every list (service model)."""

OpenClient = Callable[[Credentials, str], Any]
"""Returns the client of a service with these credentials."""


class AwsCleanRooms(AnalysisOperations, BudgetOperations, ChannelOperations):
    """Implements ``service.CleanRooms``, ``analyses.port.Analyses`` and ``input_channels.ChannelReads``.

    Parameters: ``open_client`` checks the credentials at their first use. Writing calls are noted by ``auditing`` as made on
    behalf of ``mandate``.
    """

    def __init__(
        self, access: Access, region: str, calls: Calls, open_client: OpenClient, auditing: Auditing, mandate: Mandate
    ) -> None:
        self._access = access
        self._region = region
        self._calls = calls
        self._open_client = open_client
        self._auditing = auditing
        self._mandate = mandate

    def on_behalf_of(self, mandate: Mandate) -> Self:
        """Return the same Clean Rooms, acting on somebody else's behalf."""
        other = copy(self)
        other._mandate = mandate
        return other

    @property
    def account(self) -> AccountId:
        """The account acted as."""
        return self._access.account

    @property
    def region(self) -> str:
        """The Region acted in."""
        return self._region

    def collaboration(self, collaboration_id: str) -> Collaboration:
        """Read a collaboration and its members; tags are a call of their own."""
        about = {"collaborationIdentifier": collaboration_id}
        document = self._read("GetCollaboration", about, lambda answer: answer["collaboration"])
        members: tuple[Member, ...] = self._pages(
            "ListMembers", about, lambda answer: map(decode.member, answer["memberSummaries"])
        )
        return decode.collaboration(document, members, self.region)

    def change_requests(self, collaboration_id: str) -> tuple[ChangeRequest, ...]:
        """Read all change requests, oldest first."""
        about = {"collaborationIdentifier": collaboration_id}
        listed = self._pages("ListCollaborationChangeRequests", about, decode.listed_requests)
        return tuple(sorted(listed, key=lambda request: (request.created, request.id)))

    def collaborations(self) -> tuple[CollaborationSummary, ...]:
        """List the collaborations that this account can see."""
        return self._pages(
            "ListCollaborations", {}, lambda answer: map(decode.collaboration_summary, answer["collaborationList"])
        )

    def tags(self, arn: str) -> Mapping[str, str]:
        """Read the tags of a resource of this account."""
        return self._read("ListTagsForResource", {"resourceArn": arn}, lambda answer: dict(answer["tags"]))

    def memberships(self) -> tuple[Membership, ...]:
        """List this account's memberships, those that are over included."""
        return self._pages("ListMemberships", {}, lambda answer: map(decode.membership_summary, answer["membershipSummaries"]))

    def membership(self, membership_id: str) -> Membership:
        """Read one membership whole."""
        about = {"membershipIdentifier": membership_id}
        return self._read("GetMembership", about, lambda answer: decode.membership(answer["membership"]))

    def tables(self, collaboration_id: str) -> tuple[SharedTable, ...]:
        """List the tables of all members."""
        about = {"collaborationIdentifier": collaboration_id}
        return self._pages("ListSchemas", about, lambda answer: map(decode_shared.table, answer["schemaSummaries"]))

    def analysis_templates(self, collaboration_id: str) -> tuple[SharedTemplate, ...]:
        """List the analysis templates of all members."""
        return self._pages(
            "ListCollaborationAnalysisTemplates",
            {"collaborationIdentifier": collaboration_id},
            lambda answer: map(decode_shared.template, answer["collaborationAnalysisTemplateSummaries"]),
        )

    def budget_templates(self, collaboration_id: str) -> tuple[SharedBudget, ...]:
        """List the privacy budget templates of all members."""
        return self._pages(
            "ListCollaborationPrivacyBudgetTemplates",
            {"collaborationIdentifier": collaboration_id},
            lambda answer: map(decode_shared.budget, answer["collaborationPrivacyBudgetTemplateSummaries"]),
        )

    def derived_tables(self, membership_id: str) -> tuple[DerivedTable, ...]:
        """Read the intermediate tables of one of this account's memberships; what each is made of is a call of its own."""
        about = {"membershipIdentifier": membership_id}
        ids: tuple[str, ...] = self._pages("ListIntermediateTables", about, decode_shared.derived_ids)
        return tuple(
            self._read(
                "GetIntermediateTable",
                {**about, "intermediateTableIdentifier": id_},
                lambda answer: decode_shared.derived(answer["intermediateTable"]),
            )
            for id_ in ids
        )

    def running_queries(self, membership_id: str) -> tuple[RunningAnalysis, ...]:
        """List the queries submitted or started that one of this account's memberships shows."""
        return self._running("ListProtectedQueries", membership_id, decode_shared.queries)

    def running_jobs(self, membership_id: str) -> tuple[RunningAnalysis, ...]:
        """List the jobs submitted or started that one of this account's memberships shows."""
        return self._running("ListProtectedJobs", membership_id, decode_shared.jobs)

    def _running(
        self, operation: str, membership_id: str, decoded: Callable[[Answer], Iterable[RunningAnalysis]]
    ) -> tuple[RunningAnalysis, ...]:
        # In this order, one that goes on from the first to the second in between is seen twice rather than never.
        found = [
            self._pages(operation, {"membershipIdentifier": membership_id, "status": status}, decoded)
            for status in ("SUBMITTED", "STARTED")
        ]
        return tuple({each.id: each for page in found for each in page}.values())

    def create_collaboration(self, desired: DesiredCollaboration, tags: Mapping[str, str]) -> str:
        """Create the collaboration and return its id."""
        parameters = encode.new_collaboration(desired, tags)
        return self._write("CreateCollaboration", parameters, lambda answer: str(answer["collaboration"]["id"]))

    def update_collaboration(self, collaboration_id: str, *, name: str | None = None, description: str | None = None) -> None:
        """Change name and description: what is ``None`` is not sent."""
        given = {"name": name, "description": description}
        parameters: encode.Parameters = {key: value for key, value in given.items() if value is not None}
        self._write_again("UpdateCollaboration", {"collaborationIdentifier": collaboration_id, **parameters})

    def create_change_request(self, collaboration_id: str, changes: Sequence[RequestedChange]) -> ChangeRequest:
        """File a change request."""
        parameters = {
            "collaborationIdentifier": collaboration_id,
            "changes": [encode.change_input(change) for change in changes],
        }
        return self._write("CreateCollaborationChangeRequest", parameters, decode.answered_request)

    def update_change_request(self, collaboration_id: str, request_id: str, action: Action) -> ChangeRequest:
        """Vote on, cancel or commit a change request."""
        parameters = {
            "collaborationIdentifier": collaboration_id,
            "changeRequestIdentifier": request_id,
            "action": action.value,
        }
        return self._write("UpdateCollaborationChangeRequest", parameters, decode.answered_request)

    def delete_member(self, collaboration_id: str, account: AccountId) -> None:
        """Remove a member."""
        parameters = {"collaborationIdentifier": collaboration_id, "accountId": account}
        self._write("DeleteMember", parameters, lambda answer: None)

    def tag(self, arn: str, tags: Mapping[str, str]) -> None:
        """Add or overwrite tags; nothing is called for none."""
        if tags:
            self._write_again("TagResource", {"resourceArn": arn, "tags": dict(tags)})

    def untag(self, arn: str, keys: Sequence[str]) -> None:
        """Remove tags; nothing is called for none."""
        if keys:
            self._write_again("UntagResource", {"resourceArn": arn, "tagKeys": list(keys)})

    def create_membership(
        self,
        collaboration_id: str,
        *,
        settings: OwnSettings,
        metrics: bool = False,
        tags: Mapping[str, str],
    ) -> Membership:
        """Join a collaboration, accepting the payments of ``settings``."""
        parameters: encode.Parameters = {
            "collaborationIdentifier": collaboration_id,
            "queryLogStatus": encode.log_status(False),
            **encode.own_settings(settings),
        }
        if settings.payments:
            parameters["paymentConfiguration"] = encode.payment_configuration(settings.payments)
        if metrics:
            parameters["isMetricsEnabled"] = True
        if tags:
            parameters["tags"] = dict(tags)
        return self._write("CreateMembership", parameters, lambda answer: decode.membership(answer["membership"]))

    def update_membership(self, membership_id: str, settings: OwnSettings) -> None:
        """Change a membership: what the settings are silent about is not sent."""
        parameters: encode.Parameters = {"membershipIdentifier": membership_id, **encode.own_settings(settings)}
        if settings.payments:
            parameters["membershipPaymentConfiguration"] = encode.payment_flags(settings.payments)
        self._write("UpdateMembership", parameters, lambda answer: answer["membership"])

    def delete_collaboration(self, collaboration_id: str) -> None:
        """Delete a collaboration."""
        self._write("DeleteCollaboration", {"collaborationIdentifier": collaboration_id}, lambda answer: None)

    def delete_membership(self, membership_id: str) -> None:
        """Leave a collaboration."""
        self._write("DeleteMembership", {"membershipIdentifier": membership_id}, lambda answer: None)

    def _read(self, operation: str, parameters: encode.Parameters, decoded: Callable[[Answer], T]) -> T:
        call = self._call(operation, parameters, Sending.READ)
        client = self._open_client(self._access.read, _service_of(operation))
        return self._calls.send(call, _request(client, call, parameters), self._auditing.learning(parameters, decoded))

    def _pages(
        self,
        operation: str,
        parameters: encode.Parameters,
        decoded: Callable[[Answer], Iterable[T]],
        most: int | None = None,
    ) -> tuple[T, ...]:
        """Read all pages, or those that hold the first ``most``.

        Only an absent token ends the list, because an empty page may have a successor.
        """
        items: list[T] = []
        tokens: list[str] = []
        while True:
            token = {"nextToken": tokens[-1]} if tokens else {}
            page, following = self._read(
                operation,
                {**parameters, "maxResults": min(PAGE_SIZE, most or PAGE_SIZE), **token},
                lambda answer: (tuple(decoded(answer)), answer.get("nextToken")),
            )
            items.extend(page)
            if not following or (most is not None and len(items) >= most):
                return tuple(items[:most])
            if following in tokens:
                raise ServiceFailure(
                    f"{self._call(operation, parameters, Sending.READ)}: account {self.account} in {self.region} is sent "
                    "round in circles by the page tokens. Run again.",
                    operation=operation,
                    account=self.account,
                    region=self.region,
                )
            tokens.append(following)

    def _write(self, operation: str, parameters: encode.Parameters, decoded: Callable[[Answer], T]) -> T:
        return self._send(self._call(operation, parameters, Sending.SINGLE_WRITE), parameters, decoded)

    def _write_again(self, operation: str, parameters: encode.Parameters) -> None:
        self._send(self._call(operation, parameters, Sending.REPEATABLE_WRITE), parameters, lambda answer: None)

    def _send(self, call: Call, parameters: encode.Parameters, decoded: Callable[[Answer], T]) -> T:
        credentials = self._writing(call)
        request = _request(self._open_client(credentials, _service_of(call.operation)), call, parameters)
        writing = Writing(call, parameters, credentials, self._mandate)
        return self._calls.send(call, self._auditing.noting(writing, request, decoded), lambda value: value)

    def _writing(self, call: Call) -> Credentials:
        if self._access.write is not None:
            return self._access.write
        raise Refused(
            f"{call}: account {self.account} is only looked at by this stack (accounts.{self.account} has no `write`), so "
            "nothing was called. Give it `write` credentials, or have the account's owner do it."
        )

    def _call(self, operation: str, parameters: encode.Parameters, sending: Sending) -> Call:
        subject = next((parameters[name] for name in _SUBJECTS if name in parameters), "")
        prefix = "cleanrooms-ml" if _service_of(operation) == CLEAN_ROOMS_ML else "cleanrooms"
        call = Call(operation, self.account, self.region, sending, subject, prefix=prefix)
        return replace(call, asked_in="the command") if operation in STARTS else call


def _service_of(operation: str) -> str:
    return CLEAN_ROOMS_ML if "MLInputChannel" in operation else CLEAN_ROOMS


_SUBJECTS = (
    "mlInputChannelArn",
    "privacyBudgetTemplateIdentifier",
    "changeRequestIdentifier",
    "protectedQueryIdentifier",
    "protectedJobIdentifier",
    "collaborationIdentifier",
    "membershipIdentifier",
    "resourceArn",
)


def _request(client: Any, call: Call, parameters: encode.Parameters) -> Callable[[], Answer]:
    from botocore import xform_name

    method: Callable[..., Answer] = getattr(client, xform_name(call.operation))
    return lambda: method(**parameters)
