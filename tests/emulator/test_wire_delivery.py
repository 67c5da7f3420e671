"""What of an answer reaches the client: over HTTP byte by byte, and what boto3 makes of it on both transports."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.transport.in_process import client
from cleanrooms_emulator.transport.server_thread import serve_in_thread
from cleanrooms_emulator.wire.messages import Delivery, Request, Response
from tests.emulator.raw import CREATOR

ANSWER = Response(404, {"content-type": "application/json", "x-amzn-errortype": "NoSuch"}, b'{"message": "gone"}')
GET = b"GET /collaborations HTTP/1.1\r\n\r\n"


class Answers:
    """An application that gives one answer, delivered in a certain way."""

    def __init__(self, delivery: Delivery, answer: Response = ANSWER) -> None:
        self._answer = Response(answer.status, answer.headers, answer.body, delivery)

    def __call__(self, request: Request) -> Response:
        return self._answer


@contextmanager
def connected(app: Callable[[Request], Response]) -> Iterator[socket.socket]:
    with serve_in_thread(app) as url, socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), 30) as raw:
        yield raw


def everything(raw: socket.socket) -> bytes:
    return b"".join(iter(lambda: raw.recv(65536), b""))


def exchanged(delivery: Delivery, request: bytes = GET) -> bytes:
    """What a client receives until the connection is closed."""
    with connected(Answers(delivery)) as raw:
        raw.sendall(request)
        return everything(raw)


HEAD = b"content-type: application/json\r\nx-amzn-errortype: NoSuch\r\n"


def test_a_whole_answer_is_followed_by_the_next() -> None:
    one = b"HTTP/1.1 404 Not Found\r\n" + HEAD + b'content-length: 19\r\n\r\n{"message": "gone"}'
    last = one.replace(b"content-length", b"connection: close\r\ncontent-length")
    assert one + last == exchanged(Delivery.WHOLE, GET + GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))


def test_half_an_answer_claims_to_be_whole() -> None:
    assert b"HTTP/1.1 404 Not Found\r\n" + HEAD + b'content-length: 19\r\n\r\n{"message' == exchanged(Delivery.HALF)


def test_of_an_answer_not_given_nothing_arrives() -> None:
    assert b"" == exchanged(Delivery.NOTHING)


def test_an_empty_answer_is_a_success_without_content() -> None:
    request = GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    expected = b"HTTP/1.1 200 OK\r\n" + HEAD + b"connection: close\r\ncontent-length: 0\r\n\r\n"
    assert expected == exchanged(Delivery.EMPTY, request)


def test_a_reset_is_one_of_the_connection() -> None:
    with connected(Answers(Delivery.RESET)) as raw:
        raw.sendall(GET)
        with pytest.raises(ConnectionResetError):
            raw.recv(65536)


def test_a_call_that_hangs_is_not_answered() -> None:
    with connected(Answers(Delivery.HANG)) as raw:
        raw.settimeout(0.1)
        raw.sendall(GET)
        with pytest.raises(TimeoutError):
            raw.recv(65536)


def test_a_call_that_hangs_does_not_keep_others_waiting() -> None:
    def app(request: Request) -> Response:
        return Response(0, delivery=Delivery.HANG) if request.raw_path == "/hang" else ANSWER

    with serve_in_thread(app) as url:
        address = (urlsplit(url).hostname, urlsplit(url).port)
        with socket.create_connection(address, 30) as hanging, socket.create_connection(address, 30) as other:
            hanging.sendall(b"GET /hang HTTP/1.1\r\n\r\n")
            other.sendall(GET)
            assert other.recv(65536).startswith(b"HTTP/1.1 404")


@pytest.mark.parametrize(
    "unfinished", [Response(200, {}, b"{}", delay=3600), Response(0, delivery=Delivery.HANG)], ids=["late", "hanging"]
)
def test_an_unfinished_call_does_not_keep_the_service_from_ending(unfinished: Response) -> None:
    entered = threading.Event()

    def app(request: Request) -> Response:
        entered.set()
        return unfinished

    with connected(app) as raw:
        raw.sendall(GET)
        assert entered.wait(30)
        kept = raw.dup()
    with kept:
        kept.settimeout(30)
        assert unfinished.body in everything(kept)


class OverHttp:
    """boto3 on a service behind a socket."""

    @contextmanager
    def list(self, app: Any) -> Iterator[Callable[[], dict[str, Any]]]:
        with serve_in_thread(app) as url:
            config = Config(retries={"total_max_attempts": 1}, read_timeout=0.2)
            made = botocore.session.Session().create_client(
                "cleanrooms", "eu-west-1", endpoint_url=url, aws_access_key_id=CREATOR, aws_secret_access_key="-", config=config
            )
            yield made.list_collaborations
            made.close()


class InProcess:
    """boto3 on a service of its own process."""

    @contextmanager
    def list(self, app: Any) -> Iterator[Callable[[], dict[str, Any]]]:
        yield client(app, "cleanrooms", CREATOR, read_timeout=4).list_collaborations


LIST = Response(200, {"content-type": "application/json"}, b'{"collaborationList": []}')


@pytest.mark.parametrize("transport", [OverHttp(), InProcess()], ids=["over HTTP", "in process"])
@pytest.mark.parametrize(
    ("delivery", "expected"),
    [
        (Delivery.NOTHING, ConnectionClosedError),
        (Delivery.RESET, ConnectionClosedError),
        (Delivery.HANG, ReadTimeoutError),
    ],
    ids=["nothing", "reset", "hang"],
)
def test_boto3_raises_the_same_on_both_transports(
    transport: OverHttp | InProcess, delivery: Delivery, expected: type[Exception]
) -> None:
    with transport.list(Answers(delivery, LIST)) as call, pytest.raises(expected):
        call()


@pytest.mark.parametrize("transport", [OverHttp(), InProcess()], ids=["over HTTP", "in process"])
@pytest.mark.parametrize("delivery", [Delivery.EMPTY, Delivery.HALF])
def test_boto3_takes_less_than_an_answer_for_one_without_content(transport: OverHttp | InProcess, delivery: Delivery) -> None:
    with transport.list(Answers(delivery, LIST)) as call:
        assert "collaborationList" not in call()


def test_an_answer_in_process_needs_no_socket() -> None:
    with InProcess().list(Application()) as call:
        assert [] == call()["collaborationList"]
