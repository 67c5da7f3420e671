"""Whatever AWS does where it documents nothing: who was meant is charged, and what ends badly says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

import pytest

from cleanrooms_emulator.switches import describe
from cleanrooms_emulator.switches.analyses import AnalysisReadings
from cleanrooms_emulator.switches.budgets import BudgetReadings
from cleanrooms_governance.analyses.analysis import Status
from cleanrooms_governance.cli.analyses.conducting import Conducted
from cleanrooms_governance.cli.budgets.looking import Budgets, look_at_budgets
from cleanrooms_governance.cli.worlds import Choice, look, places
from cleanrooms_governance.privacy_budgets import AccessBalance, PrivacyBudget
from tests.cli.analysis_stage import RESULTS, SQL, WHERE, reader, runs_and_receives, served, started, two_payers
from tests.cli.runner import Ran, crgov
from tests.cli.running import ON_VISITS, Running, on_visits
from tests.emulator.analyses.analysis_world import AnalysisWorld
from tests.emulator.world import CREATOR, READER, RUNNER
from tests.scenarios.tracing import traced

ASKED = {*(each.name for each in fields(AnalysisReadings)), "shown_payments", "runner_job_payment"}
USED = ASKED | {each.name for each in fields(BudgetReadings)}
ON_CARDS = "select count(*) as number from cards"
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


MADE_ELSEWHERE = {
    "calendarDefaultRefresh": "a template is never made without it",
    "privacyDefaultRefresh": "a template is never made without it",
    "accessTemplateAutoRefresh": "no access budget is made with it",
    "lifetimeAutoRefresh": "no LIFETIME amount is made with it",
    "equalUpdateResets": "of edits: tests/scenarios/an_access_budget_changed",
    "lifetimeResetOnUpdate": "of edits: tests/scenarios/an_access_budget_changed",
    "epsilonDecreaseAfterUse": "of edits: tests/scenarios/a_privacy_budget_raised_lowered_and_replaced",
    "receiverPrivacyTemplate": "of templates of receivers: tests/scenarios/a_privacy_budget_raised_lowered_and_replaced",
}
"""The switches of budgets that nobody asks who only uses budgets up and looks at them, and where they are asked."""


def use_up_and_look(folder: Path, reading: dict[str, str], consulted: set[str]) -> None:
    """Use a budget up, with one query that is cancelled and with a member that goes, and look at what is left each time."""
    world = two_payers()
    world.app.switches = traced(reading, consulted)
    world.budget(world.table("visits"), 3, "CALENDAR_DAY")
    world.budget(world.table("cards", READER), 3, "LIFETIME", READER)
    running = Running(world, folder)
    for sql, payer in ((ON_VISITS, READER), (ON_CARDS, RUNNER)):
        conducted = running.query(on_visits(payer, sql))
        assert isinstance(conducted, Conducted)
        assert (Status.SUCCESS, payer) == (conducted.analysis.status, conducted.analysis.shown.payer)
        assert conducted.after == looked_at(running), "what is told after a run is what there is"
    begun = running.query(on_visits(RUNNER), detach=True)
    assert isinstance(begun, Conducted)
    world.cancel({"id": begun.analysis.id})
    for seconds in (60, 2 * 86_400):
        world.app.clock.advance(seconds)
        assert listed(world) == figures(looked_at(running))
    world.of(CREATOR).delete_member(collaborationIdentifier=world.collaboration_id, accountId=READER)
    assert listed(world) == figures(looked_at(running))


def looked_at(running: Running) -> tuple[PrivacyBudget, ...]:
    """What `crgov budgets` sees."""
    accounts = running.logged_in()
    (found,) = look_at_budgets(look(places(running.stack, Choice()), accounts), running.stack, accounts)
    assert isinstance(found, Budgets)
    assert () == found.book.unread
    return found.book.budgets


def figures(budgets: Iterable[PrivacyBudget]) -> dict[str, dict[str, int]]:
    return {
        each.id: {period: part.left for period, part in each.balance.periods.items()}
        for each in budgets
        if isinstance(each.balance, AccessBalance)
    }


def listed(world: AnalysisWorld) -> dict[str, dict[str, int]]:
    """What is left, as the service shows it to a person."""
    answer = world.of(CREATOR).list_collaboration_privacy_budgets(
        collaborationIdentifier=world.collaboration_id, privacyBudgetType="ACCESS_BUDGET"
    )
    return {
        each["id"]: {part["budgetType"]: part["remainingBudget"] for part in each["budget"]["accessBudget"]["details"]}
        for each in answer["collaborationPrivacyBudgetSummaries"]
    }


def test_what_is_left_is_told_as_the_service_counts_it_under_every_reading(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", CREATOR)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-checked")
    consulted: set[str] = set()
    use_up_and_look(tmp_path, {}, consulted)
    for switch in describe():
        for value in switch.values if switch.name in consulted else ():
            if value != switch.default and switch.field in USED:
                use_up_and_look(tmp_path, {switch.name: value}, set())
    budgets = {each.name for each in describe() if each.field in {field.name for field in fields(BudgetReadings)}}
    assert budgets - consulted == MADE_ELSEWHERE.keys()


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
