"""An application behind HTTP/1.1 on the loopback interface, one thread a connection."""

from __future__ import annotations

import json
import socket
import socketserver
import sys
import time
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.wire.messages import Delivery, Request, Response

HOST = "127.0.0.1"
MAX_BODY = 16 * 1024 * 1024


class Server(ThreadingHTTPServer):
    """Serves an application on a port of the loopback interface; port 0 takes a free one.

    Raises OSError when the port cannot be taken.
    """

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, app: Application, port: int = 0) -> None:
        self.app = app
        super().__init__((HOST, port), _Connection)

    @property
    def url(self) -> str:
        """Where the service is."""
        return f"http://{HOST}:{self.server_port}"

    def server_bind(self) -> None:
        """Bind without asking the name service for this machine's name, which may take seconds."""
        try:
            socketserver.TCPServer.server_bind(self)
        except OSError as error:
            port = self.server_address[1]
            raise OSError(f"port {port} of {HOST} cannot be taken: {error.strerror}") from None
        self.server_name = HOST
        self.server_port = self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no error worth a word."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            traceback.print_exc()


class _Connection(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def _handle(self) -> None:
        body = self._body()
        if isinstance(body, Response):
            self.close_connection = True
            self._deliver(body)
            return
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, path, query, headers, body)
        try:
            response = self.server.app(request)
        except Exception as error:
            traceback.print_exc()
            response = _failure(500, "InternalFailure", f"The service failed: {type(error).__name__}: {error}")
        self._deliver(response)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _handle  # noqa: N815

    def _body(self) -> bytes | Response:
        if "transfer-encoding" in self.headers:
            return _failure(411, "MissingContentLength", "Send a Content-Length; transfer encodings are not read here")
        text = self.headers.get("content-length", "0")
        if not text.isascii() or not text.isdigit():
            return _failure(400, "SerializationException", f"Content-Length {text!r} is not a number of bytes")
        length = int(text)
        if length > MAX_BODY:
            return _failure(413, "RequestEntityTooLarge", f"A body has {MAX_BODY} bytes at most, not {length}")
        return self.rfile.read(length) if length else b""

    def _deliver(self, response: Response) -> None:
        if response.delay:
            time.sleep(response.delay)
        if response.delivery is Delivery.NOTHING:
            self._hang_up()
            return
        self.send_response_only(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("connection", "close")
        if response.status != 204:
            self.send_header("content-length", str(len(response.body)))
        self.end_headers()
        if response.delivery is Delivery.HALF:
            self.wfile.write(response.body[: len(response.body) // 2])
            self.wfile.flush()
            self._hang_up()
            return
        if self.command != "HEAD":
            self.wfile.write(response.body)
        self.wfile.flush()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:
        """The journal says what was called; standard error stays for failures."""


def _failure(status: int, code: str, message: str) -> Response:
    headers = {"content-type": "application/json", "x-amzn-errortype": code}
    return Response(status, headers, json.dumps({"message": message}).encode("ascii"))
