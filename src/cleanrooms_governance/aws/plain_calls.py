"""How does somebody call an operation of Clean Rooms as it is, to see what the service answers?

For experiments: parameters and answers keep the spelling of the wire, and nothing is interpreted but failures.
"""

from collections.abc import Callable, Mapping
from typing import Any

from cleanrooms_governance.audit.entry import AuditLog, Mandate
from cleanrooms_governance.aws.auditing import Auditing, Writing
from cleanrooms_governance.aws.calls import Answer, Calls
from cleanrooms_governance.aws.clients import CLEAN_ROOMS, OnClient, new_client
from cleanrooms_governance.aws.credentials import Identities, role_session_name
from cleanrooms_governance.aws.failures import Call, Sending
from cleanrooms_governance.aws.once import OncePerKey
from cleanrooms_governance.aws.pace import Pace
from cleanrooms_governance.desired import Access, Credentials
from cleanrooms_governance.errors import Refused
from cleanrooms_governance.model import AccountId

_SUBJECTS = ("changeRequestIdentifier", "collaborationIdentifier", "membershipIdentifier", "resourceArn")


class PlainCalls:
    """One account's Clean Rooms in one Region, operation by operation, through its writing credentials.

    ``stack`` is the name of the role sessions. ``audit`` takes a line for each call that is no read, as made ``by`` a command.
    """

    def __init__(
        self,
        access: Access,
        region: str,
        *,
        stack: str,
        pace: Pace | None = None,
        on_client: OnClient | None = None,
        audit: AuditLog | None = None,
        by: str = "",
    ) -> None:
        self._access = access
        self._region = region
        self._on_client = on_client
        self._calls = Calls(pace or Pace())
        self._identities = Identities(stack, self._calls, on_client)
        self._auditing = Auditing(audit, role_session_name(stack))
        self._mandate = Mandate(stack, by=by)
        self._client: OncePerKey[str, Any] = OncePerKey()

    @property
    def account(self) -> AccountId:
        """The account acted as."""
        return self._access.account

    def __call__(self, operation: str, parameters: Mapping[str, Any]) -> Answer:
        """Return the answer of an operation (``"ListMembers"``).

        Raises: the ``ServiceError`` that a failure means; ``CredentialsRefused`` before anything else is called.
        """
        subject = next((str(parameters[name]) for name in _SUBJECTS if name in parameters), "")
        call = Call(operation, self.account, self._region, _sending(operation), subject)
        credentials = self._credentials()
        client = self._client.get(CLEAN_ROOMS, lambda: self._open(credentials))
        given = dict(parameters)

        def request() -> Answer:
            return _method(client, operation)(**given)

        if call.sending is Sending.READ:
            return self._calls.send(call, request, self._auditing.learning(given, dict))
        writing = Writing(call, given, credentials, self._mandate)
        return self._calls.send(call, self._auditing.noting(writing, request, dict), dict)

    def _credentials(self) -> Credentials:
        if self._access.write is None:
            raise Refused(f"accounts.{self.account} has no `write` credentials, so nothing was called. Give it some.")
        return self._access.write

    def _open(self, credentials: Credentials) -> Any:
        session = self._identities.session(self._access, credentials, self._region)
        return new_client(session, CLEAN_ROOMS, self._region, self._on_client)


def _sending(operation: str) -> Sending:
    if operation.startswith(("Get", "List", "Preview")):
        return Sending.READ
    return Sending.REPEATABLE_WRITE if operation.startswith("Delete") else Sending.SINGLE_WRITE


def _method(client: Any, operation: str) -> Callable[..., Answer]:
    from botocore import xform_name

    method: Callable[..., Answer] = getattr(client, xform_name(operation))
    return method
