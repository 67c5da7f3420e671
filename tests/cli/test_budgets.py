"""`crgov budgets`: what is left, when it is renewed, who lives on it, and what could not be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from tests.cli.analysis_stage import RESULTS, WHERE, reader, runs_and_receives, served, stack_text
from tests.cli.runner import Ran, crgov, project, role
from tests.emulator.analyses.analysis_world import ANY
from tests.emulator.machine_learning.learning_world import UNTIL_ACTIVE, LearningWorld
from tests.emulator.world import CREATOR, READER, RUNNER

BUDGETS = ("budgets", "--stack", "retailer")
ON_VISITS = "select count(*) as number from visits"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[LearningWorld]:
    """Tables of the creator and of the reader, who is a partner, both limited; differential privacy of the creator."""
    world = LearningWorld([runs_and_receives(), reader()])
    world.budget(world.table("visits"), 4, "CALENDAR_WEEK")
    world.budget(world.table("cards", READER), 9, "LIFETIME", READER)
    world.protect(3, 50)
    with served(world, monkeypatch, tmp_path, text_of(world)):
        yield world


def text_of(world: LearningWorld) -> str:
    """The stack file of the analyses, with a membership of the creator too."""
    return f'{stack_text(world)}    retailer: {{account: "{CREATOR}", collaboration: campaigns}}\n'


def document(*more: str) -> dict[str, Any]:
    (found,) = crgov(*BUDGETS, *more, "--json").document["collaborations"]
    return dict(found)


def budget(found: dict[str, Any], type: str, owner: str = CREATOR) -> dict[str, Any]:
    return next(dict(each) for each in found["budgets"] if (each["type"], each["owner"]) == (type, owner))


def line(ran: Ran, *words: str) -> str:
    """The one line with all these words."""
    (found,) = [each for each in ran.out.splitlines() if all(word in each for word in words)]
    return found


def deny(world: LearningWorld, *operations: str) -> None:
    world.app.faults.set(
        [FaultRule(kind=FaultKind.ERROR, code="AccessDeniedException", operation=operation) for operation in operations]
    )


def test_what_queries_have_used_is_shown_with_the_name_of_the_table(world: LearningWorld) -> None:
    world.query(ON_VISITS)
    ran = crgov(*BUDGETS)
    assert (0, "") == (ran.code, ran.err)
    assert "3 of 4 (75%)" in line(ran, f"{CREATOR} (retailer)", "access budget of visits", "CALENDAR_WEEK")
    assert "never" in line(ran, f"{READER} (bank)", "LIFETIME", "9 of 9 (100%)")
    assert line(ran, "differential privacy (epsilon 3)", "AVG, COUNT, COUNT_DISTINCT, STDDEV, SUM", "of 150", "never")


def test_programs_get_the_period_and_its_end(world: LearningWorld) -> None:
    world.query(ON_VISITS)
    found = budget(document(), "ACCESS_BUDGET")
    (part,) = found["parts"]
    assert ("visits", 3, ["CALENDAR_WEEK"], 3, 4) == (
        found["table"],
        found["usableNow"],
        part["names"],
        part["left"],
        part["of"],
    )
    assert part["end"] == part["nextRefresh"]
    assert part["end"].endswith("T00:00:00+00:00")
    assert None is budget(document(), "ACCESS_BUDGET", READER)["table"]


def test_a_table_of_a_partner_is_told_by_its_id(world: LearningWorld) -> None:
    found = budget(document(), "ACCESS_BUDGET", READER)
    assert line(crgov(*BUDGETS), f"access budget of {found['resource'].rpartition('/')[2]}", "LIFETIME")


def test_a_budget_that_is_used_up_says_so(world: LearningWorld) -> None:
    for _ in range(4):
        world.query(ON_VISITS)
    assert line(crgov(*BUDGETS), "access budget of visits", "0 of 4 (0%)", "used up")


@pytest.mark.parametrize("held", [True, False], ids=["our own", "a partner's"])
def test_an_input_channel_shows_the_budgets_it_lives_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, held: bool) -> None:
    world = LearningWorld([runs_and_receives(), reader()])
    world.budget(world.table("visits", rule={**ANY, "additionalAnalyses": "ALLOWED"}), 4, "CALENDAR_WEEK")
    text = text_of(world)
    if not held:
        text = text.replace(f', role: "{role(RUNNER)}"', "").partition("  cleanrooms:memberships")[0]
    with served(world, monkeypatch, tmp_path, text, tick=0.01):
        arn = world.channel(world.association())
        begun = len(world.app.journal.entries())
        (channel,) = document()["channels"]
        called = {str(each.operation) for each in world.app.journal.entries()[begun:]}
        shown = crgov(*BUDGETS).out
        world.app.clock.advance(UNTIL_ACTIVE)
        world.delete_channel(arn)
        world.app.clock.advance(UNTIL_ACTIVE)
        assert [] == document()["channels"], "one without data lives on nothing any more"
    (living,) = channel["budgets"]
    assert ("GetMLInputChannel" if held else "GetCollaborationMLInputChannel") in called
    assert (RUNNER, "training-data", 3, 4) == (channel["owner"], channel["name"], living["usableNow"], living["parts"][0]["of"])
    assert f"ML input channel 'training-data' of {RUNNER} (media)" in shown


@pytest.mark.parametrize(
    ("denied", "what", "still"),
    [
        ("ListConfiguredTableAssociations", "the names of its tables", "CALENDAR_WEEK"),
        ("ListCollaborationPrivacyBudgets", "the budgets of all members", "access budget of visits"),
        ("GetPrivacyBudgetTemplate", "when differential privacy is renewed", "differential privacy (epsilon 3)"),
        ("ListMLInputChannels", "its ML input channels", "CALENDAR_WEEK"),
        ("ListCollaborationMLInputChannels", "the ML input channels of others", "CALENDAR_WEEK"),
    ],
)
def test_what_may_not_be_read_is_said_and_the_rest_is_shown(world: LearningWorld, denied: str, what: str, still: str) -> None:
    deny(world, denied)
    ran = crgov(*BUDGETS)
    assert 1 == ran.code
    assert f"{what}. {denied}" in ran.out
    assert still in ran.out


def test_a_denied_channel_names_the_action_of_clean_rooms_ml(world: LearningWorld) -> None:
    deny(world, "ListCollaborationMLInputChannels")
    assert "cleanrooms-ml:ListCollaborationMLInputChannels" in crgov(*BUDGETS).out


def test_an_account_that_cannot_be_reached_hides_nothing_of_others(world: LearningWorld) -> None:
    world.app.faults.set([FaultRule(kind=FaultKind.ERROR, code="AccessDeniedException", operation="AssumeRole")])
    ran = crgov(*BUDGETS)
    assert 1 == ran.code
    assert f"not read as {RUNNER} (media): its memberships" in ran.out
    assert line(ran, "access budget of visits", "4 of 4 (100%)")


def test_members_look_at_their_own_where_the_collaboration_cannot_be_read(world: LearningWorld) -> None:
    deny(world, "GetCollaboration")
    assert ["the collaboration"] == [each["what"] for each in document()["notRead"]]
    ran = crgov(*BUDGETS)
    assert 1 == ran.code
    assert "access budget of visits" in ran.out


def test_one_collaboration_can_be_named(world: LearningWorld) -> None:
    assert document("campaigns")["id"] == document(world.collaboration_id)["id"]
    ran = crgov(*BUDGETS, "nowhere")
    assert 64 == ran.code
    assert "nowhere is no collaboration of the stack file" in ran.err


def test_nothing_is_written(world: LearningWorld) -> None:
    before = len(world.app.journal.entries())
    crgov(*BUDGETS)
    called = {str(each.operation) for each in world.app.journal.entries()[before:]}
    assert set() == {each for each in called if not each.startswith(("Get", "List", "Assume"))}


def test_without_a_stack_file_it_is_wrong_usage() -> None:
    assert 64 == crgov("budgets").code


def test_a_collaboration_that_is_not_there_yet_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    world = LearningWorld([runs_and_receives(), reader()])
    text = stack_text(world).replace(f"id: {world.collaboration_id}", "name: Not yet")
    with served(world, monkeypatch, tmp_path, text):
        ran = crgov(*BUDGETS)
    assert (0, "campaigns: not created yet\n") == (ran.code, ran.out)


def warning(world: LearningWorld, below: str, resource: str = "Visits") -> str:
    """The stack file with the budget of the creator's table declared, and below what to warn."""
    amount = "{type: CALENDAR_WEEK, budget: 4, autoRefresh: ENABLED}"
    declared = f"{{type: ACCESS_BUDGET, resource: {resource}, budgets: [{amount}], warnBelow: {below}}}"
    return text_of(world).removesuffix("}\n") + f", privacyBudgets: {{visits: {declared}}}}}\n"


@pytest.mark.parametrize(("below", "end"), [("75%", 0), ("76%", 2)])
def test_less_than_the_file_wants_to_hear_of_ends_with_2(world: LearningWorld, below: str, end: int) -> None:
    project(Path(), warning(world, below))
    world.query(ON_VISITS)
    ran = crgov(*BUDGETS)
    said = "memberships.retailer.privacyBudgets.visits.warnBelow: CALENDAR_WEEK: 3 of 4 left, less than"
    assert (end, end == 2) == (ran.code, said in ran.out)
    found = budget(document(), "ACCESS_BUDGET")
    assert (below, end == 2) == (found["warnBelow"], found["parts"][0]["low"])


def test_a_budget_that_is_to_be_watched_and_is_not_to_be_seen_is_an_error(world: LearningWorld) -> None:
    project(Path(), warning(world, "50%", "orders"))
    assert ["memberships.retailer.privacyBudgets.visits.warnBelow"] == document()["notJudged"]
    ran = crgov(*BUDGETS)
    assert 1 == ran.code
    assert "visits.warnBelow: no such budget is to be seen" in ran.out


def test_as_a_viewer_alone_the_creator_reads_what_all_members_share(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    world = LearningWorld([runs_and_receives(), reader()])
    world.protect(3, 50)
    with served(world, monkeypatch, tmp_path):
        ran = crgov(*BUDGETS)
        called = {str(each.operation) for each in world.app.journal.entries()}
    assert (0, True) == (ran.code, "GetCollaborationPrivacyBudgetTemplate" in called)
    assert "never" in line(ran, "differential privacy (epsilon 3)")


def test_a_run_tells_its_budgets_by_the_names_of_tables_that_the_stack_can_see(world: LearningWorld) -> None:
    ran = crgov("run", "query", *WHERE, "--sql", ON_VISITS, *RESULTS)
    assert f"ACCESS_BUDGET of {CREATOR} (retailer) on visits, CALENDAR_WEEK: 4 -> 3 of 4" in ran.out
    deny(world, "ListIntermediateTables")
    again = crgov("run", "query", *WHERE, "--sql", ON_VISITS, *RESULTS)
    assert 0 == again.code
    assert "on visits" not in again.out
