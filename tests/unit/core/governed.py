"""A collaboration on the embedded service, governed through boto3 in process, with the other parties played by hand."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.faults import FaultRule
from cleanrooms_emulator.handlers import quotas
from cleanrooms_emulator.switches import Switches
from cleanrooms_emulator.transport.in_process import client, connect
from cleanrooms_emulator.world.clock import Clock
from cleanrooms_emulator.world.store import Store
from cleanrooms_governance.aws import AwsAccounts, Pace
from cleanrooms_governance.aws.cleanrooms import AwsCleanRooms
from cleanrooms_governance.desired import Access, Credentials, DesiredCollaboration
from cleanrooms_governance.model import CAN_QUERY, CAN_RECEIVE_RESULTS, AccountId, ChangeRequest, Collaboration, Member
from cleanrooms_governance.planning.plan import Reviewed
from cleanrooms_governance.running.advance import Report, advance, ensure_collaboration, situation_of
from cleanrooms_governance.running.making_moves import Parties
from cleanrooms_governance.running.world import World, read_world
from cleanrooms_governance.tagging import OWNER_TAG
from tests.unit.core.builders import BANK, CREATOR, NEWCOMER, OWNER, RUNNER, SHOP, TODAY
from tests.unit.core.strategies import PARTNERS

REGION = "eu-west-1"
MOMENT = datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()
RESULTS = {
    "outputConfiguration": {"s3": {"resultFormat": "CSV", "bucket": "results"}},
    "roleArn": f"arn:aws:iam::{CREATOR}:role/results",
}


ACCOUNTS = (CREATOR, RUNNER, BANK, SHOP, NEWCOMER, *PARTNERS)


class Waiting:
    """Time that passes only by waiting, in seconds."""

    def __init__(self) -> None:
        self._waited = 0.0

    def now(self) -> float:
        """All that was waited for so far."""
        return self._waited

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._waited += seconds


class Service:
    """One embedded service for many worlds, one after the other: clients and sessions are made once.

    ``folder`` takes a credentials file with a profile for each account; to the service twelve digits are that account's root.
    ``time`` is the service's, in epoch seconds. The callers' own time passes only while they wait for each other.
    """

    def __init__(self, folder: Path, time: Callable[[], float] = lambda: MOMENT) -> None:
        self._profiles = folder / "credentials"
        self._profiles.write_text(
            "".join(f"[{each}]\naws_access_key_id={each}\naws_secret_access_key=unverified\n" for each in ACCOUNTS)
        )
        self._store = Store()
        self._clock = Clock(self._store, source=time)
        self.app = Application(store=self._store, clock=self._clock, ids="laws", sleep=_no_sleep)
        waiting = Waiting()
        pace = Pace(clock=waiting.now, sleep=waiting.sleep)
        self._accounts = AwsAccounts("acme/prod", self._prepare, pace=pace)
        self.before_calls: list[Callable[[str], None]] = []
        self.after_calls: list[Callable[[str], None]] = []
        self.port = cache(self._port)
        self.console = cache(self._console)

    def start(self, switches: Mapping[str, str] | None = None) -> None:
        """Begin an empty world."""
        self.app.reset()
        self.app.switches = Switches.from_names(switches or {})
        quotas.adjust(self._store, quotas.MEMBERS_INVITED, len(ACCOUNTS))

    def _port(self, account: str) -> AwsCleanRooms:
        """An account as the reconciler acts in it, its credentials checked."""
        credentials = Credentials(profile=account)
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("AWS_SHARED_CREDENTIALS_FILE", str(self._profiles))
            port = self._accounts(Access(AccountId(account), credentials, credentials), REGION)
            port.memberships()
        return port

    def _prepare(self, made: BaseClient) -> None:
        def before(model: Any, **_: Any) -> None:
            for hook in [*self.before_calls]:
                hook(model.name)

        def after(model: Any, **_: Any) -> None:
            for hook in [*self.after_calls]:
                hook(model.name)

        connect(self.app, made)
        made.meta.events.register("before-call", before)
        made.meta.events.register("after-call", after)

    def _console(self, account: str) -> BaseClient:
        """An account as a person acts in it."""
        return client(self.app, "cleanrooms", account, REGION)

    def fail(self, *rules: FaultRule) -> None:
        """Make calls fail from now on."""
        self.app.faults.set(rules)

    def called(self, after: int = 0, operation: str | None = None) -> list[str]:
        """The operations of Clean Rooms called since a moment of the journal, in order."""
        entries = self.app.journal.entries(after, service="cleanrooms", operation=operation)
        return [str(entry.operation) for entry in entries]

    def written(self, after: int = 0) -> list[str]:
        """The same without what only reads."""
        return [operation for operation in self.called(after) if not operation.startswith(("Get", "List", "Preview"))]


def _no_sleep(_: float) -> None:
    """Time does not pass."""


@dataclass
class Governed:
    """One collaboration on the service and everybody around it. ``held`` are the accounts whose votes this stack casts."""

    service: Service
    id: str
    held: tuple[AccountId, ...] = ()
    told: list[str] = field(default_factory=list)

    @property
    def world(self) -> World:
        """What the creator reads."""
        return read_world(self.service.port(CREATOR), self.id)

    @property
    def live(self) -> Collaboration:
        """The collaboration."""
        return self.world.live

    @property
    def requests(self) -> dict[str, ChangeRequest]:
        """All change requests by id, oldest first."""
        return {request.id: request for request in self.world.requests}

    @property
    def statuses(self) -> list[str]:
        """How the change requests stand, oldest first."""
        return [request.status for request in self.world.requests]

    def abilities(self, account: str) -> set[str]:
        """What an account can do now."""
        return {str(ability) for ability in self.live.members[AccountId(account)].abilities}

    def parties(self) -> Parties:
        """Everybody that a run may act as."""
        return Parties(
            creator=self.service.port(CREATOR),
            voters={account: self.service.port(account) for account in self.held},
            today=TODAY,
            sleep=_no_sleep,
            tell=self.told.append,
        )

    def reviewed(self, desired: DesiredCollaboration) -> Reviewed:
        """The plan as a preview would show it now."""
        return Reviewed.of(situation_of(desired, self.world, TODAY, may_write=True).plan)

    def run(self, desired: DesiredCollaboration, reviewed: Reviewed | None = None) -> Report:
        """What an `up` does: preview, and carry that out."""
        return advance(desired, self.id, reviewed or self.reviewed(desired), self.parties())

    def writes_of(self, desired: DesiredCollaboration) -> list[str]:
        """The writing operations of one more run."""
        before = self.service.app.journal.last
        self.run(desired)
        return self.service.written(before)

    def act(self, account: str, request_id: str, action: str) -> None:
        """Somebody acts on a change request in the console."""
        self.service.console(account).update_collaboration_change_request(
            collaborationIdentifier=self.id, changeRequestIdentifier=request_id, action=action
        )

    def approve(self, *accounts: str) -> None:
        """These accounts approve whatever waits for them."""
        for request in self.service.port(CREATOR).change_requests(self.id):
            for account in sorted(set(request.pending_voters) & set(accounts)) if request.status == "PENDING" else ():
                self.act(account, request.id, "APPROVE")

    def file(self, account: str, *abilities: str) -> str:
        """A person files a change request as the creator; its id."""
        present = self.live.members.get(AccountId(account))
        name = {} if present and present.belongs else {"displayName": f"Name of {account}"}
        specification = {"accountId": account, "memberAbilities": sorted(abilities), **name}
        answer = self.service.console(CREATOR).create_collaboration_change_request(
            collaborationIdentifier=self.id,
            changes=[{"specificationType": "MEMBER", "specification": {"member": specification}}],
        )
        return str(answer["collaborationChangeRequest"]["id"])

    def join(self, account: str) -> None:
        """An invited account makes its membership, accepting what it is asked to pay."""
        parameters: dict[str, Any] = {"collaborationIdentifier": self.id, "queryLogStatus": "DISABLED"}
        member = self.live.members[AccountId(account)]
        if CAN_RECEIVE_RESULTS in member.abilities:
            parameters["defaultResultConfiguration"] = RESULTS
        if CAN_QUERY not in member.abilities:
            parameters["paymentConfiguration"] = _payment_configuration({str(k): v for k, v in member.payments.items()})
        self.service.console(account).create_membership(**parameters)

    def accept(self, account: str) -> None:
        """A member accepts on its membership all that it is asked to pay."""
        (own,) = self._memberships(account)
        shown = self.live.members[AccountId(account)].payments
        leaves = {str(cost): {"isResponsible": True} for cost, pays in shown.items() if pays}
        plain = {name: leaf for name, leaf in leaves.items() if name in ("queryCompute", "jobCompute")}
        learning = {name: leaf for name, leaf in leaves.items() if name not in plain}
        self.service.console(account).update_membership(
            membershipIdentifier=own,
            membershipPaymentConfiguration={**plain, **({"machineLearning": learning} if learning else {})},
        )

    def _memberships(self, account: str) -> list[str]:
        listed = self.service.console(account).list_memberships()["membershipSummaries"]
        return [each["id"] for each in listed if each["collaborationId"] == self.id]

    def leave(self, account: str) -> None:
        """A member leaves for good."""
        (own,) = self._memberships(account)
        self.service.console(account).delete_membership(membershipIdentifier=own)

    def remove(self, account: str) -> None:
        """The creator removes a member in the console."""
        self.service.console(CREATOR).delete_member(collaborationIdentifier=self.id, accountId=account)


def create(service: Service, live: Collaboration, *, owner: str | None = OWNER) -> Governed:
    """Bring a collaboration about on the service, with the statuses of its members."""
    members = [_creation_entry(each) for each in live.members.values() if each.account != live.creator]
    creator = live.members[live.creator]
    created = service.console(live.creator).create_collaboration(
        name=live.name,
        description=live.description,
        creatorDisplayName=creator.display_name,
        creatorMemberAbilities=sorted(creator.abilities),
        queryLogStatus="DISABLED",
        members=members,
        autoApprovedChangeRequestTypes=sorted(live.auto_approved),
        tags={**live.tags, OWNER_TAG: owner} if owner else {},
        **_entry_extras(creator, "creatorMLMemberAbilities", "creatorPaymentConfiguration"),
    )
    governed = Governed(service, str(created["collaboration"]["id"]))
    for account, member in live.members.items():
        if member.status in ("ACTIVE", "LEFT"):
            governed.join(account)
        if member.status == "LEFT":
            governed.leave(account)
        if member.status == "REMOVED":
            governed.remove(account)
    return governed


def create_from_file(service: Service, desired: DesiredCollaboration) -> Governed:
    """Let the reconciler itself create what a stack file asks for."""
    governed = Governed(service, "")
    return replace(governed, id=ensure_collaboration(desired, "", governed.parties()))


def _creation_entry(member: Member) -> dict[str, Any]:
    return {
        "accountId": member.account,
        "displayName": member.display_name,
        "memberAbilities": sorted(member.abilities),
        **_entry_extras(member, "mlMemberAbilities", "paymentConfiguration"),
    }


def _entry_extras(member: Member, ml_name: str, payment_name: str) -> dict[str, Any]:
    extras: dict[str, Any] = {}
    if member.ml_abilities:
        extras[ml_name] = {"customMLMemberAbilities": sorted(member.ml_abilities)}
    if member.payments:
        extras[payment_name] = _payment_configuration({str(cost): pays for cost, pays in member.payments.items()})
    return extras


def _payment_configuration(flags: Mapping[str, bool]) -> dict[str, Any]:
    leaves = {name: {"isResponsible": flag} for name, flag in {"queryCompute": False, **flags}.items()}
    plain = {name: leaf for name, leaf in leaves.items() if name in ("queryCompute", "jobCompute")}
    learning = {name: leaf for name, leaf in leaves.items() if name not in plain}
    return {**plain, "machineLearning": learning} if learning else plain


class Crash(Exception):
    """The process dies."""


@contextmanager
def acting_before(service: Service, operation: str, act: Callable[[], None]) -> Iterator[None]:
    """Somebody acts just when the reconciler is about to call an operation for the first time."""
    with _hooked(service.before_calls, operation, 1, act):
        yield


@contextmanager
def acting_after(service: Service, operation: str, act: Callable[[], object]) -> Iterator[None]:
    """Somebody acts just when the service has carried out the reconciler's first call of an operation."""
    with _hooked(service.after_calls, operation, 1, act):
        yield


@contextmanager
def crashing_after(service: Service, operation: str, time: int = 1) -> Iterator[None]:
    """The process dies when the reconciler has called an operation for the given time."""

    def crash() -> None:
        raise Crash

    with _hooked(service.after_calls, operation, time, crash):
        yield


@contextmanager
def _hooked(hooks: list[Callable[[str], None]], operation: str, time: int, act: Callable[[], object]) -> Iterator[None]:
    calls = count(1)

    def hook(called: str) -> None:
        if called == operation and next(calls) == time:
            act()

    hooks.append(hook)
    try:
        yield
    finally:
        hooks.remove(hook)
