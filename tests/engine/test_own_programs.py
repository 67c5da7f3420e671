"""A Pulumi program of one's own: with the components and a stack file, or with the bare resources and no file at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.stack_files import RETAILER, governing
from tests.engine.world import World
from tools.playground import Playground

pytestmark = pytest.mark.engine

WITH_COMPONENTS = """
from pathlib import Path
import pulumi
from cleanrooms_components import GovernedCollaboration, GovernedMembership, fail_on_refusals, read_stack_file

stack = read_stack_file(Path(__file__).parent)
shared = GovernedCollaboration("retail-media", stack)
media = GovernedMembership("media", stack, {"retail-media": shared})
pulumi.export("shared", shared.collaboration.id)
pulumi.export("media", media.membership.status)
fail_on_refusals([shared.collaboration, media.membership])
"""

WITH_RESOURCES = """
import pulumi
from cleanrooms_components import fail_on_refusals
from cleanrooms_providers.resources import Collaboration, Membership, PrivacyBudgetTemplate

access = {"account": "111122223333", "read": {"environment": True}, "write": {"environment": True}}
own = f"{pulumi.get_project()}/{pulumi.get_stack()}"
campaign = Collaboration("campaign", {
    "key": "campaign",
    "owner": f"{own}/campaign",
    "name": "A campaign of a program",
    "creator": "111122223333",
    "region": "eu-west-1",
    "description": "Plain resources",
    "access": access,
    "members": {
        "111122223333": {"displayName": "Retailer", "abilities": ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]},
        "444455556666": {"displayName": "Bank", "abilities": []},
    },
})
member = Membership("retailer", {
    "key": "retailer",
    "owner": f"{own}/retailer",
    "account": "111122223333",
    "region": "eu-west-1",
    "collaboration": campaign.id,
    "access": access,
    "payerFor": ["queryCompute"],
})
orders = PrivacyBudgetTemplate("orders", {
    "key": "retailer/orders",
    "owner": f"{own}/retailer/orders",
    "account": "111122223333",
    "region": "eu-west-1",
    "collaboration": campaign.id,
    "access": access,
    "type": "ACCESS_BUDGET",
    "resource": "orders",
    "budgets": [{"type": "LIFETIME", "budget": 1000}],
}, pulumi.ResourceOptions(depends_on=[member]))
pulumi.export("plan", campaign.plan)
pulumi.export("outcome", member.outcome)
fail_on_refusals([campaign, member, orders])
"""


def _program(world: World, scratch: Path, text: str) -> Playground:
    world.app.reset()
    repository = world.repository(scratch.name, RETAILER)
    repository.write_file("__main__.py", text)
    return repository


def test_the_components_serve_a_program_of_ones_own(world: World, tmp_path: Path) -> None:
    repository = _program(world, tmp_path, WITH_COMPONENTS)
    repository.write_stack("own", governing())
    repository.init("own")
    up = world.watch(lambda: repository.up("own"))
    assert (0, ["CreateCollaboration", "CreateMembership"]) == (up.code, up.writes), up.output
    after = repository.preview("own", "--expect-no-changes")
    assert 0 == after.code, after.output


def test_the_resources_serve_a_program_without_a_stack_file(world: World, tmp_path: Path) -> None:
    repository = _program(world, tmp_path, WITH_RESOURCES)
    repository.init("own")
    up = world.watch(lambda: repository.up("own"))
    assert (0, ["CreateCollaboration", "CreateMembership"]) == (up.code, up.writes), up.output
    after = repository.preview("own", "--expect-no-changes")
    assert 0 == after.code, after.output


def test_a_wrong_input_of_a_bare_resource_is_an_error_with_its_path(world: World, tmp_path: Path) -> None:
    repository = _program(world, tmp_path, WITH_RESOURCES.replace('"region": "eu-west-1"', '"region": "Ireland"', 1))
    repository.init("own")
    preview = world.watch(lambda: repository.preview("own"))
    assert (1, []) == (preview.code, preview.writes), preview.output
    assert "region: 'Ireland' is no Region name: write one such as eu-west-1" in preview.output
    assert "Traceback" not in preview.output


def test_a_refusal_of_a_bare_resource_fails_the_program(world: World, tmp_path: Path) -> None:
    repository = _program(world, tmp_path, WITH_RESOURCES.replace('"abilities": []', '"abilities": ["CAN_FLY_HIGH"]'))
    repository.init("own")
    preview = world.watch(lambda: repository.preview("own"))
    assert (1, []) == (preview.code, preview.writes), preview.output
    assert "members.444455556666.abilities: CAN_FLY_HIGH is no ability that this version knows" in preview.output
    assert "Traceback" not in preview.output
