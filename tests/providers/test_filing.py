"""A change that needs votes: filed, waited for, decided elsewhere, committed; and an account that joins as soon as it can."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.providers.conftest import Settled
from tests.providers.mini_engine import Phase, Stack
from tests.providers.provider_process import UNKNOWN
from tests.providers.stacks import BANK, INSURER, MEDIAS, RECEIVES, RETAILER, RETAILERS, governing, held, membership

SALES, INSURERS = "collaboration sales", "membership insurer"
EDITED = governing(
    {BANK: RECEIVES, INSURER: ()},
    accounts={INSURER: held(INSURER, "Insurer")},
    memberships={"insurer": membership(INSURER), "media": MEDIAS, "retailer": RETAILERS},
)
PLAN = ["add member 555566667777 (Insurer)", "grant CAN_RECEIVE_RESULTS to 444455556666 (Bank)"]
WAITS = "waits for 444455556666 (Bank) to vote on +CAN_RECEIVE_RESULTS 444455556666 (Bank), +member 555566667777 (Insurer)"

Story = Mapping[str, Phase]


@pytest.fixture(scope="module")
def stack(settled: Settled) -> Stack:
    return settled(EDITED)


@pytest.fixture(scope="module")
def story(stack: Stack) -> Story:
    told = {"plan": stack.preview(), "filing": stack.update(), "waiting": stack.preview(), "refresh": stack.refresh()}
    told["waiting for ever"] = stack.update()
    (request,) = stack.world.open_requests(RETAILER, stack.state[SALES].id)
    stack.world.act(BANK, stack.state[SALES].id, request, "APPROVE")
    return {**told, "approved": stack.preview(), "commit": stack.update(), "settled": stack.preview()}


def test_a_change_is_something_to_do(story: Story) -> None:
    assert ("update", PLAN) == (story["plan"][SALES].op, story["plan"][SALES].plan)


def test_a_membership_is_unknown_while_its_account_depends_on_what_comes_next(story: Story) -> None:
    for phase in ("plan", "approved"):
        assert ("create" if phase == "plan" else "update") == story[phase][INSURERS].op
        assert UNKNOWN == story[phase][INSURERS].inputs["plan"]


def test_memberships_of_accounts_that_the_change_is_not_about_stay_the_same(story: Story) -> None:
    assert all("same" == story[phase]["membership media"].op for phase in story if phase != "refresh")


def test_the_request_is_filed_once_and_voted_on_for_the_account_that_is_held(story: Story) -> None:
    assert ["TagResource", "CreateCollaborationChangeRequest", "TagResource", "UntagResource", "APPROVE"] == story[
        "filing"
    ].writes


def test_what_is_filed_is_recorded_as_waiting_for_whom(story: Story, stack: Stack) -> None:
    assert "waiting: 2 planned changes not in effect yet" == story["filing"].said(SALES)[-1]
    assert "approved change request" in "\n".join(story["filing"].said(SALES))


@pytest.mark.parametrize("phase", ["waiting", "waiting for ever"])
def test_while_it_waits_nothing_is_to_do(story: Story, phase: str) -> None:
    assert ("same", []) == (story[phase][SALES].op, story[phase].writes)


@pytest.mark.parametrize("phase", ["filing", "waiting", "waiting for ever"])
def test_every_phase_says_whom_it_waits_for(story: Story, phase: str) -> None:
    assert any(line.startswith(WAITS) for line in story[phase].said(SALES))


def test_the_plan_depends_on_no_vote_and_no_request(story: Story) -> None:
    wires = {story[phase][SALES].wire for phase in ("plan", "filing", "waiting", "waiting for ever", "approved", "commit")}
    fingerprints = {story[phase][SALES].inputs["fingerprint"] for phase in ("plan", "filing", "waiting", "approved", "commit")}
    assert 1 == len(fingerprints)
    assert 1 == len(wires)


def test_a_membership_that_waits_for_its_invitation_is_there(story: Story, stack: Stack) -> None:
    assert "create" == story["filing"][INSURERS].op
    assert ("same", []) == (story["waiting"][INSURERS].op, story["waiting"][INSURERS].plan)
    (said,) = story["waiting"].said(INSURERS)
    assert said.startswith("555566667777 (Insurer) sees no invitation yet: it joins when it does")


def test_a_refresh_keeps_a_membership_that_waits(story: Story) -> None:
    step = story["refresh"][INSURERS]
    assert ("read", False) == (step.op, step.moved)


def test_a_refresh_keeps_what_is_waited_for(story: Story) -> None:
    assert "same" == story["waiting for ever"][SALES].op


def test_a_decisive_vote_is_something_to_do(story: Story) -> None:
    assert ("update", PLAN) == (story["approved"][SALES].op, story["approved"][SALES].plan)
    assert any(line.startswith("next: commit change request") for line in story["approved"].said(SALES))


def test_what_is_approved_is_committed_and_the_account_joins_in_the_same_run(story: Story) -> None:
    assert ["COMMIT", "CreateMembership"] == story["commit"].writes
    assert ["join as 555566667777 (Insurer), paying for nothing"] == story["commit"][INSURERS].plan


def test_in_the_end_everything_is_settled(story: Story, stack: Stack) -> None:
    assert {"same"} == set(story["settled"].ops.values())
    assert {"converged"} == {recorded.outputs["outcome"] for recorded in stack.state.values()}
