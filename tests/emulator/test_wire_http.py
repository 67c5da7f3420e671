"""Requests are read out of the bytes of a connection, however these arrive."""

from __future__ import annotations

import json

import pytest

from cleanrooms_emulator.wire.http_requests import MAX_BODY, MAX_HEAD, Arrived, RequestReader
from cleanrooms_emulator.wire.messages import Request, Response

POST = b'POST /collaborations?a=b%20c HTTP/1.1\r\nHost: here\r\nX-Twice: 1\r\nx-twice: 2\r\nContent-Length: 7\r\n\r\n{"a":1}'
READ = Request(
    "POST", "/collaborations", "a=b%20c", {"host": "here", "x-twice": "1, 2", "content-length": "7"}, b'{"a":1}'
)  # fmt: skip
GET = b"GET /x HTTP/1.1\r\n\r\n"


def read(*pieces: bytes) -> list[Arrived]:
    reader = RequestReader()
    return [arrived for piece in pieces for arrived in reader.feed(piece)]


def target_of(line: bytes) -> tuple[str, str]:
    (arrived,) = read(line + b"\r\n\r\n")
    assert isinstance(arrived.request, Request)
    return arrived.request.raw_path, arrived.request.query


def refusal(data: bytes) -> tuple[int, str]:
    *_, (response, keeps) = read(data)
    assert isinstance(response, Response)
    assert not keeps
    assert json.loads(response.body)["message"]
    return response.status, response.headers["x-amzn-errortype"]


@pytest.mark.parametrize("cut", range(1, len(POST)))
def test_a_request_may_arrive_in_pieces(cut: int) -> None:
    assert [Arrived(READ, True)] == read(POST[:cut], POST[cut:])


def test_requests_that_arrive_together_are_told_apart() -> None:
    assert [Arrived(READ, True)] * 3 == read(POST + POST[:-3], POST[-3:] + POST)


def test_what_is_complete_before_something_unreadable_is_still_read() -> None:
    first, second = read(POST + b"nonsense\r\n\r\n")
    assert Arrived(READ, True) == first
    assert isinstance(second.request, Response)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"GET / HTTP/1.1", ("/", "")),
        (b"GET http://127.0.0.1:1/a/b?c=d HTTP/1.1", ("/a/b", "c=d")),
        (b"GET http://here HTTP/1.1", ("/", "")),
        (b"GET HTTPS://here?c=/d HTTP/1.1", ("/", "c=/d")),
        (b"GET /a?b=http://there/ HTTP/1.1", ("/a", "b=http://there/")),
        (b"GET /a%2Fb%zz%ff?%00 HTTP/1.1", ("/a%2Fb%zz%ff", "%00")),
        (b"OPTIONS * HTTP/1.1", ("*", "")),
        (b"CONNECT here:443 HTTP/1.1", ("here:443", "")),
    ],
)
def test_every_form_of_target_is_read(line: bytes, expected: tuple[str, str]) -> None:
    assert expected == target_of(line)


@pytest.mark.parametrize(
    ("data", "keeps"),
    [
        (b"GET /x HTTP/1.1\r\n\r\n", True),
        (b"GET /x HTTP/1.1\r\nConnection: close\r\n\r\n", False),
        (b"GET /x HTTP/1.0\r\n\r\n", False),
        (b"GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", False),
        (b"CONNECT x:1 HTTP/1.1\r\n\r\n", False),
    ],
)
def test_a_connection_is_kept_unless_it_cannot_or_shall_not_be(data: bytes, keeps: bool) -> None:
    assert [keeps] == [arrived.keeps_connection for arrived in read(data)]


@pytest.mark.parametrize("body", [b"", b"abc"], ids=["without a body", "with a body"])
def test_an_offer_to_speak_another_protocol_is_declined(body: bytes) -> None:
    head = b"POST /x HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nContent-Length: %d\r\n\r\n"
    first, second = read(head % len(body) + body + GET)
    assert isinstance(first.request, Request)
    assert body == first.request.body
    assert Arrived(Request("GET", "/x", "", {}, b""), True) == second


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"good morning to you\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"\x00" * 100, 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        (b"GET /x\r\n\r\n", 400),
        (b"GET /x HTTP/2.0\r\n\r\n", 400),
        (b"GET /x HTTP/1.1\n\n", 400),
        (b"GET /\xff HTTP/1.1\r\n\r\n", 400),
        (b"GET /x HTTP/1.1\r\nA: b\r\n folded\r\n\r\n", 400),
        (b"GET /x HTTP/1.1\r\nA: b\x00\r\n\r\n", 400),
        (b"POST /x HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na", 400),
        (b"POST /x HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\na", 400),
        (b"POST /x HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", 400),
        (b"GET /" + b"x" * MAX_HEAD, 431),
        (b"GET /x HTTP/1.1\r\nA: " + b"x" * MAX_HEAD, 431),
        (b"GET /x HTTP/1.1\r\n" + b"A: b\r\n" * (MAX_HEAD // 6), 431),
    ],
)
def test_what_cannot_be_read_is_refused(data: bytes, status: int) -> None:
    assert (status, "MalformedHttpRequestException") == refusal(data)


def test_a_long_head_is_refused_although_it_arrives_bit_by_bit() -> None:
    reader = RequestReader()
    refused = [each for _ in range(MAX_HEAD // 100 + 2) if (each := reader.feed(b"GET /" if not _ else b"x" * 100))]
    assert 1 <= len(refused)
    assert isinstance(refused[0][0].request, Response)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b"Transfer-Encoding: chunked", (411, "MissingContentLength")),
        (b"Content-Length: %d" % (MAX_BODY + 1), (413, "RequestEntityTooLargeException")),
    ],
)
def test_a_body_that_would_be_too_much_is_refused_before_it_arrives(header: bytes, expected: tuple[int, str]) -> None:
    assert expected == refusal(b"POST /x HTTP/1.1\r\n" + header + b"\r\n\r\n")


def test_a_client_that_waits_to_be_asked_for_the_body_is_asked_once() -> None:
    reader = RequestReader()
    head = b"POST /x HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    assert ([], True) == (reader.feed(head), reader.continue_is_due())
    assert ([], False) == (reader.feed(b"a"), reader.continue_is_due())
    assert ([b"ab"], False) == (
        [each.request.body for each in reader.feed(b"b")],
        reader.continue_is_due(),
    )


def test_a_client_that_did_not_wait_is_not_asked() -> None:
    reader = RequestReader()
    reader.feed(b"POST /x HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab")
    assert not reader.continue_is_due()


def test_a_reader_knows_whether_a_request_has_begun() -> None:
    reader = RequestReader()
    states = [reader.unfinished]
    for piece in (b"GE", b"T /x HTTP/1.1\r\n", b"\r\n"):
        reader.feed(piece)
        states.append(reader.unfinished)
    assert [False, True, True, False] == states
