"""The forge over HTTP on loopback: its API, and every pull request as a page to look at."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from tools.forge.api import Request
from tools.forge.page import page
from tools.forge.state import Forge


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, forge: Forge) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.forge = forge

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        shown = re.fullmatch(rf"/{re.escape(self.server.forge.repository)}/pull/(\d+)", self.path)
        there = self.server.forge.pull_requests.get(int(shown[1])) if shown else None
        if there is not None:
            self._send(200, page(self.server.forge.repository, there).encode(), {"Content-Type": "text/html; charset=utf-8"})
        else:
            self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PATCH(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the forge's own list of calls tells what came in."""

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = dict(self.headers.items())
        answer = Request(self.server.forge, self.server.url, self.command, self.path, headers, body).answer()
        document = b"" if answer.document is None else json.dumps(answer.document).encode()
        self._send(
            answer.status, document, {"Content-Type": "application/json", "Date": self.date_time_string(), **answer.headers}
        )

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        if status == 0:
            # Trouble may be that no answer comes at all.
            self.close_connection = True
            return
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serve(forge: Forge) -> Iterator[str]:
    """Serve a forge in a thread; yield its address, which is that of its API too."""
    server = _Server(forge)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.url
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
