"""What the engine needs of a wire protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from cleanrooms_emulator.wire.messages import Request, Response
from cleanrooms_emulator.wire.operations import Operation

JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error as it is sent: HTTP status, code, message and the members the model knows."""

    status: int
    code: str
    message: str
    members: Mapping[str, Any]
    fault_of_caller: bool


@dataclass(frozen=True, slots=True)
class Routed:
    """An operation's name, and what the protocol learned while finding it out."""

    operation: str
    source: Mapping[str, str]


class WireProtocol(Protocol):
    """One way of putting calls and answers into HTTP messages."""

    timestamp_format: str

    def route(self, request: Request) -> Routed | None:
        """The operation that is called; None when there is no such one."""

    def read(self, operation: Operation, request: Request, routed: Routed) -> JsonObject:
        """The wire input, not validated. Raises ServiceError when the message cannot be read."""

    def respond(self, operation: Operation, wire_output: JsonObject, request_id: str) -> Response:
        """The answer to a call that succeeded."""

    def refuse(self, refusal: Refusal, request_id: str) -> Response:
        """The answer to a call that was refused."""

    def error_code(self, code: str) -> str:
        """How this protocol calls an error every AWS service knows."""
