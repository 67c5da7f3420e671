"""`crgov run` when answers are lost, people interrupt it, queries fail, and others write what steers terminals."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from cleanrooms_governance.analyses.analysis import Kind, Submission
from cleanrooms_governance.analyses.payers import Candidate, Charged, Standing
from cleanrooms_governance.aws import AwsAccounts
from cleanrooms_governance.cli.analyses.conducting import GoesOn, Terminal, conduct
from cleanrooms_governance.cli.analyses.preparing import Runner, find_runner
from cleanrooms_governance.cli.analyses.reports import detached_report, followed_report, shown_report
from cleanrooms_governance.cli.exit_codes import Exit
from cleanrooms_governance.cli.stack import read_stack
from cleanrooms_governance.model import AccountId
from tests.cli.analysis_stage import RESULTS, SQL, WHERE, reader, runs_and_receives, served, stack_text, started, two_payers
from tests.cli.runner import Ran, crgov, crgov_process
from tests.emulator.analyses.analysis_world import AnalysisWorld
from tests.emulator.world import CREATOR, READER, RUNNER

START = "StartProtectedQuery"
PROTECTED = {
    "allowedAnalyses": ["ANY_QUERY"],
    "allowedAnalysisProviders": [RUNNER],
    "differentialPrivacy": {"columns": [{"name": "user_id"}]},
}
HOSTILE = "\x1b[2Jwiped\u202egnorw\nfake: line"


def query(*more: str) -> Ran:
    return crgov("run", "query", *WHERE, *SQL, *RESULTS, *more)


def fail(world: AnalysisWorld, kind: str, operation: str = START, **more: Any) -> None:
    world.app.faults.set([FaultRule(kind=FaultKind(kind), operation=operation, **more)])


def usual() -> AnalysisWorld:
    return AnalysisWorld([runs_and_receives(), reader()])


@pytest.mark.parametrize("kind", ["dropAfter", "truncate", "badGatewayAfter"])
def test_a_lost_answer_is_found_again_and_said_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str) -> None:
    with served(usual(), monkeypatch, tmp_path) as world:
        fail(world, kind)
        ran = query()
        assert 0 == ran.code
        assert "found again by reading, and started once" in ran.out
        assert 1 == len(started(world))


def test_what_cannot_be_known_ends_with_5_and_says_how_to_look(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with served(usual(), monkeypatch, tmp_path) as world:
        fail(world, "dropBefore", times=1)
        ran = query("--json")
        assert 5 == ran.code
        assert 5 == ran.document["exit"]
        assert "may or may not have been started" in ran.err
        look = next(line for line in ran.err.splitlines() if "crgov payers" in line).split()
        assert 0 == crgov(*look[1:]).code
        assert [] == started(world)


@pytest.mark.parametrize(("kind", "effect"), [("dropAfter", "cancelled"), ("dropBefore", "not cancelled")])
def test_a_lost_answer_to_a_cancellation_is_looked_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str, effect: str
) -> None:
    with served(usual(), monkeypatch, tmp_path, tick=0.01) as world:
        id = query("--detach", "--json").document["id"]
        fail(world, kind, "UpdateProtectedQuery", times=1)
        ran = crgov("run", "cancel", id, *WHERE)
        assert (effect == "cancelled") == (ran.code == 0)
        assert (effect == "cancelled") == (world.read({"id": id})["status"] in ("CANCELLING", "CANCELLED"))


def test_what_is_run_is_noted_under_the_command_and_without_its_text(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    world = usual()
    text = stack_text(world) + "  cleanrooms:audit: {file: audit.jsonl}\n"
    with served(world, monkeypatch, tmp_path, text, tick=0.01):
        id = query("--detach", "--json").document["id"]
        assert 0 == crgov("run", "cancel", id, *WHERE).code
    lines = (tmp_path / "audit.jsonl").read_text()
    noted = [json.loads(line) for line in lines.splitlines()]
    assert [("StartProtectedQuery", "crgov run query"), ("UpdateProtectedQuery", "crgov run cancel")] == [
        (line["operation"], line["by"]) for line in noted
    ]
    assert {"memberships.runner"} == {line["key"] for line in noted}
    assert SQL[1] not in lines


def test_a_query_that_fails_ends_with_1_and_the_reason(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with served(usual(), monkeypatch, tmp_path):
        ran = crgov("run", "query", *WHERE, "--sql", "select raise_error('no') as one", *RESULTS)
        assert 1 == ran.code
        assert "MALFORMED_QUERY: The query called raise_error" in ran.out
        assert "is not expected to succeed, says the service" in ran.out


def test_what_differential_privacy_did_is_shown_with_the_budget(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    world = usual()
    world.table("visits", rule=PROTECTED)
    world.protect(epsilon=3, noise=20)
    with served(world, monkeypatch, tmp_path):
        before = world.aggregations_left("COUNT_DISTINCT")
        sql = "select count(distinct user_id) as users from visits"
        ran = crgov("run", "query", *WHERE, "--sql", sql, *RESULTS)
        assert 0 == ran.code
        assert "protected by differential privacy: COUNT_DISTINCT of" in ran.out
        assert f"DIFFERENTIAL_PRIVACY of {CREATOR} (retailer), COUNT_DISTINCT: {before} -> {before - 1} of {before}" in ran.out


def test_budgets_that_may_not_be_read_are_said_to_be_so_and_stop_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with served(usual(), monkeypatch, tmp_path) as world:
        fail(world, "error", "ListCollaborationPrivacyBudgets", code="AccessDeniedException")
        ran = query()
        assert 0 == ran.code
        assert "privacy budgets: not visible (ListCollaborationPrivacyBudgets: AccessDeniedException)" in ran.out


def test_ctrl_c_says_that_it_goes_on_and_how_to_look_and_cancel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with served(usual(), monkeypatch, tmp_path, tick=0) as world:
        running = crgov_process("run", "query", *WHERE, *SQL, *RESULTS)
        assert running.stderr is not None
        said = running.stderr.readline()
        running.send_signal(signal.SIGINT)
        _, rest = running.communicate(timeout=30)
        (listed,) = started(world)
        assert 1 == running.returncode
        assert f"query {listed['id']}: SUBMITTED" in said
        assert "The query goes on in AWS" in rest
        assert f"crgov run cancel {listed['id']} --membership runner --stack retailer" in rest
        assert "SUBMITTED" == listed["status"]


def at_hand(world: AnalysisWorld) -> tuple[Runner, Terminal]:
    """The runner as a command has it, and a terminal that nobody waits at."""
    stack = read_stack("retailer", None, Path.cwd())
    assert stack is not None
    return find_runner(stack, "runner", AwsAccounts(stack.owner_prefix)), Terminal(lambda _: None, WHERE[:2], lambda _: None)


def test_one_that_cannot_be_looked_at_any_more_goes_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with served(usual(), monkeypatch, tmp_path, tick=0) as world:
        runner, terminal = at_hand(world)
        fail(world, "error", "GetProtectedQuery", code="AccessDeniedException")
        own = Charged(Candidate(AccountId(RUNNER), Standing.USABLE), None)
        with pytest.raises(GoesOn, match="goes on in AWS"):
            conduct(runner, Submission(Kind.QUERY, sql="select 1 as one"), own, terminal, detach=False)


@pytest.mark.parametrize("report", [lambda found, _: followed_report(found), detached_report], ids=["followed", "detached"])
def test_a_payer_that_is_not_the_one_that_was_meant_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, report: Callable[..., Any]
) -> None:
    with served(two_payers(), monkeypatch, tmp_path) as world:
        runner, terminal = at_hand(world)
        meant = Charged(Candidate(AccountId(RUNNER), Standing.USABLE), None)
        other = Submission(Kind.QUERY, sql="select 1 as one", payer=AccountId(READER))
        found = report(conduct(runner, other, meant, terminal, detach=report is detached_report), terminal)
        assert Exit.ERROR == found.exit
        assert any("CHARGES ANOTHER ACCOUNT" in line.text for line in found.lines)


def test_names_and_errors_of_others_steer_no_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    world = AnalysisWorld([runs_and_receives(), reader()], name="Sales \u202egnorw")
    with served(world, monkeypatch, tmp_path):
        good = query()
        fail(world, "error", code="ValidationException", members={"message": HOSTILE, "reason": "INVALID_QUERY"})
        bad = query("--json")
        missing = crgov("run", "query", *WHERE, "--template", HOSTILE, *RESULTS)
    assert [0, 1, 4] == [good.code, bad.code, missing.code]
    for text in (good.out, good.err, bad.out, bad.err, missing.err):
        assert not {"\x1b", "\u202e"} & set(text)
    assert not [line for line in (*bad.err.splitlines(), *missing.err.splitlines()) if line.startswith("fake:")]


def test_a_status_that_this_version_does_not_know_is_shown_and_ends_with_5(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with served(usual(), monkeypatch, tmp_path) as world:
        runner, _ = at_hand(world)
        begun = runner.port.analysis(Kind.QUERY, runner.membership, query("--detach", "--json").document["id"])
        report = shown_report(runner, replace(begun, status="ARCHIVED"))
        assert Exit.UNKNOWN == report.exit
        assert any("does not know that status" in line.text for line in report.lines)
