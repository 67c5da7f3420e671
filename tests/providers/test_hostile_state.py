"""A state file that somebody has changed: it is a memory and no authority, so a lie in it is refused or does nothing."""

from __future__ import annotations

import pytest

from tests.providers.conftest import Settled
from tests.providers.mini_engine import Stack
from tests.providers.stacks import BANK, INSURER, MEDIA, RECEIVES, RETAILER, governing

SALES = "collaboration sales"
INVITE = f"add member {INSURER} (Insurer)"


def other_collaboration(stack: Stack, creator: str) -> str:
    """The id of a collaboration that this stack knows nothing of."""
    members = [{"accountId": each, "displayName": "x", "memberAbilities": []} for each in (RETAILER, MEDIA) if each != creator]
    created = stack.world.console(creator).create_collaboration(
        name="Other",
        description="x",
        creatorDisplayName="x",
        creatorMemberAbilities=["CAN_QUERY", *RECEIVES],
        members=members,
        queryLogStatus="DISABLED",
    )
    return str(created["collaboration"]["id"])


def point_at(stack: Stack, id: str) -> None:
    """Write another collaboration into the state, wherever it names one."""
    recorded = stack.state[SALES]
    recorded.id = id
    for kept in (recorded.inputs, recorded.outputs):
        kept["collaborationId"] = id


def test_a_state_that_points_at_another_accounts_collaboration_is_refused(settled: Settled) -> None:
    stack = settled(governing({INSURER: ()}))
    point_at(stack, other_collaboration(stack, BANK))
    preview = stack.preview()
    assert (["identity"], []) == (preview[SALES].refused, preview.writes)
    assert [] == stack.update().writes


def test_a_state_that_points_at_another_collaboration_of_the_creator_takes_nothing_over_unseen(settled: Settled) -> None:
    stack = settled(governing({INSURER: ()}))
    other = other_collaboration(stack, RETAILER)
    arn = f"arn:aws:cleanrooms:eu-west-1:{RETAILER}:collaboration/{other}"
    stack.world.console(RETAILER).tag_resource(resourceArn=arn, tags={"governed-by": "another/stack/other"})
    point_at(stack, other)
    preview = stack.preview()
    assert "take-over" in preview[SALES].refused
    assert [] == stack.update().writes


def test_a_plan_and_an_acknowledgement_that_were_written_into_the_state_count_for_nothing(settled: Settled) -> None:
    stack = settled(governing())
    recorded = stack.state[SALES]
    forged = {"changes": {INVITE: {"id": "x"}}, "dangers": {}}
    recorded.outputs |= {"plan": forged, "refused": [], "digest": "fp-0000000000000000"}
    recorded.inputs |= {"plan": forged, "refused": [], "members": {}, "acknowledge": ["fp-0000000000000000"]}
    preview, run = stack.preview(), stack.update()
    assert ([], []) == (preview[SALES].plan, run.writes)
    assert INSURER not in stack.state[SALES].outputs["live"]["members"]


@pytest.mark.parametrize("creator", [BANK, RETAILER])
def test_a_state_whose_id_alone_is_another_collaborations_writes_nothing_there(settled: Settled, creator: str) -> None:
    stack = settled(governing({INSURER: ()}))
    stack.state[SALES].id = other_collaboration(stack, creator)
    run = stack.update()
    assert ([INVITE], "failed", []) == (run[SALES].plan, run[SALES].op, run.writes)
