from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.iam.policies import allow, bind, denied, role_arn, session
from tests.emulator.world import CREATOR, RUNNER, World, member

ROLE = role_arn(CREATOR)
PARTNER_ROLE = role_arn(RUNNER)


@pytest.fixture
def world() -> World:
    return World()


def test_a_permission_can_depend_on_the_tags_of_the_resource(world: World) -> None:
    ours, theirs = world.create(tags={"team": "data"}), world.create(tags={"team": "sales"})
    bind(world.app, {ROLE: [allow("cleanrooms:GetCollaboration", StringEquals={"aws:ResourceTag/team": "data"})]})
    role = session(world.app, ROLE)
    assert role.get_collaboration(collaborationIdentifier=ours)
    denied(role.get_collaboration, collaborationIdentifier=theirs)


@pytest.mark.parametrize("reading", ["hidden", "seen"])
def test_whether_a_member_is_judged_by_the_tags_of_the_creator_is_a_switch(reading: str) -> None:
    world = World({"foreignTags": reading})
    id = world.create(member(RUNNER, "CAN_QUERY"), tags={"team": "data"})
    bind(world.app, {PARTNER_ROLE: [allow("cleanrooms:*", StringEquals={"aws:ResourceTag/team": "data"})]})
    partner = session(world.app, PARTNER_ROLE)
    if reading == "seen":
        assert partner.get_collaboration(collaborationIdentifier=id)
    else:
        denied(partner.get_collaboration, collaborationIdentifier=id)


def test_a_permission_to_tag_can_be_for_some_tags_only(world: World) -> None:
    resource = f"arn:aws:cleanrooms:eu-west-1:{CREATOR}:collaboration/{world.create()}"
    keys = {"ForAllValues:StringEquals": {"aws:TagKeys": ["governed-by", "team"]}}
    value = {"StringLike": {"aws:RequestTag/governed-by": "acme/*"}}
    bind(world.app, {ROLE: [allow("cleanrooms:TagResource", **keys, **value), allow("cleanrooms:UntagResource", **keys)]})
    role = session(world.app, ROLE)

    role.tag_resource(resourceArn=resource, tags={"governed-by": "acme/prod", "team": "data"})
    denied(role.tag_resource, resourceArn=resource, tags={"governed-by": "acme/prod", "stage": "test"})
    denied(role.tag_resource, resourceArn=resource, tags={"governed-by": "other/prod"})
    role.untag_resource(resourceArn=resource, tagKeys=["team"])
    denied(role.untag_resource, resourceArn=resource, tagKeys=["team", "stage"])


@pytest.mark.parametrize(
    ("condition", "allowed"),
    [
        ({"StringEquals": {"aws:PrincipalAccount": CREATOR}}, True),
        ({"ArnEquals": {"aws:PrincipalArn": ROLE}}, True),
        ({"ArnLike": {"aws:PrincipalArn": f"arn:aws:sts::{CREATOR}:assumed-role/*"}}, False),
        ({"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}}, True),
        ({"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}, False),
        ({"StringEquals": {"aws:ResourceAccount": CREATOR}}, True),
        ({"StringEquals": {"aws:ResourceAccount": RUNNER}}, False),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"DateLessThan": {"aws:CurrentTime": "2026-09-21T14:13:21Z"}}, True),
        ({"DateLessThan": {"aws:CurrentTime": "2026-09-21T14:13:20Z"}}, False),
        ({"NumericGreaterThan": {"aws:EpochTime": 1_790_000_000}}, False),
    ],
    ids=str,
)
def test_conditions_know_the_caller_the_place_and_the_time(world: World, condition: dict[str, Any], allowed: bool) -> None:
    id = world.create()
    bind(world.app, {ROLE: [allow("cleanrooms:GetCollaboration", **condition)]})
    call = session(world.app, ROLE).get_collaboration
    if allowed:
        assert call(collaborationIdentifier=id)
    else:
        denied(call, collaborationIdentifier=id)
