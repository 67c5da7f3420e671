"""Cases by number: the same number is the same bad request."""

from __future__ import annotations

import json
from dataclasses import dataclass
from random import Random

from tests.emulator.fuzz.spoiling import ODD_BODIES, spoilt_bytes, spoilt_parameters, spoilt_request
from tests.emulator.fuzz.valid_requests import OPERATIONS, ValidRequests
from tests.emulator.fuzz.wire_request import WireRequest

_CONTROL = ("health", "journal", "clock", "faults", "switches", "snapshot", "restore", "roles", "reset", "nothing", "")
_BEGINNINGS = (
    b"", b"\r\n" * 20, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x00" * 5000,
    b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 20_000, b"GET /" + b"a" * 100_000, b"GET / HTTP/9.9\r\n\r\n", b"GET /\r\n\r\n",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", b"SSH-2.0-OpenSSH_9.6\r\n", b"\xff" * 300,
    b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\nabc",
    b"GET / HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\n\r\n", b"CONNECT a:1 HTTP/1.1\r\n\r\n\x00\x00", b"OPTIONS * HTTP/1.1\r\n\r\n",
)  # fmt: skip
_SPOILINGS_OF_PARAMETERS = 0.6


@dataclass(frozen=True)
class Case:
    """What is sent. A raw one may be anything and ends with its connection; any other is one request of that method."""

    number: int
    sent: bytes
    method: str
    is_raw: bool = False


class Cases:
    """Makes cases about a world whose valid requests are these."""

    def __init__(self, valid: ValidRequests) -> None:
        self._valid = valid

    def case(self, number: int) -> Case:
        """Every fourth is raw, some are control requests, all others go through the operations in turn."""
        random = Random(number)
        operation = OPERATIONS[number % len(OPERATIONS)]
        if number % 4 == 3:
            return Case(number, self._raw(operation, random), "", is_raw=True)
        request = self._control(random) if number % 50 == 1 else self._call(operation, random)
        return Case(number, request.as_bytes(), request.method)

    def _call(self, operation: tuple[str, str], random: Random) -> WireRequest:
        payload = self._valid.payload(*operation, random)
        if random.random() < _SPOILINGS_OF_PARAMETERS:
            return self._valid.request(*operation, payload, random, spoilt=lambda valid: spoilt_parameters(valid, random))
        request = self._valid.request(*operation, payload, random)
        for _ in range(random.choice((1, 1, 2))):
            request = spoilt_request(request, random)
        return request

    def _control(self, random: Random) -> WireRequest:
        body = random.choice((*ODD_BODIES, json.dumps(spoilt_parameters({"advance": 1, "rules": [{}]}, random)).encode()))
        method = random.choice(("GET", "POST", "PUT", "DELETE", "PATCH"))
        return WireRequest(method, f"/_emulator/{random.choice(_CONTROL)}", (("Host", "127.0.0.1"),), body)

    def _raw(self, operation: tuple[str, str], random: Random) -> bytes:
        valid = self._valid.request(*operation, self._valid.payload(*operation, random), random).as_bytes()
        match random.randrange(5):
            case 0:
                return random.choice(_BEGINNINGS) + valid[: random.randrange(len(valid))]
            case 1:
                return valid[: random.randrange(len(valid))]
            case 2:
                return (valid * random.randrange(2, 5))[: -random.randrange(1, 20)]
            case 3:
                return random.randbytes(random.randrange(1, 3000))
            case _:
                return spoilt_bytes(valid, random)
