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
    """A payload, the field that is wrong in it, where in the model that is ("tags{key}"), and what is wrong."""

    field: str
    where: str
    constraint: str
    payload: Any


class _Place(NamedTuple):
    field: str = ""
    where: str = ""
    inside: tuple[str, ...] = ()

    def member(self, name: str) -> _Place:
        dot = "." if self.field else ""
        return self._replace(field=f"{self.field}{dot}{name}", where=f"{self.where}{dot}{name}")

    def below(self, field: str, where: str) -> _Place:
        return self._replace(field=self.field + field, where=self.where + where)

    def breach(self, constraint: str, payload: Any) -> Breach:
        return Breach(self.field, self.where, constraint, payload)


def breaches(shape: Shape, payloads: Payloads) -> Iterator[Breach]:
    """All breaches in a value of this shape; a shape inside itself is not entered again."""
    return _breaches(shape, payloads, _Place())


def _breaches(shape: Shape, payloads: Payloads, place: _Place) -> Iterator[Breach]:
    if shape.type_name == "structure" and shape.is_document_type:
        return
    if place.field:
        yield place.breach("type", _WRONG_TYPE[shape.type_name])
    if shape.name not in place.inside:
        inside = place._replace(inside=(*place.inside, shape.name))
        yield from _WITHIN.get(shape.type_name, _of_number)(shape, payloads, inside)


def _of_structure(shape: Shape, payloads: Payloads, place: _Place) -> Iterator[Breach]:
    base = {} if shape.is_tagged_union else {name: payloads.of(shape.members[name], 9) for name in shape.required_members}
    for name in shape.required_members:
        yield place.member(name).breach("required", {key: value for key, value in base.items() if key != name})
    if shape.is_tagged_union:
        yield place.breach("union", {})
        if len(shape.members) > 1:
            yield place.breach("union", {name: payloads.of(each, 9) for name, each in shape.members.items()})
    for name, member in shape.members.items():
        for breach in _breaches(member, payloads, place.member(name)):
            yield breach._replace(payload={**base, name: breach.payload})


def _of_list(shape: Shape, payloads: Payloads, place: _Place) -> Iterator[Breach]:
    low, high = shape.metadata.get("min", 0), shape.metadata.get("max")
    item = payloads.of(shape.member, 9)
    if low:
        yield place.breach("min", [item] * (low - 1))
    if high is not None:
        yield place.breach("max", [item] * (high + 1))
    for breach in _breaches(shape.member, payloads, place.below(".1.member", "[]")):
        yield breach._replace(payload=[breach.payload] + [item] * (low - 1))


def _of_map(shape: Shape, payloads: Payloads, place: _Place) -> Iterator[Breach]:
    high = shape.metadata.get("max")
    key, value = payloads.of(shape.key), payloads.of(shape.value, 9)
    if high is not None:
        yield place.breach("max", {f"k{number}": value for number in range(high + 1)})
    for breach in _breaches(shape.key, payloads, place.below(".key", "{key}")):
        if isinstance(breach.payload, str):
            yield breach._replace(payload={breach.payload: value})
    for breach in _breaches(shape.value, payloads, place.below(f".{key}.value", "{value}")):
        yield breach._replace(payload={key: breach.payload})


def _of_string(shape: Shape, payloads: Payloads, place: _Place) -> Iterator[Breach]:
    if shape.enum:
        yield place.breach("enum", f"{shape.enum[0]}_")
        return
    low, high, pattern = (shape.metadata.get(name) for name in ("min", "max", "pattern"))
    valid = payloads.of(shape)
    if low:
        yield place.breach("min", valid[: low - 1])
    if high is not None:
        yield place.breach("max", valid.ljust(high + 1, valid[-1:] or "a"))
    if pattern:
        odd = (valid[:-1] + text for text in _ODD_TEXTS)
        yield from (place.breach("pattern", text) for text in odd if not matches(pattern, text))


def _of_number(shape: Shape, payloads: Payloads, place: _Place) -> Iterator[Breach]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None:
        yield place.breach("min", low - 1)
    if high is not None:
        yield place.breach("max", high + 1)
    if shape.type_name == "integer":
        yield place.breach("32 bits", 1 << 31)
        yield place.breach("whole number", 1.5)


_WITHIN = {"structure": _of_structure, "list": _of_list, "map": _of_map, "string": _of_string}
