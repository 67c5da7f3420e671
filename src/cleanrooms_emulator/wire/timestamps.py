"""Timestamps: epoch seconds with milliseconds inside the service, two formats on the wire."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

ISO_8601 = "iso8601"
EPOCH = "unixTimestamp"


def to_iso(epoch: float) -> str:
    """`2026-01-31T08:00:00.000Z`."""
    moment = datetime.fromtimestamp(epoch, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_iso(text: str) -> float:
    """Epoch seconds. Raises ValueError when the text is no date and time; without a zone it is taken as UTC."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp(), 3)


def is_timestamp(value: Any, wire_format: str) -> bool:
    """Whether a wire value is a timestamp of that format."""
    if wire_format == EPOCH:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if not isinstance(value, str):
        return False
    try:
        from_iso(value)
    except ValueError:
        return False
    return True
