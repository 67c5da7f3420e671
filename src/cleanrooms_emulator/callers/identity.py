"""Who calls: from the credential scope of a signed request to an account and a principal.

Signatures are not verified.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cleanrooms_emulator.callers.regions import known_regions
from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.world.store import Store

_SCOPE = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/,\s]+)/([^/,\s]+)/aws4_request")
_ACCOUNT = re.compile(r"[0-9]{12}")
_USER = re.compile(r"([0-9]{12})\.([\w+=@-]+)", re.ASCII)
_KEYS = "_access_key"


@dataclass(frozen=True, slots=True)
class CredentialScope:
    """What the Authorization header of a request says; `service` is the signing name."""

    access_key: str
    region: str
    service: str
    session_token: str | None


@dataclass(frozen=True, slots=True)
class Identity:
    """An account and the ARN of who acts in it.

    In the session of a role, `role` is the role's ARN with its path, and `session_policy` the policy document that was
    given to AssumeRole, if any.
    """

    account: str
    principal: str
    role: str | None = None
    session_policy: Mapping[str, Any] | None = None

    @property
    def holder(self) -> str:
        """The ARN of whom policies are attached to, which in the session of a role is the role."""
        return self.role or self.principal


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """Temporary credentials; `expires` in epoch seconds of the service's clock."""

    access_key: str
    session_token: str
    identity: Identity
    expires: float


def credential_scope(headers: Mapping[str, str]) -> CredentialScope:
    """Raises ServiceError when the request is not signed, or not with signature version 4."""
    authorization = headers.get("authorization")
    if authorization is None:
        raise ServiceError("MissingAuthenticationTokenException", "Missing Authentication Token")
    found = _SCOPE.search(authorization)
    if found is None:
        raise ServiceError(
            "IncompleteSignatureException", "Authorization header has no Credential=KEY/DATE/REGION/SERVICE/aws4_request"
        )
    access_key, region, service = found.groups()
    return CredentialScope(access_key, region, service, headers.get("x-amz-security-token"))


def identify(store: Store, scope: CredentialScope, now: float) -> Identity:
    """Whose key it is: that of an issued one; the root of the account when the key is its 12 digits; the user `maria` of
    the account when it is `111122223333.maria`.

    Raises ServiceError UnrecognizedClientException for other keys, ExpiredTokenException after the key's time, and
    InvalidSignatureException for a Region there is not. AWS has no endpoint in such a Region; a request that reaches
    another one is refused for its scope (IAM user guide, troubleshooting signed requests).
    """
    if scope.region not in known_regions():
        raise ServiceError("InvalidSignatureException", f"Credential should be scoped to a valid Region, not {scope.region}")
    key = store.get(_KEYS, scope.access_key)
    if key is None:
        if _ACCOUNT.fullmatch(scope.access_key):
            return Identity(scope.access_key, f"arn:aws:iam::{scope.access_key}:root")
        if user := _USER.fullmatch(scope.access_key):
            return Identity(user[1], f"arn:aws:iam::{user[1]}:user/{user[2]}")
        raise ServiceError("UnrecognizedClientException", "The security token included in the request is invalid.")
    if key["sessionToken"] != scope.session_token:
        raise ServiceError("UnrecognizedClientException", "The security token included in the request is invalid.")
    if now >= key["expires"]:
        raise ServiceError("ExpiredTokenException", "The security token included in the request is expired")
    return Identity(key["account"], key["principal"], key.get("role"), key.get("sessionPolicy"))


def issue(store: Store, key: IssuedKey) -> None:
    """Make temporary credentials known."""
    document = {
        "account": key.identity.account,
        "principal": key.identity.principal,
        "role": key.identity.role,
        "sessionPolicy": key.identity.session_policy,
        "sessionToken": key.session_token,
        "expires": key.expires,
    }
    store.put(_KEYS, key.access_key, document)
