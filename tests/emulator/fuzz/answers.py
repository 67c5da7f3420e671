"""Answers as a client reads them, and what must be true of each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

import httptools

from cleanrooms_emulator.journal import Entry
from cleanrooms_emulator.registry import registered
from cleanrooms_emulator.wire.service import COMMON_ERRORS, service

_OF_THE_TRANSPORT = {
    "MalformedHttpRequestException": (400, 431),
    "MissingContentLength": (411,),
    "RequestEntityTooLargeException": (413,),
    "RequestTimeoutException": (408,),
}
_NOT_BUILT = 501


@dataclass
class Answer:
    """One answer."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class _Reading:
    """What the parser calls."""

    def __init__(self) -> None:
        self.parser = httptools.HttpResponseParser(self)
        self.answers: list[Answer] = []
        self.in_answer = False

    def on_message_begin(self) -> None:
        self.answers.append(Answer())
        self.in_answer = True

    def on_header(self, name: bytes, value: bytes) -> None:
        self.answers[-1].headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, part: bytes) -> None:
        self.answers[-1].body += part

    def on_message_complete(self) -> None:
        self.answers[-1].status = self.parser.get_status_code()
        self.in_answer = False


def answers_in(data: bytes) -> list[Answer]:
    """The answers that a connection brought until it was closed. Raises AssertionError when that is not what it brought."""
    reading = _Reading()
    try:
        reading.parser.feed_data(data)
    except httptools.HttpParserError as error:
        raise AssertionError(f"this is no HTTP: {error}: {data[:200]!r}") from None
    assert not reading.in_answer, f"an answer is cut off: {data[-200:]!r}"
    return [answer for answer in reading.answers if answer.status >= 200]


def check(answer: Answer, entry: Entry | None) -> None:
    """Raises AssertionError unless it is an answer this service gives; `entry` is what the journal says of the call, if any."""
    operation = (entry.service, entry.operation) if entry is not None and entry.service and entry.operation else None
    assert 200 <= answer.status < 500 or answer.status == _NOT_BUILT, f"status {answer.status}: {answer.body!r}"
    if answer.status < 400:
        return
    if answer.headers["content-type"] == "text/xml":
        codes = [each.text for each in ElementTree.fromstring(answer.body).iter() if each.tag.endswith("}Code")]
        assert len(codes) == 1
        return
    assert isinstance(json.loads(answer.body)["message"], str)
    if entry is not None or "x-amzn-errortype" in answer.headers:
        code = answer.headers["x-amzn-errortype"]
        assert answer.status in _statuses(code, operation), f"{code} with status {answer.status} from {operation}"
    if answer.status == _NOT_BUILT:
        assert operation not in registered(), f"{operation} is built"


def _statuses(code: str, operation: tuple[str, str] | None) -> Iterator[int]:
    yield from _OF_THE_TRANSPORT.get(code, ())
    if code in COMMON_ERRORS:
        yield COMMON_ERRORS[code]
    if operation is not None:
        for shape in service(operation[0]).model.operation_model(operation[1]).error_shapes:
            if shape.name == code:
                yield shape.metadata["error"]["httpStatusCode"]
