"""Everybody else writes what would deceive a reader: none of it comes through in lines, errors, inputs and state."""

from __future__ import annotations

from typing import Any

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from tests.hostile import DESCRIPTION, NAME, TAG, WORDS, came_through, is_planted
from tests.providers.mini_engine import Phase, Stack
from tests.providers.stacks import BANK, INSURER, MEDIA, RECEIVES, RETAILER, bank_stack, only_governing, role
from tests.providers.world import World, member

SALES, BANKS = "collaboration sales", "membership bank"
RESULTS = {"s3": {"bucket": "bank-results", "resultFormat": "CSV"}, "roleArn": role(BANK, "results")}


def everything(stack: Stack, *phases: Phase) -> dict[str, Any]:
    """All that a person or a program can see of some phases and of the state after them."""
    return {
        "lines": [line.message for phase in phases for line in phase.lines],
        "inputs": [step.inputs for phase in phases for step in phase.steps.values()],
        "failures": [step.failures for phase in phases for step in phase.steps.values()],
        "errors": [step.error.message for phase in phases for step in phase.steps.values() if step.error],
        "state": [vars(recorded) for recorded in stack.state.values()],
    }


def hostile_collaboration(world: World, creator: str, *members: str, **more: Any) -> str:
    """The id of a collaboration whose every text is hostile."""
    created = world.console(creator).create_collaboration(
        **{
            "name": NAME,
            "description": DESCRIPTION,
            "creatorDisplayName": NAME,
            "creatorMemberAbilities": ["CAN_QUERY"],
            "queryLogStatus": "DISABLED",
            "members": [{"accountId": each, "displayName": NAME, "memberAbilities": list(RECEIVES)} for each in members],
            **more,
        }
    )
    return str(created["collaboration"]["id"])


def test_a_creators_names_texts_and_tags_reach_no_reader(world: World) -> None:
    tags = {"governed-by": TAG, "team": TAG}
    id = hostile_collaboration(world, RETAILER, BANK, INSURER, tags=tags)
    world.file(RETAILER, id, member(MEDIA, name=NAME))
    config = only_governing(
        {MEDIA: (), RETAILER: ("CAN_QUERY",)}, id=id, name="Ours", description="Ours", tags={"team": "data"}
    )
    del config["collaborations"]["sales"]["members"][BANK]
    stack = Stack(world, config)
    preview = stack.preview()
    (danger,) = preview[SALES].inputs["plan"]["dangers"]
    config["collaborations"]["sales"]["acknowledge"] = [danger]
    run = stack.update()
    assert "failed" not in run.ops.values(), run[SALES].message
    console = world.console(RETAILER)
    console.update_collaboration(collaborationIdentifier=id, name=NAME, description=DESCRIPTION)
    console.tag_resource(resourceArn=f"arn:aws:cleanrooms:eu-west-1:{RETAILER}:collaboration/{id}", tags={"team": TAG})
    seen = everything(stack, preview, run, stack.refresh(), stack.preview())
    assert is_planted(seen["lines"])
    assert is_planted(seen["state"])
    assert [] == came_through(seen)


def test_an_inviting_creators_texts_reach_no_reader_before_and_after_joining(world: World) -> None:
    id = hostile_collaboration(world, RETAILER, BANK, INSURER)
    stack = Stack(world, bank_stack(id))
    bank = stack.config["memberships"]["bank"]
    bank["expects"] = {"creator": MEDIA, "abilities": []}
    refused = stack.preview()
    bank["expects"] = {"creator": RETAILER}
    bank["defaultResultConfiguration"] = RESULTS
    joined = stack.update()
    assert "create" == joined[BANKS].op
    world.file(RETAILER, id, member(MEDIA, name=NAME))
    bank["changeRequests"] = {"deny": [{"types": ["ADD_MEMBER"]}]}
    seen = everything(stack, refused, joined, stack.preview(), stack.update(), stack.refresh())
    assert is_planted(seen["inputs"])
    assert [] == came_through(seen)


def test_a_membership_that_others_tagged_reaches_no_reader(world: World) -> None:
    id = hostile_collaboration(world, RETAILER, BANK)
    console = world.console(BANK)
    results = {"outputConfiguration": {"s3": {"resultFormat": "CSV", "bucket": "elsewhere"}}, "roleArn": role(BANK, "other")}
    joining = {"collaborationIdentifier": id, "queryLogStatus": "DISABLED", "defaultResultConfiguration": results}
    console.create_membership(**joining, tags={"governed-by": TAG, "crgov-no-decline": TAG})
    stack = Stack(world, bank_stack(id))
    stack.config["memberships"]["bank"] |= {"defaultResultConfiguration": RESULTS, "tags": {"team": "data"}}
    seen = everything(stack, stack.preview(), stack.update())
    assert is_planted(seen["inputs"])
    assert [] == came_through(seen)


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("ListMembers", "AccessDeniedException"),
        ("ListCollaborationChangeRequests", "InternalServerException"),
        ("CreateCollaborationChangeRequest", "ValidationException"),
        ("CreateCollaborationChangeRequest", "InternalServerException"),
    ],
)
def test_what_the_service_says_stays_one_quotation_in_one_line(world: World, operation: str, code: str) -> None:
    id = hostile_collaboration(world, RETAILER, BANK)
    config = only_governing({INSURER: (), BANK: RECEIVES, RETAILER: ("CAN_QUERY",)}, id=id)
    del config["collaborations"]["sales"]["members"][MEDIA]
    stack = Stack(world, config)
    world.app.faults.set([FaultRule(kind=FaultKind.ERROR, operation=operation, code=code, members={"message": WORDS})])
    seen = everything(stack, stack.preview(), stack.update())
    assert is_planted([seen["errors"], seen["inputs"]])
    assert [] == came_through(seen)
