"""The embedded service in process, and accounts opened on it the way a stack opens them."""

import threading
from typing import Any

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.faults import FaultRule
from cleanrooms_emulator.transport.in_process import connect
from cleanrooms_governance.aws import AwsAccounts, Pace
from cleanrooms_governance.aws.cleanrooms import AwsCleanRooms
from cleanrooms_governance.desired import Access, Credentials, DesiredCollaboration, DesiredMember
from cleanrooms_governance.model import CAN_QUERY, CAN_RECEIVE_RESULTS, Ability, AccountId

ENVIRONMENT_ACCOUNT = "999988887777"
CREATOR = AccountId("111122223333")
PARTNER = AccountId("444455556666")
NEWCOMER = AccountId("777788889999")
REGION = "eu-west-1"
STACK = "acme/prod"


class FakeTime:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.naps: list[float] = []
        self._lock = threading.Lock()

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.naps.append(seconds)
            self.now += seconds

    def pace(self) -> Pace:
        return Pace(self.clock, self.sleep)


def role(account: str, name: str = "governance", external_id: str | None = None) -> Credentials:
    return Credentials(role=f"arn:aws:iam::{account}:role/{name}", external_id=external_id)


def access(account: str) -> Access:
    """Reading and writing with one role."""
    return Access(AccountId(account), role(account), role(account))


class World:
    """One service and one process's accounts on it."""

    def __init__(self, time: FakeTime) -> None:
        self.app = Application()
        self.accounts = AwsAccounts(STACK, lambda client: connect(self.app, client), pace=time.pace())

    def of(self, account: str) -> AwsCleanRooms:
        return self.accounts(access(account), REGION)

    def create(self, *members: DesiredMember, **wanted: Any) -> str:
        """Create a collaboration of the creator, who runs the queries, and the given members."""
        return self.of(CREATOR).create_collaboration(collaboration(*members, **wanted), {})

    def fail(self, **rule: Any) -> None:
        self.app.faults.set([FaultRule(**rule)])

    def called(self, service: str | None = "cleanrooms") -> list[str]:
        """The operations called so far."""
        return [str(entry.operation) for entry in self.app.journal.entries(service=service)]


def collaboration(*members: DesiredMember, **wanted: Any) -> DesiredCollaboration:
    everybody = (member(CREATOR, CAN_QUERY), *members)
    return DesiredCollaboration(
        **{
            "key": "sales",
            "owner": f"{STACK}/sales",
            "name": "Sales",
            "creator": CREATOR,
            "region": REGION,
            "members": {each.account: each for each in everybody},
            **wanted,
        }
    )


def member(account: str, *abilities: Ability) -> DesiredMember:
    return DesiredMember(AccountId(account), frozenset(abilities), f"Name of {account}")


RECEIVER = member(PARTNER, CAN_RECEIVE_RESULTS)
