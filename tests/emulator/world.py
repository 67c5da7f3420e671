"""A world of accounts for behaviour tests: one service in process, one boto3 client for each account and Region."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.switches import Switches
from cleanrooms_emulator.transport.in_process import client
from cleanrooms_emulator.world.clock import Clock
from cleanrooms_emulator.world.store import Store

CREATOR = "111122223333"
RUNNER = "222233334444"
READER = "333344445555"
NEWCOMER = "444455556666"
OUTSIDER = "555566667777"

NO_SUCH_ID = "00000000-0000-0000-0000-000000000000"
STARTED = 1_790_000_000.0
RESULTS_TO = {
    "outputConfiguration": {"s3": {"resultFormat": "CSV", "bucket": "results-of-queries"}},
    "roleArn": f"arn:aws:iam::{READER}:role/results",
}

ACCESS_DENIED = ("AccessDeniedException", "INSUFFICIENT_PERMISSIONS", None)
COLLABORATION_NOT_FOUND = ("ResourceNotFoundException", None, "COLLABORATION")
MEMBERSHIP_NOT_FOUND = ("ResourceNotFoundException", None, "MEMBERSHIP")
COLLABORATION_STATE = ("ConflictException", "INVALID_STATE", "COLLABORATION")
MEMBERSHIP_STATE = ("ConflictException", "INVALID_STATE", "MEMBERSHIP")
INVALID_CONFIGURATION = ("ValidationException", "INVALID_CONFIGURATION", None)
INVALID_FIELD = ("ValidationException", "FIELD_VALIDATION_FAILED", None)
QUOTA = ("ServiceQuotaExceededException", None, None)


@dataclass(frozen=True)
class Refusal:
    """A refused call; `kind` is (error code, reason, resourceType)."""

    kind: tuple[str, str | None, str | None]
    status: int
    resource_id: str | None
    fields: list[str]
    quota: tuple[str, float] | None


def refusal(call: Callable[..., object], **parameters: object) -> Refusal:
    """Make a call that must be refused, with an error that the operation declares in the service model."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    response: Any = caught.value.response
    assert response["Error"]["Code"] in _declared_errors(call)
    quota = (response["quotaName"], response["quotaValue"]) if "quotaName" in response else None
    return Refusal(
        kind=(response["Error"]["Code"], response.get("reason"), response.get("resourceType")),
        status=response["ResponseMetadata"]["HTTPStatusCode"],
        resource_id=response.get("resourceId"),
        fields=[each["name"] for each in response.get("fieldList", [])],
        quota=quota,
    )


def _declared_errors(call: Any) -> list[str]:
    meta = call.__self__.meta
    operation = meta.service_model.operation_model(meta.method_to_api_mapping[call.__name__])
    return [shape.name for shape in operation.error_shapes]


def member(account: str, *abilities: str, name: str | None = None, **more: Any) -> dict[str, Any]:
    """An entry of CreateCollaboration's `members`."""
    return {
        "accountId": account,
        "memberAbilities": list(abilities),
        "displayName": name or f"Member {account}",
        **more,
    }


def member_change(account: str, *abilities: str, **more: object) -> dict[str, Any]:
    """A MEMBER change."""
    specification = {"accountId": account, "memberAbilities": list(abilities), **more}
    return {"specificationType": "MEMBER", "specification": {"member": specification}}


def invitation(account: str, *abilities: str, **more: object) -> dict[str, Any]:
    """A MEMBER change that invites an account."""
    return member_change(account, *abilities, displayName=f"Member {account}", **more)


def settings_change(*auto_approved: str) -> dict[str, Any]:
    """A COLLABORATION change."""
    specification = {"autoApprovedChangeTypes": list(auto_approved)}
    return {"specificationType": "COLLABORATION", "specification": {"collaboration": specification}}


def pays(**flags: bool) -> dict[str, Any]:
    """A payment configuration of either side; `queryCompute` is false unless given."""
    learning = {"modelTraining", "modelInference", "syntheticDataGeneration"}
    leaves = {name: {"isResponsible": flag} for name, flag in {"queryCompute": False, **flags}.items()}
    configuration: dict[str, Any] = {name: leaf for name, leaf in leaves.items() if name not in learning}
    if nested := {name: leaf for name, leaf in leaves.items() if name in learning}:
        configuration["machineLearning"] = nested
    return configuration


class World:
    """A service with a stopped clock. `switches` have their external names."""

    def __init__(self, switches: Mapping[str, str] | None = None) -> None:
        self.store = Store(guard=True)
        self.clock = Clock(self.store, source=lambda: STARTED)
        self.app = Application(
            store=self.store, clock=self.clock, switches=Switches.from_names(switches or {}), ids="behaviour"
        )
        self._clients: dict[tuple[str, str], Any] = {}

    def of(self, account: str, region: str = "eu-west-1") -> Any:
        """The account's client."""
        key = (account, region)
        if key not in self._clients:
            self._clients[key] = client(self.app, "cleanrooms", account, region)
        return self._clients[key]

    def create(self, *members: dict[str, Any], abilities: Sequence[str] = (), **more: object) -> str:
        """A collaboration of CREATOR and these members; its id."""
        answer = self.of(CREATOR).create_collaboration(
            **{
                "name": "Campaigns",
                "creatorDisplayName": "The creator",
                "creatorMemberAbilities": list(abilities),
                "queryLogStatus": "DISABLED",
                "members": list(members),
                **more,
            }
        )
        return str(answer["collaboration"]["id"])

    def join(self, account: str, collaboration: str, **more: object) -> str:
        """Make the account's membership; its id."""
        answer = self.of(account).create_membership(
            **{"collaborationIdentifier": collaboration, "queryLogStatus": "DISABLED", **more}
        )
        return str(answer["membership"]["id"])

    def joined(self, *members: dict[str, Any], **more: Any) -> str:
        """A collaboration that its creator and all these members have joined; its id."""
        collaboration = self.create(*members, **more)
        for account in [CREATOR, *(each["accountId"] for each in members)]:
            self.join(account, collaboration, defaultResultConfiguration=RESULTS_TO)
        return collaboration

    def collaboration(self, id: str, account: str = CREATOR) -> dict[str, Any]:
        """GetCollaboration."""
        answer: dict[str, Any] = self.of(account).get_collaboration(collaborationIdentifier=id)["collaboration"]
        return answer

    def members(self, id: str, account: str = CREATOR) -> dict[str, dict[str, Any]]:
        """ListMembers, by account."""
        listed = self.of(account).list_members(collaborationIdentifier=id)["memberSummaries"]
        return {each["accountId"]: each for each in listed}

    def membership(self, id: str, account: str) -> dict[str, Any]:
        """GetMembership."""
        answer: dict[str, Any] = self.of(account).get_membership(membershipIdentifier=id)["membership"]
        return answer

    def file(self, collaboration: str, *changes: dict[str, Any]) -> dict[str, Any]:
        """CreateCollaborationChangeRequest by the creator."""
        answer: dict[str, Any] = self.of(CREATOR).create_collaboration_change_request(
            collaborationIdentifier=collaboration, changes=list(changes)
        )["collaborationChangeRequest"]
        return answer

    def filing(self, collaboration: str, *changes: dict[str, Any], by: str = CREATOR) -> Refusal:
        """The refusal of a change request."""
        return refusal(
            self.of(by).create_collaboration_change_request,
            collaborationIdentifier=collaboration,
            changes=list(changes),
        )

    def act(self, request: Mapping[str, Any], action: str, by: str) -> dict[str, Any]:
        """UpdateCollaborationChangeRequest."""
        answer: dict[str, Any] = self.of(by).update_collaboration_change_request(
            collaborationIdentifier=request["collaborationId"],
            changeRequestIdentifier=request["id"],
            action=action,
        )["collaborationChangeRequest"]
        return answer

    def acting(self, request: Mapping[str, Any], action: str, by: str) -> Refusal:
        """The refusal of UpdateCollaborationChangeRequest."""
        return refusal(
            self.of(by).update_collaboration_change_request,
            collaborationIdentifier=request["collaborationId"],
            changeRequestIdentifier=request["id"],
            action=action,
        )

    def request(self, request: Mapping[str, Any], account: str = CREATOR) -> dict[str, Any]:
        """GetCollaborationChangeRequest."""
        answer: dict[str, Any] = self.of(account).get_collaboration_change_request(
            collaborationIdentifier=request["collaborationId"], changeRequestIdentifier=request["id"]
        )["collaborationChangeRequest"]
        return answer
