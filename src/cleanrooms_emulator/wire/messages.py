"""Requests and responses as every transport hands them over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Delivery(Enum):
    """What of a response reaches the client.

    HALF closes the connection after half of the body, NOTHING before the status line, RESET likewise but with a TCP
    reset. EMPTY is a status line of 200 and headers with an empty body, whatever the response says. HANG never answers
    and keeps the connection until the client gives up or the service stops.
    """

    WHOLE = "whole"
    HALF = "half"
    NOTHING = "nothing"
    EMPTY = "empty"
    RESET = "reset"
    HANG = "hang"


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
