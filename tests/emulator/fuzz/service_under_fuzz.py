"""A service that gets one bad request after the other, and what must stay true meanwhile."""

from __future__ import annotations

import io
import socket
import threading
from contextlib import ExitStack, redirect_stderr
from http.client import HTTPException, HTTPResponse
from typing import Self

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.transport.server import Server
from tests.emulator.fuzz.answers import Answer, answers_in, check
from tests.emulator.fuzz.cases import Case, Cases
from tests.emulator.fuzz.small_world import KnownThings, populated
from tests.emulator.fuzz.valid_requests import ValidRequests

DEADLINE = 20.0
"""Seconds within which every answer must be there. Far more than any takes, so that a slow machine fails no test."""
_HEALTH = b"GET /_emulator/health HTTP/1.1\r\n\r\n"


class ServiceUnderFuzz:
    """Plays cases by number; each begins in the world of `app`, a populated one unless it is given."""

    def __init__(self, app: Application | None = None) -> None:
        self._app = app or populated()
        self._beginning = self._app.snapshot()
        self._cases = Cases(ValidRequests(KnownThings(self._beginning)))
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._server = self._open.enter_context(Server(self._app))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self._calling, self._watching = self._connected(), self._connected()
        return self

    def __exit__(self, *_: object) -> None:
        self._calling.close()
        self._watching.close()
        self._open.close()

    def play(self, number: int) -> None:
        """Raises AssertionError, with what was sent, when the case is not taken as it must be."""
        case = self._cases.case(number)
        try:
            with redirect_stderr(io.StringIO()) as errors:
                self._play(case)
                self._check_health()
            assert "" == errors.getvalue(), "standard error is not empty"
        except (AssertionError, KeyError, ValueError, TimeoutError, HTTPException) as error:
            self._calling.close()
            self._calling = self._connected()
            raise AssertionError(f"case {number}: {error!r}; sent {case.sent[:2000]!r}") from error

    def _play(self, case: Case) -> None:
        last = self._app.journal.last
        answers = self._raw_answers(case) if case.is_raw else [self._answer(case)]
        entries = {entry.request_id: entry for entry in self._app.journal.entries(last)}
        for answer in answers if case.method != "HEAD" else ():
            check(answer, entries.get(answer.headers.get("x-amzn-requestid", "")))
        self._check_world(all(answer.status >= 400 for answer in answers))

    def _connected(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self._server.port), DEADLINE)

    def _answer(self, case: Case) -> Answer:
        self._calling.sendall(case.sent)
        answer, is_kept = _next_answer(self._calling, case.method)
        if not is_kept:
            self._calling.close()
            self._calling = self._connected()
        return answer

    def _raw_answers(self, case: Case) -> list[Answer]:
        with self._connected() as connection:
            try:
                connection.sendall(case.sent)
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                return []
            return answers_in(b"".join(iter(lambda: connection.recv(1 << 16), b"")))

    def _check_world(self, was_refused: bool) -> None:
        after = self._app.snapshot()
        if after != self._beginning:
            self._app.restore(self._beginning)
            assert not was_refused, "a refused call changed the world"

    def _check_health(self) -> None:
        self._watching.sendall(_HEALTH)
        answer, is_kept = _next_answer(self._watching, "GET")
        assert (200, True) == (answer.status, is_kept), "the service is not well"


def _next_answer(connection: socket.socket, method: str) -> tuple[Answer, bool]:
    """The answer and whether the connection goes on."""
    response = HTTPResponse(connection, method=method)
    response.begin()
    headers = {name.lower(): value for name, value in response.getheaders()}
    answer = Answer(response.status, headers, response.read())
    return answer, headers.get("connection") != "close"
