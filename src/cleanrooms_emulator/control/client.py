"""A client of the control routes of a running service."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from cleanrooms_emulator.callers.roles import Role
from cleanrooms_emulator.control.routes import CONTROL_PREFIX
from cleanrooms_emulator.faults import FaultRule
from cleanrooms_emulator.iam.principals import PrincipalPolicies
from cleanrooms_emulator.limits.paging import Paging

_TIMEOUT = 30
_open = build_opener(ProxyHandler({})).open


class ControlRefused(Exception):
    """The service did not take a control request; the message is the service's."""


class EmulatorControl:
    """Watches and steers the service at `url`. Every method raises ControlRefused when the service refuses."""

    def __init__(self, url: str) -> None:
        self._base = url.rstrip("/") + CONTROL_PREFIX

    def health(self) -> dict[str, Any]:
        """`{"status": "ok", "operations": [...]}` with the operations that are built."""
        return self._call("GET", "health")

    def journal(self, after: int = 0) -> list[dict[str, Any]]:
        """Entries with a higher sequence number, as `journal.Entry.as_json` gives them."""
        entries: list[dict[str, Any]] = self._call("GET", f"journal?after={after}")["entries"]
        return entries

    def last_sequence(self) -> int:
        """The sequence number of the newest entry, to ask for those after it later."""
        last: int = self._call("GET", "health")["journal"]
        return last

    def clear_journal(self) -> None:
        """Forget all entries."""
        self._call("DELETE", "journal")

    def reset(self) -> None:
        """Make the world empty, as `Application.reset` says."""
        self._call("POST", "reset")

    def now(self) -> float:
        """The service's time in epoch seconds."""
        return float(self._call("GET", "clock")["now"])

    def advance_clock(self, seconds: float) -> None:
        """Move the service's time forward."""
        self._call("POST", "clock", {"advance": seconds})

    def set_clock(self, epoch: float) -> None:
        """Make it `epoch` seconds now."""
        self._call("POST", "clock", {"set": epoch})

    def faults(self) -> list[dict[str, Any]]:
        """All fault rules with their counters `matched` and `hits`."""
        rules: list[dict[str, Any]] = self._call("GET", "faults")["rules"]
        return rules

    def set_faults(self, *rules: FaultRule) -> None:
        """Replace all fault rules; none removes them."""
        self._call("PUT", "faults", {"rules": [rule.as_json() for rule in rules]})

    def rates(self) -> dict[str, Any]:
        """The rates of steady mode, and whether it is on, as `rates.Rates.as_json` gives them."""
        return self._call("GET", "rates")

    def set_rates(self, **changes: Any) -> None:
        """Set what is named of `steady`, `default`, `burst` and `rates` (calls a second by operation); the rest stays."""
        self._call("PUT", "rates", changes)

    def paging(self) -> Paging:
        """How lists are cut into pages."""
        return Paging.from_json(self._call("GET", "paging"))

    def set_paging(self, paging: Paging) -> None:
        """Cut lists into other pages."""
        self._call("PUT", "paging", paging.as_json())

    def quotas(self) -> dict[str, int | None]:
        """The adjusted value or else the default of every quota; None where the default depends on the Region."""
        listed = self._call("GET", "quotas")["quotas"]
        return {each["name"]: each["default"] if each["value"] is None else each["value"] for each in listed}

    def set_quotas(self, values: Mapping[str, int | None]) -> None:
        """Give the named quotas other values, None being the default again; the others stay."""
        self._call("PUT", "quotas", dict(values))

    def switches(self) -> dict[str, str]:
        """The value of every switch."""
        switches: dict[str, str] = self._call("GET", "switches")["switches"]
        return switches

    def set_switches(self, names: Mapping[str, str]) -> None:
        """Set the named switches; the others stay."""
        self._call("PUT", "switches", dict(names))

    def snapshot(self) -> dict[str, Any]:
        """The whole world as one JSON object."""
        return self._call("GET", "snapshot")

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Go back to a snapshot."""
        self._call("POST", "restore", dict(snapshot))

    def declare_roles(self, roles: Iterable[Role]) -> None:
        """Replace the declared roles."""
        self._call("PUT", "roles", {"roles": [role.as_json() for role in roles]})

    def declare_policies(self, policies: Iterable[PrincipalPolicies]) -> None:
        """Replace the declared policies, as `iam.principals.declare` says; none gives everybody all rights again."""
        self._call("PUT", "policies", {"policies": [each.as_json() for each in policies]})

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode("ascii")
        request = Request(self._base + path, data=data, method=method, headers={"content-type": "application/json"})
        try:
            with _open(request, timeout=_TIMEOUT) as response:
                content: dict[str, Any] = json.loads(response.read())
        except HTTPError as error:
            with error:
                raise ControlRefused(json.loads(error.read())["message"]) from None
        return content
