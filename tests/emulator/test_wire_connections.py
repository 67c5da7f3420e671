"""Connections that no well-behaved client opens: they get the service's kind of error, and nobody else notices."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPResponse
from typing import Any

import pytest

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.transport.server import Server
from cleanrooms_emulator.wire.http_requests import MAX_BODY
from cleanrooms_emulator.wire.messages import Request, Response
from tests.emulator.raw import signed

PATIENCE = 0.2
LIST = f"GET /collaborations HTTP/1.1\r\nAuthorization: {signed()['authorization']}\r\n\r\n".encode()
HEALTH = b"GET /_emulator/health HTTP/1.1\r\n\r\n"


@pytest.fixture
def port(capsys: pytest.CaptureFixture[str]) -> Iterator[int]:
    """The port of a service that waits for a request no longer than it must, and says nothing on standard error."""
    with Server(Application(), patience=PATIENCE) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.port
    assert "" == capsys.readouterr().err


@contextmanager
def raw(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), 30) as connection:
        yield connection


def answer(connection: socket.socket, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the next answer."""
    response = HTTPResponse(connection, method=method)
    response.begin()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()


def refused(connection: socket.socket) -> tuple[int, str, str | None]:
    """Status, code and Connection header of an answer that must be an error in the service's form."""
    status, headers, body = answer(connection)
    assert isinstance(json.loads(body)["message"], str)
    return status, headers["x-amzn-errortype"], headers.get("connection")


def is_well(port: int) -> bool:
    with raw(port) as other:
        other.sendall(HEALTH)
        return answer(other)[0] == 200


@pytest.mark.parametrize(
    "beginning",
    [b"G", b"GET /collaborations HTTP/1.1\r\nAuthor", LIST.replace(b"\r\n\r\n", b"\r\nContent-Length: 5\r\n\r\nabc")],
    ids=["in the first line", "in the headers", "in the body"],
)
def test_a_request_that_stops_half_way_is_given_up(port: int, beginning: bytes) -> None:
    with raw(port) as connection:
        connection.sendall(beginning)
        assert (408, "RequestTimeoutException", "close") == refused(connection)
        assert b"" == connection.recv(1)


def test_a_client_that_dribbles_is_given_up_although_it_never_stops(port: int) -> None:
    with raw(port) as connection:
        connection.sendall(b"GET /collaborations HTTP/1.1\r\n")
        stop = threading.Event()

        def dribble() -> None:
            while not stop.wait(PATIENCE / 10):
                connection.sendall(b"A: b\r\n")

        dribbling = threading.Thread(target=dribble)
        dribbling.start()
        try:
            assert (408, "RequestTimeoutException", "close") == refused(connection)
        finally:
            stop.set()
            dribbling.join()


def test_a_client_that_says_nothing_may_take_its_time(port: int) -> None:
    with raw(port) as connection:
        threading.Event().wait(PATIENCE * 2)
        connection.sendall(LIST)
        assert 200 == answer(connection)[0]


def test_a_client_that_always_has_begun_the_next_request_is_not_given_up(port: int) -> None:
    with raw(port) as connection:
        connection.sendall(HEALTH[:5])
        for _ in range(4):
            threading.Event().wait(PATIENCE / 3)
            connection.sendall(HEALTH[5:] + HEALTH[:5])
            assert 200 == answer(connection)[0]


def test_half_sent_requests_keep_nobody_waiting(port: int) -> None:
    with ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(raw(port)).sendall(b"POST /collaborations HTTP/1.1\r\nContent-Length: 10\r\n\r\n{")
        assert is_well(port)


def test_requests_sent_together_are_answered_in_their_order(port: int) -> None:
    with raw(port) as connection:
        connection.sendall((LIST + HEALTH) * 10 + LIST.replace(b"GET", b"PUT"))
        connection.shutdown(socket.SHUT_WR)
        with connection.makefile("rb") as stream:
            everything = stream.read()
    bodies = [part.split(b"\r\n\r\n", 1)[1] for part in everything.split(b"HTTP/1.1 ")[1:]]
    assert [b'{"collaborationList":[]}', b'{"status": "ok"'] * 10 == [body[:24].split(b",")[0] for body in bodies[:20]]
    assert b"not recognized" in bodies[20]


def test_garbage_is_refused_and_the_connection_closed(port: int) -> None:
    with raw(port) as connection:
        connection.sendall(bytes(range(256)) * 8)
        assert (400, "MalformedHttpRequestException", "close") == refused(connection)
        assert b"" == connection.recv(1)


def test_a_client_gets_the_refusal_of_a_body_it_is_still_sending(port: int) -> None:
    head = b"POST /collaborations HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY * 2)
    with raw(port) as connection:
        connection.sendall(head + b"x" * (MAX_BODY // 4))
        assert (413, "RequestEntityTooLargeException", "close") == refused(connection)


def test_a_body_as_large_as_may_be_is_read(port: int) -> None:
    body = b'{"name": "' + b"x" * (MAX_BODY - 12) + b'"}'
    head = LIST.replace(b"GET", b"POST").replace(b"\r\n\r\n", b"\r\nContent-Length: %d\r\n\r\n" % len(body))
    with raw(port) as connection:
        connection.sendall(head + body)
        assert (400, "ValidationException", None) == refused(connection)


def test_a_client_that_waits_to_be_asked_for_the_body_is_asked(port: int) -> None:
    head = LIST.replace(b"GET", b"POST").replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
    with raw(port) as connection:
        connection.sendall(head)
        assert b"HTTP/1.1 100 Continue\r\n\r\n" == connection.recv(65536)
        connection.sendall(b"{}")
        assert (400, "ValidationException", None) == refused(connection)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ((b"/collaborations", b"http://127.0.0.1:1/collaborations"), (200, None)),
        ((b"HTTP/1.1", b"HTTP/1.0"), (200, "close")),
        ((b"GET", b"HEAD"), (404, None)),
        ((b"HTTP/1.1\r\n", b"HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n"), (200, None)),
        ((b"/collaborations", b"/collaborations%"), (404, None)),
        ((b"Authorization", b"Authorization: \r\nAuthorization"), (200, None)),
    ],
    ids=["the whole URL", "HTTP/1.0", "HEAD", "another protocol offered", "a bare per cent sign", "two signatures"],
)
def test_unusual_requests_are_answered(port: int, change: tuple[bytes, bytes], expected: tuple[int, str | None]) -> None:
    with raw(port) as connection:
        connection.sendall(LIST.replace(*change))
        status, headers, _ = answer(connection, "HEAD" if change[1] == b"HEAD" else "GET")
        assert expected == (status, headers.get("connection"))
    assert is_well(port)


def test_a_client_that_does_not_read_keeps_nobody_waiting(port: int) -> None:
    with raw(port) as connection:
        connection.settimeout(0.3)
        with pytest.raises(TimeoutError):
            connection.sendall(HEALTH * 1_000_000)
        assert is_well(port)


def test_a_connection_may_be_closed_at_any_point(port: int) -> None:
    for length in range(0, len(LIST), 3):
        with raw(port) as connection:
            connection.sendall(LIST[:length])
    assert is_well(port)


def test_a_call_being_answered_when_the_service_ends_still_gets_its_answer() -> None:
    entered, leave = threading.Event(), threading.Event()

    def app(request: Request) -> Response:
        entered.set()
        leave.wait(30)
        return Response(200, {}, b"{}")

    server = Server(app)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with raw(server.port) as connection:
        connection.sendall(LIST)
        assert entered.wait(30)
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        leave.set()
        assert (200, b"{}") == (answer(connection)[0::2])
        stopping.join(30)
        assert not stopping.is_alive()
        assert b"" == connection.recv(1)


def test_a_service_that_ended_takes_no_connection() -> None:
    with Server(Application()) as server:
        port = server.port
    with pytest.raises(ConnectionRefusedError), raw(port):
        pass


def test_a_service_can_be_stopped_twice() -> None:
    with Server(Application()) as server:
        server.stop()


def test_what_is_in_a_header_does_not_get_into_others() -> None:
    def app(request: Request) -> Any:
        return Response(200, {"x-echo": request.headers["x-sent"]}, b"")

    with Server(app) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        http = HTTPConnection("127.0.0.1", server.port, timeout=30)
        http.request("GET", "/", headers={"x-sent": "ä\tö"})
        assert "ä\tö" == http.getresponse().getheader("x-echo")
        http.close()
