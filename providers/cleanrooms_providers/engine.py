"""The engine behind a provider method: which call is running, lines under its resource, errors without traceback, half-done states.

The methods of a Python dynamic provider are told neither the resource's URN nor can they set a gRPC status. Both are in the frame
of the server that calls them. All that private ground is in this module; where it is not found, everything still works and only
says less.
"""

import asyncio
import sys
from collections.abc import Mapping
from functools import cache
from typing import Any, NoReturn

import grpc
from google.rpc import status_pb2
from pulumi.runtime import rpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2

from cleanrooms_governance.plan import Level, Remark

_UNKNOWN_STATUS = 2
"""gRPC's code UNKNOWN, which the SDK's server aborts with; the details have to carry the same."""

_STATUS_METADATA = "grpc-status-details-bin"


class Halt(Exception):  # noqa: N818 - the text after the engine's "error:" begins with this name's module where there is no detail
    """A message for the user that ends the running call."""


def running_call() -> tuple[Any, grpc.ServicerContext | None]:
    """Return request and context of the gRPC call that the calling code runs in, or ``(None, None)``."""
    frame = sys._getframe(1)
    while frame is not None:
        context = frame.f_locals.get("context")
        if isinstance(context, grpc.ServicerContext):
            return frame.f_locals.get("request"), context
        if frame.f_back is None:
            break
        frame = frame.f_back
    return None, None


def halt(message: str) -> NoReturn:
    """End the running call with a message and no traceback. Nothing is stored."""
    _set_status(status_pb2.Status(code=_UNKNOWN_STATUS, message=message))
    raise Halt(message)


def halt_half_done(resource_id: str, outputs: Mapping[str, Any], reasons: list[str]) -> NoReturn:
    """End a create or update that did something and could not finish.

    The engine stores the resource with these outputs, which must be what is live, shows the reasons, and updates it again at the
    next run.
    """
    request, _ = running_call()
    inputs = getattr(request, "news", None) or getattr(request, "properties", None)
    properties = _struct({**outputs, "__provider": _stored_provider(inputs)})
    detail = provider_pb2.ErrorResourceInitFailed(id=resource_id, properties=properties, reasons=reasons, inputs=inputs)
    status = status_pb2.Status(code=_UNKNOWN_STATUS, message="; ".join(reasons))
    status.details.add().Pack(detail)
    _set_status(status)
    raise Halt(status.message)


def tell(remark: Remark) -> None:
    """Show a line under the resource of the running call."""
    severity = engine_pb2.WARNING if remark.level is Level.WARNING else engine_pb2.INFO
    request, _ = running_call()
    urn = getattr(request, "urn", "")
    engine = _engine()
    if engine is not None:
        engine.Log(engine_pb2.LogRequest(severity=severity, message=remark.message, urn=urn))


def _set_status(status: status_pb2.Status) -> None:
    _, context = running_call()
    if context is not None:
        context.set_trailing_metadata(((_STATUS_METADATA, status.SerializeToString()),))


def _stored_provider(inputs: Any) -> str:
    return str(inputs.fields["__provider"].string_value) if inputs is not None else ""


def _struct(values: Mapping[str, Any]) -> Any:
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(rpc.serialize_properties(dict(values), {}))
    finally:
        loop.close()


@cache
def _engine() -> engine_pb2_grpc.EngineStub | None:
    """The engine's own server; its address is the last argument that the plugin is started with."""
    address = sys.argv[-1]
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        return None
    return engine_pb2_grpc.EngineStub(grpc.insecure_channel(address))
