"""The constraints of a service description, read from its JSON alone: a second opinion on what `breaches` tries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from botocore.loaders import Loader

from cleanrooms_emulator.wire.corrections import corrected

UNBREAKABLE = frozenset({r"[\S\s]*"})
"""Patterns that every text fits."""

Constraint = tuple[str, str]
"""Where ("members[].accountId", "tags{key}"), and which of required, union, min, max, pattern, enum."""


def constraints_of_input(service: str, operation: str) -> set[Constraint]:
    """Everything an input of the operation must satisfy beside the types; a shape inside itself is not entered again."""
    description = _description(service)
    given = description["operations"][operation].get("input")
    return set() if given is None else set(_of(description["shapes"], given["shape"], "", ()))


@cache
def _description(service: str) -> dict[str, Any]:
    return corrected(service, Loader().load_service_model(service, "service-2"))


def _of(shapes: Mapping[str, Any], name: str, where: str, inside: tuple[str, ...]) -> Iterator[Constraint]:
    shape = shapes[name]
    if name in inside or shape.get("document"):
        return
    inside = (*inside, name)
    yield from ((where, constraint) for constraint in _own(shape))
    for required in shape.get("required", ()):
        yield f"{where}.{required}".lstrip("."), "required"
    for member, reference in shape.get("members", {}).items():
        yield from _of(shapes, reference["shape"], f"{where}.{member}".lstrip("."), inside)
    for part, suffix in (("member", "[]"), ("key", "{key}"), ("value", "{value}")):
        if part in shape:
            yield from _of(shapes, shape[part]["shape"], where + suffix, inside)


def _own(shape: Mapping[str, Any]) -> Iterator[str]:
    is_number = shape["type"] in ("integer", "long", "double", "float")
    if shape.get("union"):
        yield "union"
    if "enum" in shape:
        yield "enum"
        return
    if "min" in shape and (is_number or shape["min"] > 0):
        yield "min"
    if "max" in shape:
        yield "max"
    if "pattern" in shape and shape["pattern"] not in UNBREAKABLE:
        yield "pattern"
