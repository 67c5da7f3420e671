"""A provider process as the engine starts it, `python -m pulumi.dynamic`, and one method for each of its RPCs."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, Any

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from google.rpc import status_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2, provider_pb2_grpc

Properties = dict[str, Any]

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""How an unknown value looks on the wire."""

KINDS = {
    "collaboration": (
        "pulumi-python:dynamic/cleanrooms:Collaboration",
        "gASVPgAAAAAAAACMHWNsZWFucm9vbXNfcHJvdmlkZXJzLmNvbnRyYWN0lIwEbG9hZJSTlIwNY29sbGFib3JhdGlvbpSFlFKULg==",
    ),
    "membership": (
        "pulumi-python:dynamic/cleanrooms:Membership",
        "gASVOwAAAAAAAACMHWNsZWFucm9vbXNfcHJvdmlkZXJzLmNvbnRyYWN0lIwEbG9hZJSTlIwKbWVtYmVyc2hpcJSFlFKULg==",
    ),
    "privacybudgettemplate": (
        "pulumi-python:dynamic/cleanrooms:PrivacyBudgetTemplate",
        "gASVRgAAAAAAAACMHWNsZWFucm9vbXNfcHJvdmlkZXJzLmNvbnRyYWN0lIwEbG9hZJSTlIwVcHJpdmFjeWJ1ZGdldHRlbXBsYXRllIWUUpQu",
    ),
}
"""The type of each kind of resource, and its provider as every state file out there names it: these never change."""

_PATIENCE = 30.0

_LARGEST_METADATA = 16 << 20
_AS_THE_ENGINE = [
    ("grpc.enable_http_proxy", 0),
    # What gRPC for Go takes, in which the engine is written; here the default is 8 KB, and errors travel as metadata.
    ("grpc.max_metadata_size", _LARGEST_METADATA),
    ("grpc.absolute_max_metadata_size", _LARGEST_METADATA),
]


@dataclass(frozen=True)
class Line:
    """One line that a provider sent to the engine; ``in_passing``, it is gone when the command ends."""

    severity: str
    message: str
    urn: str
    in_passing: bool = False


@dataclass(frozen=True)
class HalfDone:
    """What a failed create or update wants kept."""

    id: str
    outputs: Properties
    reasons: tuple[str, ...]


class Died(Exception):
    """The provider process has ended in the middle of an RPC."""


class Failed(Exception):
    """An RPC that failed, with what the engine shows of it."""

    def __init__(self, message: str, half_done: HalfDone | None) -> None:
        super().__init__(message)
        self.message = message
        self.half_done = half_done


@dataclass(frozen=True)
class Checked:
    """The answer to a Check; ``wire`` are its inputs as bytes."""

    inputs: Properties
    failures: tuple[str, ...]
    wire: bytes


class EngineLog(engine_pb2_grpc.EngineServicer):
    """The engine's server, as far as providers use it: it takes lines. ``address`` is where it listens."""

    def __init__(self) -> None:
        self.address = ""
        self.lines: list[Line] = []
        self._lock = threading.Lock()

    def Log(self, request: engine_pb2.LogRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802
        """Take a line."""
        with self._lock:
            severity = engine_pb2.LogSeverity.Name(request.severity)
            self.lines.append(Line(severity, request.message, request.urn, request.ephemeral))
        return empty_pb2.Empty()


@contextmanager
def listening_engine() -> Iterator[tuple[EngineLog, str]]:
    """Serve an engine's log; gives it and its address."""
    log = EngineLog()
    server = grpc.server(futures.ThreadPoolExecutor(4))
    engine_pb2_grpc.add_EngineServicer_to_server(log, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    log.address = f"127.0.0.1:{port}"
    try:
        yield log, log.address
    finally:
        server.stop(None).wait()


class Provider:
    """One provider process.

    Parameters: ``process_id`` is its own; ``output`` is what it prints, beginning with its port; ``reap`` waits for its end.
    ``answered`` is told the name of each RPC whose answer has arrived, before the engine makes anything of it; ``send`` sends
    the signal that ends it.
    """

    def __init__(self, process_id: int, output: IO[str], reap: Callable[[], object] = lambda: None) -> None:
        self.printed = ""
        self.answered: Callable[[str], object] = lambda method: None
        self.send: Callable[[signal.Signals], object] = lambda how: os.kill(process_id, how)
        self._reap = reap
        self.process_id = process_id
        self._output = output
        address = f"127.0.0.1:{int(output.readline())}"
        self._channel = grpc.insecure_channel(address, options=_AS_THE_ENGINE)
        self._stub = provider_pb2_grpc.ResourceProviderStub(self._channel)

    def configure(self, config: Mapping[str, str]) -> None:
        """Hand over the stack's whole configuration."""
        self._call("Configure", provider_pb2.ConfigureRequest(args=_struct(config)))

    def end(self, how: signal.Signals) -> None:
        """End the process; what it has printed is in ``printed`` from then on."""
        self._channel.close()
        with suppress(ProcessLookupError):
            self.send(how)
        self._reap()
        with self._output:
            self.printed = self._output.read()

    def kill(self) -> None:
        """Kill the process without warning; it is gone when this returns. Only for a process that was forked."""
        with suppress(ProcessLookupError):
            os.kill(self.process_id, signal.SIGKILL)
            while True:
                os.kill(self.process_id, 0)
                time.sleep(0.0005)

    def check(self, kind: str, name: str, olds: Properties, news: Properties) -> Checked:
        """Check inputs."""
        request = provider_pb2.CheckRequest(urn=urn_of(kind, name), olds=_stored(kind, olds), news=_stored(kind, news))
        answer = self._call("Check", request)
        failures = tuple(failure.reason for failure in answer.failures)
        return Checked(_plain(answer.inputs), failures, answer.inputs.SerializeToString(deterministic=True))

    def diff(self, kind: str, name: str, id_: str, olds: Properties, news: Properties, old_inputs: Properties) -> bool:
        """Compare; ``olds`` are outputs."""
        request = provider_pb2.DiffRequest(
            id=id_,
            urn=urn_of(kind, name),
            olds=_stored(kind, olds),
            news=_stored(kind, news),
            old_inputs=_stored(kind, old_inputs),
        )
        answer = self._call("Diff", request)
        assert [] == list(answer.replaces), "nothing is ever replaced"
        verdicts = {provider_pb2.DiffResponse.DIFF_SOME: True, provider_pb2.DiffResponse.DIFF_NONE: False}
        return verdicts[answer.changes]

    def create(self, kind: str, name: str, inputs: Properties) -> tuple[str, Properties]:
        """Create; return id and outputs."""
        answer = self._call("Create", provider_pb2.CreateRequest(urn=urn_of(kind, name), properties=_stored(kind, inputs)))
        return answer.id, _plain(answer.properties)

    def update(self, kind: str, name: str, id_: str, olds: Properties, news: Properties, old_inputs: Properties) -> Properties:
        """Update; return the outputs."""
        request = provider_pb2.UpdateRequest(
            id=id_,
            urn=urn_of(kind, name),
            olds=_stored(kind, olds),
            news=_stored(kind, news),
            old_inputs=_stored(kind, old_inputs),
        )
        return _plain(self._call("Update", request).properties)

    def read(
        self, kind: str, name: str, id_: str, outputs: Properties, inputs: Properties
    ) -> tuple[str, Properties, Properties]:
        """Refresh; return id, outputs and inputs."""
        request = provider_pb2.ReadRequest(
            id=id_, urn=urn_of(kind, name), properties=_stored(kind, outputs), inputs=_stored(kind, inputs)
        )
        answer = self._call("Read", request)
        return answer.id, _plain(answer.properties), _plain(answer.inputs)

    def delete(self, kind: str, name: str, id_: str, outputs: Properties) -> None:
        """Delete."""
        self._call("Delete", provider_pb2.DeleteRequest(id=id_, urn=urn_of(kind, name), properties=_stored(kind, outputs)))

    def _call(self, method: str, request: Any) -> Any:
        try:
            answer = getattr(self._stub, method)(request, timeout=_PATIENCE)
        except grpc.RpcError as error:
            raise _failed(error) from None
        self.answered(method)
        return answer


def urn_of(kind: str, name: str) -> str:
    """The URN of a resource."""
    return f"urn:pulumi:test::cleanrooms::{KINDS[kind][0]}::{name}"


def holds_unknown(value: object) -> bool:
    """Whether a value from the wire is unknown, or holds something unknown."""
    if isinstance(value, dict):
        return any(map(holds_unknown, value.values()))
    if isinstance(value, list):
        return any(map(holds_unknown, value))
    return value == UNKNOWN


def _failed(error: Any) -> Failed | Died:
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            status = status_pb2.Status.FromString(value)
            assert error.code().value[0] == status.code, "the engine's gRPC takes a status only with the call's own code"
            return Failed(status.message, _half_done(status))
    if error.code() is grpc.StatusCode.UNAVAILABLE:
        return Died()
    return Failed(f"{error.code().name}: {error.details()}", None)


def _half_done(status: Any) -> HalfDone | None:
    for detail in status.details:
        found = provider_pb2.ErrorResourceInitFailed()
        if detail.Unpack(found):
            return HalfDone(found.id, _plain(found.properties), tuple(found.reasons))
    return None


def _stored(kind: str, values: Mapping[str, Any]) -> struct_pb2.Struct:
    """The properties of a resource with its stored provider, as the engine sends them; nothing for a resource not there yet."""
    return _struct({**values, "__provider": KINDS[kind][1]}) if values else struct_pb2.Struct()


def _struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update(dict(values))
    return struct


def _plain(struct: struct_pb2.Struct) -> Properties:
    return dict(json_format.MessageToDict(struct))
