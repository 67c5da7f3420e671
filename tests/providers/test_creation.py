"""A stack file becomes a collaboration with members and stays as it is: with the very command that the engine starts."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from tests.providers.mini_engine import Phase, Stack
from tests.providers.provider_process import UNKNOWN
from tests.providers.stacks import CALLER, MEDIA, RETAILER, governing
from tests.providers.world import SECRET, World

SALES, MEDIAS, RETAILERS = "collaboration sales", "membership media", "membership retailer"

Story = Mapping[str, Phase]


@pytest.fixture(scope="module")
def stack(story_world: World) -> Stack:
    return Stack(story_world, governing(), as_the_engine_does=True)


@pytest.fixture(scope="module")
def story(stack: Stack) -> Story:
    return {"preview": stack.preview(), "up": stack.update(), "again": stack.preview()}


@pytest.mark.parametrize("phase", ["preview", "again"])
def test_a_preview_writes_nothing(story: Story, phase: str) -> None:
    assert [] == story[phase].writes


def test_a_new_collaboration_is_shown_with_its_members(story: Story) -> None:
    (plan,) = story["preview"][SALES].plan
    assert (
        "create collaboration 'sales' in eu-west-1 with 111122223333 (Retailer), 222233334444 (Media), 444455556666 (Bank)"
        == plan
    )


@pytest.mark.parametrize("name", [MEDIAS, RETAILERS])
def test_a_membership_of_a_collaboration_that_is_not_there_yet_is_unknown(story: Story, name: str) -> None:
    inputs = story["preview"][name].inputs
    assert {"plan": UNKNOWN, "fingerprint": UNKNOWN, "refused": UNKNOWN} == {
        key: inputs[key] for key in ("plan", "fingerprint", "refused")
    }


def test_members_join_in_the_run_that_creates(story: Story) -> None:
    assert ["CreateCollaboration", "CreateMembership", "CreateMembership"] == story["up"].writes


def test_the_resource_id_is_the_service_id(story: Story, stack: Stack) -> None:
    collaboration = stack.world.only_collaboration(RETAILER)
    ids = {name: recorded.id for name, recorded in stack.state.items()}
    assert {SALES: collaboration, MEDIAS: f"{collaboration}/{MEDIA}", RETAILERS: f"{collaboration}/{RETAILER}"} == ids


@pytest.mark.parametrize("name", [SALES, MEDIAS, RETAILERS])
def test_the_outputs_of_a_creation_hold_every_key_that_a_check_may_add(story: Story, stack: Stack, name: str) -> None:
    added = story["again"][name].inputs.keys()
    assert set() == added - stack.state[name].outputs.keys()


def test_after_a_creation_everything_stays_the_same_though_members_have_joined(story: Story) -> None:
    assert {SALES: "same", MEDIAS: "same", RETAILERS: "same"} == story["again"].ops


def test_the_id_is_an_input_from_the_next_run_on(story: Story, stack: Stack) -> None:
    assert stack.state[SALES].id == story["again"][SALES].inputs["collaborationId"]


def test_the_state_holds_no_secret(story: Story, stack: Stack) -> None:
    state = json.dumps([[recorded.inputs, recorded.outputs] for recorded in stack.state.values()])
    issued = [
        key for document in stack.world.app.store.all("_access_key") for key in (document["sessionToken"], SECRET, CALLER)
    ]
    assert issued
    assert [] == [secret for secret in issued if secret in state]


def test_an_update_phase_ends_with_what_it_achieved(story: Story) -> None:
    assert "converged: the collaboration is as the file says" == story["up"].said(SALES)[-1]
