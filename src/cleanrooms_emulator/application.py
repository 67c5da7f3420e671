"""The service as one function from request to response, without a socket."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cleanrooms_emulator import registry
from cleanrooms_emulator.callers.identity import Identity, credential_scope, identify
from cleanrooms_emulator.context import Context
from cleanrooms_emulator.control.routes import CONTROL_PREFIX, ControlRoutes
from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.faults import FaultKind, FaultRule, Faults
from cleanrooms_emulator.faults.kinds import instead_of_call, spoilt
from cleanrooms_emulator.iam.authorization import NotAuthorized, authorize
from cleanrooms_emulator.iam.principals import declared
from cleanrooms_emulator.journal import Journal, Recording
from cleanrooms_emulator.limits.paging import Paging, choose_paging, chosen_paging
from cleanrooms_emulator.limits.rates import RateLimits
from cleanrooms_emulator.switches import Switches
from cleanrooms_emulator.wire.messages import Request, Response
from cleanrooms_emulator.wire.service import Service, service
from cleanrooms_emulator.world.clock import Clock
from cleanrooms_emulator.world.ids import IdSource
from cleanrooms_emulator.world.store import Store

_SWITCHES_KIND, _SWITCHES_ID = "_switches", "chosen"
_FRONT = "cleanrooms"
"""Whose error format is used before it is known which service is called."""
STEADY = "steady"
"""What the journal notes as the fault of a call that came too fast for the rates of steady mode."""


class Application:
    """One world: its documents, clock, switches, faults and journal, and the answers to calls.

    Parameters: `store` keeps everything that shall survive (in memory when absent); `switches` are those the world
    begins with; `clock` is real time plus the store's offset when absent; with `ids` as seed, new ids are always the
    same sequence; `handlers` replaces the operations of the package; with `strict_output` an OutputViolation is raised
    when a handler's answer or error breaks the service model; `sleep` is what a latency fault waits with.

    Calls may come from many threads. Each is one transaction of the store, and these run one after the other.
    """

    def __init__(
        self,
        *,
        store: Store | None = None,
        switches: Switches | None = None,
        clock: Clock | None = None,
        ids: str | None = None,
        handlers: Mapping[registry.HandlerKey, registry.Handler] | None = None,
        strict_output: bool = True,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.store = store if store is not None else Store()
        self.clock = clock if clock is not None else Clock(self.store)
        self.faults = Faults(self.store)
        self.limits = RateLimits(self.store)
        self.journal = Journal()
        self.strict_output = strict_output
        self.handlers = handlers if handlers is not None else registry.registered()
        self._initial_switches = switches if switches is not None else Switches()
        self._switches = self._stored_switches()
        self._ids = IdSource(self.store, ids)
        self._sleep = sleep
        self._control = ControlRoutes(self)

    @property
    def switches(self) -> Switches:
        """The world's switches; those set here are kept in the store and outlive a restart."""
        return self._switches

    @switches.setter
    def switches(self, switches: Switches) -> None:
        self.store.put(_SWITCHES_KIND, _SWITCHES_ID, dict(switches.as_names()))
        self._switches = switches

    @property
    def paging(self) -> Paging:
        """How the world cuts its lists into pages; kept in the store."""
        return chosen_paging(self.store)

    @paging.setter
    def paging(self, paging: Paging) -> None:
        choose_paging(self.store, paging)

    def reset(self) -> None:
        """An empty world: no documents, keys, roles, faults or journal; real time, default settings, the initial switches."""
        with self.store.transaction():
            self.store.clear()
            self._switches = self._initial_switches
        self.limits.refill()
        self.journal.clear()

    def snapshot(self) -> dict[str, Any]:
        """Everything the store keeps, as one JSON object."""
        return self.store.snapshot()

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Go back to a snapshot. Raises ValueError, and changes nothing, when it is not one."""
        with self.store.transaction():
            self.store.restore(snapshot)
            self.check_settings()
            switches = self._stored_switches()
        self._switches = switches
        self.limits.refill()

    def check_settings(self) -> None:
        """Raises ValueError when the store holds settings that this service cannot read."""
        self.faults.check()
        _ = self.limits.rates, self.paging, declared(self.store)

    def __call__(self, request: Request) -> Response:
        """Answer a call, or a control request under `/_emulator/`."""
        if request.raw_path.startswith(CONTROL_PREFIX):
            return self._control(request)
        with self.journal.recording(self.clock.now(), str(uuid.uuid4())) as recording:
            return self._answer(request, recording)

    def _answer(self, request: Request, recording: Recording) -> Response:
        called, rule = service(_FRONT), None
        try:
            scope = credential_scope(request.headers)
            recording.note(region=scope.region)
            called = _service_signed_for(scope.service)
            recording.note(service=called.name)
            identity = identify(self.store, scope, self.clock.now())
            recording.note(account=identity.account, principal=identity.principal)
            routed = called.route(request)
            recording.note(operation=routed.operation)
            if not self.limits.admits(called.name, routed.operation, identity.account, scope.region, self.clock.now()):
                recording.note(fault=STEADY)
                raise ServiceError("ThrottlingException", "Rate exceeded")
            rule = self.faults.pick(called.name, routed.operation, identity.account)
            if rule is not None:
                recording.note(fault=rule.kind.value)
                self._wait_before(rule)
                if (instead := instead_of_call(rule.kind)) is not None:
                    return instead
                rule.refuse(called)
            parameters = called.read(request, routed)
            recording.note_parameters(parameters, len(request.body))
            caller = _Caller(identity, scope.region, called, routed.operation)
            response = called.respond(routed.operation, self._perform(caller, parameters), recording.request_id)
        except ServiceError as error:
            if self.strict_output:
                called.check_refusal(error)
            refusal = called.refusal(error)
            recording.note(error=refusal.code, missing=error.permission if isinstance(error, NotAuthorized) else None)
            response = called.refuse(refusal, recording.request_id)
        recording.note(status=response.status)
        return response if rule is None else spoilt(response, rule.kind, rule.latency)

    def _wait_before(self, rule: FaultRule) -> None:
        if rule.latency and rule.kind is not FaultKind.LATE:
            self._sleep(rule.latency)

    def _perform(self, caller: _Caller, parameters: dict[str, Any]) -> dict[str, Any]:
        called = caller.called
        handler = self.handlers.get((called.name, caller.operation))
        if handler is None:
            raise ServiceError("NotImplementedException", f"{caller.operation} of {called.name} is not built in this service")
        operation = called.operation(caller.operation)
        with self.store.transaction():
            context = Context(
                account=caller.identity.account,
                principal=caller.identity.principal,
                region=caller.region,
                service=called.signing_name,
                store=self.store,
                now=self.clock.now(),
                switches=self._switches,
                new_id=self._ids.new,
            )
            authorize(context, caller.identity, called.name, caller.operation, parameters)
            output = operation.wire_output(handler(context, parameters))
            if self.strict_output:
                operation.check_output(output)
        return output

    def _stored_switches(self) -> Switches:
        chosen = self.store.get(_SWITCHES_KIND, _SWITCHES_ID)
        return self._initial_switches if chosen is None else Switches.from_names(chosen)


@dataclass(frozen=True, slots=True)
class _Caller:
    identity: Identity
    region: str
    called: Service
    operation: str


def _service_signed_for(signing_name: str) -> Service:
    for name, known in registry.SERVICES.items():
        if known == signing_name:
            return service(name)
    raise ServiceError(
        "NotImplementedException",
        f"Service {signing_name} is not played here; this service plays {', '.join(registry.SERVICES)}",
    )
