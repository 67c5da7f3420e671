"""The audit that a run leaves behind, also one that is killed, and a run that cannot keep one."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.journal import Entry
from cleanrooms_emulator.wire.messages import Delivery, Request, Response
from tests.providers.conftest import Settled
from tests.providers.mini_engine import Phase, Stack
from tests.providers.provider_process import Died, Provider
from tests.providers.stacks import INSURER, MEDIA, RETAILER, governing, role
from tests.providers.world import Surroundings, World
from tests.reliability.stage import writes

Line = dict[str, Any]


class Audit:
    """The audit file of one test, and a stack file that asks for it."""

    def __init__(self, project: Path, name: str) -> None:
        self.setting = {"file": f"audit/{name}.jsonl"}
        self.path = project / self.setting["file"]

    def governing(self, **settings: Any) -> dict[str, Any]:
        """The retailer's stack file, with the audit."""
        return {**governing(**settings), "audit": self.setting}

    def lines(self) -> list[Line]:
        """What was noted; every line has to be whole."""
        return [json.loads(line) for line in self.path.read_text().splitlines()] if self.path.exists() else []


@pytest.fixture
def audit(surroundings: Surroundings, request: pytest.FixtureRequest) -> Audit:
    return Audit(surroundings.project, request.node.name.replace("[", "-").replace("]", ""))


def written(calls: list[Entry]) -> list[Entry]:
    """The writing calls that the service saw."""
    return [call for call in calls if not str(call.operation).startswith(("Get", "List", "Assume"))]


def test_a_preview_makes_no_audit_file(world: World, audit: Audit) -> None:
    Stack(world, audit.governing()).preview()
    assert not audit.path.exists()


def test_a_run_notes_each_writing_call_as_the_service_saw_it(settled: Settled, audit: Audit) -> None:
    stack = settled(audit.governing(members={INSURER: ()}))
    phase = stack.update()
    calls, lines = written(phase.calls), audit.lines()
    assert [(call.operation, call.request_id, call.account) for call in calls] == [
        (line["operation"], line["requestId"], line["account"]) for line in lines
    ]
    assert {"TagResource", "CreateCollaborationChangeRequest", "UntagResource", "UpdateCollaborationChangeRequest"} == {
        line["operation"] for line in lines
    }


def test_each_line_names_the_plan_and_the_key_and_the_role_that_acted(settled: Settled, audit: Audit) -> None:
    phase = settled(audit.governing(members={INSURER: ()})).update()
    plan = phase["collaboration sales"].inputs["fingerprint"]
    assert {(RETAILER, role(RETAILER, "act")), (MEDIA, role(MEDIA, "act"))} == {
        (line["account"], line["role"]) for line in audit.lines()
    }
    assert {("cleanrooms/test", "collaborations.sales", plan, "pulumi up", "crgov-cleanrooms-test")} == {
        tuple(line[name] for name in ("stack", "key", "plan", "by", "session")) for line in audit.lines()
    }


def test_a_membership_is_noted_under_its_own_key_and_plan(world: World, audit: Audit) -> None:
    phase = Stack(world, audit.governing()).update()
    joined = {line["key"]: line["plan"] for line in audit.lines() if line["operation"] == "CreateMembership"}
    names = ("retailer", "media")
    assert {f"memberships.{name}": phase[f"membership {name}"].inputs["fingerprint"] for name in names} == joined


def test_the_environment_of_the_engine_names_another_file(
    world: World, surroundings: Surroundings, audit: Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(surroundings.env, "CLEANROOMS_AUDIT", str(tmp_path / "of-the-pipeline"))
    phase = Stack(world, audit.governing(memberships={}), as_the_engine_does=True).update()
    assert ["CreateCollaboration"] == phase.writes
    assert phase.asked("CreateCollaboration")[0].request_id in (tmp_path / "of-the-pipeline").read_text()
    assert not audit.path.exists()


@pytest.mark.parametrize("trouble", ["a folder in its place", "a link out of the project"])
def test_a_run_that_cannot_keep_its_audit_writes_nothing(trouble: str, settled: Settled, audit: Audit, tmp_path: Path) -> None:
    audit.path.parent.mkdir(exist_ok=True)
    if trouble == "a folder in its place":
        audit.path.mkdir()
    else:
        audit.path.symlink_to(tmp_path / "elsewhere.jsonl")
    phase = settled(audit.governing(members={INSURER: ()})).update()
    assert [] == phase.writes
    assert f"the audit file {audit.path} (named by cleanrooms:audit.file)" in phase["collaboration sales"].message
    assert not (tmp_path / "elsewhere.jsonl").exists()


def test_resources_of_somebody_elses_program_write_nothing_under_a_setting_that_is_wrong(settled: Settled) -> None:
    stack = _OwnProgram(settled(governing(members={INSURER: ()})))
    phase = stack.update()
    assert [] == phase.writes
    assert "cleanrooms:audit.file: '/etc/shadow' is no audit file" in phase["collaboration sales"].message


class _OwnProgram(Stack):
    """A program that declares the same resources, and whose configuration holds nothing but a hostile audit."""

    def __init__(self, original: Stack) -> None:
        super().__init__(original.world, original.config)
        self.state = original.state

    @contextmanager
    def phase(self) -> Iterator[tuple[Phase, Provider]]:
        phase = Phase()
        before = self.world.app.journal.last
        with self.world.surroundings.provider({"cleanrooms:audit": '{"file": "/etc/shadow"}'}) as provider:
            yield phase, provider
        phase.calls = self.world.app.journal.entries(before)


class Deadly(Application):
    """A service whose caller is killed around a writing call: while that is in flight, or when the next one arrives.

    A call that only reads tells nothing of what the run has come to: it may be of the head start, which goes on beside it.
    """

    def __init__(self, at: int, *, in_flight: bool) -> None:
        super().__init__(ids="providers")
        self.victim = 0
        self._at = at
        self._in_flight = in_flight

    def __call__(self, request: Request) -> Response:
        """Answer, unless the caller is gone."""
        if not self._in_flight and writes(request) and self._is_at_the_boundary():
            return self._killed()
        answer = super().__call__(request)
        return self._killed() if self._in_flight and self._is_at_the_boundary() else answer

    def _is_at_the_boundary(self) -> bool:
        return len(written(self.journal.entries())) == self._at

    def _killed(self) -> Response:
        with suppress(ProcessLookupError):
            os.kill(self.victim, signal.SIGKILL)
        return Response(0, delivery=Delivery.NOTHING)


class Mortal(Stack):
    """A stack whose run is killed by its service."""

    @contextmanager
    def phase(self) -> Iterator[tuple[Phase, Provider]]:
        with super().phase() as (phase, provider):
            assert isinstance(self.world.app, Deadly)
            self.world.app.victim = provider.process_id
            yield phase, provider


@pytest.mark.parametrize("at", [1, 3, 5])
@pytest.mark.parametrize("in_flight", [True, False], ids=["in flight", "before the next one"])
def test_a_killed_run_has_a_whole_line_for_each_call_but_the_one_in_flight(
    at: int, in_flight: bool, settled: Settled, audit: Audit
) -> None:
    ready = settled(audit.governing(members={INSURER: ()}))
    kept = ready.world.app.snapshot()
    stack = Mortal(ready.world, ready.config)
    stack.state = ready.state
    deadly = stack.world.app = Deadly(at, in_flight=in_flight)
    deadly.restore(kept)
    with suppress(Died):
        stack.update()
    seen = [call.request_id for call in written(deadly.journal.entries())]
    assert at == len(seen)
    assert seen[: at - in_flight] == [line["requestId"] for line in audit.lines()]
