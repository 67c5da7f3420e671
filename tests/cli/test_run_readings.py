"""Whatever AWS does where it documents nothing: who was meant is charged, and what ends badly says so."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from cleanrooms_emulator.switches import describe
from cleanrooms_emulator.switches.analyses import AnalysisReadings
from tests.cli.analysis_stage import RESULTS, SQL, WHERE, reader, runs_and_receives, served, started, two_payers
from tests.cli.runner import Ran, crgov
from tests.emulator.analyses.analysis_world import AnalysisWorld
from tests.emulator.world import CREATOR, READER, RUNNER

ASKED = {*(each.name for each in fields(AnalysisReadings)), "shown_payments", "runner_job_payment"}
OTHERS = [(each.name, value) for each in describe() if each.field in ASKED for value in each.values if value != each.default]


@pytest.fixture(params=OTHERS, ids="=".join)
def reading(request: pytest.FixtureRequest) -> dict[str, str]:
    """One switch that is asked when something is run, at another value."""
    return dict([request.param])


def query(*more: str) -> Ran:
    return crgov("run", "query", *WHERE, *SQL, *RESULTS, *more)


def test_who_was_named_is_charged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, reading: dict[str, str]) -> None:
    with served(two_payers(switches=reading), monkeypatch, tmp_path) as world:
        assert [4, 0, 0] == [query().code, query("--payer", READER).code, query("--payer", RUNNER).code]
        assert [READER, RUNNER] == [each["queryComputePayerAccountId"] for each in started(world)]


def test_the_runner_is_charged_where_nobody_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, reading: dict[str, str]
) -> None:
    world = AnalysisWorld([runs_and_receives(), reader()], switches=reading)
    world.table("visits")
    world.script("visits", name="train")
    with served(world, monkeypatch, tmp_path):
        assert [0, 0] == [query().code, crgov("run", "job", *WHERE, "--template", "train", "--to-member", READER).code]
        assert [RUNNER] == [each["queryComputePayerAccountId"] for each in started(world)]
        assert [RUNNER] == [each["jobComputePayerAccountId"] for each in started(world, "protected_jobs")]


@pytest.mark.parametrize("exhausted", ["400", "FAILED"])
def test_a_budget_that_is_used_up_ends_with_1(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, exhausted: str) -> None:
    world = AnalysisWorld([runs_and_receives(), reader()], switches={"budgetExhausted": exhausted})
    world.budget(world.table("visits"), 1, "LIFETIME")
    sql = ("--sql", "select count(*) as number from visits")
    with served(world, monkeypatch, tmp_path):
        first, second = (crgov("run", "query", *WHERE, *sql, *RESULTS) for _ in range(2))
    assert [0, 1] == [first.code, second.code]
    assert f"ACCESS_BUDGET of {CREATOR} (retailer)" in first.out
    assert "LIFETIME: 1 -> 0 of 1" in first.out
    assert "budget" in second.err + second.out
