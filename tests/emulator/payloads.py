"""Random values for shapes of a service model, as boto3 takes and gives them."""

from __future__ import annotations

import random
import re
import warnings
from datetime import UTC, datetime
from functools import cache
from typing import Any

import regex
from botocore.model import Shape
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

_TEXT = "abc ÄЖ中/+%&=?#:\"'\\"
_PRINTABLE = ("Nordic media", "a b", "ab", "Żółć", "a-b_c.d", "12")
_DEEP = 6


class Payloads:
    """A source of valid values; the same seed gives the same values."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)

    def of(self, shape: Shape | None, depth: int = 0) -> Any:
        """A value with all required members and some of the others."""
        if shape is None:
            return {}
        kind = shape.type_name
        low, high = shape.metadata.get("min"), shape.metadata.get("max")
        if kind == "structure":
            return self._structure(shape, depth)
        if kind == "list":
            return [self.of(shape.member, depth + 1) for _ in range(self._size(low, high, depth))]
        if kind == "map":
            size = self._size(low, high, depth)
            return {self.of(shape.key): self.of(shape.value, depth + 1) for _ in range(size)}
        if kind == "string":
            return self._string(shape)
        return self._scalar(kind, low, high)

    def _structure(self, shape: Shape, depth: int) -> dict[str, Any]:
        if shape.is_document_type:
            return {"any": [1, None, {"JSON": "value"}]}
        if shape.is_tagged_union:
            name = self._random.choice(list(shape.members))
            return {name: self.of(shape.members[name], depth + 1)}
        return {
            name: self.of(member, depth + 1)
            for name, member in shape.members.items()
            if name in shape.required_members or (depth < _DEEP and self._random.random() < 0.6)
        }

    def _size(self, low: int | None, high: int | None, depth: int) -> int:
        least = low or 0
        most = max(least, 2) if depth < _DEEP else least
        return self._random.randint(least, most if high is None else min(most, high))

    def _string(self, shape: Shape) -> str:
        if shape.enum:
            return str(self._random.choice(shape.enum))
        low, high = shape.metadata.get("min", 0), shape.metadata.get("max", 40)
        if "pattern" in shape.metadata:
            return self._random.choice(matching(shape.metadata["pattern"], low, high))
        size = self._random.randint(max(low, 1), max(low, min(high, 20)))
        return "".join(self._random.choice(_TEXT) for _ in range(size))

    def _scalar(self, kind: str, low: int | None, high: int | None) -> Any:
        if kind in ("integer", "long"):
            return self._random.randint(-5 if low is None else low, 1000 if high is None else high)
        if kind in ("double", "float"):
            return round(self._random.uniform(low or 0, 100 if high is None else high), 6)
        if kind == "boolean":
            return self._random.random() < 0.5
        if kind == "timestamp":
            return datetime.fromtimestamp(self._random.randint(1_600_000_000_000, 1_900_000_000_000) / 1000, UTC)
        raise NotImplementedError(kind)


def matches(pattern: str, text: str) -> bool:
    """Whether a text fits, for patterns and texts that mean in Python what they mean in Java."""
    if "\\p{" in pattern:
        return regex.fullmatch(pattern, text) is not None
    return re.fullmatch(pattern, text, re.ASCII) is not None


@cache
def matching(pattern: str, low: int, high: int) -> tuple[str, ...]:
    """A few strings that match a pattern and have a length from `low` to `high`."""
    plain = [text.ljust(low, text[-1])[:high] for text in _PRINTABLE]
    found = tuple(text for text in plain if matches(pattern, text))
    if found:
        return found
    if "\\p{" in pattern:
        return ("ab".ljust(low, "z"), "Żółć".ljust(low, "z"))
    found = tuple(text for text in _sampled(pattern) if low <= len(text) <= high)
    assert found, f"no example of {pattern} with {low} to {high} characters"
    return found


@cache
def _sampled(pattern: str) -> tuple[str, ...]:
    found: set[str] = set()

    @settings(
        max_examples=6,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True))
    def collect(text: str) -> None:
        if text.isprintable():
            found.add(text)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        collect()
    return tuple(sorted(found))
