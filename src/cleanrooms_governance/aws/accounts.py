"""Which Clean Rooms belongs to an account and a Region?"""

from dataclasses import dataclass
from typing import Any

from cleanrooms_governance.audit.entry import AuditLog, Mandate
from cleanrooms_governance.aws.auditing import Auditing
from cleanrooms_governance.aws.calls import Calls
from cleanrooms_governance.aws.cleanrooms import AwsCleanRooms
from cleanrooms_governance.aws.clients import OnClient, new_client
from cleanrooms_governance.aws.credentials import Identities, role_session_name
from cleanrooms_governance.aws.once import OncePerKey
from cleanrooms_governance.aws.pace import Pace
from cleanrooms_governance.desired import Access, Credentials
from cleanrooms_governance.model import AccountId


class AwsAccounts:
    """Implements ``service.Accounts``: one for a process, because it holds the sessions, the clients and the pace.

    ``stack`` is ``<project>/<stack>``, for the names of role sessions. ``on_client`` is given every client right
    after it was made, before its first call. ``audit`` takes a line for each writing call, and without one nothing is noted.
    """

    def __init__(
        self, stack: str, on_client: OnClient | None = None, *, pace: Pace | None = None, audit: AuditLog | None = None
    ) -> None:
        self._on_client = on_client
        self._calls = Calls(pace or Pace())
        self._identities = Identities(stack, self._calls, on_client)
        self._auditing = Auditing(audit, role_session_name(stack))
        self._nobody = Mandate(stack)
        self._clients: OncePerKey[tuple[AccountId, Credentials, str, str], Any] = OncePerKey()
        self._opened: OncePerKey[tuple[Access, str], AwsCleanRooms] = OncePerKey()

    def __call__(self, access: Access, region: str) -> AwsCleanRooms:
        """Return that account's Clean Rooms. Nothing is called before the first use."""
        return self._opened.get((access, region), lambda: self._open(access, region))

    def on_behalf_of(self, mandate: Mandate) -> "OnBehalf":
        """Return the same accounts, whose writing calls are noted as made on somebody's behalf."""
        return OnBehalf(self, mandate)

    def _open(self, access: Access, region: str) -> AwsCleanRooms:
        def client(credentials: Credentials, service: str) -> Any:
            key = (access.account, credentials, region, service)
            return self._clients.get(key, lambda: self._new_client(access, credentials, region, service))

        return AwsCleanRooms(access, region, self._calls, client, self._auditing, self._nobody)

    def _new_client(self, access: Access, credentials: Credentials, region: str, service: str) -> Any:
        session = self._identities.session(access, credentials, region)
        return new_client(session, service, region, self._on_client)


@dataclass(frozen=True, slots=True)
class OnBehalf:
    """Implements ``service.Accounts``: those of a process, as somebody writes through them."""

    accounts: AwsAccounts
    mandate: Mandate

    def __call__(self, access: Access, region: str) -> AwsCleanRooms:
        """Return that account's Clean Rooms."""
        return self.accounts(access, region).on_behalf_of(self.mandate)
