"""Which roles exist and who may assume them, as far as a world says so."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from cleanrooms_emulator.world.store import Store

_KIND = "_role"
_ARN = re.compile(r"arn:aws:iam::([0-9]{12}):role/((?:[\w+=,.@-]+/)*)([\w+=,.@-]+)", re.ASCII)
_ACCOUNT = re.compile(r"[0-9]{12}")
_MEMBERS = ("arn", "trustedAccounts", "externalId", "maxSessionSeconds")
_USUAL_SESSION = 3600
LONGEST_SESSION = 43200
"""Seconds; no role can allow more (STS API reference, AssumeRole)."""


@dataclass(frozen=True, slots=True)
class RoleArn:
    """The parts of a role's ARN that matter for assuming it."""

    text: str
    account: str
    name: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError when it is no role's ARN."""
        found = _ARN.fullmatch(text)
        if found is None:
            raise ValueError(f"{text} is not the ARN of a role (arn:aws:iam::ACCOUNT:role/NAME)")
        return cls(text, found[1], found[3])


@dataclass(frozen=True, slots=True)
class Role:
    """A declared role: the accounts it trusts, the external id it asks for, if any, and how long a session may last."""

    arn: str
    trusted_accounts: tuple[str, ...]
    external_id: str | None = None
    max_session_seconds: int = _USUAL_SESSION

    @classmethod
    def from_json(cls, document: Any) -> Self:
        """From `{"arn": …, "trustedAccounts": […], "externalId": …, "maxSessionSeconds": …}`, the last two optional.

        Raises ValueError saying what is wrong.
        """
        if not isinstance(document, dict):
            raise ValueError("a role must be an object")
        if unknown := sorted(document.keys() - set(_MEMBERS)):
            raise ValueError(f"unknown member {', '.join(unknown)}; a role has {', '.join(_MEMBERS)}")
        arn, trusted, external_id = (document.get(name) for name in ("arn", "trustedAccounts", "externalId"))
        if not isinstance(arn, str):
            raise ValueError("arn must be a string")
        RoleArn.parse(arn)
        if not isinstance(trusted, list) or not all(
            isinstance(account, str) and _ACCOUNT.fullmatch(account) for account in trusted
        ):
            raise ValueError(f"trustedAccounts of {arn} must be a list of account ids of 12 digits")
        if external_id is not None and not isinstance(external_id, str):
            raise ValueError(f"externalId of {arn} must be a string")
        longest = document.get("maxSessionSeconds", _USUAL_SESSION)
        if not isinstance(longest, int) or isinstance(longest, bool) or not _USUAL_SESSION <= longest <= LONGEST_SESSION:
            raise ValueError(f"maxSessionSeconds of {arn} must be a whole number from {_USUAL_SESSION} to {LONGEST_SESSION}")
        return cls(arn, tuple(trusted), external_id, longest)

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object."""
        document: dict[str, Any] = {
            "arn": self.arn,
            "trustedAccounts": list(self.trusted_accounts),
            "maxSessionSeconds": self.max_session_seconds,
        }
        return document if self.external_id is None else {**document, "externalId": self.external_id}


def declare(store: Store, roles: Iterable[Role]) -> None:
    """Replace all declared roles. An account with declared roles has no others; any other account has every role."""
    with store.transaction():
        for document in store.all(_KIND):
            store.delete(_KIND, document["arn"])
        for role in roles:
            store.put(_KIND, role.arn, role.as_json())


def declared(store: Store) -> tuple[Role, ...]:
    """All declared roles."""
    return tuple(Role.from_json(document) for document in store.all(_KIND))


def may_assume(store: Store, role_arn: RoleArn, caller: str, external_id: str | None) -> bool:
    """Whether account `caller` may assume the role, giving that external id."""
    document = store.get(_KIND, role_arn.text)
    if document is None:
        return all(RoleArn.parse(role.arn).account != role_arn.account for role in declared(store))
    role = Role.from_json(document)
    return caller in role.trusted_accounts and role.external_id in (None, external_id)


def longest_session(store: Store, role_arn: RoleArn) -> int:
    """How many seconds a session of the role may last: what it declares, or all there can be when it is not declared."""
    document = store.get(_KIND, role_arn.text)
    return LONGEST_SESSION if document is None else Role.from_json(document).max_session_seconds
