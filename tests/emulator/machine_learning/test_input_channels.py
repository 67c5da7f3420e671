"""The life of an ML input channel: its statuses by the clock, and who sees what of it."""

from typing import Any

import pytest

from cleanrooms_emulator.transport.in_process import client
from tests.emulator.machine_learning.learning_world import (
    CONFLICT,
    DAY,
    DENIED,
    NOT_FOUND,
    UNTIL_ACTIVE,
    LearningWorld,
    input_channel,
)
from tests.emulator.world import CREATOR, OUTSIDER, READER, RUNNER, Refusal, refusal

KEY = f"arn:aws:kms:eu-west-1:{RUNNER}:key/channels"
DELETED = 31.0


def world_with_channel(**given: Any) -> tuple[LearningWorld, str, str]:
    """A world, an association, and a channel made with it."""
    world = LearningWorld()
    world.table("visits")
    association = world.association()
    return world, association, world.channel(association, **given)


def statuses(world: LearningWorld, arn: str, *waits: float) -> list[str]:
    """The status after each of these waits."""
    found = []
    for seconds in waits:
        world.clock.advance(seconds)
        found.append(world.read_channel(arn)["status"])
    return found


def own_list(world: LearningWorld, account: str = RUNNER) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.ml(account).list_ml_input_channels(membershipIdentifier=world.memberships[account])[
        "mlInputChannelsList"
    ]
    return found


def all_list(world: LearningWorld, account: str = READER) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.ml(account).list_collaboration_ml_input_channels(
        collaborationIdentifier=world.collaboration_id
    )["collaborationMLInputChannelsList"]
    return found


def deleting(world: LearningWorld, arn: str, by: str = RUNNER) -> Refusal:
    delete = world.ml(by).delete_ml_input_channel_data
    return refusal(delete, membershipIdentifier=world.memberships[by], mlInputChannelArn=arn)


def test_a_channel_is_read_as_it_was_created() -> None:
    world, association, arn = world_with_channel(description="September", kmsKeyArn=KEY, tags={"team": "ads"})

    found = world.read_channel(arn)
    assert found.pop("createTime") <= found.pop("updateTime")
    expected = input_channel(RUNNER, queryString="select amount from visits")
    expected["dataSource"]["protectedQueryInputParameters"]["resultFormat"] = "CSV"
    assert {
        "mlInputChannelArn": arn,
        "membershipIdentifier": world.memberships[RUNNER],
        "collaborationIdentifier": world.collaboration_id,
        "configuredModelAlgorithmAssociations": [association],
        "name": "training-data",
        "description": "September",
        "status": "CREATE_PENDING",
        "retentionInDays": 3,
        "inputChannel": expected,
        "kmsKeyArn": KEY,
        "payerConfiguration": {"computePayerAccountId": RUNNER},
        "tags": {"team": "ads"},
    } == found


def test_the_format_and_the_compute_asked_for_are_kept() -> None:
    query = {
        "sqlParameters": {"queryString": "select amount from visits"},
        "computeConfiguration": {"worker": {"type": "CR.4X", "number": 8}},
        "resultFormat": "PARQUET",
    }
    given = {"dataSource": {"protectedQueryInputParameters": query}, "roleArn": f"arn:aws:iam::{RUNNER}:role/data"}
    world, _, arn = world_with_channel(inputChannel=given)

    assert given == world.read_channel(arn)["inputChannel"]


def test_a_channel_becomes_active_and_expires_with_the_clock() -> None:
    world, _, arn = world_with_channel(retentionInDays=2)

    assert ["CREATE_PENDING", "CREATE_IN_PROGRESS", "ACTIVE", "ACTIVE", "INACTIVE"] == statuses(
        world, arn, 0, 6, 55, 2 * DAY - 10, 20
    )


def test_a_change_of_status_is_an_update() -> None:
    world, _, arn = world_with_channel()
    created = world.read_channel(arn)
    world.clock.advance(UNTIL_ACTIVE)
    active = world.read_channel(arn)

    assert 60.0 == (active["updateTime"] - active["createTime"]).total_seconds()
    assert created["createTime"] == active["createTime"]


def test_partners_do_not_see_the_query_its_role_the_key_and_the_tags() -> None:
    world, _, arn = world_with_channel(kmsKeyArn=KEY, tags={"team": "ads"})
    world.table("budgeted")
    world.clock.advance(UNTIL_ACTIVE)
    owners = world.read_channel(arn)

    hidden = {"inputChannel", "kmsKeyArn", "tags"}
    expected = {name: value for name, value in owners.items() if name not in hidden}
    assert {**expected, "creatorAccountId": RUNNER} == world.seen_channel(arn, READER)


def test_lists_show_what_their_summaries_have() -> None:
    world, association, arn = world_with_channel(description="September")
    world.clock.advance(UNTIL_ACTIVE)
    (own,), (seen,) = own_list(world), all_list(world)

    shared = {
        "membershipIdentifier": world.memberships[RUNNER],
        "collaborationIdentifier": world.collaboration_id,
        "name": "training-data",
        "configuredModelAlgorithmAssociations": [association],
        "mlInputChannelArn": arn,
        "status": "ACTIVE",
        "description": "September",
        "payerConfiguration": {"computePayerAccountId": RUNNER},
        "createTime": own["createTime"],
        "updateTime": own["updateTime"],
    }
    assert (shared, {**shared, "creatorAccountId": RUNNER}) == (own, seen)


def test_ended_channels_stay_listed_oldest_first() -> None:
    world, association, first = world_with_channel(retentionInDays=1)
    world.clock.advance(2 * DAY)
    second = world.channel(association)

    expected = [(first, "INACTIVE"), (second, "CREATE_PENDING")]
    assert expected == [(each["mlInputChannelArn"], each["status"]) for each in all_list(world)]
    assert expected == [(each["mlInputChannelArn"], each["status"]) for each in own_list(world)]


def test_a_member_lists_its_own_channels() -> None:
    world, _, _ = world_with_channel()

    assert [] == own_list(world, READER)


def test_a_channel_is_read_through_the_membership_that_has_it() -> None:
    world, _, arn = world_with_channel()
    get = world.ml(READER).get_ml_input_channel

    assert NOT_FOUND == refusal(get, membershipIdentifier=world.memberships[READER], mlInputChannelArn=arn).kind
    assert NOT_FOUND == refusal(get, membershipIdentifier=world.memberships[RUNNER], mlInputChannelArn=arn).kind


def test_outsiders_see_no_channel() -> None:
    world, _, arn = world_with_channel()
    outsider, scope = world.ml(OUTSIDER), {"collaborationIdentifier": world.collaboration_id}

    assert DENIED == refusal(outsider.get_collaboration_ml_input_channel, **scope, mlInputChannelArn=arn).kind
    assert DENIED == refusal(outsider.list_collaboration_ml_input_channels, **scope).kind
    assert DENIED == refusal(outsider.list_ml_input_channels, membershipIdentifier=world.memberships[RUNNER]).kind


@pytest.mark.parametrize("by", [RUNNER, READER, CREATOR])
def test_every_active_member_can_delete_the_data(by: str) -> None:
    world, _, arn = world_with_channel()
    world.clock.advance(UNTIL_ACTIVE)
    world.delete_channel(arn, by)

    assert ["DELETE_PENDING", "DELETE_IN_PROGRESS", "INACTIVE"] == statuses(world, arn, 0, 6, DELETED)


def test_deleting_again_changes_nothing() -> None:
    world, _, arn = world_with_channel()
    world.clock.advance(UNTIL_ACTIVE)
    world.delete_channel(arn)
    world.clock.advance(10)
    world.delete_channel(arn, READER)

    assert ["DELETE_IN_PROGRESS", "INACTIVE"] == statuses(world, arn, 0, DELETED - 10)
    world.delete_channel(arn)
    assert ["INACTIVE"] == statuses(world, arn, DELETED)


def test_data_that_is_being_made_cannot_be_deleted() -> None:
    world, _, arn = world_with_channel()

    assert (CONFLICT, 409) == (deleting(world, arn).kind, deleting(world, arn).status)


def test_data_in_use_cannot_be_deleted() -> None:
    world, association, arn = world_with_channel()
    world.configure()
    world.clock.advance(UNTIL_ACTIVE)
    model = world.model(association, arn)

    assert CONFLICT == deleting(world, arn).kind
    world.clock.advance(UNTIL_ACTIVE)
    world.inference(model, arn)
    assert CONFLICT == deleting(world, arn).kind
    world.clock.advance(UNTIL_ACTIVE)
    world.delete_channel(arn)
    assert ["DELETE_PENDING"] == statuses(world, arn, 0)


def test_a_removed_member_deletes_nothing_of_others() -> None:
    world, _, arn = world_with_channel()
    world.clock.advance(UNTIL_ACTIVE)
    world.removed(READER)

    assert NOT_FOUND == deleting(world, arn, READER).kind
    assert ["ACTIVE"] == statuses(world, arn, 0)


def test_an_outsider_deletes_nothing() -> None:
    world, _, arn = world_with_channel()
    delete = world.ml(OUTSIDER).delete_ml_input_channel_data

    assert NOT_FOUND == refusal(delete, membershipIdentifier=world.memberships[RUNNER], mlInputChannelArn=arn).kind


def test_channels_of_a_removed_runner_are_out_of_the_collaboration_and_stay_its_own() -> None:
    world, _, arn = world_with_channel()
    world.clock.advance(UNTIL_ACTIVE)
    world.removed(RUNNER)

    assert [] == all_list(world)
    get = world.ml(READER).get_collaboration_ml_input_channel
    scope = {"collaborationIdentifier": world.collaboration_id, "mlInputChannelArn": arn}
    assert NOT_FOUND == refusal(get, **scope).kind
    world.delete_channel(arn, RUNNER)
    assert ["INACTIVE"] == statuses(world, arn, DELETED)


def test_a_query_that_raises_an_error_makes_the_channel_fail() -> None:
    world = LearningWorld()
    world.table("visits")
    arn = world.channel(world.association(), "select raise_error('no') from visits")

    assert ["CREATE_PENDING", "CREATE_IN_PROGRESS"] == statuses(world, arn, 0, 6)
    assert "statusDetails" not in world.read_channel(arn)
    assert ["CREATE_FAILED"] == statuses(world, arn, 55)
    assert {"statusCode", "message"} == world.read_channel(arn)["statusDetails"].keys()
    world.delete_channel(arn)
    assert ["CREATE_FAILED"] == statuses(world, arn, DELETED)


def test_times_have_the_form_of_iso_8601_on_the_wire() -> None:
    world, _, arn = world_with_channel()
    written: list[bytes] = []
    runner: Any = client(world.app, "cleanroomsml", RUNNER)
    runner.meta.events.register("before-parse", lambda response_dict, **_: written.append(response_dict["body"]))
    runner.get_ml_input_channel(membershipIdentifier=world.memberships[RUNNER], mlInputChannelArn=arn)

    assert b'"createTime":"2026-' in written[0].replace(b" ", b"")


def test_a_channel_that_has_not_ended_keeps_its_member_from_leaving() -> None:
    world, _, _ = world_with_channel()
    leave = world.of(RUNNER).delete_membership

    refused = refusal(leave, membershipIdentifier=world.memberships[RUNNER])
    assert ("ConflictException", "SUBRESOURCES_EXIST", "MEMBERSHIP") == refused.kind


def test_a_member_whose_channels_have_all_ended_can_leave() -> None:
    world, _, arn = world_with_channel()
    world.clock.advance(UNTIL_ACTIVE)
    world.ml(RUNNER).delete_ml_input_channel_data(membershipIdentifier=world.memberships[RUNNER], mlInputChannelArn=arn)
    world.clock.advance(DAY)
    world.of(RUNNER).delete_membership(membershipIdentifier=world.memberships[RUNNER])

    assert "LEFT" == world.members(world.collaboration_id)[RUNNER]["status"]
