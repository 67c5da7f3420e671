"""For every constraint of an input shape a payload that breaks it by as little as possible."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from botocore.model import Shape

from tests.emulator.payloads import Payloads, matches

_ODD_TEXTS = ("\x00", "\n", "é", "!", " ", "A", "_")
_WRONG_TYPE = {"string": 7, "integer": "7", "long": True, "double": "7", "float": False, "boolean": "true",
               "list": {}, "map": [], "structure": "text", "timestamp": {}}  # fmt: skip


class Breach(NamedTuple):
    """A payload, the field that is wrong in it, and what is wrong."""

    field: str
    constraint: str
    payload: Any


def breaches(shape: Shape, payloads: Payloads, field: str = "", inside: tuple[str, ...] = ()) -> Iterator[Breach]:
    """All breaches in a value of this shape; a shape inside itself is not entered again."""
    if shape.type_name == "structure" and shape.is_document_type:
        return
    if field:
        yield Breach(field, "type", _WRONG_TYPE[shape.type_name])
    if shape.name not in inside:
        yield from _WITHIN.get(shape.type_name, _of_number)(shape, payloads, field, (*inside, shape.name))


def _of_structure(shape: Shape, payloads: Payloads, field: str, inside: tuple[str, ...]) -> Iterator[Breach]:
    prefix = f"{field}." if field else ""
    base = {} if shape.is_tagged_union else {name: payloads.of(shape.members[name], 9) for name in shape.required_members}
    for name in shape.required_members:
        yield Breach(prefix + name, "required", {key: value for key, value in base.items() if key != name})
    if shape.is_tagged_union:
        yield Breach(field, "one of a union", {})
        if len(shape.members) > 1:
            yield Breach(field, "one of a union", {name: payloads.of(each, 9) for name, each in shape.members.items()})
    for name, member in shape.members.items():
        for breach in breaches(member, payloads, prefix + name, inside):
            yield breach._replace(payload={**base, name: breach.payload})


def _of_list(shape: Shape, payloads: Payloads, field: str, inside: tuple[str, ...]) -> Iterator[Breach]:
    low, high = shape.metadata.get("min", 0), shape.metadata.get("max")
    item = payloads.of(shape.member, 9)
    if low:
        yield Breach(field, "min", [item] * (low - 1))
    if high is not None and high < 2000:
        yield Breach(field, "max", [item] * (high + 1))
    for breach in breaches(shape.member, payloads, f"{field}.1.member", inside):
        yield breach._replace(payload=[breach.payload] + [item] * (low - 1))


def _of_map(shape: Shape, payloads: Payloads, field: str, inside: tuple[str, ...]) -> Iterator[Breach]:
    key, value = payloads.of(shape.key), payloads.of(shape.value, 9)
    for breach in breaches(shape.key, payloads, f"{field}.key", inside):
        if isinstance(breach.payload, str):
            yield breach._replace(payload={breach.payload: value})
    for breach in breaches(shape.value, payloads, f"{field}.{key}.value", inside):
        yield breach._replace(payload={key: breach.payload})


def _of_string(shape: Shape, payloads: Payloads, field: str, inside: tuple[str, ...]) -> Iterator[Breach]:
    if shape.enum:
        yield Breach(field, "enum", f"{shape.enum[0]}_")
        return
    low, high, pattern = (shape.metadata.get(name) for name in ("min", "max", "pattern"))
    valid = payloads.of(shape)
    if low:
        yield Breach(field, "min", valid[: low - 1])
    if high is not None and high < 200_000:
        yield Breach(field, "max", valid.ljust(high + 1, valid[-1:] or "a"))
    if pattern:
        odd = (valid[:-1] + text for text in _ODD_TEXTS)
        yield from (Breach(field, "pattern", text) for text in odd if matches(pattern, text) is False)


def _of_number(shape: Shape, payloads: Payloads, field: str, inside: tuple[str, ...]) -> Iterator[Breach]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None:
        yield Breach(field, "min", low - 1)
    if high is not None:
        yield Breach(field, "max", high + 1)
    if shape.type_name == "integer":
        yield Breach(field, "32 bits", 1 << 31)
        yield Breach(field, "whole number", 1.5)


_WITHIN = {"structure": _of_structure, "list": _of_list, "map": _of_map, "string": _of_string}
