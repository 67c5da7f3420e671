"""Requests out of the bytes of an HTTP/1.1 connection.

The bytes are parsed by llhttp, which refuses what two readers could understand in two ways: folded headers, bare line
feeds, a second Content-Length, characters that have no place in a target.
"""

from __future__ import annotations

import json
from typing import NamedTuple

import httptools

from cleanrooms_emulator.wire.messages import Request, Response

MAX_HEAD = 64 * 1024
MAX_BODY = 16 * 1024 * 1024
_READABLE_VERSIONS = ("1.0", "1.1")


class Arrived(NamedTuple):
    """A request that is complete, or the refusal of one that cannot be read; after the latter nothing can be read."""

    request: Request | Response
    keeps_connection: bool


def refused(status: int, code: str, message: str) -> Response:
    """The answer to what could not be read, with one of the codes every AWS service knows (AWS common errors)."""
    headers = {"content-type": "application/json", "x-amzn-errortype": code}
    return Response(status, headers, json.dumps({"message": message}).encode("ascii"))


class RequestReader:
    """Reads the requests of one connection in their order. Bodies must have a Content-Length."""

    def __init__(self) -> None:
        self._parser = httptools.HttpRequestParser(self)
        self._arrived: list[Arrived] = []
        self._refusal: Response | None = None
        self._continue_asked = False
        self.on_message_begin()
        self.unfinished = False
        """Whether a request has begun and is not complete."""

    def feed(self, data: bytes) -> list[Arrived]:
        """What is complete with these bytes. After a refusal the reader must not be fed again."""
        self._arrived = []
        try:
            self._parse(data)
        except httptools.HttpParserError as error:
            self._refuse(400, "MalformedHttpRequestException", f"The request cannot be read: {error}")
        if self.unfinished and self._in_head:
            self._head_size += len(data)
            if self._head_size > MAX_HEAD:
                self._refuse(431, "MalformedHttpRequestException", f"Target and headers have {MAX_HEAD} bytes at most")
        if self._refusal is not None:
            self._arrived.append(Arrived(self._refusal, keeps_connection=False))
        return self._arrived

    def continue_is_due(self) -> bool:
        """Whether the client waits for `100 Continue` before it sends the body; says so once a request."""
        due = self._continue_asked and self.unfinished and not self._in_head
        self._continue_asked = False
        return due

    def _parse(self, data: bytes) -> None:
        while data:
            if self._body_left:
                data = self._parse_body(data)
                continue
            try:
                self._parser.feed_data(data)
            except httptools.HttpParserUpgrade as offer:
                # Another protocol is offered; a server declines by going on with this one.
                self._parser = httptools.HttpRequestParser(self)
                data = data[offer.args[0] :]
            else:
                return

    def _parse_body(self, data: bytes) -> bytes:
        """Take the body of a request that offers another protocol, which the parser leaves alone; gives what follows."""
        part = data[: self._body_left]
        self._body_left -= len(part)
        self._chunks.append(part)
        if not self._body_left:
            self._complete()
        return data[len(part) :]

    def _refuse(self, status: int, code: str, message: str) -> None:
        if self._refusal is None:
            self._refusal = refused(status, code, message)

    def on_message_begin(self) -> None:
        """Called by the parser."""
        self._target = b""
        self._headers: dict[str, str] = {}
        self._chunks: list[bytes] = []
        self._head_size = 0
        self._body_left = 0
        self._in_head = True
        self.unfinished = True

    def on_url(self, part: bytes) -> None:
        """Called by the parser."""
        self._target += part

    def on_header(self, name: bytes, value: bytes) -> None:
        """Called by the parser. A header that comes twice is a list (RFC 9110, section 5.3)."""
        key = name.decode("latin-1").lower()
        text = value.decode("latin-1")
        known = self._headers.get(key)
        self._headers[key] = text if known is None else f"{known}, {text}"

    def on_headers_complete(self) -> None:
        """Called by the parser."""
        self._in_head = False
        headers = self._headers
        version = self._parser.get_http_version()
        if version not in _READABLE_VERSIONS:
            self._refuse(400, "MalformedHttpRequestException", f"HTTP {version} is not spoken here; use HTTP/1.1")
        if "transfer-encoding" in headers:
            self._refuse(411, "MissingContentLength", "Send a Content-Length; transfer encodings are not read here")
        length = int(headers.get("content-length", "0"))
        if length > MAX_BODY:
            self._refuse(413, "RequestEntityTooLargeException", f"A body has {MAX_BODY} bytes at most, not {length}")
        self._continue_asked = headers.get("expect", "").lower() == "100-continue"
        self._method = self._parser.get_method().decode("ascii")
        is_tunnel = self._method == "CONNECT"
        self._keeps_connection = version == "1.1" and self._parser.should_keep_alive() and not is_tunnel
        if self._parser.should_upgrade() and not is_tunnel:
            self._body_left = length

    def on_body(self, part: bytes) -> None:
        """Called by the parser."""
        if self._refusal is None:
            self._chunks.append(part)

    def on_message_complete(self) -> None:
        """Called by the parser."""
        if not self._body_left:
            self._complete()

    def _complete(self) -> None:
        self.unfinished = False
        if self._refusal is None:
            path, _, query = _origin_form(self._target.decode("latin-1")).partition("?")
            request = Request(self._method, path, query, self._headers, b"".join(self._chunks))
            self._arrived.append(Arrived(request, self._keeps_connection))


def _origin_form(target: str) -> str:
    """Clients that take the service for a proxy send the whole URL (RFC 9112, section 3.2.2)."""
    scheme, separator, rest = target.partition("://")
    if not separator or scheme.lower() not in ("http", "https"):
        return target
    end = min((found for found in (rest.find("/"), rest.find("?")) if found >= 0), default=len(rest))
    path = rest[end:]
    return path if path.startswith("/") else f"/{path}"
