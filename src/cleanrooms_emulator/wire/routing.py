"""Which operation a method and a path mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import unquote

from botocore.model import ServiceModel


class Route(NamedTuple):
    """An operation, and the labels of its path, unquoted, under their wire names."""

    operation: str
    labels: dict[str, str]


@dataclass(slots=True)
class _Node:
    """Where a path may go on to, segment by segment; `operation` if it may end here."""

    literals: dict[str, _Node] = field(default_factory=dict)
    label: _Node | None = None
    operation: str | None = None
    label_names: tuple[str, ...] = ()


class Router:
    """Routes of a REST service. Paths are split while still encoded, so that an ARN stays one segment."""

    def __init__(self, model: ServiceModel) -> None:
        self._methods: dict[str, _Node] = {}
        for operation in model.operation_names:
            http = model.operation_model(operation).http
            self._add(self._methods.setdefault(http["method"], _Node()), http["requestUri"], operation)

    def match(self, method: str, raw_path: str) -> Route | None:
        """The route, literal segments before labels; None when there is none."""
        start = self._methods.get(method)
        if start is None:
            return None
        values: list[str] = []
        node = _follow(start, _segments(raw_path), 0, values)
        if node is None or node.operation is None:
            return None
        return Route(node.operation, dict(zip(node.label_names, map(unquote, values), strict=True)))

    def _add(self, node: _Node, template: str, operation: str) -> None:
        names = []
        for segment in _segments(template):
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.label = node.label or _Node()
                node = node.label
            else:
                node = node.literals.setdefault(segment, _Node())
        node.operation, node.label_names = operation, tuple(names)


def _follow(node: _Node, segments: list[str], position: int, values: list[str]) -> _Node | None:
    """Where the segments from a position on lead; `values` are those of the labels on the way."""
    if position == len(segments):
        return node if node.operation is not None else None
    segment = segments[position]
    literal = node.literals.get(segment)
    if literal is not None:
        found = _follow(literal, segments, position + 1, values)
        if found is not None:
            return found
    if node.label is None or not segment:
        return None
    values.append(segment)
    found = _follow(node.label, segments, position + 1, values)
    if found is None:
        values.pop()
    return found


def _segments(path: str) -> list[str]:
    return path.partition("?")[0].removeprefix("/").split("/")
