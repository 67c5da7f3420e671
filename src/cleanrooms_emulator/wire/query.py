"""The Query protocol of STS: a form in, XML out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from botocore.model import ServiceModel, Shape

from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.wire.messages import Request, Response
from cleanrooms_emulator.wire.operations import Operation
from cleanrooms_emulator.wire.protocol import JsonObject, Refusal, Routed
from cleanrooms_emulator.wire.timestamps import ISO_8601

_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_CODES = {
    "AccessDeniedException": "AccessDenied",
    "ExpiredTokenException": "ExpiredToken",
    "InternalServerException": "InternalFailure",
    "InvalidSignatureException": "SignatureDoesNotMatch",
    "MissingAuthenticationTokenException": "MissingAuthenticationToken",
    "SerializationException": "MalformedInput",
    "ThrottlingException": "Throttling",
    "UnknownOperationException": "InvalidAction",
    "UnrecognizedClientException": "InvalidClientTokenId",
    "ValidationException": "ValidationError",
}


class Query:
    """Reads and writes Query protocol messages of one service."""

    timestamp_format = ISO_8601

    def __init__(self, model: ServiceModel) -> None:
        self._operations = frozenset(model.operation_names)
        self._namespace: str = model.metadata["xmlNamespace"]

    def route(self, request: Request) -> Routed | None:
        """By the form field `Action`, in the body or in the query string."""
        form = dict(parse_qsl(request.query, keep_blank_values=True))
        form.update(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
        action = form.get("Action", "")
        return Routed(action, form) if action in self._operations else None

    def read(self, operation: Operation, request: Request, routed: Routed) -> JsonObject:
        """Lists are written `Tags.member.1.Key=…`."""
        shape = operation.model.input_shape
        wire_input: JsonObject = _read(shape, routed.source, "") if shape is not None else {}
        return wire_input or {}

    def respond(self, operation: Operation, wire_output: JsonObject, request_id: str) -> Response:
        """The result in its wrapper, and the request id."""
        shape = operation.model.output_shape
        result = ""
        if shape is not None:
            wrapper = shape.serialization.get("resultWrapper", f"{operation.name}Result")
            result = f"<{wrapper}>{_xml(shape, wire_output)}</{wrapper}>"
        document = (
            f'<{operation.name}Response xmlns="{self._namespace}">{result}'
            f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{operation.name}Response>"
        )
        return Response(operation.model.http.get("responseCode", 200), _headers(request_id), _encoded(document))

    def refuse(self, refusal: Refusal, request_id: str) -> Response:
        """An ErrorResponse; further members have no place in it."""
        document = (
            f'<ErrorResponse xmlns="{self._namespace}"><Error>'
            f"<Type>{'Sender' if refusal.fault_of_caller else 'Receiver'}</Type>"
            f"<Code>{escape(refusal.code)}</Code><Message>{escape(refusal.message)}</Message></Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        )
        return Response(refusal.status, _headers(request_id), _encoded(document))

    def error_code(self, code: str) -> str:
        """Query services shorten some of the common names."""
        return _CODES.get(code, code)


def _read(shape: Shape, form: Mapping[str, str], prefix: str) -> Any:
    """The value under `prefix` in a form; None when there is nothing."""
    kind: str = shape.type_name
    if kind == "structure":
        members = {name: _read(member, form, f"{prefix}.{name}" if prefix else name) for name, member in shape.members.items()}
        present = {name: value for name, value in members.items() if value is not None}
        return present or None
    if kind == "list":
        items: list[Any] = []
        while (item := _read(shape.member, form, f"{prefix}.member.{len(items) + 1}")) is not None:
            items.append(item)
        return items or None
    text = form.get(prefix)
    if text is not None and kind in ("integer", "long"):
        if _INTEGER.fullmatch(text) is None:
            raise ServiceError("SerializationException", f"Parameter {prefix}: {text!r} is not a whole number")
        return int(text)
    return text


def _xml(shape: Shape, value: Any) -> str:
    kind: str = shape.type_name
    if kind == "structure":
        return "".join(f"<{name}>{_xml(shape.members[name], item)}</{name}>" for name, item in value.items())
    if kind == "list":
        return "".join(f"<member>{_xml(shape.member, item)}</member>" for item in value)
    return escape(str(value))


def _headers(request_id: str) -> dict[str, str]:
    return {"content-type": "text/xml", "x-amzn-requestid": request_id}


def _encoded(document: str) -> bytes:
    return document.encode("utf-8", "replace")
