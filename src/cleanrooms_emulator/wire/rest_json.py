"""The restJson1 protocol, as far as the Clean Rooms models use it: members in path, query string or JSON body."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from botocore.model import ServiceModel, Shape

from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.wire.messages import Request, Response
from cleanrooms_emulator.wire.operations import Operation
from cleanrooms_emulator.wire.protocol import JsonObject, Refusal, Routed
from cleanrooms_emulator.wire.routing import Router
from cleanrooms_emulator.wire.timestamps import EPOCH
from cleanrooms_emulator.wire.validation import UnsupportedShape

_NO_BODY = 204
_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False, check_circular=False)
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")


class RestJson:
    """Reads and writes restJson1 messages of one service."""

    timestamp_format = EPOCH

    def __init__(self, model: ServiceModel) -> None:
        self._router = Router(model)
        self._locations: dict[str, _Locations] = {}

    def route(self, request: Request) -> Routed | None:
        """By method and path."""
        route = self._router.match(request.method, request.raw_path)
        return Routed(route.operation, route.labels) if route is not None else None

    def read(self, operation: Operation, request: Request, routed: Routed) -> JsonObject:
        """Body members first, then those of path and query string, which a body cannot replace."""
        locations = self._locations.get(operation.name)
        if locations is None:
            locations = self._locations[operation.name] = _Locations(operation.model.input_shape)
        wire_input = _json_object(request.body) if locations.in_body and request.body else {}
        for label, value in routed.source.items():
            wire_input[locations.labels[label]] = value
        for name, text in parse_qsl(request.query, keep_blank_values=True) if request.query else ():
            if name in locations.query:
                member, shape = locations.query[name]
                if shape.type_name == "list":
                    wire_input.setdefault(member, []).append(_query_value(text, name, shape.member))
                else:
                    wire_input[member] = _query_value(text, name, shape)
        return wire_input

    def respond(self, operation: Operation, wire_output: JsonObject, request_id: str) -> Response:
        """JSON, or nothing at all with status 204, as HTTP demands."""
        status = operation.model.http.get("responseCode", 200)
        body = b"" if status == _NO_BODY else _encoded(wire_output)
        return Response(status, _headers(request_id), body)

    def refuse(self, refusal: Refusal, request_id: str) -> Response:
        """The code goes into a header, everything else into the body."""
        headers = {**_headers(request_id), "x-amzn-errortype": refusal.code}
        return Response(refusal.status, headers, _encoded({"message": refusal.message, **refusal.members}))

    def error_code(self, code: str) -> str:
        """JSON services use the common names as they are."""
        return code


class _Locations:
    """Where the members of an input travel."""

    def __init__(self, shape: Shape | None) -> None:
        self.labels: dict[str, str] = {}
        self.query: dict[str, tuple[str, Shape]] = {}
        self.in_body = False
        members: Mapping[str, Shape] = shape.members if shape is not None else {}
        for name, member in members.items():
            wire_name = member.serialization.get("name", name)
            location = member.serialization.get("location")
            if location == "uri":
                self.labels[wire_name] = name
            elif location == "querystring":
                self.query[wire_name] = (name, _readable_in_query(member))
            elif location is None:
                self.in_body = True
            else:
                raise UnsupportedShape(f"member {name} travels as {location}")


def _readable_in_query(shape: Shape) -> Shape:
    item = shape.member if shape.type_name == "list" else shape
    if item.type_name not in ("string", "integer", "long"):
        raise UnsupportedShape(f"a {item.type_name} travels in the query string: {shape.name}")
    return shape


def _headers(request_id: str) -> dict[str, str]:
    return {"content-type": "application/json", "x-amzn-requestid": request_id}


def _encoded(content: JsonObject) -> bytes:
    return _ENCODER.encode(content).encode("ascii")


def _json_object(body: bytes) -> JsonObject:
    try:
        content = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ServiceError("SerializationException", f"The request body is not JSON: {error}") from None
    if not isinstance(content, dict):
        raise ServiceError("SerializationException", "The request body is not a JSON object")
    return content


def _refuse_constant(constant: str) -> None:
    raise ValueError(f"{constant} is not a JSON value")


def _query_value(text: str, name: str, shape: Shape) -> Any:
    if shape.type_name not in ("integer", "long"):
        return text
    if _INTEGER.fullmatch(text) is None:
        raise ServiceError("SerializationException", f"Query parameter {name}: {text!r} is not a whole number")
    return int(text)
