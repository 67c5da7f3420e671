"""Which Clean Rooms belongs to an account and a Region?"""

from typing import Any

from cleanrooms_governance.aws.calls import Calls
from cleanrooms_governance.aws.cleanrooms import AwsCleanRooms
from cleanrooms_governance.aws.clients import CLEAN_ROOMS, OnClient, new_client
from cleanrooms_governance.aws.credentials import Identities
from cleanrooms_governance.aws.once import OncePerKey
from cleanrooms_governance.aws.pace import Pace
from cleanrooms_governance.desired import Access, Credentials
from cleanrooms_governance.model import AccountId


class AwsAccounts:
    """Implements ``service.Accounts``: one for a process, because it holds the sessions, the clients and the pace.

    ``stack`` is ``<project>/<stack>``, for the names of role sessions. ``on_client`` is given every client right
    after it was made, before its first call.
    """

    def __init__(self, stack: str, on_client: OnClient | None = None, *, pace: Pace | None = None) -> None:
        self._on_client = on_client
        self._calls = Calls(pace or Pace())
        self._identities = Identities(stack, self._calls, on_client)
        self._clients: OncePerKey[tuple[AccountId, Credentials, str], Any] = OncePerKey()
        self._opened: OncePerKey[tuple[Access, str], AwsCleanRooms] = OncePerKey()

    def __call__(self, access: Access, region: str) -> AwsCleanRooms:
        """Return that account's Clean Rooms. Nothing is called before the first use."""
        return self._opened.get((access, region), lambda: self._open(access, region))

    def _open(self, access: Access, region: str) -> AwsCleanRooms:
        def client(credentials: Credentials) -> Any:
            key = (access.account, credentials, region)
            return self._clients.get(key, lambda: self._new_client(access, credentials, region))

        return AwsCleanRooms(access, region, self._calls, client)

    def _new_client(self, access: Access, credentials: Credentials, region: str) -> Any:
        session = self._identities.session(access, credentials, region)
        return new_client(session, CLEAN_ROOMS, region, self._on_client)
