"""A program that stands in for `pulumi`: it plays rounds that a test has written down, with the log of events of pulumi.

The form of the events is that of pulumi 3.259; tests/engine runs `crgov up` with the real one.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PROGRAM = """#!{python} -S
import json, os, signal, sys, time
from pathlib import Path

folder = Path(__file__).parent
calls = json.loads((folder / "calls.json").read_text())
held = {{name: value for name, value in os.environ.items() if name.startswith("CLEANROOMS_EXPECT")}}
calls.append({{"arguments": sys.argv[1:], "parallelDiff": os.environ.get("PULUMI_PARALLEL_DIFF"), "held": held}})
(folder / "calls.json").write_text(json.dumps(calls))
rounds = json.loads((folder / "rounds.json").read_text())
played = rounds[min(len(calls), len(rounds)) - 1]
interruptions = []
signal.signal(signal.SIGINT, lambda *_: interruptions.append("SIGINT"))
print("  indented \\x1b[31mline", flush=True)
deadline = time.monotonic() + 20
while len(interruptions) < played.get("interruptions", 0) and time.monotonic() < deadline:
    time.sleep(0.02)
time.sleep(played.get("afterwards", 0))
(folder / "interruptions.json").write_text(json.dumps(interruptions))
log = Path(sys.argv[sys.argv.index("--event-log") + 1])
log.write_text("".join(json.dumps(event) + "\\n" for event in played["events"]) + '{{"half a li')
print("the end of a round", file=sys.stderr)
sys.exit(played["code"])
"""


@dataclass(frozen=True)
class EngineDouble:
    """The stand-in below a folder of its own."""

    folder: Path

    @property
    def program(self) -> str:
        """What `--pulumi` takes."""
        return str(self.folder / "pulumi")

    def calls(self) -> list[dict[str, Any]]:
        """How it was called, call by call."""
        return list(json.loads((self.folder / "calls.json").read_text()))

    def interruptions(self) -> list[str]:
        """Which signals the last call got."""
        return list(json.loads((self.folder / "interruptions.json").read_text()))


def engine_double(folder: Path, *rounds: Mapping[str, Any]) -> EngineDouble:
    """A stand-in that plays these rounds, the last one again and again."""
    folder.mkdir()
    (folder / "rounds.json").write_text(json.dumps(rounds))
    (folder / "calls.json").write_text("[]")
    program = folder / "pulumi"
    program.write_text(_PROGRAM.format(python=sys.executable))
    program.chmod(0o755)
    return EngineDouble(folder)


def round_of(*events: Mapping[str, Any], code: int = 0, **more: Any) -> dict[str, Any]:
    """One run of the engine."""
    return {"events": [event for each in events for event in _several(each)], "code": code, **more}


def _several(event: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return list(event["both"]) if "both" in event else [event]


def resource(
    kind: str, key: str, outcome: str, *, op: str = "same", collaboration: str = "c-1", **outputs: Any
) -> dict[str, Any]:
    """The events of a resource whose step ended well: its component's and its own."""
    inputs = {"names": {"444455556666": "Bank"}}
    if kind == "Membership":
        inputs["collaboration"] = collaboration  # type: ignore[assignment]
    new = {"inputs": inputs, "outputs": {"outcome": outcome, **outputs}, "id": collaboration}
    return {"both": [component(kind, key), {"resOutputsEvent": {"metadata": _metadata(kind, key, op, new)}}]}


def failure(kind: str, key: str, *, refused: Sequence[str] = (), half_done: str = "") -> dict[str, Any]:
    """The events of a resource whose step failed: refused from the start, half done with an outcome, or else simply failed."""
    new: dict[str, Any] = {"inputs": {"refused": [{"rule": rule} for rule in refused]}, "id": "c-1"}
    if half_done:
        new |= {"initErrors": ["why"], "outputs": {"outcome": half_done}}
    failed = {"resOpFailedEvent": {"metadata": _metadata(kind, key, "update", new)}}
    return {"both": [component(kind, key), failed, error_on(kind, key)]}


def error_on(kind: str, key: str) -> dict[str, Any]:
    """An error that is reported under a resource."""
    return {"diagnosticEvent": {"severity": "error", "urn": _urn(kind, key), "message": "why"}}


def forgotten(kind: str, key: str) -> dict[str, Any]:
    """The events of a resource that the program has dropped."""
    return {"both": [component(kind, key, "delete"), {"resOutputsEvent": {"metadata": _metadata(kind, key, "delete", None)}}]}


def component(kind: str, key: str, op: str = "same") -> dict[str, Any]:
    """The event of a component: all there is of a resource that the engine skipped."""
    type_ = f"cleanrooms:governance:Governed{kind}"
    about = {"op": op, "urn": f"urn:pulumi:retail::cleanrooms::{type_}::{key}", "type": type_, "new": {}}
    return {"resourcePreEvent": {"metadata": about}}


def _metadata(kind: str, key: str, op: str, new: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"op": op, "urn": _urn(kind, key), "type": f"pulumi-python:dynamic/cleanrooms:{kind}", "new": new}


def _urn(kind: str, key: str) -> str:
    return f"urn:pulumi:retail::cleanrooms::cleanrooms:governance:Governed{kind}$pulumi-python:dynamic/cleanrooms:{kind}::{key}"
