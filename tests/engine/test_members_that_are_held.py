"""A new member whose account the same stack holds: invited, voted for and joined in as few runs as possible."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.engine.stack_files import ACCOUNTS, INSURER, RETAILER, Config, governing
from tests.engine.world import Watched, World

pytestmark = pytest.mark.engine

HELD = {**ACCOUNTS, INSURER: {"name": "Insurer", "role": f"arn:aws:iam::{INSURER}:role/governance"}}


def _stack(own_plan: str, *, insured: bool) -> Config:
    stack = governing(own_plan, members={INSURER: ()} if insured else {})
    joins = {"insurer": {"account": INSURER, "collaboration": "retail-media"}} if insured else {}
    return {**stack, "accounts": HELD, "memberships": {**stack["memberships"], **joins}}


@pytest.fixture(scope="module")
def told(world: World) -> Mapping[str, Watched]:
    """The insurer is to join; media's vote is missing at first, then it is given by a rule that the file declares."""
    creator = world.repository("creator", RETAILER)
    plan = str(creator.scratch / "plan.json")
    creator.write_stack("retail", _stack("wait", insured=False))
    creator.init("retail")
    creator.up("retail", "--skip-preview")
    creator.write_stack("retail", _stack("wait", insured=True))
    told = {
        "asked": world.watch(lambda: creator.up("retail", "--skip-preview")),
        "waiting": world.watch(lambda: creator.preview("retail", "--expect-no-changes")),
    }
    creator.write_stack("retail", _stack("approve", insured=True))
    return {
        **told,
        "review": world.watch(lambda: creator.preview("retail", "--save-plan", plan)),
        "by plan": world.watch(lambda: creator.up("retail", "--skip-preview", "--plan", plan)),
        "after": world.watch(lambda: creator.preview("retail", "--expect-no-changes")),
    }


def test_a_member_that_is_not_invited_yet_waits(told: Mapping[str, Watched]) -> None:
    assert (0, []) == (told["asked"].code, told["asked"].asked("CreateMembership")), told["asked"].output
    assert "555566667777 (Insurer) sees no invitation yet: it joins when it does" in told["asked"].output


def test_a_held_account_without_a_rule_is_named_with_the_way_to_vote(told: Mapping[str, Watched]) -> None:
    assert "waits for 222233334444 (Media) to vote on +member 555566667777 (Insurer)" in told["asked"].output
    assert "this stack holds it, but no rule covers it: vote by hand, or add a rule" in told["asked"].output


def test_while_the_invitation_waits_nothing_is_planned(told: Mapping[str, Watched]) -> None:
    assert (0, []) == (told["waiting"].code, told["waiting"].writes), told["waiting"].output


def test_a_member_joins_in_the_run_that_commits_its_invitation(told: Mapping[str, Watched]) -> None:
    assert ["APPROVE", "COMMIT", "CreateMembership"] == told["by plan"].writes
    assert INSURER == told["by plan"].asked("CreateMembership")[0].account


def test_a_saved_plan_holds_though_the_joining_was_not_known_yet(told: Mapping[str, Watched]) -> None:
    assert "what is to be done here is known when the collaboration's changes are made" in told["review"].output
    assert (0, 0) == (told["review"].code, told["by plan"].code), told["by plan"].output


def test_afterwards_nothing_is_left_to_do(told: Mapping[str, Watched]) -> None:
    assert (0, []) == (told["after"].code, told["after"].writes), told["after"].output
