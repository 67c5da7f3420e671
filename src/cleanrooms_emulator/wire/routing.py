"""Which operation a method and a path mean."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple
from urllib.parse import unquote

from botocore.model import ServiceModel


class Route(NamedTuple):
    """An operation, and the labels of its path, unquoted, under their wire names."""

    operation: str
    labels: dict[str, str]


class _Template(NamedTuple):
    operation: str
    segments: tuple[tuple[str, bool], ...]
    """Each with whether it is a label."""


class Router:
    """Routes of a REST service. Paths are split while still encoded, so that an ARN stays one segment."""

    def __init__(self, model: ServiceModel) -> None:
        self._templates: dict[tuple[str, int], list[_Template]] = defaultdict(list)
        for operation in model.operation_names:
            http = model.operation_model(operation).http
            template = _Template(operation, tuple(map(_segment, _segments(http["requestUri"]))))
            self._templates[http["method"], len(template.segments)].append(template)
        for templates in self._templates.values():
            templates.sort(key=lambda template: sum(is_label for _, is_label in template.segments))

    def match(self, method: str, raw_path: str) -> Route | None:
        """The route, literal segments before labels; None when there is none."""
        segments = _segments(raw_path)
        for template in self._templates.get((method, len(segments)), ()):
            labels = _labels(template, segments)
            if labels is not None:
                return Route(template.operation, labels)
        return None


def _labels(template: _Template, segments: list[str]) -> dict[str, str] | None:
    labels = {}
    for (name, is_label), segment in zip(template.segments, segments, strict=True):
        if is_label and segment:
            labels[name] = unquote(segment)
        elif is_label or name != segment:
            return None
    return labels


def _segments(path: str) -> list[str]:
    return path.partition("?")[0].removeprefix("/").split("/")


def _segment(text: str) -> tuple[str, bool]:
    return (text[1:-1], True) if text.startswith("{") else (text, False)
