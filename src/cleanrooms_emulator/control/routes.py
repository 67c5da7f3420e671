"""The routes under `/_emulator/`: how tests and demos watch and steer the service. JSON, unsigned."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qs

from cleanrooms_emulator.callers import roles
from cleanrooms_emulator.callers.roles import Role
from cleanrooms_emulator.faults import FaultRule
from cleanrooms_emulator.handlers import quota_settings
from cleanrooms_emulator.iam import principals
from cleanrooms_emulator.iam.principals import PrincipalPolicies
from cleanrooms_emulator.limits.paging import Paging
from cleanrooms_emulator.switches import describe
from cleanrooms_emulator.wire.messages import Request, Response

if TYPE_CHECKING:
    from cleanrooms_emulator.application import Application

CONTROL_PREFIX = "/_emulator/"

Answer = dict[str, Any]
Read = TypeVar("Read")


class ControlRoutes:
    """Answers control requests on one application. Input that is no good is refused with 400 and says why."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._routes: dict[tuple[str, str], Callable[[Request], Answer]] = {
            ("GET", "health"): self._health,
            ("GET", "journal"): self._get_journal,
            ("DELETE", "journal"): self._delete_journal,
            ("POST", "reset"): self._reset,
            ("GET", "clock"): self._get_clock,
            ("POST", "clock"): self._post_clock,
            ("GET", "faults"): self._get_faults,
            ("PUT", "faults"): self._put_faults,
            ("DELETE", "faults"): self._delete_faults,
            ("GET", "rates"): self._get_rates,
            ("PUT", "rates"): self._put_rates,
            ("GET", "paging"): self._get_paging,
            ("PUT", "paging"): self._put_paging,
            ("GET", "quotas"): self._get_quotas,
            ("PUT", "quotas"): self._put_quotas,
            ("GET", "switches"): self._get_switches,
            ("PUT", "switches"): self._put_switches,
            ("GET", "snapshot"): self._get_snapshot,
            ("POST", "restore"): self._post_restore,
            ("GET", "roles"): self._get_roles,
            ("PUT", "roles"): self._put_roles,
            ("GET", "policies"): self._get_policies,
            ("PUT", "policies"): self._put_policies,
        }

    def __call__(self, request: Request) -> Response:
        """Answer one control request."""
        name = request.raw_path.removeprefix(CONTROL_PREFIX)
        route = self._routes.get((request.method, name))
        if route is None:
            return self._unknown(request.method, name)
        try:
            return _json(200, route(request))
        except ValueError as error:
            return _json(400, {"message": f"{request.method} {request.raw_path}: {error}"})

    def _unknown(self, method: str, name: str) -> Response:
        methods = sorted(known for known, other in self._routes if other == name)
        if methods:
            return _json(405, {"message": f"{name} takes {', '.join(methods)}, not {method}"}, allow=", ".join(methods))
        names = ", ".join(sorted({other for _, other in self._routes}))
        return _json(404, {"message": f"there is no {CONTROL_PREFIX}{name}; there are {names}"})

    def _health(self, request: Request) -> Answer:
        built = sorted(f"{service}.{operation}" for service, operation in self._app.handlers)
        return {"status": "ok", "operations": built, "journal": self._app.journal.last}

    def _get_journal(self, request: Request) -> Answer:
        values = parse_qs(request.query, keep_blank_values=True)
        after = values.pop("after", ["0"])[-1]
        if values or not after.isascii() or not after.isdigit():
            raise ValueError(f"takes ?after= with a sequence number, not {request.query!r}")
        entries = self._app.journal.entries(int(after))
        return {"last": self._app.journal.last, "entries": [entry.as_json() for entry in entries]}

    def _delete_journal(self, request: Request) -> Answer:
        self._app.journal.clear()
        return {}

    def _reset(self, request: Request) -> Answer:
        self._app.reset()
        return {}

    def _get_clock(self, request: Request) -> Answer:
        return {"now": self._app.clock.now(), "offset": self._app.clock.offset}

    def _post_clock(self, request: Request) -> Answer:
        match _body(request):
            case {"advance": int() | float() as seconds, **rest} if not rest and not isinstance(seconds, bool):
                self._app.clock.advance(seconds)
            case {"set": int() | float() as epoch, **rest} if not rest and not isinstance(epoch, bool):
                self._app.clock.set(epoch)
            case _:
                raise ValueError('takes {"advance": SECONDS} or {"set": EPOCH_SECONDS}')
        return self._get_clock(request)

    def _get_faults(self, request: Request) -> Answer:
        return {"rules": self._app.faults.as_json()}

    def _put_faults(self, request: Request) -> Answer:
        self._app.faults.set(_objects(request, "rules", FaultRule.from_json))
        return self._get_faults(request)

    def _delete_faults(self, request: Request) -> Answer:
        self._app.faults.clear()
        return self._get_faults(request)

    def _get_rates(self, request: Request) -> Answer:
        return self._app.limits.rates.as_json()

    def _put_rates(self, request: Request) -> Answer:
        self._app.limits.rates = self._app.limits.rates.changed(_body(request))
        return self._get_rates(request)

    def _get_paging(self, request: Request) -> Answer:
        return self._app.paging.as_json()

    def _put_paging(self, request: Request) -> Answer:
        self._app.paging = Paging.from_json(_body(request))
        return self._get_paging(request)

    def _get_quotas(self, request: Request) -> Answer:
        return {"quotas": [asdict(each) for each in quota_settings.settings(self._app.store)]}

    def _put_quotas(self, request: Request) -> Answer:
        quota_settings.adjust_by_name(self._app.store, _body(request))
        return self._get_quotas(request)

    def _get_switches(self, request: Request) -> Answer:
        chosen = self._app.switches.as_names()
        listing = [
            {
                "name": each.name,
                "values": list(each.values),
                "default": each.default,
                "meaning": each.meaning,
                "known": each.known,
                "source": each.source,
            }
            for each in describe()
        ]
        return {"switches": chosen, "known": listing}

    def _put_switches(self, request: Request) -> Answer:
        names = _body(request)
        self._app.switches = self._app.switches.with_names(names)
        return self._get_switches(request)

    def _get_snapshot(self, request: Request) -> Answer:
        return self._app.snapshot()

    def _post_restore(self, request: Request) -> Answer:
        self._app.restore(_body(request))
        return {}

    def _get_roles(self, request: Request) -> Answer:
        return {"roles": [role.as_json() for role in roles.declared(self._app.store)]}

    def _put_roles(self, request: Request) -> Answer:
        roles.declare(self._app.store, _objects(request, "roles", Role.from_json))
        return self._get_roles(request)

    def _get_policies(self, request: Request) -> Answer:
        return {"policies": [each.as_json() for each in principals.declared(self._app.store)]}

    def _put_policies(self, request: Request) -> Answer:
        principals.declare(self._app.store, _objects(request, "policies", PrincipalPolicies.from_json))
        return self._get_policies(request)


def _body(request: Request) -> dict[str, Any]:
    try:
        content = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"the body is not JSON: {error}") from None
    if not isinstance(content, dict):
        raise ValueError("the body must be a JSON object")
    return content


def _objects(request: Request, name: str, read: Callable[[Any], Read]) -> list[Read]:
    body = _body(request)
    if body.keys() != {name} or not isinstance(body[name], list):
        raise ValueError(f'takes {{"{name}": [...]}}')
    found = []
    for number, document in enumerate(body[name], 1):
        try:
            found.append(read(document))
        except ValueError as error:
            raise ValueError(f"{name}[{number}]: {error}") from None
    return found


def _json(status: int, content: Answer, **headers: str) -> Response:
    return Response(status, {"content-type": "application/json", **headers}, json.dumps(content).encode("ascii"))
