"""One AWS service as its installed botocore model describes it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape

from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.wire.corrections import corrected
from cleanrooms_emulator.wire.messages import Request, Response
from cleanrooms_emulator.wire.operations import Operation, OutputViolation, Shapes, listed
from cleanrooms_emulator.wire.protocol import JsonObject, Refusal, Routed, WireProtocol
from cleanrooms_emulator.wire.query import Query
from cleanrooms_emulator.wire.rest_json import RestJson
from cleanrooms_emulator.wire.validation import UnsupportedShape, Violation

COMMON_ERRORS: Mapping[str, int] = {
    "AccessDeniedException": 403,
    "ExpiredTokenException": 403,
    "IncompleteSignatureException": 403,
    "InternalFailure": 500,
    "InternalServerException": 500,
    "InvalidSignatureException": 403,
    "MissingAuthenticationTokenException": 403,
    "NotImplementedException": 501,
    "SerializationException": 400,
    "ServiceUnavailableException": 503,
    "ThrottlingException": 400,
    "UnknownOperationException": 404,
    "UnrecognizedClientException": 403,
    "ValidationException": 400,
}
"""Status of errors that come from the front of every AWS service and are not in its model (AWS common errors)."""

_PROTOCOLS: dict[str, type[RestJson] | type[Query]] = {"rest-json": RestJson, "query": Query}


class Service:
    """Routes, reads and answers the calls of one service. Operations are compiled at their first call."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.model = ServiceModel(corrected(name, _loader().load_service_model(name, "service-2")), name)
        self.signing_name: str = self.model.signing_name
        self.errors: dict[str, Shape] = {shape.name: shape for shape in self.model.error_shapes}
        self._protocol: WireProtocol = _PROTOCOLS[self.model.metadata["protocol"]](self.model)
        self._shapes = Shapes(self._protocol.timestamp_format)
        self._operations: dict[str, Operation] = {}
        self._compiling = threading.Lock()

    @property
    def operation_names(self) -> tuple[str, ...]:
        """All operations of the model."""
        return tuple(self.model.operation_names)

    def operation(self, name: str) -> Operation:
        """The compiled operation. Raises ServiceError NotImplementedException when its model has outgrown this engine."""
        operation = self._operations.get(name)
        if operation is None:
            try:
                with self._compiling:
                    operation = self._operations[name] = Operation(self.model.operation_model(name), self._shapes)
            except UnsupportedShape as error:
                raise ServiceError("NotImplementedException", f"{name} of {self.name} cannot be read: {error}") from None
        return operation

    def route(self, request: Request) -> Routed:
        """Which operation is called. Raises ServiceError UnknownOperationException."""
        routed = self._protocol.route(request)
        if routed is None:
            raise ServiceError(
                "UnknownOperationException",
                f"The requested operation is not recognized: {request.method} {request.raw_path} of {self.name}",
            )
        return routed

    def read(self, request: Request, routed: Routed) -> JsonObject:
        """The validated parameters. Raises ServiceError SerializationException or ValidationException."""
        operation = self.operation(routed.operation)
        return operation.parameters(self._protocol.read(operation, request, routed))

    def respond(self, name: str, wire_output: JsonObject, request_id: str) -> Response:
        """The answer to a call that succeeded."""
        return self._protocol.respond(self.operation(name), wire_output, request_id)

    def refusal(self, error: ServiceError) -> Refusal:
        """An error as this service sends it: its status, its code, and the members its shape knows."""
        code = self._protocol.error_code(error.code)
        shape = self.errors.get(code)
        if shape is None:
            status = COMMON_ERRORS.get(error.code, 400)
            return Refusal(status, code, error.message, {}, status < 500)
        traits = shape.metadata["error"]
        members = {
            name: value
            for name, value in error.members.items()
            if name in shape.members and name != "message" and value is not None
        }
        status = traits["httpStatusCode"]
        return Refusal(status, traits.get("code", code), error.message, members, status < 500)

    def refuse(self, refusal: Refusal, request_id: str) -> Response:
        """The answer to a call that was refused."""
        return self._protocol.refuse(refusal, request_id)

    def check_refusal(self, error: ServiceError) -> None:
        """Raises OutputViolation unless the error is one this service can send, with members its shape allows."""
        shape = self.errors.get(error.code)
        if shape is None and error.code not in COMMON_ERRORS:
            raise OutputViolation(f"{self.name} has no error {error.code}; it has {', '.join(sorted(self.errors))}")
        if shape is not None:
            found: list[Violation] = []
            with self._compiling:
                check = self._shapes.validator(shape)
            check({"message": error.message, **error.members}, "", found)
            if found:
                raise OutputViolation(f"the error {error.code} breaks the model of {self.name}: {listed(found)}")

    def server_error_code(self) -> str:
        """What this service calls its own failures."""
        for name, shape in self.errors.items():
            if shape.metadata["error"]["httpStatusCode"] == 500:
                return name
        return "InternalServerException"


@cache
def service(name: str) -> Service:
    """The service of that botocore name, loaded once a process; it holds no state of any world."""
    return Service(name)


@cache
def _loader() -> Any:
    return Loader()
