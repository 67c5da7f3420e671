"""A fault rule: which calls it hits, and with what."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Any, Self

from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.faults.kinds import FaultKind
from cleanrooms_emulator.registry import SERVICES
from cleanrooms_emulator.wire.operations import OutputViolation
from cleanrooms_emulator.wire.service import COMMON_ERRORS, Service, service

ANY = "*"
_ACCOUNT = re.compile("[0-9]{12}", re.ASCII)
_LONGEST = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRule:
    """Which calls a fault hits.

    `operation`, `service` (botocore's name) and `account` select calls, "*" being all. Of the selected calls the first
    `skip` pass, then every `every`-th is hit, `times` times at most (None: without end). `latency` is in seconds: of
    the wait before the effect, or for LATE after it. `code` and `members` are those of an ERROR; `members` may hold
    its `message`. Raises ValueError saying what is wrong.
    """

    kind: FaultKind
    operation: str = ANY
    service: str = ANY
    account: str = ANY
    skip: int = 0
    every: int = 1
    times: int | None = None
    latency: float = 0.0
    code: str | None = None
    members: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "kind", FaultKind(self.kind))
        except ValueError:
            raise ValueError(f"kind: {self.kind!r} is not one of {', '.join(FaultKind)}") from None
        if self.service not in (ANY, *SERVICES):
            raise ValueError(f"service: {self.service!r} is not one of *, {', '.join(SERVICES)}")
        account: Any = self.account
        if account != ANY and not (isinstance(account, str) and _ACCOUNT.fullmatch(account)):
            raise ValueError(f"account: {account!r} is neither * nor an account id of 12 digits")
        self._check_numbers()
        self._check_error(self._services())

    def _services(self) -> list[Service]:
        """Those whose calls may be selected."""
        named = [service(name) for name in SERVICES if self.service in (ANY, name)]
        if self.operation == ANY:
            return named
        having = [each for each in named if self.operation in each.operation_names]
        if not having:
            known = [name for each in named for name in each.operation_names]
            hint = "".join(f"; did you mean {name}?" for name in get_close_matches(str(self.operation), known, 1))
            raise ValueError(f"operation: {self.operation!r} is no operation of {_names(named)}{hint}")
        return having

    def _check_numbers(self) -> None:
        _check_whole("skip", self.skip, 0)
        _check_whole("every", self.every, 1)
        if self.times is not None:
            _check_whole("times", self.times, 1)
        latency: Any = self.latency
        if not isinstance(latency, int | float) or isinstance(latency, bool) or not 0 <= latency <= _LONGEST:
            raise ValueError(f"latency: {latency!r} is not a number of seconds from 0 to {_LONGEST}")
        if self.kind in (FaultKind.LATENCY, FaultKind.LATE) and latency == 0:
            raise ValueError(f"latency: a {self.kind} fault needs a number of seconds")

    def _check_error(self, services: Sequence[Service]) -> None:
        if self.kind is not FaultKind.ERROR:
            if self.code is not None or self.members:
                raise ValueError(f"code, members: belong to kind error only, not to {self.kind}")
            return
        known = {code for each in services for code in each.errors} | set(COMMON_ERRORS)
        if not isinstance(self.code, str) or self.code not in known:
            raise ValueError(f"code: {self.code!r} is no error of {_names(services)}; there are {', '.join(sorted(known))}")
        shapes = [each.errors[self.code] for each in services if self.code in each.errors]
        allowed = {"message"}.union(*(shape.members for shape in shapes))
        unknown = sorted(set(self.members) - allowed)
        if unknown:
            raise ValueError(f"members: {self.code} has no {', '.join(unknown)}; it has {', '.join(sorted(allowed))}")
        for each in services:
            if self.code in each.errors:
                self._check_refusal(each)

    def _check_refusal(self, called: Service) -> None:
        try:
            called.check_refusal(self._error())
        except OutputViolation as violation:
            raise ValueError(f"members: {violation}") from None

    @classmethod
    def from_json(cls, document: Any) -> Self:
        """From a JSON object whose names are those of the fields. Raises ValueError saying what is wrong."""
        if not isinstance(document, dict):
            raise ValueError("a fault rule must be an object")
        names = [each.name for each in fields(cls)]
        unknown = sorted(document.keys() - set(names))
        if unknown:
            raise ValueError(f"unknown member {', '.join(unknown)}; a fault rule has {', '.join(names)}")
        if "kind" not in document:
            raise ValueError(f"kind is missing; it is one of {', '.join(FaultKind)}")
        if not isinstance(document.get("members", {}), dict):
            raise ValueError("members must be an object")
        return cls(**document)

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object."""
        document = {each.name: getattr(self, each.name) for each in fields(self)}
        return {**document, "kind": str(self.kind), "members": dict(self.members)}

    def selects(self, called: str, operation: str, account: str) -> bool:
        """Whether a call is one of those the rule counts; an ERROR counts none of services that do not have it."""
        return (
            self.service in (ANY, called)
            and self.operation in (ANY, operation)
            and self.account in (ANY, account)
            and (self.code is None or self.code in COMMON_ERRORS or self.code in service(called).errors)
        )

    def refuse(self, called: Service) -> None:
        """Raises the ServiceError that a call of that service is refused with, if the fault is of such a kind."""
        if self.kind is FaultKind.THROTTLE:
            raise ServiceError("ThrottlingException", "Rate exceeded")
        if self.kind is FaultKind.INTERNAL:
            raise ServiceError(called.server_error_code(), "An internal error occurred")
        if self.kind is FaultKind.ERROR:
            raise self._error()

    def _error(self) -> ServiceError:
        members = {name: value for name, value in self.members.items() if name != "message"}
        return ServiceError(str(self.code), str(self.members.get("message", "This error was asked for")), **members)


def _names(services: Sequence[Service]) -> str:
    return ", ".join(each.name for each in services)


def _check_whole(name: str, value: object, least: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError(f"{name}: {value!r} is not a whole number of at least {least}")
