"""Checks of wire values against shapes: required members, types, minima, maxima, patterns, enums and unions.

Each shape becomes a function once, so that a call costs only what its own shape needs. All violations of a value are
collected. Rules: `null` is an absent member; unknown members are ignored; a boolean is no number; a union has exactly
one member; a string with an enum is checked against that alone, and one that is too long not against its pattern.
Wording and path style are assumptions; they are made in this module only, and nothing should read them back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from botocore.model import ListShape, MapShape, Shape, StructureShape

from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.wire.patterns import full_match
from cleanrooms_emulator.wire.timestamps import is_timestamp

_INTEGER_BITS = {"integer": 32, "long": 64}


class Violation(NamedTuple):
    """A value that breaks a constraint: where it is ("members.1.member.accountId") and what it must be."""

    path: str
    message: str


Validator = Callable[[Any, str, list[Violation]], None]


def violation_error(violations: Sequence[Violation]) -> ServiceError:
    """The ValidationException that names every violation, in its message and in its `fieldList`."""
    count = f"{len(violations)} validation error{'s' if len(violations) > 1 else ''} detected"
    details = "; ".join(
        f"Value at '{violation.path}' failed to satisfy constraint: {violation.message}" for violation in violations
    )
    return ServiceError(
        "ValidationException",
        f"{count}: {details}",
        reason="FIELD_VALIDATION_FAILED",
        fieldList=[{"name": violation.path, "message": violation.message} for violation in violations],
    )


class UnsupportedShape(Exception):
    """A shape uses something of the Smithy language this engine does not speak."""


class Validators:
    """Compiles the validators of one service's shapes. `timestamp_format` is used where a shape names none."""

    def __init__(self, timestamp_format: str) -> None:
        self._timestamp_format = timestamp_format
        self._compiled: dict[tuple[str, str | None], Validator] = {}

    def of(self, shape: Shape) -> Validator:
        """The validator of a shape."""
        name = (shape.name, shape.serialization.get("timestampFormat"))
        if name not in self._compiled:
            self._compiled[name] = lambda value, path, found: self._compiled[name](value, path, found)
            self._compiled[name] = self._compile(shape)
        return self._compiled[name]

    def _compile(self, shape: Shape) -> Validator:
        kind: str = shape.type_name
        if kind == "structure":
            return _anything if shape.is_document_type else self._structure(shape)
        if kind == "list":
            return self._list(shape)
        if kind == "map":
            return self._map(shape)
        if kind == "string":
            return _string(shape)
        if kind == "boolean":
            return _boolean
        if kind == "timestamp":
            return _timestamp(shape.serialization.get("timestampFormat", self._timestamp_format))
        if kind in ("integer", "long", "double", "float"):
            return _number(kind, shape.metadata.get("min"), shape.metadata.get("max"))
        raise UnsupportedShape(f"shape {shape.name} has type {kind}")

    def _structure(self, shape: StructureShape) -> Validator:
        required = tuple(shape.required_members)
        members = {name: self.of(member) for name, member in shape.members.items()}
        is_union = shape.is_tagged_union

        def check(value: Any, path: str, found: list[Violation]) -> None:
            if not isinstance(value, dict):
                found.append(Violation(path, "Member must be a structure"))
                return
            prefix = f"{path}." if path else ""
            for name in required:
                if value.get(name) is None:
                    found.append(Violation(prefix + name, "Member must not be null"))
            present = 0
            for name, item in value.items():
                if item is not None and name in members:
                    present += 1
                    members[name](item, prefix + name, found)
            if is_union and present != 1:
                found.append(Violation(path, "Exactly one member of the union must be set"))

        return check

    def _list(self, shape: ListShape) -> Validator:
        check_member = self.of(shape.member)
        check_length = _length(shape.metadata.get("min"), shape.metadata.get("max"))

        def check(value: Any, path: str, found: list[Violation]) -> None:
            if not isinstance(value, list):
                found.append(Violation(path, "Member must be a list"))
                return
            check_length(len(value), path, found)
            for number, item in enumerate(value, 1):
                _present(item, f"{path}.{number}.member", found, check_member)

        return check

    def _map(self, shape: MapShape) -> Validator:
        check_key, check_value = self.of(shape.key), self.of(shape.value)
        check_length = _length(shape.metadata.get("min"), shape.metadata.get("max"))

        def check(value: Any, path: str, found: list[Violation]) -> None:
            if not isinstance(value, dict):
                found.append(Violation(path, "Member must be a map"))
                return
            check_length(len(value), path, found)
            for key, item in value.items():
                check_key(key, f"{path}.key", found)
                _present(item, f"{path}.{key}.value", found, check_value)

        return check


def _anything(value: Any, path: str, found: list[Violation]) -> None:
    """A document type takes every JSON value."""


def _present(value: Any, path: str, found: list[Violation], check: Validator) -> None:
    if value is None:
        found.append(Violation(path, "Member must not be null"))
    else:
        check(value, path, found)


def _length(low: int | None, high: int | None) -> Callable[[int, str, list[Violation]], None]:
    def check(length: int, path: str, found: list[Violation]) -> None:
        if low is not None and length < low:
            found.append(Violation(path, f"Member must have length greater than or equal to {low}"))
        if high is not None and length > high:
            found.append(Violation(path, f"Member must have length less than or equal to {high}"))

    return check


def _string(shape: Shape) -> Validator:
    allowed, pattern = frozenset(shape.enum), shape.metadata.get("pattern")
    listing = ", ".join(shape.enum)
    high = shape.metadata.get("max")
    check_length = _length(shape.metadata.get("min"), high)
    matches = full_match(pattern) if pattern else None

    def check(value: Any, path: str, found: list[Violation]) -> None:
        if not isinstance(value, str):
            found.append(Violation(path, "Member must be a string"))
        elif allowed:
            if value not in allowed:
                found.append(Violation(path, f"Member must satisfy enum value set: [{listing}]"))
        else:
            check_length(len(value), path, found)
            is_too_long = high is not None and len(value) > high
            if matches is not None and not is_too_long and not matches(value):
                found.append(Violation(path, f"Member must satisfy regular expression pattern: {pattern}"))

    return check


def _boolean(value: Any, path: str, found: list[Violation]) -> None:
    if not isinstance(value, bool):
        found.append(Violation(path, "Member must be of type boolean"))


def _timestamp(wire_format: str) -> Validator:
    def check(value: Any, path: str, found: list[Violation]) -> None:
        if not is_timestamp(value, wire_format):
            found.append(Violation(path, f"Member must be a timestamp of format {wire_format}"))

    return check


def _number(kind: str, low: float | None, high: float | None) -> Validator:
    bits = _INTEGER_BITS.get(kind)

    def has_type(value: Any) -> bool:
        if isinstance(value, bool):
            return False
        if bits is None:
            return isinstance(value, int | float)
        return isinstance(value, int) and -(1 << bits - 1) <= value < 1 << bits - 1

    def check(value: Any, path: str, found: list[Violation]) -> None:
        if not has_type(value):
            found.append(Violation(path, f"Member must be of type {kind}"))
            return
        if low is not None and value < low:
            found.append(Violation(path, f"Member must have value greater than or equal to {low}"))
        if high is not None and value > high:
            found.append(Violation(path, f"Member must have value less than or equal to {high}"))

    return check
