"""Which roles exist and who may assume them, as far as a world says so."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from cleanrooms_emulator.store import Store

_KIND = "_role"
_ARN = re.compile(r"arn:aws:iam::([0-9]{12}):role/((?:[\w+=,.@-]+/)*)([\w+=,.@-]+)", re.ASCII)
_ACCOUNT = re.compile(r"[0-9]{12}")


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
    """A declared role: the accounts it trusts, and the external id it asks for, if any."""

    arn: str
    trusted_accounts: tuple[str, ...]
    external_id: str | None = None

    @classmethod
    def from_json(cls, document: Any) -> Self:
        """From `{"arn": …, "trustedAccounts": […], "externalId": …}`. Raises ValueError saying what is wrong."""
        if not isinstance(document, dict):
            raise ValueError("a role must be an object")
        unknown = sorted(document.keys() - {"arn", "trustedAccounts", "externalId"})
        if unknown:
            raise ValueError(f"unknown member {', '.join(unknown)}; a role has arn, trustedAccounts and externalId")
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
        return cls(arn, tuple(trusted), external_id)

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object."""
        document: dict[str, Any] = {"arn": self.arn, "trustedAccounts": list(self.trusted_accounts)}
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
