"""A membership is planned against what its collaboration is about to become, as far as that is sure."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cleanrooms_emulator.switches import Switches
from tests.providers.conftest import Settled
from tests.providers.mini_engine import Phase, Stack
from tests.providers.provider_process import UNKNOWN
from tests.providers.stacks import BANK, INSURER, MEDIAS, RECEIVES, RETAILER, RETAILERS, governing, held, membership
from tests.providers.world import World, member

SALES, INSURERS = "collaboration sales", "membership insurer"
HELD = {INSURER: held(INSURER, "Insurer")}
MEMBERSHIPS = {"insurer": membership(INSURER), "media": MEDIAS, "retailer": RETAILERS}

Story = Mapping[str, Phase]


@pytest.fixture(scope="module")
def automatic(story_world: World) -> Story:
    """A collaboration that approves new members by itself gets one whose account this stack holds."""
    stack = Stack(story_world, governing(autoApprove=["ADD_MEMBER"]))
    stack.update()
    stack.config = governing({INSURER: ()}, accounts=HELD, memberships=MEMBERSHIPS, autoApprove=["ADD_MEMBER"])
    return {"preview": stack.preview(), "up": stack.update(), "again": stack.preview()}


def test_a_membership_is_planned_against_what_its_collaboration_approves_by_itself(automatic: Story) -> None:
    assert ["join as 555566667777 (Insurer), paying for nothing"] == automatic["preview"][INSURERS].plan


def test_the_predicted_plan_is_the_one_that_is_carried_out(automatic: Story) -> None:
    assert automatic["preview"][INSURERS].wire == automatic["up"][INSURERS].wire
    assert "CreateMembership" == automatic["up"].writes[-1]


def test_after_the_prediction_came_true_nothing_is_left(automatic: Story) -> None:
    assert {"same"} == set(automatic["again"].ops.values())


@pytest.fixture(scope="module")
def conflicting(settled: Settled) -> Story:
    """The service takes one request at a time, and somebody else's is open."""
    stack = settled(governing({INSURER: ()}, accounts=HELD, memberships=MEMBERSHIPS))
    stack.world.app.switches = Switches.from_names({"concurrency": "one-per-collaboration"})
    request = stack.world.file(RETAILER, stack.state[SALES].id, member(BANK, *RECEIVES))
    told = {"preview": stack.preview(), "up": stack.update(), "waiting": stack.preview(), "refresh": stack.refresh()}
    told |= {"still waiting": stack.update()}
    stack.world.act(BANK, stack.state[SALES].id, request, "DENY")
    return {**told, "free": stack.preview(), "filed": stack.update()}


def test_a_request_that_the_service_would_not_take_is_not_tried_again_while_the_same_ones_are_open(conflicting: Story) -> None:
    assert 1 == conflicting["up"].writes.count("CreateCollaborationChangeRequest")
    assert ["same", "same"] == [conflicting[phase][SALES].op for phase in ("waiting", "still waiting")]
    assert [] == conflicting["still waiting"].writes


def test_a_preview_says_what_a_request_waits_for_that_the_service_would_not_take(conflicting: Story) -> None:
    told = conflicting["waiting"].said(SALES)
    assert 1 == len([line for line in told if line.startswith("nothing is filed while these are open")])


def test_a_membership_is_known_while_its_collaboration_only_waits(conflicting: Story) -> None:
    assert UNKNOWN == conflicting["preview"][INSURERS].inputs["plan"]
    assert [] == conflicting["waiting"][INSURERS].plan


def test_it_is_tried_again_when_the_other_request_is_over(conflicting: Story) -> None:
    assert ("update", UNKNOWN) == (conflicting["free"][SALES].op, conflicting["free"][INSURERS].inputs["plan"])
    assert 1 == conflicting["filed"].writes.count("CreateCollaborationChangeRequest")
