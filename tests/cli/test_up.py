"""`crgov up`: how often the engine is run, how it ends, and what is said; the engine itself is a stand-in here."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cleanrooms_governance.reviewed_plan import ReviewedPlan, ReviewedResource, build
from tests.cli.engine_double import EngineDouble, component, engine_double, error_on, failure, forgotten, resource, round_of
from tests.cli.runner import Ran, crgov, crgov_process

BANK = "444455556666"
CONVERGED = resource("Collaboration", "sales", "converged")
JOINED = resource("Membership", "bank", "converged", op="create")


def waiting(digest: str = "fp-1", **outputs: Any) -> dict[str, Any]:
    """A collaboration that waits for the bank."""
    return resource("Collaboration", "sales", "waiting", op="update", awaited=[BANK], digest=digest, **outputs)


def up(tmp_path: Path, *rounds: dict[str, Any], more: tuple[str, ...] = ()) -> tuple[Ran, EngineDouble]:
    double = engine_double(tmp_path / "double", *rounds)
    return crgov("up", "--pulumi", double.program, *more), double


def test_what_is_converged_is_run_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_PARALLEL_DIFF", "true")
    ran, double = up(tmp_path, round_of(CONVERGED, JOINED), more=("--stack", "retail", "--", "--diff"))
    assert (0, 1) == (ran.code, len(double.calls()))
    (call,) = double.calls()
    given = call["arguments"]
    assert ["up", "--yes", "--skip-preview", "--continue-on-error"] == given[:4]
    assert ["--stack", "retail"] == given[given.index("--stack") :][:2]
    assert "--diff" == given[-1]
    assert "false" == call["parallelDiff"]


def test_the_engines_lines_are_passed_on_without_what_steers_a_terminal(tmp_path: Path) -> None:
    ran, _ = up(tmp_path, round_of(CONVERGED))
    assert "  indented [31mline\n" in ran.out
    assert "the end of a round\n" in ran.out
    assert "\x1b" not in ran.out


def test_programs_get_a_document_and_the_engines_lines_aside(tmp_path: Path) -> None:
    ran, _ = up(tmp_path, round_of(waiting()), more=("--json",))
    assert "the end of a round" in ran.err
    (one,) = ran.document["resources"]
    assert (1, "sales", "waiting", [BANK]) == (ran.document["rounds"], one["key"], one["outcome"], one["awaited"])


def test_waiting_for_others_is_not_tried_again(tmp_path: Path) -> None:
    ran, double = up(tmp_path, round_of(waiting(), resource("Membership", "media", "converged")))
    assert (3, 1) == (ran.code, len(double.calls()))
    assert f"collaboration sales  waiting for {BANK} (Bank)" in ran.out
    assert "only others are awaited" in ran.out


def test_a_budget_that_waits_for_its_table_is_named_as_one_and_not_tried_again(tmp_path: Path) -> None:
    ran, double = up(tmp_path, round_of(CONVERGED, resource("PrivacyBudgetTemplate", "media/orders", "waiting")))
    assert (3, 1) == (ran.code, len(double.calls()))
    assert "budget media/orders" in ran.out


def test_a_membership_that_moved_gives_its_collaboration_another_run(tmp_path: Path) -> None:
    second = round_of(resource("Collaboration", "sales", "converged", op="update", digest="fp-2"), JOINED)
    ran, double = up(tmp_path, round_of(waiting(), JOINED), second)
    assert (0, 2) == (ran.code, len(double.calls()))
    assert "after 2 rounds of pulumi up" in ran.out


def test_a_membership_that_moved_elsewhere_gives_nobody_another_run(tmp_path: Path) -> None:
    elsewhere = resource("Membership", "bank", "converged", op="create", collaboration="c-2")
    ran, double = up(tmp_path, round_of(waiting(), elsewhere))
    assert (3, 1) == (ran.code, len(double.calls()))


def test_what_no_longer_moves_is_not_tried_again(tmp_path: Path) -> None:
    ran, double = up(tmp_path, round_of(waiting(), JOINED))
    assert (3, 2) == (ran.code, len(double.calls()))


def test_five_rounds_are_the_most(tmp_path: Path) -> None:
    ran, double = up(tmp_path, *(round_of(waiting(f"fp-{number}"), JOINED) for number in range(9)))
    assert (3, 5) == (ran.code, len(double.calls()))
    assert "something still moves after 5 rounds: run again" in ran.out


def test_what_was_half_done_is_run_again_and_then_counts_as_it_stands(tmp_path: Path) -> None:
    half = round_of(failure("Collaboration", "sales", half_done="failed"), component("Membership", "bank"), code=1)
    ran, double = up(tmp_path, half, round_of(failure("Collaboration", "sales", refused=["removal"]), code=1))
    assert (4, 2) == (ran.code, len(double.calls()))


@pytest.mark.parametrize(
    ("events", "code", "expected", "said"),
    [
        pytest.param([failure("Collaboration", "sales", refused=["removal"])], 1, 4, "sales  refused", id="refused"),
        pytest.param([resource("Collaboration", "sales", "denied", op="update")], 0, 4, "sales  denied", id="denied"),
        pytest.param([failure("Collaboration", "sales")], 1, 1, "sales  failed", id="failed"),
        pytest.param([failure("Collaboration", "sales"), waiting()], 1, 3, "waiting", id="the last word counts"),
        pytest.param([CONVERGED, forgotten("Membership", "bank")], 0, 0, "bank      forgotten", id="forgotten"),
        pytest.param([], 255, 1, "nothing is known", id="no run at all"),
        pytest.param([CONVERGED], 1, 1, "converged", id="a failure that no resource explains"),
        pytest.param([waiting(), error_on("Collaboration", "sales")], 1, 3, "waiting", id="waiting that fails the engine"),
        pytest.param([waiting(absent=["no credentials"])], 0, 1, "skipped: no credentials", id="a vote that was skipped"),
        pytest.param(
            [failure("Collaboration", "sales", refused=["removal"]), component("Membership", "bank")],
            1,
            4,
            "membership bank      skipped",
            id="skipped",
        ),
    ],
)
def test_the_worst_end_counts(tmp_path: Path, events: list[dict[str, Any]], code: int, expected: int, said: str) -> None:
    ran, _ = up(tmp_path, round_of(*events, code=code))
    assert expected == ran.code, ran.out
    assert said in ran.out


def test_a_refusal_keeps_nothing_else_from_going_on(tmp_path: Path) -> None:
    other = failure("Collaboration", "other", refused=["removal"])
    second = resource("Collaboration", "sales", "converged", op="update", digest="fp-2")
    ran, double = up(tmp_path, round_of(other, waiting(), JOINED, code=1), round_of(other, second, JOINED, code=1))
    assert (4, 2) == (ran.code, len(double.calls()))


def test_without_pulumi_it_is_said_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for more in ((), ("--pulumi", str(tmp_path / "nowhere"))):
        ran = crgov("up", *more)
        assert (1, "") == (ran.code, ran.out)
        assert "Install Pulumi 3.259 or newer" in ran.err


def plan_file(tmp_path: Path, **tampered: Any) -> tuple[Path, str]:
    plan = ReviewedPlan({"cleanrooms/retail": {"collaboration sales": ReviewedResource(None, None)}})
    file = tmp_path / "plan.json"
    file.write_text(json.dumps({**build(plan), **tampered}))
    return file, plan.fingerprint


def test_the_engine_is_held_to_a_reviewed_plan_by_its_fingerprint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, fingerprint = plan_file(tmp_path)
    monkeypatch.chdir(tmp_path)
    ran, double = up(tmp_path, round_of(CONVERGED), more=("--expect", file.name, "--fingerprint", fingerprint))
    assert 0 == ran.code
    assert {"CLEANROOMS_EXPECT": str(file), "CLEANROOMS_EXPECT_FINGERPRINT": fingerprint} == double.calls()[0]["held"]


@pytest.mark.parametrize(
    ("tampered", "more", "said"),
    [
        pytest.param({"stacks": {}}, (), "it was changed after it was written", id="content"),
        pytest.param({"version": 2}, (), "has version 2", id="another version"),
        pytest.param({}, ("--fingerprint", "fp-0123456789abcdef"), "it is another plan", id="another plan than was reviewed"),
    ],
)
def test_nothing_runs_with_a_plan_that_is_not_the_reviewed_one(
    tmp_path: Path, tampered: dict[str, Any], more: tuple[str, ...], said: str
) -> None:
    file, _ = plan_file(tmp_path, **tampered)
    ran, double = up(tmp_path, round_of(CONVERGED), more=("--expect", str(file), *more))
    assert (4, []) == (ran.code, double.calls())
    assert said in ran.err


def test_a_plan_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    ran, double = up(tmp_path, round_of(CONVERGED), more=("--expect", str(tmp_path / "plan.json")))
    assert (4, []) == (ran.code, double.calls())
    assert "plan.json cannot be read: No such file or directory" in ran.err


def test_a_fingerprint_without_its_file_is_wrong_usage(tmp_path: Path) -> None:
    assert 64 == up(tmp_path, round_of(CONVERGED), more=("--fingerprint", "fp-0123456789abcdef"))[0].code


def start(double: EngineDouble) -> subprocess.Popen[str]:
    """Start the command as a process of its own, and wait until the engine speaks."""
    process = crgov_process("up", "--pulumi", double.program)
    assert process.stdout is not None
    assert any("indented" in line for line in iter(process.stdout.readline, "")), process.communicate()
    return process


@pytest.mark.parametrize("interruptions", [1, 2])
def test_an_interruption_is_passed_on_once(tmp_path: Path, interruptions: int) -> None:
    played = round_of(waiting(), JOINED, code=1, interruptions=1, afterwards=0.3)
    double = engine_double(tmp_path / "double", played)
    process = start(double)
    for _ in range(interruptions):
        process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert 1 == process.returncode, err
    assert (["SIGINT"], 1) == (double.interruptions(), len(double.calls()))
    assert "interrupted: what was done is recorded. Run again to go on" in out
    assert "Traceback" not in out + err


def test_whoever_stops_reading_does_not_end_the_engine(tmp_path: Path) -> None:
    double = engine_double(tmp_path / "double", round_of(CONVERGED, afterwards=0.3))
    process = start(double)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert (1, "") == (process.wait(30), process.stderr.read())
    process.stderr.close()
    assert [] == double.interruptions()
