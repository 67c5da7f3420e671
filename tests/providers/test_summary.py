"""The summary that a provider process tells when it ends, and what it says where not every account can be reached."""

from __future__ import annotations

import re

import pytest

from cleanrooms_emulator.callers.roles import Role, declare
from cleanrooms_emulator.faults import FaultKind, FaultRule
from cleanrooms_governance.assessment.proceedings import Entry, Found, Proceedings, Standing
from tests.providers.conftest import Settled
from tests.providers.mini_engine import Stack
from tests.providers.stacks import BANK, CALLER, MEDIA, MEDIAS, RECEIVES, RETAILER, RETAILERS, governing, role
from tests.providers.world import World

SALES = "collaboration sales"
EDITED = governing({BANK: RECEIVES})
AWAITED = re.compile(rf"waiting: {SALES}: for {BANK} \(Bank\) since \d{{4}}-\d\d-\d\d, change request [0-9a-f-]{{36}}")
VOTE = "UpdateCollaborationChangeRequest"


def only(stack: Stack, account: str, *names: str) -> None:
    """Of an account, let only these roles be assumed."""
    declare(stack.world.app.store, [Role(role(account, name), (CALLER,)) for name in (*names, "another")])


@pytest.fixture
def edited(settled: Settled) -> Stack:
    return settled(EDITED).as_the_engine_ends_it()


def test_where_all_is_well_it_is_one_line(settled: Settled) -> None:
    stack = settled(governing()).as_the_engine_ends_it()
    assert ["Summary: everything is as the file says (1 collaboration and 2 memberships)"] == stack.preview().summary


def test_what_no_run_changes_is_not_said_to_be_as_the_file_says(settled: Settled) -> None:
    stack = settled(governing(queryLog=True)).as_the_engine_ends_it()
    expected = (
        "Summary: nothing to do; 1 collaboration other than the file says, which no run changes (see the warnings);"
        " 2 memberships as the file says"
    )
    assert [expected] == stack.preview().summary


def test_a_run_that_converges_says_that_something_stays_other_than_the_file_says(settled: Settled) -> None:
    run = settled(governing(queryLog=True, description="sales of all")).update()
    expected = "converged: the collaboration is as the file says, but for what no run changes (see the warnings)"
    assert expected == run.said(SALES)[-1]


def test_a_preview_says_what_is_to_do(edited: Stack) -> None:
    lines = edited.preview().summary
    expected = [
        "Summary: 1 to do; 2 memberships as the file says",
        f"to do: {SALES}: file a change request with 1 change ({BANK} (Bank))",
    ]
    assert expected == lines


def test_a_run_says_what_was_done_and_for_whom_it_waits(edited: Stack) -> None:
    headline, *lines = edited.update().summary
    assert "Summary: 2 done, 1 waiting; 2 memberships as the file says" == headline
    assert [f"done: {SALES}: filed", f"done: {SALES}: approved"] == [" ".join(line.split()[:4]) for line in lines[:2]]
    assert AWAITED.fullmatch(lines[2])


def test_a_membership_that_changes_while_others_are_awaited_asks_for_no_further_run(settled: Settled) -> None:
    memberships = {"media": MEDIAS, "retailer": {**RETAILERS, "queryLog": True}}
    run = settled(governing({BANK: RECEIVES}, memberships=memberships, queryLog=True)).as_the_engine_ends_it().update()
    lines = run.summary
    assert "update" == run["membership retailer"].op
    assert AWAITED.fullmatch(lines[-1])
    assert [] == [line for line in lines if line.startswith("to do: ")]


def test_a_creation_says_what_becomes_of_the_memberships(world: World) -> None:
    stack = Stack(world, governing(), as_the_engine_does=True)
    known_later = "what is to be done is known when the collaboration's changes are made"
    assert [f"to do: membership {key}: {known_later}" for key in ("media", "retailer")] == stack.preview().summary[2:]
    assert "Summary: 3 done" == stack.update().summary[0]


def test_what_is_refused_is_named_and_what_depends_on_it(settled: Settled) -> None:
    stack = settled(governing({RETAILER: ()})).as_the_engine_ends_it()
    refused = f"refused: {SALES}: last-receiver (see its errors)"
    assert refused == stack.preview().summary[-1]
    assert refused == stack.update().summary[-1]


def test_the_memberships_of_a_collaboration_that_failed_are_skipped_and_the_summary_says_so(world: World) -> None:
    stack = Stack(world, governing(), as_the_engine_does=True)
    world.app.faults.set([FaultRule(kind=FaultKind.ERROR, operation="CreateCollaboration", code="AccessDeniedException")])
    run = stack.update()
    headline, *lines = run.summary
    left_alone = f"left alone, because the engine skips what depends on {SALES}"
    assert {SALES: "failed", "membership media": "skipped", "membership retailer": "skipped"} == run.ops
    assert "Summary: 2 skipped, 1 failed" == headline
    assert [f"skipped: membership {key}: {left_alone}" for key in ("media", "retailer")] == lines[:2]
    assert lines[2].startswith(f"failed: {SALES}: CreateCollaboration: ")


def test_a_voter_that_cannot_be_reached_is_skipped_and_everything_else_is_done(edited: Stack) -> None:
    only(edited, MEDIA, "look")
    run = edited.update()
    outputs = edited.state[SALES].outputs
    assert ("update", "waiting", [MEDIA, BANK]) == (run[SALES].op, outputs["outcome"], outputs["awaited"])
    assert "CreateCollaborationChangeRequest" in run.writes
    assert {"same"} == {step.op for name, step in run.steps.items() if name != SALES}
    (absent,) = outputs["absent"]
    assert f"cannot be reached: accounts.{MEDIA}.write: role {role(MEDIA, 'act')} cannot be used" in absent
    headline, *lines = run.summary
    assert "Summary: 1 done, 1 waiting, 1 skipped; 2 memberships as the file says" == headline
    assert AWAITED.fullmatch(lines[1])
    assert lines[2].startswith(f"skipped: {SALES}: waits for {MEDIA} (Media) to vote on")


def test_a_voter_that_can_be_reached_again_votes_in_the_next_run(settled: Settled) -> None:
    stack = settled(EDITED)
    only(stack, MEDIA, "look")
    stack.update()
    only(stack, MEDIA, "look", "act")
    again = stack.update()
    assert (["APPROVE"], []) == (again.writes, stack.state[SALES].outputs["absent"])


def test_a_voter_read_and_written_to_the_same_way_is_known_to_be_absent_before_it_is_tried(settled: Settled) -> None:
    one_way = {MEDIA: {"name": "Media", "role": role(MEDIA, "act")}}
    stack = settled(governing({BANK: RECEIVES}, accounts=one_way))
    stack.world.app.faults.set([FaultRule(kind=FaultKind.ERROR, operation=VOTE, account=MEDIA, code="AccessDeniedException")])
    stack.update()
    stack.world.app.faults.clear()
    only(stack, MEDIA)
    preview = stack.preview()
    (line,) = [line for line in preview.said(SALES) if line.startswith("waits for 222233334444 (Media)")]
    assert f"cannot be reached: accounts.{MEDIA}: role" in line
    assert [] == [line for line in preview.said(SALES) if line.startswith("next: ")]


def test_a_vote_that_is_refused_fails_the_collaboration_after_everything_else(edited: Stack) -> None:
    edited.world.app.faults.set([FaultRule(kind=FaultKind.ERROR, operation=VOTE, account=MEDIA, code="AccessDeniedException")])
    run = edited.update()
    assert ("failed", "failed") == (run[SALES].op, edited.state[SALES].outputs["outcome"])
    assert f"failed: {SALES}: {VOTE} on" in run.summary[-1]


def test_an_account_that_is_lost_between_check_and_joining_is_skipped(world: World) -> None:
    stack = Stack(world, governing(), as_the_engine_does=True)
    only(stack, MEDIA, "look")
    run = stack.update()
    assert {"collaboration sales": "create", "membership media": "failed", "membership retailer": "create"} == run.ops
    assert run.summary[-1].startswith(f"skipped: membership media: cannot be reached: accounts.{MEDIA}.write: role")


def test_a_creator_that_cannot_be_reached_leaves_what_does_not_depend_on_it(settled: Settled) -> None:
    stack = settled(EDITED).as_the_engine_ends_it()
    only(stack, RETAILER)
    run = stack.update()
    assert ("failed", ["unreadable"], []) == (run[SALES].op, run[SALES].refused, run.writes)
    lines = run.summary
    assert "Summary: 2 skipped; 1 membership as the file says" == lines[0]
    assert lines[1].startswith(f"skipped: {SALES}: cannot be read: accounts.{RETAILER}.read: role")


class TestWithoutAnyCredentials:
    @pytest.fixture
    def bare(self, world: World, monkeypatch: pytest.MonkeyPatch) -> Stack:
        monkeypatch.setitem(world.surroundings.env, "AWS_ACCESS_KEY_ID", "")
        monkeypatch.setitem(world.surroundings.env, "AWS_EC2_METADATA_DISABLED", "true")
        return Stack(world, governing(), as_the_engine_does=True)

    def test_a_preview_refuses_nothing_but_to_know(self, bare: Stack) -> None:
        preview = bare.preview()
        assert ["no-credentials"] == preview[SALES].refused
        assert "not read: accounts.111122223333.read: no AWS credentials were found" in str(preview[SALES].inputs["refused"])
        assert [] == preview.calls
        expected = "Summary: nothing was read, so nothing is known of 1 collaboration and 2 memberships"
        assert [expected] == preview.summary

    def test_a_run_fails_and_writes_nothing(self, bare: Stack) -> None:
        run = bare.update()
        assert {"failed", "skipped"} == {step.op for step in run.steps.values()}
        assert ([], {}) == (run.calls, bare.state)


class TestProceedings:
    """What the summary is made of, without a process."""

    def to_do(self, needs: str = "") -> Found:
        return Found((Entry(Standing.TO_DO, "something"),), needs=needs)

    def test_nothing_is_said_where_nothing_was_looked_at(self) -> None:
        assert "" == Proceedings().summary({"collaboration a": ""})

    def test_what_the_run_did_not_come_to_is_not_begun(self) -> None:
        proceedings = Proceedings()
        for key in ("a", "b"):
            proceedings.planned(f"collaboration {key}", self.to_do())
        proceedings.failed("collaboration a", "It broke. Mend it.")
        declared = {"collaboration a": "", "collaboration b": "", "collaboration c": "", "membership m": "collaboration a"}
        expected = [
            "Summary: 3 skipped, 1 failed",
            "skipped: collaboration b: the run did not come to it",
            "skipped: collaboration c: the run did not come to it",
            "skipped: membership m: left alone, because the engine skips what depends on collaboration a",
            "failed: collaboration a: It broke",
        ]
        assert expected == proceedings.summary(declared).splitlines()

    def test_a_program_that_declares_something_else_than_the_file_is_not_held_to_it(self) -> None:
        proceedings = Proceedings()
        proceedings.planned("collaboration own", self.to_do())
        proceedings.failed("collaboration own", "It broke")
        assert 2 == len(proceedings.summary({"collaboration a": ""}).splitlines())

    def test_what_was_done_before_a_failure_is_told_with_it(self) -> None:
        proceedings = Proceedings()
        proceedings.planned("collaboration a", self.to_do())
        proceedings.did("collaboration a", "filed change request 1")
        proceedings.ended("collaboration a", self.to_do())
        proceedings.failed("collaboration a", "It broke")
        expected = [
            "Summary: 1 done, 1 failed",
            "done: collaboration a: filed change request 1",
            "failed: collaboration a: It broke",
        ]
        assert expected == proceedings.summary({}).splitlines()
