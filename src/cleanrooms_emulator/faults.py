"""Faults on demand: rules that make calls fail, wait or lose their answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, Self

from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.registry import SERVICES
from cleanrooms_emulator.store import Store
from cleanrooms_emulator.wire.service import COMMON_ERRORS, Service, service

_KIND = "_fault"
ANY = "*"
_LONGEST = 3600


class FaultKind(StrEnum):
    """What happens to a call.

    Before any effect: THROTTLE, INTERNAL and ERROR refuse it, LATENCY lets it wait, DROP_BEFORE closes the connection.
    After the effect: DROP_AFTER closes the connection without an answer, TRUNCATE after half of it, LATE answers late.
    """

    THROTTLE = "throttle"
    INTERNAL = "internal"
    ERROR = "error"
    LATENCY = "latency"
    DROP_BEFORE = "dropBefore"
    DROP_AFTER = "dropAfter"
    TRUNCATE = "truncate"
    LATE = "late"


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
        services = [service(name) for name in SERVICES if self.service in (ANY, name)]
        if self.operation != ANY and not any(self.operation in each.operation_names for each in services):
            raise ValueError(f"operation: {self.operation!r} is no operation of {self._services_text()}")
        self._check_numbers()
        self._check_error(services)

    def _services_text(self) -> str:
        return ", ".join(SERVICES) if self.service == ANY else self.service

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
        shapes = [each.errors[self.code] for each in services if self.code in each.errors]
        if not shapes and self.code not in COMMON_ERRORS:
            known = sorted({code for each in services for code in each.errors} | set(COMMON_ERRORS))
            raise ValueError(f"code: {self.code!r} is no error of {self._services_text()}; there are {', '.join(known)}")
        allowed = {"message"}.union(*(shape.members for shape in shapes))
        unknown = sorted(set(self.members) - allowed)
        if unknown:
            raise ValueError(f"members: {self.code} has no {', '.join(unknown)}; it has {', '.join(sorted(allowed))}")

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

    def selects(self, service: str, operation: str, account: str) -> bool:
        """Whether a call is one of those the rule counts."""
        return self.service in (ANY, service) and self.operation in (ANY, operation) and self.account in (ANY, account)

    def refuse(self, called: Service) -> None:
        """Raises the ServiceError that a call of that service is refused with, if the fault is of such a kind."""
        if self.kind is FaultKind.THROTTLE:
            raise ServiceError("ThrottlingException", "Rate exceeded")
        if self.kind is FaultKind.INTERNAL:
            raise ServiceError(called.server_error_code(), "An internal error occurred")
        if self.kind is FaultKind.ERROR and self.code is not None:
            members = {name: value for name, value in self.members.items() if name != "message"}
            raise ServiceError(self.code, str(self.members.get("message", "This error was asked for")), **members)


def _check_whole(name: str, value: object, least: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError(f"{name}: {value!r} is not a whole number of at least {least}")


class Faults:
    """The rules of a world, kept in its store with their counters.

    Rules are asked in order. A rule counts every call it selects and is asked about; the first one that is due is
    applied, and the ones after it do not see the call.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def set(self, rules: Sequence[FaultRule]) -> None:
        """Replace all rules; counters begin at 0."""
        with self._store.transaction():
            self.clear()
            for number, rule in enumerate(rules):
                self._store.put(_KIND, str(number), {"rule": rule.as_json(), "matched": 0, "hits": 0})

    def clear(self) -> None:
        """Remove all rules."""
        with self._store.transaction():
            for number in range(len(list(self._store.all(_KIND)))):
                self._store.delete(_KIND, str(number))

    def as_json(self) -> list[dict[str, Any]]:
        """All rules, each with how many calls it `matched` and how many it hit."""
        return [
            {**document["rule"], "matched": document["matched"], "hits": document["hits"]}
            for document in self._store.all(_KIND)
        ]

    def pick(self, service: str, operation: str, account: str) -> FaultRule | None:
        """The rule to apply to a call, which is counted."""
        with self._store.transaction():
            for number, document in enumerate(self._store.all(_KIND)):
                rule = FaultRule.from_json(document["rule"])
                if not rule.selects(service, operation, account):
                    continue
                matched, hits = document["matched"] + 1, document["hits"]
                due = (
                    matched > rule.skip
                    and (matched - rule.skip) % rule.every == 0
                    and (rule.times is None or hits < rule.times)
                )
                counted = {"rule": document["rule"], "matched": matched, "hits": hits + due}
                self._store.put(_KIND, str(number), counted)
                if due:
                    return rule
        return None
