"""Ways to spoil a request: its parameters, its parts and its bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from tests.emulator.fuzz.wire_request import WireRequest, signature

_ODD_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 1e308, 2**31, 2**63, -(2**70), "", " ", "\x00", "\ud800", "\u202e\uffff", "x" * 300,
    "{}", "../..", "%00", "'; drop table x --", [], {}, [[]], [None], {"": None}, {"a": {"b": {}}}, "2026-01-01T00:00:00Z",
)  # fmt: skip
_ODD_TARGETS = (
    "/", "//", "/%", "/%zz", "/%00", "/%ff%fe", "/..", "/%2e%2e/%2f", "*", "/" + "a/" * 500, "/?" + "a=b&" * 500,
)  # fmt: skip
_ODD_QUERIES = (
    "maxResults=",
    "maxResults=x",
    "maxResults=1&maxResults=2",
    "nextToken=%%%",
    "nextToken=AAAA",
    "&&==&",
    "%ff=%fe",
)
ODD_BODIES = (
    b"", b"{", b"[]", b"null", b"\xff\xfe{}", b'{"a":NaN}', b"[" * 50_000, b'{"a":' * 50_000, b"\x1f\x8b\x08\x00\x00",
    b'{"a":1}{"b":2}', b'{"a":1,"a":2}', b"\xef\xbb\xbf{}", b"a=b&c=d", b"<xml/>", b'"' + b"x" * 200_000, b"1" * 10_000,
)  # fmt: skip
_ODD_SIGNATURES = (
    "", "Basic eDp5", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=", "AWS4-HMAC-SHA256 Credential=////aws4_request",
    "AWS4-HMAC-SHA256 Credential=12/20260101/eu-west-1/cleanrooms/aws4_request", "Bearer " + "x" * 3000,
    "AWS4-HMAC-SHA256 Credential=\xe9/20260101/eu-west-1/cleanrooms/aws4_request",
)  # fmt: skip
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "BREW")


def spoilt_parameters(payload: dict[str, Any], random: Random) -> dict[str, Any]:
    """The parameters with one value, somewhere in them, replaced, removed, added or multiplied."""
    spoilt: dict[str, Any] = json.loads(json.dumps(payload))
    holders = list(_holders(spoilt))
    holder = random.choice(holders)
    keys: list[Any] = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
    if not keys or random.random() < 0.1:
        odd = random.choice(_ODD_VALUES)
        if isinstance(holder, dict):
            holder[random.choice(("", "surprise", "__proto__", "nextToken"))] = odd
        else:
            holder.append(odd)
        return spoilt
    key = random.choice(keys)
    match random.randrange(4):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, list):
            holder += holder * random.choice((1, 200))
        case 2 if isinstance(holder[key], str):
            holder[key] = _spoilt_text(holder[key], random)
        case _:
            holder[key] = random.choice(_ODD_VALUES)
    return spoilt


def _holders(value: Any) -> Any:
    if isinstance(value, dict | list):
        yield value
        for item in value.values() if isinstance(value, dict) else value:
            yield from _holders(item)


def _spoilt_text(text: str, random: Random) -> str:
    at = random.randint(0, len(text))
    before, after = text[:at], text[at:]
    return random.choice(
        (before, f"{before}\x00{after}", f"{before}\U0001f600{after}", text * 50, text.swapcase(), f" {text} ")
    )


def _body(request: WireRequest, random: Random) -> WireRequest:
    if random.random() < 0.5 and request.body:
        return replace(request, body=spoilt_bytes(request.body, random))
    return replace(request, body=random.choice(ODD_BODIES))


def _target(request: WireRequest, random: Random) -> WireRequest:
    path, mark, query = request.target.partition("?")
    match random.randrange(5):
        case 0:
            return replace(request, target=random.choice(_ODD_TARGETS))
        case 1:
            return replace(request, target=f"{path}?{query}&{random.choice(_ODD_QUERIES)}")
        case 2:
            segments = path.split("/")
            segments[random.randrange(len(segments))] = random.choice(("", "%", "%F0%9F%98%80", "x" * 1000, "null", "%2F"))
            return replace(request, target="/".join(segments) + mark + query)
        case 3:
            return replace(request, target=f"http://somewhere.invalid{request.target}")
        case _:
            return replace(request, target=path + random.choice(("/", "//", "/x", "%20", ";a=b")) + mark + query)


def _method(request: WireRequest, random: Random) -> WireRequest:
    return replace(request, method=random.choice(_METHODS))


def _signature(request: WireRequest, random: Random) -> WireRequest:
    rest = tuple(header for header in request.headers if header[0] != "Authorization")
    service = random.choice(("cleanrooms", "cleanrooms-ml", "sts", "glue", ""))
    region = random.choice(("eu-west-1", "us-east-1", "eu-nowhere-9", "aws-global", ""))
    account = random.choice(("111122223333", "999999999999", "EMU0", "1", ""))
    return random.choice(
        (
            replace(request, headers=rest),
            replace(request, headers=(*rest, ("Authorization", random.choice(_ODD_SIGNATURES)))),
            replace(request, headers=(*rest, signature(account, service, region))),
            replace(request, headers=(*request.headers, signature(account, service, region))),
        )
    )


def _headers(request: WireRequest, random: Random) -> WireRequest:
    added = random.choice(
        (
            ("Connection", "close"),
            ("Connection", "Upgrade"),
            ("Upgrade", "websocket"),
            ("Expect", "100-continue"),
            ("Expect", "the unexpected"),
            ("Content-Type", "text/plain; charset=utf-16"),
            ("Content-Encoding", "gzip"),
            ("Content-Length", "0"),
            ("Transfer-Encoding", "chunked"),
            ("Transfer-Encoding", "gzip"),
            ("Host", "elsewhere"),
            ("X-Amz-Security-Token", "x" * 5000),
            ("X-Long", "x" * 70_000),
            ("X-Odd", "\xff\xfe"),
            ("Range", "bytes=0-1"),
            ("If-None-Match", "*"),
        )
    )
    return replace(request, headers=(*request.headers, added))


_SPOILINGS: tuple[Callable[[WireRequest, Random], WireRequest], ...] = (_body, _target, _method, _signature, _headers)


def spoilt_request(request: WireRequest, random: Random) -> WireRequest:
    """The request with one of its parts spoilt."""
    return random.choice(_SPOILINGS)(request, random)


def spoilt_bytes(data: bytes, random: Random) -> bytes:
    """The bytes with some changed, removed, added or repeated."""
    spoilt = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 5, 20))):
        at = random.randrange(len(spoilt) + 1)
        match random.randrange(5):
            case 0 if at < len(spoilt):
                spoilt[at] ^= 1 << random.randrange(8)
            case 1:
                spoilt[at:at] = random.choice((b"\x00", b"\r\n", b"\n", b" ", b":", b"\xff", b"\r\n\r\n", b"{", b"%"))
            case 2:
                del spoilt[at : at + random.choice((1, 1, 10, 100))]
            case 3:
                spoilt[at:at] = spoilt[at : at + random.randrange(1, 50)]
            case _:
                spoilt[at:at] = random.randbytes(random.randrange(1, 8))
    return bytes(spoilt)
