"""Whose policies are declared, and what somebody therefore holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from cleanrooms_emulator.iam.documents import Policy, compiled
from cleanrooms_emulator.world.store import Store

_KIND = "_policies"
_PRINCIPAL = re.compile(r"arn:aws:iam::([0-9]{12}):(root|(?:role|user)/(?:[\w+=,.@-]+/)*[\w+=,.@-]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class PrincipalPolicies:
    """The identity-based policies of a role, a user or an account's root; without documents it may do nothing.

    Raises ValueError with the place and the reason when the principal or a document is no good.
    """

    principal: str
    documents: tuple[Mapping[str, Any], ...]

    def __post_init__(self) -> None:
        if _PRINCIPAL.fullmatch(self.principal) is None:
            raise ValueError(
                f"principal: {self.principal!r} is not the ARN of a role, a user or a root "
                "(arn:aws:iam::ACCOUNT:role/NAME, :user/NAME, :root)"
            )
        for number, document in enumerate(self.documents, 1):
            try:
                compiled(document)
            except ValueError as error:
                raise ValueError(f"documents[{number}] of {self.principal}: {error}") from None

    @classmethod
    def from_json(cls, content: Any) -> Self:
        """From `{"principal": ARN, "documents": [...]}`. Raises ValueError saying what is wrong."""
        if not isinstance(content, dict):
            raise ValueError("the policies of a principal must be an object")
        if content.keys() != {"principal", "documents"} or not isinstance(content["documents"], list):
            raise ValueError("the policies of a principal are a principal and a list of documents, and nothing else")
        if not isinstance(content["principal"], str):
            raise ValueError("principal must be a string")
        return cls(content["principal"], tuple(content["documents"]))

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object."""
        return {"principal": self.principal, "documents": [dict(each) for each in self.documents]}


def declare(store: Store, policies: Iterable[PrincipalPolicies]) -> None:
    """Replace all declared policies.

    In an account with declared policies nobody has other rights than these, except its root, which has all rights
    until policies are declared for the root itself. In any other account everybody has all rights.
    Raises ValueError, and changes nothing, when a principal is there twice.
    """
    listed = list(policies)
    principals = [each.principal for each in listed]
    if repeated := sorted({each for each in principals if principals.count(each) > 1}):
        raise ValueError(f"{repeated[0]} is there twice; give all its documents in one place")
    with store.transaction():
        for document in store.all(_KIND):
            store.delete(_KIND, document["principal"])
        for each in listed:
            store.put(_KIND, each.principal, each.as_json())


def declared(store: Store) -> tuple[PrincipalPolicies, ...]:
    """All declared policies."""
    return tuple(PrincipalPolicies.from_json(document) for document in store.all(_KIND))


def policies_of(store: Store, account: str, principal: str) -> tuple[Policy, ...] | None:
    """The policies that bind a principal of an account; None when it has all rights."""
    own = store.get(_KIND, principal)
    if own is not None:
        return tuple(compiled(document) for document in own["documents"])
    if principal == f"arn:aws:iam::{account}:root":
        return None
    bound = any(document["principal"].split(":")[4] == account for document in store.all(_KIND))
    return () if bound else None
