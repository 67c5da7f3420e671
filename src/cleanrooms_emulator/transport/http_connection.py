"""One connection of a client: its requests, one after the other, and the delivery of their answers."""

from __future__ import annotations

import socket
import struct
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus

from cleanrooms_emulator.wire.http_requests import RequestReader, refused
from cleanrooms_emulator.wire.messages import Delivery, Request, Response

_CHUNK = 64 * 1024
_LINGER_SECONDS = 2.0
_STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n" for status in HTTPStatus}
_NO_CONTENT = 204

Answering = Callable[[Request], Response]


class Connection:
    """Serves one connection in the thread that calls `serve`; the other methods may be called from any thread.

    `patience` is how many seconds a request may take to arrive once it has begun.
    """

    def __init__(self, connected: socket.socket, app: Answering, stopping: threading.Event, patience: float) -> None:
        self._socket = connected
        self._app = app
        self._stopping = stopping
        self._patience = patience
        self._reader = RequestReader()
        self._give_up_at: float | None = None

    def serve(self) -> None:
        """Answer until the client goes away, the connection is to be closed or the service stops."""
        # A client that goes away is no error worth a word.
        with self._socket, suppress(OSError):
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while data := self._receive():
                for arrived in self._reader.feed(data):
                    self._give_up_at = None
                    if not self._answer(arrived.request, arrived.keeps_connection):
                        return
                if self._reader.continue_is_due():
                    self._socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")

    def finish(self) -> None:
        """Read no further request; one that is being answered still gets its answer."""
        self._shut(socket.SHUT_RD)

    def abort(self) -> None:
        """Neither read nor write any more."""
        self._shut(socket.SHUT_RDWR)

    def _shut(self, how: int) -> None:
        with suppress(OSError):
            self._socket.shutdown(how)

    def _receive(self) -> bytes:
        """What the client sent next; empty when there will be no more, or when a request is not complete in time."""
        if not self._reader.unfinished:
            return self._socket.recv(_CHUNK)
        now = time.monotonic()
        if self._give_up_at is None:
            self._give_up_at = now + self._patience
        self._socket.settimeout(max(self._give_up_at - now, 0.001))
        try:
            data = self._socket.recv(_CHUNK)
        except TimeoutError:
            message = f"The request was not complete {self._patience:g} s after it had begun"
            self._answer(refused(408, "RequestTimeoutException", message), keeps_connection=False)
            return b""
        self._socket.settimeout(None)
        return data

    def _answer(self, request: Request | Response, keeps_connection: bool) -> bool:
        """Whether the connection goes on."""
        if isinstance(request, Response):
            return self._deliver(request, "", keeps_connection)
        return self._deliver(self._called(request), request.method, keeps_connection)

    def _called(self, request: Request) -> Response:
        try:
            return self._app(request)
        except Exception as error:
            traceback.print_exc()
            return refused(500, "InternalFailure", f"The service failed: {type(error).__name__}: {error}")

    def _deliver(self, response: Response, method: str, keeps_connection: bool) -> bool:
        if response.delay:
            self._stopping.wait(response.delay)
        match response.delivery:
            case Delivery.NOTHING:
                return False
            case Delivery.RESET:
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return False
            case Delivery.HANG:
                while self._socket.recv(_CHUNK):
                    pass
                return False
            case Delivery.HALF:
                self._socket.sendall(_head(response, keeps_connection) + response.body[: len(response.body) // 2])
                return False
            case Delivery.EMPTY:
                response = Response(200, response.headers)
        body = b"" if method == "HEAD" else response.body
        self._socket.sendall(_head(response, keeps_connection) + body)
        if not keeps_connection:
            self._linger()
        return keeps_connection

    def _linger(self) -> None:
        """Take what the client still sends: closing on it would reset the connection and might cost it the answer."""
        self._socket.shutdown(socket.SHUT_WR)
        deadline = time.monotonic() + _LINGER_SECONDS
        while (left := deadline - time.monotonic()) > 0:
            self._socket.settimeout(left)
            if not self._socket.recv(_CHUNK):
                return


def _head(response: Response, keeps_connection: bool) -> bytes:
    lines = [_STATUS_LINES.get(response.status) or f"HTTP/1.1 {response.status} \r\n"]
    lines += [f"{name}: {value}\r\n" for name, value in response.headers.items()]
    if not keeps_connection:
        lines.append("connection: close\r\n")
    if response.status != _NO_CONTENT:
        lines.append(f"content-length: {len(response.body)}\r\n")
    lines.append("\r\n")
    return "".join(lines).encode("latin-1")
