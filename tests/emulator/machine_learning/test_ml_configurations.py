from typing import Any

import pytest

from tests.emulator.machine_learning.learning_world import DENIED, NOT_FOUND, LearningWorld, role, without_metadata
from tests.emulator.world import CREATOR, NO_SUCH_ID, READER, refusal


def location(account: str = READER, path: str = "models") -> dict[str, Any]:
    return {"destination": {"s3Destination": {"s3Uri": f"s3://output/{path}"}}, "roleArn": role(account)}


def put(world: LearningWorld, account: str = READER, **given: Any) -> None:
    world.ml(account).put_ml_configuration(
        **{"membershipIdentifier": world.memberships[account], "defaultOutputLocation": location(account), **given}
    )


def read(world: LearningWorld, account: str = READER) -> dict[str, Any]:
    return without_metadata(world.ml(account).get_ml_configuration(membershipIdentifier=world.memberships[account]))


def test_a_configuration_is_read_as_it_was_put() -> None:
    world = LearningWorld()
    put(world)

    found = read(world)
    assert found.pop("createTime") == found.pop("updateTime")
    assert {"membershipIdentifier": world.memberships[READER], "defaultOutputLocation": location()} == found


def test_putting_again_replaces_and_keeps_the_time_of_creation() -> None:
    world = LearningWorld()
    put(world)
    before = read(world)
    world.clock.advance(5)
    put(world, defaultOutputLocation=location(path="elsewhere"))

    after = read(world)
    assert (location(path="elsewhere"), before["createTime"]) == (after["defaultOutputLocation"], after["createTime"])
    assert before["updateTime"] < after["updateTime"]


def test_a_member_without_a_configuration_has_none() -> None:
    world = LearningWorld()
    scope = {"membershipIdentifier": world.memberships[READER]}

    assert NOT_FOUND == refusal(world.ml(READER).get_ml_configuration, **scope).kind
    assert NOT_FOUND == refusal(world.ml(READER).delete_ml_configuration, **scope).kind


def test_a_deleted_configuration_is_gone() -> None:
    world = LearningWorld()
    put(world)
    world.ml(READER).delete_ml_configuration(membershipIdentifier=world.memberships[READER])

    refused = refusal(world.ml(READER).get_ml_configuration, membershipIdentifier=world.memberships[READER])
    assert NOT_FOUND == refused.kind


def test_a_configuration_is_the_members_own() -> None:
    world = LearningWorld()
    put(world)
    scope = {"membershipIdentifier": world.memberships[READER]}

    assert NOT_FOUND == refusal(world.ml(CREATOR).get_ml_configuration, **scope).kind
    assert NOT_FOUND == refusal(world.ml(CREATOR).delete_ml_configuration, **scope).kind
    change = world.ml(CREATOR).put_ml_configuration
    assert DENIED == refusal(change, **scope, defaultOutputLocation=location(CREATOR)).kind
    assert location() == read(world)["defaultOutputLocation"]


@pytest.mark.parametrize("reason", ["no membership", "a role of another account", "a removed member"])
def test_putting_declares_no_conflict_and_is_denied(reason: str) -> None:
    world = LearningWorld()
    membership = NO_SUCH_ID if reason == "no membership" else world.memberships[READER]
    output = location(CREATOR if reason == "a role of another account" else READER)
    if reason == "a removed member":
        world.removed(READER)

    change = world.ml(READER).put_ml_configuration
    assert DENIED == refusal(change, membershipIdentifier=membership, defaultOutputLocation=output).kind
