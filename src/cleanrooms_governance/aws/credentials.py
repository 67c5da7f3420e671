"""How does the stack become an account, and are the credentials really that account's?"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from cleanrooms_governance.aws.calls import Answer, Calls
from cleanrooms_governance.aws.clients import STS, OnClient, known_regions, new_client, new_session
from cleanrooms_governance.aws.failures import Call, Sending, boundary, translate
from cleanrooms_governance.aws.once import OncePerKey
from cleanrooms_governance.desired import Access, Credentials
from cleanrooms_governance.errors import AccessDenied, CredentialsRefused, InvalidRequest, NoCredentials, NotFound, ServiceError
from cleanrooms_governance.model import AccountId

T = TypeVar("T")

_LONGEST_SESSION_NAME = 64
_ENVIRONMENT = Credentials(environment=True)


def role_session_name(stack: str) -> str:
    """Return the name under which CloudTrail shows the roles of this stack (STS: ``[\\w+=,.@-]{2,64}``).

    ``stack`` is ``<project>/<stack>``.
    """
    return re.sub(r"[^\w+=,.@-]", "-", f"crgov-{stack}", flags=re.ASCII)[:_LONGEST_SESSION_NAME]


@dataclass(frozen=True, slots=True)
class _Entry:
    """One of the two ways into an account, as a message about it needs to know it."""

    access: Access
    credentials: Credentials
    region: str

    @property
    def path(self) -> str:
        """Where the stack file says so."""
        account = f"accounts.{self.access.account}"
        if self.access.read == self.access.write:
            return account
        return f"{account}.{'read' if self.credentials == self.access.read else 'write'}"

    @property
    def way(self) -> str:
        """What gives the credentials."""
        if self.credentials.role is not None:
            return f"role {self.credentials.role}"
        if self.credentials.profile is not None:
            return f"profile {self.credentials.profile}"
        return "the environment"

    def refused(self, refusal: ServiceError) -> CredentialsRefused:
        """Say what ``refusal`` by STS, or by the SDK before it, means for this entry."""
        if isinstance(refusal, CredentialsRefused):
            explanation = f"{self.way} gives no access. {refusal}"
        else:
            explanation = (
                f"{self.way} cannot be used ({refusal.code}). Check that the role exists, that its trust policy lets in the "
                f"credentials of the environment{' with this externalId' if self.credentials.external_id else ''}, and that "
                "these may call sts:AssumeRole on it."
            )
        return CredentialsRefused(
            f"{self.path}: {explanation}",
            operation=refusal.operation,
            account=refusal.account,
            region=refusal.region,
            code=refusal.code,
            reason=refusal.reason,
        )

    def issued_in_the_past(self, end: str) -> CredentialsRefused:
        """Say that a session which AWS has just issued is over by the clock of this machine; the SDK would not use it."""
        return CredentialsRefused(
            f"{self.path}: the session of {self.way} that AWS has just issued ends at {end}, which is past by the clock of this"
            " machine. Set the clock right, and run again.",
            operation="AssumeRole",
            account=self.access.account,
            region=self.region,
        )

    def missing(self) -> NoCredentials:
        """Say that the search for credentials found none at all."""
        if self.credentials.profile is not None:
            found = f"{self.way} was not found: this machine has no AWS profiles at all. Sign in, or set up that profile"
        else:
            found = (
                "no AWS credentials were found, neither in the environment nor in shared files nor from this machine."
                " Sign in, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            )
        return NoCredentials(
            f"{self.path}: {found}",
            operation="GetCallerIdentity",
            account=self.access.account,
            region=self.region,
        )


class Identities:
    """Sessions by credentials. Each is asked once whose it is, before anything else is called with it."""

    def __init__(self, stack: str, calls: Calls, on_client: OnClient | None) -> None:
        self._session_name = role_session_name(stack)
        self._calls = calls
        self._on_client = on_client
        self._sessions: OncePerKey[Credentials, Any] = OncePerKey()
        self._sts_clients: OncePerKey[tuple[Credentials, str], Any] = OncePerKey()
        self._callers: OncePerKey[Credentials, AccountId] = OncePerKey()
        self._environments: OncePerKey[None, tuple[Any, bool]] = OncePerKey()

    def session(self, access: Access, credentials: Credentials, region: str) -> Any:
        """Return the session of ``credentials``, which is one of the two of ``access``.

        Raises: CredentialsRefused if they cannot be had, do not work or are another account's, of which NoCredentials if there
        are none at all; another ``ServiceError`` if STS cannot be asked.
        """
        entry = _Entry(access, credentials, region)
        session = self._sessions.get(credentials, lambda: self._open(entry))
        caller = self._callers.get(credentials, lambda: self._caller(entry, session))
        if caller != access.account:
            raise CredentialsRefused(
                f"{entry.path}: {entry.way} would act as account {caller}, but this entry is for account {access.account}; "
                f"nothing else was called. Give {access.account} credentials of its own.",
                operation="GetCallerIdentity",
                account=access.account,
                region=region,
            )
        return session

    def _open(self, entry: _Entry) -> Any:
        if entry.credentials.role is not None:
            return new_session(source=_Assumed(self._role_credentials(entry, entry.credentials.role)))
        if entry.credentials.profile is not None:
            return self._profile(entry, entry.credentials.profile)
        return self._environment(entry)

    def _environment(self, entry: _Entry) -> Any:
        """Return the session of the default chain, which ends with asking this machine for instance metadata.

        That takes seconds where nobody answers, so an empty search is remembered: it is made once a process.
        """

        def search() -> tuple[Any, bool]:
            session = new_session()
            return session, session.get_credentials() is not None

        session, found = self._environments.get(None, lambda: self._searched(entry, search))
        if not found:
            raise entry.missing()
        return session

    def _profile(self, entry: _Entry, profile: str) -> Any:
        """Return the session of a profile. Where this machine has no profile at all, nobody has signed in on it."""
        session = new_session(profile=profile)
        if not self._searched(entry, lambda: list(session.available_profiles)):
            raise entry.missing()
        return session

    def _searched(self, entry: _Entry, search: Callable[[], T]) -> T:
        call = Call("GetCallerIdentity", entry.access.account, entry.region, Sending.READ)
        try:
            return search()
        except boundary() as error:
            failure = translate(error, call, known_regions)
            raise (entry.refused(failure) if isinstance(failure, CredentialsRefused) else failure) from error

    def _role_credentials(self, entry: _Entry, role: str) -> Any:
        from botocore.credentials import RefreshableCredentials

        environment = self._environment(entry)
        request = {"RoleArn": role, "RoleSessionName": self._session_name}
        if entry.credentials.external_id is not None:
            request["ExternalId"] = entry.credentials.external_id

        def sts() -> Any:
            return self._sts(environment, _ENVIRONMENT, entry.region)

        def assume() -> dict[str, str]:
            issued = self._ask(entry, "AssumeRole", lambda: sts().assume_role(**request), _issued)
            if datetime.fromisoformat(issued["expiry_time"]) <= datetime.now(UTC):
                raise entry.issued_in_the_past(issued["expiry_time"])
            return issued

        return RefreshableCredentials.create_from_metadata(assume(), refresh_using=assume, method="assume-role")

    def _caller(self, entry: _Entry, session: Any) -> AccountId:
        def sts() -> Any:
            return self._sts(session, entry.credentials, entry.region)

        return self._ask(entry, "GetCallerIdentity", lambda: sts().get_caller_identity(), _account)

    def _ask(self, entry: _Entry, operation: str, request: Callable[[], Answer], decode: Callable[[Answer], T]) -> T:
        call = Call(operation, entry.access.account, entry.region, Sending.READ)
        try:
            return self._calls.send(call, request, decode)
        except (CredentialsRefused, AccessDenied, InvalidRequest, NotFound) as refusal:
            raise entry.refused(refusal) from refusal

    def _sts(self, session: Any, credentials: Credentials, region: str) -> Any:
        return self._sts_clients.get((credentials, region), lambda: new_client(session, STS, region, self._on_client))


class _Assumed:
    """Gives a session the credentials of a role (see ``clients.CredentialSource``)."""

    def __init__(self, credentials: Any) -> None:
        self._credentials = credentials

    def load_credentials(self) -> Any:
        return self._credentials


def _issued(answer: Mapping[str, Any]) -> dict[str, str]:
    issued = answer["Credentials"]
    return {
        "access_key": issued["AccessKeyId"],
        "secret_key": issued["SecretAccessKey"],
        "token": issued["SessionToken"],
        "expiry_time": issued["Expiration"].isoformat(),
    }


def _account(answer: Mapping[str, Any]) -> AccountId:
    return AccountId(answer["Account"])
