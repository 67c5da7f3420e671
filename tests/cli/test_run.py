"""`crgov run`: started once, charged to whom was meant, followed to its end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.analysis_stage import (
    RESULTS,
    SOMEWHERE,
    SQL,
    WHERE,
    cancelled_at_the_console,
    reader,
    runs_and_receives,
    served,
    stack_text,
    started,
    two_payers,
)
from tests.cli.runner import Ran, crgov, project
from tests.emulator.analyses.analysis_world import AnalysisWorld
from tests.emulator.world import CREATOR, NEWCOMER, NO_SUCH_ID, READER, RUNNER

QUERY = ("run", "query", *WHERE)
JOB = ("run", "job", *WHERE)
BUCKET = {"outputConfiguration": {"s3": {"resultFormat": "CSV", "bucket": "results"}}}
TO_READER = {"outputConfiguration": {"member": {"accountId": READER}}}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[AnalysisWorld]:
    """The runner pays by default; it and the reader get results."""
    with served(AnalysisWorld([runs_and_receives(), reader()]), monkeypatch, tmp_path) as world:
        yield world


@pytest.fixture
def payers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[AnalysisWorld]:
    """Two that may be charged for queries."""
    with served(two_payers(), monkeypatch, tmp_path) as world:
        yield world


def query(*more: str) -> Ran:
    return crgov(*QUERY, *SQL, *RESULTS, *more)


def only(world: AnalysisWorld) -> dict[str, Any]:
    """The one query that was started, as the service shows it."""
    (listed,) = started(world)
    return world.read(listed)


def test_a_query_is_followed_to_its_end(world: AnalysisWorld) -> None:
    ran = query()
    assert 0 == ran.code
    id = only(world)["id"]
    for said in (f"query {id}: SUCCESS", f"paid by  {RUNNER} (media)", "CRPU hours", f"s3://results/{id}"):
        assert said in ran.out
    assert f"query {id}: SUBMITTED, paid by {RUNNER} (media)" in ran.err


def test_programs_get_one_document(world: AnalysisWorld) -> None:
    document = query("--json").document
    shown = only(world)
    assert ("query", shown["id"], "SUCCESS", RUNNER, 0) == tuple(
        document[key] for key in ("kind", "id", "status", "payer", "exit")
    )
    assert [f"s3://results/{shown['id']}"] == document["locations"]
    assert {"account": RUNNER, "standing": "usable"} == document["charged"]
    assert "select" not in json.dumps(document)


def test_of_several_payers_none_is_chosen_and_the_choices_are_listed(payers: AnalysisWorld) -> None:
    ran = query()
    assert (4, "") == (ran.code, ran.out)
    assert [f"  {RUNNER} (media), usable", f"  {READER} (bank), acceptance not visible"] == ran.err.splitlines()[1:]
    assert [] == started(payers)


@pytest.mark.parametrize("payer", [RUNNER, READER])
def test_the_account_that_is_named_is_charged(payers: AnalysisWorld, payer: str) -> None:
    assert 0 == query("--payer", payer).code
    assert payer == only(payers)["queryComputePayerAccountId"]


def test_the_membership_names_who_pays_by_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    world = two_payers()
    text = stack_text(world, membership=f', defaultPayer: {{queryCompute: "{READER}"}}')
    with served(world, monkeypatch, tmp_path, text):
        assert [0, 0] == [query().code, query("--payer", RUNNER).code]
        assert [READER, RUNNER] == [each["queryComputePayerAccountId"] for each in started(world)]


def test_who_cannot_be_charged_is_refused_before_anything_is_sent(payers: AnalysisWorld) -> None:
    payers.declining(RUNNER)
    for account, why in ((RUNNER, "has not accepted"), (CREATOR, "has not named it"), (NEWCOMER, "not a member")):
        ran = query("--payer", account)
        assert (4, "") == (ran.code, ran.out)
        assert why in ran.err
    assert [] == started(payers)


def test_what_cannot_be_seen_is_left_to_the_service(payers: AnalysisWorld) -> None:
    payers.declining(READER)
    ran = query("--payer", READER)
    assert 1 == ran.code
    assert "Correct the command accordingly" in ran.err
    assert [] == started(payers)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (RESULTS, BUCKET),
        (
            (*RESULTS, "--prefix", "daily/", "--format", "PARQUET", "--single-file"),
            {
                "outputConfiguration": {
                    "s3": {"resultFormat": "PARQUET", "bucket": "results", "keyPrefix": "daily/", "singleFileOutput": True}
                }
            },
        ),
        (("--to-member", READER), TO_READER),
        (
            (*RESULTS, "--to-member", READER),
            {
                "outputConfiguration": {
                    "distribute": {"locations": [BUCKET["outputConfiguration"], TO_READER["outputConfiguration"]]}
                }
            },
        ),
        ((), {"outputConfiguration": {"s3": {"resultFormat": "CSV", "bucket": "results-of-queries"}}}),
    ],
    ids=["bucket", "bucket in full", "member", "both", "default"],
)
def test_results_go_where_they_are_wanted(world: AnalysisWorld, options: tuple[str, ...], expected: dict[str, Any]) -> None:
    ran = crgov(*QUERY, *SQL, *options)
    assert 0 == ran.code
    assert expected == only(world)["resultConfiguration"]
    assert ("--to-member" in options) == (f"where the membership of {READER} (bank) says" in ran.out)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--to-member", CREATOR), "does not have CAN_RECEIVE_RESULTS"),
        (("--to-member", NEWCOMER), "is no active member"),
        (("--to-member", RUNNER), "its results go to a bucket"),
        (("--to-member", READER, "--to-member", READER), "named twice"),
    ],
    ids=["without the ability", "stranger", "the runner", "twice"],
)
def test_who_may_not_have_results_is_refused_before(world: AnalysisWorld, options: tuple[str, ...], why: str) -> None:
    ran = crgov(*QUERY, *SQL, *options)
    assert 4 == ran.code
    assert why in ran.err
    assert [] == started(world)


def test_the_workers_are_as_asked_for(world: AnalysisWorld) -> None:
    assert 0 == query("--worker-type", "CR.4X", "--workers", "32").code
    assert {"worker": {"type": "CR.4X", "number": 32}} == only(world)["computeConfiguration"]


def test_the_text_may_be_in_a_file(world: AnalysisWorld, tmp_path: Path) -> None:
    (tmp_path / "daily.sql").write_text("select 2 as two\n")
    assert 0 == crgov(*QUERY, "--sql", "@daily.sql", *RESULTS).code
    assert "select 2 as two\n" == only(world)["sqlParameters"]["queryString"]


class TestTemplates:
    def test_one_is_found_by_its_name_and_takes_parameters(self, world: AnalysisWorld) -> None:
        world.table("visits")
        arn = world.template(name="spend")
        ran = crgov(*QUERY, "--template", "spend", "--parameter", "least=3", *RESULTS)
        assert 0 == ran.code
        assert {"analysisTemplateArn": arn, "parameters": {"least": "3"}} == only(world)["sqlParameters"]
        assert f"template {arn} with least" in ran.out

    def test_a_name_that_two_have_names_none(self, world: AnalysisWorld) -> None:
        world.table("visits")
        arns = [world.template(name="spend"), world.template(RUNNER, name="spend")]
        ran = crgov(*QUERY, "--template", "spend", "--parameter", "least=3", *RESULTS)
        assert 4 == ran.code
        assert all(arn in ran.err for arn in arns)
        assert 0 == crgov(*QUERY, "--template", arns[1], "--parameter", "least=3", *RESULTS).code

    def test_an_unknown_name_is_refused_with_those_there_are(self, world: AnalysisWorld) -> None:
        world.table("visits")
        world.template(name="spend")
        ran = crgov(*QUERY, "--template", "spent", *RESULTS)
        assert 4 == ran.code
        assert "There are: spend" in ran.err

    def test_a_job_is_run_by_its_template(self, world: AnalysisWorld) -> None:
        world.table("visits")
        arn = world.script("visits", name="train")
        ran = crgov(*JOB, "--template", "train", "--to-member", READER, "--worker-type", "CR.1X", "--workers", "4")
        assert 0 == ran.code
        (listed,) = started(world, "protected_jobs")
        job = world.read_job(listed)
        assert (arn, RUNNER, TO_READER, {"worker": {"type": "CR.1X", "number": 4}}) == (
            job["jobParameters"]["analysisTemplateArn"],
            job["jobComputePayerAccountId"],
            job["resultConfiguration"],
            job["computeConfiguration"],
        )
        assert f"job {job['id']}: SUCCESS" in ran.out


class TestLater:
    def test_a_detached_one_is_looked_at_and_cancelled_later(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        with served(AnalysisWorld([runs_and_receives(), reader()]), monkeypatch, tmp_path, tick=0.01) as world:
            ran = query("--detach")
            id = only(world)["id"]
            assert (0, "") == (ran.code, ran.err)
            shown = crgov("run", "show", id, *WHERE)
            assert (3, True) == (shown.code, f"query {id}: SUBMITTED" in shown.out)
            cancelled = crgov("run", "cancel", id, *WHERE)
            assert (0, True) == (cancelled.code, f"query {id}: CANCELLING" in cancelled.out)
            assert 0 == crgov("run", "cancel", id, *WHERE).code
            world.app.clock.advance(10)
            assert 4 == crgov("run", "show", id, *WHERE).code
            assert 0 == crgov("run", "cancel", id, *WHERE).code

    def test_the_commands_that_it_shows_are_those(self, world: AnalysisWorld) -> None:
        lines = query("--detach").out.splitlines()
        show = next(line for line in lines if line.strip().startswith("crgov run show")).split()
        assert 0 == crgov(*show[1:]).code

    def test_a_job_is_told_from_a_query_by_its_id(self, world: AnalysisWorld) -> None:
        world.table("visits")
        world.script("visits", name="train")
        id = crgov(*JOB, "--template", "train", "--detach", "--json").document["id"]
        assert "job" == crgov("run", "show", id, *WHERE, "--json").document["kind"]

    def test_what_has_ended_is_not_cancelled(self, world: AnalysisWorld) -> None:
        query()
        ran = crgov("run", "cancel", only(world)["id"], *WHERE)
        assert 4 == ran.code
        assert "has ended: it is SUCCESS" in ran.err

    def test_one_that_somebody_cancels_ends_the_command(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        with served(AnalysisWorld([runs_and_receives(), reader()]), monkeypatch, tmp_path, tick=0.2) as world:
            with cancelled_at_the_console(world):
                ran = query()
            assert 4 == ran.code
            assert "CANCELLED" in ran.out

    @pytest.mark.parametrize("command", ["show", "cancel"])
    def test_an_unknown_one_is_an_error(self, world: AnalysisWorld, command: str) -> None:
        assert 1 == crgov("run", command, NO_SUCH_ID, *WHERE).code


class TestWhoMay:
    def test_an_account_without_the_ability_runs_nothing(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        world = AnalysisWorld([runs_and_receives(), reader()])
        text = stack_text(world) + f'    creator: {{account: "{CREATOR}", collaboration: campaigns}}\n'
        with served(world, monkeypatch, tmp_path, text):
            ran = crgov("run", "query", "--stack", "retailer", "--membership", "creator", *SQL)
            assert 4 == ran.code
            assert f"{RUNNER} (media) has" in ran.err

    @pytest.mark.parametrize(
        ("edit", "said"),
        [
            ((f'account: "{RUNNER}"', f'paused: true, account: "{RUNNER}"'), "is paused"),
            (("role:", "read: {role:"), "only looked at"),
        ],
        ids=["paused", "read-only"],
    )
    def test_who_may_not_write_runs_nothing(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, edit: tuple[str, str], said: str
    ) -> None:
        world = AnalysisWorld([runs_and_receives(), reader()])
        text = (
            stack_text(world).replace(*edit).replace('governance"}', 'governance"}}' if "read" in edit[1] else 'governance"}')
        )
        with served(world, monkeypatch, tmp_path, text):
            ran = query()
            assert (4, True) == (ran.code, said in ran.err)
            assert [] == started(world)


@pytest.mark.parametrize(
    "arguments",
    [
        ("query", *WHERE),
        ("query", *WHERE, *SQL, "--template", "a"),
        ("query", *WHERE, *SQL, "--parameter", "a=b"),
        ("query", *WHERE, "--template", "a", "--parameter", "a"),
        ("query", *WHERE, "--template", "a", "--parameter", "a=b", "--parameter", "a=c"),
        ("query", *WHERE, "--template", "a", "--parameter", f"a={'b' * 1001}"),
        ("query", *WHERE, "--sql", " "),
        ("query", *WHERE, "--sql", "@nowhere.sql"),
        ("query", *WHERE, *SQL, "--prefix", "daily"),
        ("query", *WHERE, *SQL, "--bucket", "Results"),
        ("query", *WHERE, *SQL, "--workers", "1"),
        ("query", *WHERE, *SQL, "--payer", "bank"),
        ("query", "--stack", "retailer", *SQL),
        ("query", "--stack", "retailer", "--membership", "nobody", *SQL),
        ("query", "--membership", "runner", *SQL),
        ("job", *WHERE),
        ("job", *WHERE, "--template", "a", "--workers", "4"),
        ("job", *WHERE, "--template", "a", *RESULTS),
        ("show", "the-first", *WHERE),
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_64_and_calls_nobody(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.chdir(tmp_path)
    project(tmp_path, stack_text(SOMEWHERE))
    ran = crgov("run", *arguments)
    assert (64, "") == (ran.code, ran.out)
