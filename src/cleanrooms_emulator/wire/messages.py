"""Requests and responses as every transport hands them over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Delivery(Enum):
    """How much of a response reaches the client before the connection is closed."""

    WHOLE = "whole"
    HALF = "half"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Request:
    """One call. `raw_path` is still percent-encoded; `headers` have lower-case names; `query` has no question mark."""

    method: str
    raw_path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Response:
    """One answer. The transport waits `delay` seconds and then delivers as `delivery` says."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delivery: Delivery = Delivery.WHOLE
    delay: float = 0.0
