"""The main story: create, join, edit, file, wait, vote from another repository, commit, and a change in the console."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.engine.stack_files import BANK, INSURER, MEDIA, RECEIVES, RETAILER, approves, bank_stack, governing
from tests.engine.world import Watched, World, member

pytestmark = pytest.mark.engine

Story = Mapping[str, Watched]


@pytest.fixture(scope="module")
def story(world: World) -> Story:
    creator = world.repository("creator", RETAILER)
    bank = world.repository("bank", BANK)
    told: dict[str, Watched] = {}

    creator.write_stack("retail", governing(bank=()))
    creator.init("retail")
    told["first preview"] = world.watch(lambda: creator.preview("retail"))
    told["creation"] = world.watch(lambda: creator.up("retail"))
    told["preview after creation"] = world.watch(lambda: creator.preview("retail", "--expect-no-changes"))
    told["second up"] = world.watch(lambda: creator.up("retail"))

    collaboration = world.only_collaboration(RETAILER)
    rule = approves(["ADD_MEMBER", "GRANT_RECEIVE_RESULTS_ABILITY"], [BANK, INSURER], RECEIVES)
    bank.write_stack("partner", bank_stack(collaboration, approve=[rule]))
    bank.init("partner")
    told["bank joins"] = world.watch(lambda: bank.up("partner", "--skip-preview"))

    creator.write_stack("retail", governing(bank=RECEIVES, members={INSURER: ()}))
    told["preview of the edit"] = world.watch(lambda: creator.preview("retail"))
    told["filing"] = world.watch(lambda: creator.up("retail"))
    told["waiting"] = world.watch(lambda: creator.preview("retail", "--expect-no-changes"))

    told["bank's vote"] = world.watch(lambda: bank.up("partner"))
    told["commit"] = world.watch(lambda: creator.up("retail"))
    told["converged"] = world.watch(lambda: creator.preview("retail", "--expect-no-changes"))

    world.change_behind_our_back(RETAILER, collaboration, [MEDIA, BANK], member(BANK))
    told["drift"] = world.watch(lambda: creator.preview("retail"))
    told["drift expected away"] = world.watch(lambda: creator.preview("retail", "--expect-no-changes"))
    return told


def test_the_first_preview_shows_what_would_be_created_and_for_whom(story: Story) -> None:
    preview = story["first preview"]
    assert 0 == preview.code, preview.output
    (line,) = {line.split("plan: ")[1] for line in preview.lines("plan: ")}
    assert line.startswith("create collaboration 'retail-media' in eu-west-1 with 111122223333 (Retailer), ")


@pytest.mark.parametrize(
    "chapter", ["first preview", "preview after creation", "preview of the edit", "waiting", "converged", "drift"]
)
def test_a_preview_writes_nothing(story: Story, chapter: str) -> None:
    assert [] == story[chapter].writes


def test_the_members_that_the_stack_holds_join_in_the_run_that_creates(story: Story) -> None:
    creation = story["creation"]
    assert 0 == creation.code, creation.output
    assert ["CreateCollaboration", "CreateMembership", "CreateMembership"] == creation.writes
    assert {RETAILER, MEDIA} == {call.account for call in creation.asked("CreateMembership")}


def test_right_after_a_creation_there_is_nothing_to_do(story: Story) -> None:
    assert 0 == story["preview after creation"].code, story["preview after creation"].output
    assert (0, []) == (story["second up"].code, story["second up"].writes)
    assert "7 unchanged" in story["second up"].output


def test_the_members_own_stack_joins_by_itself(story: Story) -> None:
    joining = story["bank joins"]
    assert (0, ["CreateMembership"]) == (joining.code, joining.writes), joining.output


def test_the_preview_of_an_edit_shows_each_change_with_the_votes_that_it_needs(story: Story) -> None:
    preview = story["preview of the edit"]
    assert 0 == preview.code, preview.output
    voters = "(needs the votes of 222233334444 (Media), 444455556666 (Bank))"
    assert f"plan: grant CAN_RECEIVE_RESULTS to 444455556666 (Bank) {voters}" in preview.output
    assert f"plan: add member 555566667777 (Insurer) {voters}" in preview.output
    assert "1 to update" in preview.output


def test_the_preview_of_an_edit_does_not_show_outputs_as_changed(story: Story) -> None:
    assert "Outputs:" not in story["preview of the edit"].output


def test_up_files_one_request_and_votes_for_the_account_that_the_stack_holds(story: Story) -> None:
    filing = story["filing"]
    assert 0 == filing.code, filing.output
    assert 1 == len(filing.asked("CreateCollaborationChangeRequest"))
    (vote,) = filing.asked("UpdateCollaborationChangeRequest")
    assert (MEDIA, "APPROVE") == (vote.account, vote.parameters["action"])


def test_up_says_whom_it_waits_for_and_ends_well(story: Story) -> None:
    filing = story["filing"]
    assert "waits for 444455556666 (Bank) to vote on" in filing.output
    assert "approved change request" in filing.output
    assert "waiting: 2 planned changes not in effect yet" in filing.output
    assert '"converged" => "waiting"' in filing.output


def test_while_it_waits_a_preview_says_so_again_and_plans_nothing(story: Story) -> None:
    waiting = story["waiting"]
    assert 0 == waiting.code, waiting.output
    assert "waits for 444455556666 (Bank) to vote on" in waiting.output
    assert "7 unchanged" in waiting.output


def test_the_partners_own_stack_votes_by_its_declared_rule(story: Story) -> None:
    vote = story["bank's vote"]
    assert (0, ["APPROVE"]) == (vote.code, vote.writes), vote.output
    assert BANK == vote.asked("UpdateCollaborationChangeRequest")[0].account
    assert "by approve rule (" in vote.output


def test_up_commits_when_the_votes_are_in(story: Story) -> None:
    commit = story["commit"]
    assert (0, ["COMMIT"]) == (commit.code, commit.writes), commit.output
    assert "converged: the collaboration is as the file says" in commit.output


def test_what_was_committed_is_read_back(story: Story) -> None:
    calls = [str(call.operation) for call in story["commit"].calls]
    last_write = max(number for number, name in enumerate(calls) if name == "UpdateCollaborationChangeRequest")
    assert "ListMembers" in calls[last_write:]


def test_a_converged_stack_expects_no_changes(story: Story) -> None:
    assert 0 == story["converged"].code, story["converged"].output


def test_a_change_in_the_console_shows_as_drift_with_its_repair(story: Story) -> None:
    drift = story["drift"]
    assert 0 == drift.code, drift.output
    assert "plan: grant CAN_RECEIVE_RESULTS to 444455556666 (Bank)" in drift.output
    assert "next: file a change request with 1 change (444455556666 (Bank))" in drift.output


def test_drift_fails_a_preview_that_expects_none(story: Story) -> None:
    assert 7 == story["drift expected away"].code, story["drift expected away"].output


def test_no_output_holds_a_traceback(story: Story) -> None:
    assert [] == [name for name, watched in story.items() if "Traceback" in watched.output]
