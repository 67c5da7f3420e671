"""`crgov payers`: who may be asked, who has accepted, who was asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from tests.cli.analysis_stage import RESULTS, SOMEWHERE, SQL, WHERE, reader, runs_and_receives, served, stack_text, two_payers
from tests.cli.runner import crgov, project
from tests.emulator.analyses.analysis_world import AnalysisWorld
from tests.emulator.world import READER, RUNNER

PAYERS = ("payers", "--stack", "retailer")
COSTS = ["queryCompute", "jobCompute", "modelTraining", "modelInference", "syntheticDataGeneration"]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[AnalysisWorld]:
    """Two that may be charged for queries; the reader is a partner, so its acceptance is not visible."""
    with served(two_payers(), monkeypatch, tmp_path) as world:
        yield world


def run_as(*payers: str) -> list[str]:
    """The ids of queries that were started at the cost of these accounts."""
    detached = ("--detach", "--json")
    return [crgov("run", "query", *WHERE, *SQL, *RESULTS, "--payer", payer, *detached).document["id"] for payer in payers]


def document(*more: str) -> dict[str, Any]:
    (found,) = crgov(*PAYERS, *more, "--json").document["collaborations"]
    return dict(found)


def through(found: dict[str, Any], account: str, kind: str) -> dict[str, Any]:
    return next(each for each in found["asked"] if (each["through"], each["kind"]) == (account, kind))


def test_each_cost_type_shows_its_candidates_and_how_they_stand(world: AnalysisWorld) -> None:
    costs = document()["costs"]
    assert COSTS == list(costs)
    assert {RUNNER: "usable", READER: "acceptance not visible"} == {
        each["account"]: each["standing"] for each in costs["queryCompute"]
    }
    assert [(RUNNER, True)] == [(each["account"], each["byNameOrByDefault"]) for each in costs["jobCompute"]]


def test_who_has_declined_and_who_has_not_joined_are_told_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    world = two_payers().declining(RUNNER)
    with served(world, monkeypatch, tmp_path):
        out = crgov(*PAYERS).out
        assert f"{RUNNER} (media)  not accepted" in out
        assert "nobody is named: who can query pays by default" in out


def test_who_was_asked_is_shown_with_what_it_cost(world: AnalysisWorld) -> None:
    ids = run_as(READER, RUNNER, READER)
    runs = through(document(), RUNNER, "query")
    assert list(reversed(ids)) == [each["id"] for each in runs["runs"]]
    assert [READER, RUNNER, READER] == [each["payer"] for each in runs["runs"]]
    assert {READER: 2, RUNNER: 1} == {each["payer"]: each["count"] for each in runs["byPayer"]}
    assert all(each["units"] > 0 for each in runs["runs"])
    ran = crgov(*PAYERS, "campaigns")
    assert 0 == ran.code
    assert f"{READER} (bank) was asked 2 times" in ran.out


def test_only_the_newest_are_looked_at(world: AnalysisWorld) -> None:
    ids = run_as(READER, RUNNER, READER)
    assert [ids[2], ids[1]] == [each["id"] for each in through(document("--last", "2"), RUNNER, "query")["runs"]]


def test_what_is_under_way_costs_nothing_yet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with served(two_payers(), monkeypatch, tmp_path, tick=0.01):
        run_as(READER)
        (run,) = through(document(), RUNNER, "query")["runs"]
        assert ("SUBMITTED", None) == (run["status"], run["units"])


@pytest.mark.parametrize(
    ("operation", "shown"),
    [("ListProtectedQueries", "queries run by"), ("GetProtectedQuery", "was asked 1 time, 0 CRPU hours")],
    ids=["the list", "the details"],
)
def test_what_may_not_be_read_hides_nothing_else(world: AnalysisWorld, operation: str, shown: str) -> None:
    run_as(READER)
    world.app.faults.set([FaultRule(kind=FaultKind.ERROR, code="AccessDeniedException", operation=operation)])
    ran = crgov(*PAYERS)
    assert (0, "") == (ran.code, ran.err)
    assert shown in ran.out
    assert "acceptance not visible" in ran.out


def test_a_collaboration_that_cannot_be_read_is_an_error(world: AnalysisWorld) -> None:
    world.app.faults.set([FaultRule(kind=FaultKind.ERROR, code="AccessDeniedException", operation="ListMembers")])
    ran = crgov(*PAYERS)
    assert 1 == ran.code
    assert "campaigns: not read" in ran.out


def test_names_of_others_steer_no_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    world = AnalysisWorld([runs_and_receives(), reader()], name="Sales \u202egnorw")
    with served(world, monkeypatch, tmp_path):
        for ran in (crgov(*PAYERS), crgov(*PAYERS, "--json")):
            assert 0 == ran.code
            assert "\u202e" not in ran.out


@pytest.mark.parametrize("arguments", [(), ("nowhere", "--stack", "retailer"), ("--stack", "retailer", "--last", "0")])
def test_wrong_usage_ends_with_64(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    monkeypatch.chdir(tmp_path)
    project(tmp_path, stack_text(SOMEWHERE))
    assert 64 == crgov("payers", *arguments).code
