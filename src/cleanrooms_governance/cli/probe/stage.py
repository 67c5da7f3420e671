"""The collaboration that the experiments are played on, and the two accounts that play.

The creator may receive nothing and pays for model training; the member runs queries (and runs none), and is a payer beside it.
Nothing here costs anything: there are no tables, and no analysis is ever started.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from cleanrooms_governance.errors import (
    AccessDenied,
    Conflict,
    InvalidRequest,
    NotFound,
    QuotaExceeded,
    ServiceError,
)
from cleanrooms_governance.model import RUNNER_ABILITIES, AccountId

Document = dict[str, Any]

RECEIVE = "CAN_RECEIVE_RESULTS"
EXPORT = "CAN_EXPORT_QUERY_ANALYSIS_LOG"
ML_ABILITY = "CAN_RECEIVE_MODEL_OUTPUT"
AUTO_APPROVED = ("GRANT_EXPORT_QUERY_ANALYSIS_LOG_ABILITY", "REVOKE_EXPORT_QUERY_ANALYSIS_LOG_ABILITY")
MEMBER_NAME = "Probe member"

_LOOKS = 6
_PAUSE = 1.0
_YES = {"isResponsible": True}
_NO = {"isResponsible": False}


class Caller(Protocol):
    """One account's Clean Rooms, operation by operation; see ``aws.plain_calls``."""

    @property
    def account(self) -> AccountId:
        """The account acted as."""

    def __call__(self, operation: str, parameters: Mapping[str, Any]) -> Document:
        """Return the answer of an operation."""


@dataclass(frozen=True, slots=True)
class No:
    """The service refused a call, which is an answer here."""

    error: ServiceError

    @property
    def kind(self) -> str:
        """The status that the service's own error stands for (service model)."""
        kinds = {InvalidRequest: "400", AccessDenied: "403", NotFound: "404", Conflict: "409", QuotaExceeded: "402"}
        return kinds.get(type(self.error), "?")

    def __str__(self) -> str:
        reason = f" {self.error.reason}" if self.error.reason else ""
        return f"{self.error.operation} was refused with {self.error.code}{reason}"


class Unplayable(Exception):
    """An experiment could not be played to its end; ``str()`` says why."""


class Stage:
    """Plays calls on one collaboration and keeps track of what is open. ``sleep`` takes seconds."""

    def __init__(self, creator: Caller, member: Caller, name: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self.creator = creator
        self.member = member
        self.name = name
        self.collaboration = ""
        self.membership = ""
        self.own_membership = ""
        self.created: Document = {}
        self.known: dict[str, str] = {}
        self.calls = 0
        self.creating = False
        self._open: dict[str, Document] = {}
        self._joiners: list[Caller] = []
        self._sleep = sleep

    # the scene

    def check(self) -> None:
        """See that both accounts can be acted as, before anything is made. Raises: every ``ServiceError``."""
        for caller in (self.creator, self.member):
            self.must(caller, "ListMemberships", maxResults=1)

    def create(self) -> None:
        """Create the collaboration, and join it as its creator."""
        self.creating = True
        training = {"queryCompute": _NO, "machineLearning": {"modelTraining": _YES}}
        answer = self.must(
            self.creator,
            "CreateCollaboration",
            name=self.name,
            description="Made by crgov probe, which deletes it again",
            creatorDisplayName="Probe creator",
            creatorMemberAbilities=[],
            creatorMLMemberAbilities={"customMLMemberAbilities": [ML_ABILITY]},
            creatorPaymentConfiguration=training,
            members=[
                {
                    "accountId": self.member.account,
                    "displayName": MEMBER_NAME,
                    "memberAbilities": ["CAN_QUERY"],
                    "paymentConfiguration": {**training, "queryCompute": _YES},
                }
            ],
            queryLogStatus="DISABLED",
            autoApprovedChangeRequestTypes=list(AUTO_APPROVED),
        )
        self.created = answer["collaboration"]
        self.collaboration = self.created["id"]
        self.own_membership = self._join(self.creator, training)

    def join(self) -> None:
        """Join as the member."""
        accepted = {"queryCompute": _YES, "machineLearning": {"modelTraining": _YES}}
        self.membership = self._join(self.member, accepted)

    def _join(self, caller: Caller, payments: Document) -> str:
        self._joiners.append(caller)
        answer = self.must(
            caller,
            "CreateMembership",
            collaborationIdentifier=self.collaboration,
            queryLogStatus="DISABLED",
            paymentConfiguration=payments,
        )
        return str(answer["membership"]["id"])

    # calls

    def ask(self, caller: Caller, operation: str, **parameters: Any) -> Document | No:
        """Make a call whose refusal is an answer, too.

        Raises: a ``ServiceError`` for what is no answer; ``Unplayable`` if nothing was sent.
        """
        self.calls += 1
        try:
            return caller(operation, parameters)
        except (AccessDenied, NotFound, Conflict, InvalidRequest, QuotaExceeded) as refusal:
            if not refusal.code:
                raise Unplayable(str(refusal)) from refusal  # the SDK refused to send it: the service said nothing
            return No(refusal)

    def must(self, caller: Caller, operation: str, **parameters: Any) -> Document:
        """Make a call that has to succeed. Raises: every ``ServiceError``."""
        self.calls += 1
        return caller(operation, parameters)

    # members

    def entry(self, account: AccountId) -> Document:
        """Return a member as ListMembers shows it."""
        answer = self.must(self.creator, "ListMembers", collaborationIdentifier=self.collaboration)
        found = [each for each in answer["memberSummaries"] if each["accountId"] == account]
        if not found:
            raise Unplayable(f"ListMembers does not show {account}")
        return dict(found[0])

    def entry_with(self, account: AccountId, abilities: Iterable[str]) -> Document:
        """Return a member once it shows these abilities, leaving those of the runner aside: a commit may take a moment.

        Raises: ``Unplayable`` if it does not show them in time.
        """
        wanted = set(abilities)
        for look in range(_LOOKS):
            if look:
                self._sleep(_PAUSE)
            found = self.entry(account)
            if changeable(found) == wanted:
                return found
        raise Unplayable(f"a committed change of {account} does not show in ListMembers")

    # requests

    def file(self, *changes: Document) -> Document | No:
        """File a change request."""
        answer = self.ask(
            self.creator,
            "CreateCollaborationChangeRequest",
            collaborationIdentifier=self.collaboration,
            changes=list(changes),
        )
        return answer if isinstance(answer, No) else self._noted(answer)

    def filed(self, *changes: Document) -> Document:
        """File a change request that has to be accepted. Raises: ``Unplayable``."""
        request = self.file(*changes)
        if isinstance(request, No):
            raise Unplayable(str(request))
        return request

    def act(self, caller: Caller, request: Document, action: str) -> Document | No:
        """Vote on a request, cancel it or commit it."""
        answer = self.ask(
            caller,
            "UpdateCollaborationChangeRequest",
            collaborationIdentifier=self.collaboration,
            changeRequestIdentifier=request["id"],
            action=action,
        )
        return answer if isinstance(answer, No) else self._noted(answer)

    def approve(self, request: Document) -> Document:
        """Cast all votes that are missing. Raises: ``Unplayable`` if a vote is refused, or is somebody else's."""
        for caller in (self.creator, self.member):
            vote = request.get("approvals", {}).get(caller.account, {}).get("status")
            if request["status"] == "PENDING" and vote == "PENDING":
                request = self._acted(caller, request, "APPROVE")
        return request

    def carry(self, request: Document) -> Document:
        """Bring a request into effect by votes and commit. Raises: ``Unplayable`` if that does not lead there."""
        request = self.approve(request)
        if request["status"] == "APPROVED":
            request = self._acted(self.creator, request, "COMMIT")
        if request["status"] != "COMMITTED":
            raise Unplayable(f"a request that all approved is {request['status']}")
        return request

    def close_open(self) -> None:
        """End what an experiment left open, so that it does not stand in the way of the next."""
        for request in list(self._open.values()):
            if isinstance(self.act(self.creator, request, "CANCEL"), No) and request["status"] == "APPROVED":
                self.act(self.creator, request, "COMMIT")

    def _acted(self, caller: Caller, request: Document, action: str) -> Document:
        answer = self.act(caller, request, action)
        if isinstance(answer, No):
            raise Unplayable(f"{action} as {caller.account}: {answer}")
        return answer

    def _noted(self, answer: Document) -> Document:
        request: Document = answer["collaborationChangeRequest"]
        self._open.pop(request["id"], None)
        if request["status"] in ("PENDING", "APPROVED"):
            self._open[request["id"]] = request
        return request

    # the end

    def clean_up(self) -> list[str]:
        """Delete everything made here, found by its name where its id never arrived; return what is left, for people."""
        left: list[str] = []
        ids = self._made(left)
        for id in ids:
            self._try(left, f"collaboration {id}", self.creator, "DeleteCollaboration", collaborationIdentifier=id)
        for caller in self._joiners:
            for membership in self._memberships(caller, ids, left):
                what = f"membership {membership}"
                self._try(left, what, caller, "DeleteMembership", membershipIdentifier=membership)
        return left

    def _made(self, left: list[str]) -> list[str]:
        try:
            seen = self._pages(self.creator, "ListCollaborations", "collaborationList")
        except ServiceError as error:
            if not self.collaboration:
                left.append(f"perhaps a collaboration named {self.name} of {self.creator.account}: {error}")
            return [self.collaboration] if self.collaboration else []
        named = {each["id"] for each in seen if each["name"] == self.name}
        return sorted(named | ({self.collaboration} if self.collaboration else set()))

    def _memberships(self, caller: Caller, collaborations: list[str], left: list[str]) -> list[str]:
        if not collaborations:
            return []
        try:
            seen = self._pages(caller, "ListMemberships", "membershipSummaries")
        except ServiceError as error:
            left.append(f"perhaps a membership of {caller.account} in {self.name}: {error}")
            return []
        return [each["id"] for each in seen if each["collaborationId"] in collaborations]

    def _pages(self, caller: Caller, operation: str, key: str) -> list[Document]:
        items: list[Document] = []
        token: dict[str, str] = {}
        while True:
            answer = self.must(caller, operation, maxResults=100, **token)
            items += answer[key]
            if not answer.get("nextToken") or token == {"nextToken": answer["nextToken"]}:
                return items
            token = {"nextToken": answer["nextToken"]}

    def _try(self, left: list[str], what: str, caller: Caller, operation: str, **parameters: Any) -> None:
        try:
            self.must(caller, operation, **parameters)
        except NotFound:
            return
        except ServiceError as error:
            left.append(f"{what} of {caller.account}: {error}")


def member_change(entry: Document, *, abilities: Iterable[str] | None = None, **instead: Any) -> Document:
    """Return a MEMBER change that says all that a member has, so that only what is given here changes.

    ``instead`` replaces members of the specification; ``None`` leaves one out.
    """
    kept = changeable(entry) if abilities is None else set(abilities)
    specification: Document = {
        "accountId": entry["accountId"],
        "memberAbilities": sorted(kept),
        "mlMemberAbilities": entry.get("mlAbilities"),
        "paymentConfiguration": entry.get("paymentConfiguration"),
        **instead,
    }
    given = {name: value for name, value in specification.items() if value is not None}
    return {"specificationType": "MEMBER", "specification": {"member": given}}


def settings_change(**settings: Any) -> Document:
    """Return a COLLABORATION change."""
    return {"specificationType": "COLLABORATION", "specification": {"collaboration": settings}}


def toggled(entry: Document, ability: str) -> set[str]:
    """Return a member's changeable abilities with one of them granted or taken."""
    return changeable(entry) ^ {ability}


def changeable(entry: Document) -> set[str]:
    """Return a member's abilities but those that only the runner can have."""
    return set(entry["abilities"]) - RUNNER_ABILITIES
