"""Values between their form on the wire and the form handlers use.

Handlers see the model's member names, timestamps as epoch seconds, and only members that are present. On the way out
only modelled members are written, so that one document can serve a get, a list and a summary.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

from botocore.model import Shape, StructureShape

from cleanrooms_emulator.wire.timestamps import EPOCH, from_iso, to_iso

Converter = Callable[[Any], Any]


class Direction(Enum):
    """Which way values go."""

    READ = "from the wire"
    WRITE = "to the wire"


class Converters:
    """Compiles the converters of one service's shapes. `timestamp_format` is used where a shape names none."""

    def __init__(self, direction: Direction, timestamp_format: str) -> None:
        self._direction = direction
        self._timestamp_format = timestamp_format
        self._compiled: dict[tuple[str, str | None], Converter] = {}

    def of(self, shape: Shape) -> Converter:
        """The converter of a shape; the value must be valid."""
        name = (shape.name, shape.serialization.get("timestampFormat"))
        if name not in self._compiled:
            self._compiled[name] = lambda value: self._compiled[name](value)
            self._compiled[name] = self._compile(shape)
        return self._compiled[name]

    def _compile(self, shape: Shape) -> Converter:
        kind: str = shape.type_name
        if kind == "structure" and not shape.is_document_type:
            return self._structure(shape)
        if kind == "list":
            member = self.of(shape.member)
            return list if member is _unchanged else lambda value: [member(item) for item in value]
        if kind == "map":
            entry = self.of(shape.value)
            return lambda value: {key: entry(item) for key, item in value.items()}
        if kind == "timestamp":
            return self._timestamp(shape.serialization.get("timestampFormat", self._timestamp_format))
        return _unchanged

    def _structure(self, shape: StructureShape) -> Converter:
        members: dict[str, tuple[str, Converter | None]] = {}
        for name, member in shape.members.items():
            wire_name = member.serialization.get("name", name) if "location" not in member.serialization else name
            source, target = (wire_name, name) if self._direction is Direction.READ else (name, wire_name)
            convert_member = self.of(member)
            members[source] = (target, None if convert_member is _unchanged else convert_member)

        def convert(value: dict[str, Any]) -> dict[str, Any]:
            converted = {}
            for source, item in value.items():
                if item is not None and source in members:
                    target, convert_member = members[source]
                    converted[target] = item if convert_member is None else convert_member(item)
            return converted

        return convert

    def _timestamp(self, wire_format: str) -> Converter:
        if wire_format == EPOCH:
            return _milliseconds
        return from_iso if self._direction is Direction.READ else to_iso


def _unchanged(value: Any) -> Any:
    return value


def _milliseconds(epoch: float) -> float:
    return round(float(epoch), 3)
