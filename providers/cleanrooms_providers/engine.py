"""The engine behind a provider method: which call is running, lines under its resource, errors without traceback.

The methods of a Python dynamic provider are told neither the resource's URN nor can they set a gRPC status. Both are in the
frame of the server that calls them. All that private ground of the SDK is in this module; where it is not found, everything
still works and only says less.
"""

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import wraps
from traceback import format_exception
from typing import Any, NoReturn, ParamSpec, TypeVar

import grpc
from google.rpc import status_pb2
from pulumi.dynamic import ConfigureRequest
from pulumi.runtime import rpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2

from cleanrooms_governance.planning.plan import Level, Remark
from cleanrooms_governance.text import discreet, harmless

PROVIDER = "__provider"
"""The property in which the SDK stores the provider's name; refresh and destroy find it among the outputs."""

_UNKNOWN_STATUS = 2
"""gRPC's code UNKNOWN, which the SDK's server aborts with; the details have to carry the same."""

_STATUS_METADATA = "grpc-status-details-bin"

DEBUG = "CLEANROOMS_DEBUG"
"""Set in the environment, it lets the traceback of an error that nobody foresaw through."""

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

_PATIENCE = 10.0
"""Seconds that the engine has to take a line; it is on this machine."""


class Halt(Exception):
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


def configuration(request: ConfigureRequest) -> dict[str, str]:
    """Return the stack's whole configuration: every key with its namespace, and the raw text of its value.

    The request's own interface only answers for keys that one already knows.
    """
    values: Mapping[str, Any] = getattr(request.config, "_props", {})
    return {key: value for key, value in values.items() if isinstance(value, str)}


def recorded_inputs() -> dict[str, Any] | None:
    """Return the inputs that the running Read was sent, or ``None`` where there are none.

    They are newer than the outputs, which is all that ``read`` is given: a resource with nothing to do has its new inputs
    stored and keeps its old outputs.
    """
    request, _ = running_call()
    if not isinstance(request, provider_pb2.ReadRequest) or not request.inputs.fields:
        return None
    return dict(rpc.deserialize_properties(request.inputs))


def halt(message: str) -> NoReturn:
    """End the running call with a message and no traceback. Nothing is stored."""
    shown = harmless(message)
    _stop(status_pb2.Status(code=_UNKNOWN_STATUS, message=shown))


def without_traceback(method: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Make a provider method end with one line where something happens that nobody foresaw.

    Whatever was written stays written and is found by the next run, which looks at the live world first.
    """

    @wraps(method)
    def plainly(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        try:
            return method(*args, **kwargs)
        except Halt:
            raise
        except Exception as error:
            if os.environ.get(DEBUG):
                halt(discreet("".join(format_exception(error))))
            halt(
                f"an error in cleanrooms-governance itself: {type(error).__name__}: {discreet(str(error))}. Run again; if it"
                f" persists, report it with what {DEBUG}=1 shows"
            )

    return plainly


def halt_half_done(resource_id: str, outputs: Mapping[str, Any], reasons: list[str]) -> NoReturn:
    """End a create or update that did something and could not finish.

    The engine stores the resource with these outputs, shows the reasons, and updates it again at the next run. By itself it
    stores the inputs that a create was given, and keeps the old ones at an update.

    Parameters: ``outputs`` must be what is live, and hold ``PROVIDER``.
    """
    shown = [harmless(reason) for reason in reasons]
    detail = provider_pb2.ErrorResourceInitFailed(id=resource_id, properties=_struct(outputs), reasons=shown)
    status = status_pb2.Status(code=_UNKNOWN_STATUS, message="; ".join(shown))
    status.details.add().Pack(detail)
    _stop(status)


def tell(remark: Remark) -> None:
    """Show a line under the resource of the running call."""
    severity = engine_pb2.WARNING if remark.level is Level.WARNING else engine_pb2.INFO
    request, _ = running_call()
    _log(engine_pb2.LogRequest(severity=severity, message=harmless(remark.message), urn=getattr(request, "urn", "")))


def tell_in_passing(message: str) -> None:
    """Show a line to whoever watches the stack now; it is among the diagnostics neither of the terminal nor of JSON."""
    _log(engine_pb2.LogRequest(severity=engine_pb2.INFO, message=harmless(message), ephemeral=True))


def _log(line: Any) -> None:
    """Send the engine a line. An engine that does not take it does not end a run."""
    engine = _ENGINE.stub()
    if engine is not None:
        with suppress(grpc.RpcError):
            engine.Log(line, timeout=_PATIENCE)


def _stop(status: status_pb2.Status) -> NoReturn:
    _, context = running_call()
    if context is not None:
        context.set_trailing_metadata(((_STATUS_METADATA, status.SerializeToString()),))
    # The server sends the traceback along, in the place of the message; what went before makes it longer, not clearer.
    raise Halt(status.message) from None


def _struct(values: Mapping[str, Any]) -> Any:
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(rpc.serialize_properties(dict(values), {}))
    finally:
        loop.close()


class _Engine:
    """The engine's own server; its address is the last argument that the plugin is started with."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stub: engine_pb2_grpc.EngineStub | None = None

    def stub(self) -> engine_pb2_grpc.EngineStub | None:
        """Return the one connection of this process, or ``None`` where there is no engine."""
        host, _, port = sys.argv[-1].rpartition(":")
        if not host or not port.isdigit():
            return None
        with self._lock:
            if self._stub is None:
                # Never through a proxy of the environment: the engine is on this machine.
                channel = grpc.insecure_channel(f"{host}:{port}", options=[("grpc.enable_http_proxy", 0)])
                self._stub = engine_pb2_grpc.EngineStub(channel)
            return self._stub


_ENGINE = _Engine()
