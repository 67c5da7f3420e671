"""What can happen to a call, and what its caller gets instead of the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType

from cleanrooms_emulator.wire.messages import Delivery, Response


class FaultKind(StrEnum):
    """What happens to a call.

    Without any effect: THROTTLE, INTERNAL and ERROR refuse it, LATENCY lets it wait and then takes its course, HANG never
    answers, DROP_BEFORE closes the connection, RESET_BEFORE resets it, BAD_GATEWAY_BEFORE answers 502 with HTML, as a
    proxy does that cannot reach the service.

    After the effect: DROP_AFTER closes the connection without an answer, RESET_AFTER resets it, TRUNCATE closes it
    after half of the answer, EMPTY answers 200 without a body, BAD_GATEWAY_AFTER answers 502 with HTML, LATE answers late.
    """

    THROTTLE = "throttle"
    INTERNAL = "internal"
    ERROR = "error"
    LATENCY = "latency"
    HANG = "hang"
    DROP_BEFORE = "dropBefore"
    RESET_BEFORE = "resetBefore"
    BAD_GATEWAY_BEFORE = "badGatewayBefore"
    DROP_AFTER = "dropAfter"
    RESET_AFTER = "resetAfter"
    TRUNCATE = "truncate"
    EMPTY = "empty"
    BAD_GATEWAY_AFTER = "badGatewayAfter"
    LATE = "late"


_NO_STATUS = 0
_PAGE = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<h1>502 Bad Gateway</h1>\r\n</body>\r\n</html>\r\n"
_BAD_GATEWAY = Response(502, MappingProxyType({"content-type": "text/html"}), _PAGE)

_INSTEAD_OF_CALL: Mapping[FaultKind, Response] = {
    FaultKind.HANG: Response(_NO_STATUS, delivery=Delivery.HANG),
    FaultKind.DROP_BEFORE: Response(_NO_STATUS, delivery=Delivery.NOTHING),
    FaultKind.RESET_BEFORE: Response(_NO_STATUS, delivery=Delivery.RESET),
    FaultKind.BAD_GATEWAY_BEFORE: _BAD_GATEWAY,
}
_SPOILT: Mapping[FaultKind, Delivery] = {
    FaultKind.DROP_AFTER: Delivery.NOTHING,
    FaultKind.RESET_AFTER: Delivery.RESET,
    FaultKind.TRUNCATE: Delivery.HALF,
    FaultKind.EMPTY: Delivery.EMPTY,
}


def instead_of_call(kind: FaultKind) -> Response | None:
    """What the caller gets of a call that never reaches the service; None when this kind lets it through."""
    return _INSTEAD_OF_CALL.get(kind)


def spoilt(response: Response, kind: FaultKind, latency: float) -> Response:
    """What becomes of the service's answer on its way; `latency` in seconds is that of a late one."""
    if kind is FaultKind.BAD_GATEWAY_AFTER:
        return _BAD_GATEWAY
    if kind is FaultKind.LATE:
        return replace(response, delay=latency)
    delivery = _SPOILT.get(kind)
    return response if delivery is None else replace(response, delivery=delivery)
