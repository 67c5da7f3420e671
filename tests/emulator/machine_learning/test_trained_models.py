from typing import Any

import pytest

from cleanrooms_emulator.handlers import quotas
from cleanrooms_emulator.handlers.quotas import Quota
from tests.emulator.machine_learning.learning_world import (
    CONFLICT,
    DENIED,
    INVALID,
    NOT_FOUND,
    UNTIL_ACTIVE,
)
from tests.emulator.machine_learning.training_world import TrainingWorld
from tests.emulator.world import CREATOR, NO_SUCH_ID, OUTSIDER, QUOTA, READER, RUNNER, Refusal, refusal

ENDED = 31.0
WHOLE = {
    "description": "Who is going to leave",
    "hyperparameters": {"depth": "5"},
    "environment": {"SEED": "7"},
    "resourceConfig": {"instanceCount": 2, "instanceType": "ml.m5.large", "volumeSizeInGB": 30},
    "stoppingCondition": {"maxRuntimeInSeconds": 3600},
    "trainingInputMode": "FastFile",
    "kmsKeyArn": f"arn:aws:kms:eu-west-1:{RUNNER}:key/models",
    "tags": {"team": "ads"},
}


def statuses(world: TrainingWorld, arn: str, *waits: float) -> list[str]:
    found = []
    for seconds in waits:
        world.clock.advance(seconds)
        found.append(world.read_model(arn)["status"])
    return found


def cancel(world: TrainingWorld, arn: str, **given: Any) -> None:
    world.ml(RUNNER).cancel_trained_model(membershipIdentifier=world.memberships[RUNNER], trainedModelArn=arn, **given)


def cancelling(world: TrainingWorld, arn: str, by: str = RUNNER) -> Refusal:
    return refusal(world.ml(by).cancel_trained_model, membershipIdentifier=world.memberships[by], trainedModelArn=arn)


def delete(world: TrainingWorld, arn: str, by: str = RUNNER, **given: Any) -> None:
    world.ml(by).delete_trained_model_output(membershipIdentifier=world.memberships[by], trainedModelArn=arn, **given)


def deleting(world: TrainingWorld, arn: str, by: str = RUNNER) -> Refusal:
    return refusal(world.ml(by).delete_trained_model_output, membershipIdentifier=world.memberships[by], trainedModelArn=arn)


def test_a_model_is_read_as_it_was_trained() -> None:
    world = TrainingWorld()
    channels = [{"mlInputChannelArn": world.data, "channelName": "train", "s3DataDistributionType": "FullyReplicated"}]
    arn = world.model(world.trees, dataChannels=channels, **WHOLE)

    found = world.read_model(arn)
    assert found.pop("createTime") <= found.pop("updateTime")
    assert {
        **WHOLE,
        "trainedModelArn": arn,
        "membershipIdentifier": world.memberships[RUNNER],
        "collaborationIdentifier": world.collaboration_id,
        "name": "churn",
        "status": "CREATE_PENDING",
        "configuredModelAlgorithmAssociationArn": world.trees,
        "dataChannels": channels,
        "mlModelTrainingPayerAccountId": RUNNER,
    } == found


def test_partners_see_neither_parameters_nor_data_nor_key_nor_tags() -> None:
    world = TrainingWorld()
    arn = world.model(world.trees, world.data, **WHOLE)
    hidden = {"hyperparameters", "environment", "dataChannels", "kmsKeyArn", "tags"}

    expected = {name: value for name, value in world.read_model(arn).items() if name not in hidden}
    assert {**expected, "creatorAccountId": RUNNER} == world.seen_model(arn)


def test_lists_show_what_their_summaries_have() -> None:
    world = TrainingWorld()
    arn = world.model(world.trees, world.data, description="old")
    (own,), (seen,) = world.models(), world.all_models()

    expected = {
        "trainedModelArn": arn,
        "name": "churn",
        "description": "old",
        "status": "CREATE_PENDING",
        "membershipIdentifier": world.memberships[RUNNER],
        "collaborationIdentifier": world.collaboration_id,
        "configuredModelAlgorithmAssociationArn": world.trees,
        "mlModelTrainingPayerAccountId": RUNNER,
        "createTime": own["createTime"],
        "updateTime": own["updateTime"],
    }
    assert (expected, {**expected, "creatorAccountId": RUNNER}) == (own, seen)
    assert [] == world.models(READER)


def test_outsiders_see_no_model() -> None:
    world = TrainingWorld()
    arn = world.active_model()
    outsider, scope = world.ml(OUTSIDER), {"collaborationIdentifier": world.collaboration_id}

    assert DENIED == refusal(outsider.get_collaboration_trained_model, **scope, trainedModelArn=arn).kind
    assert DENIED == refusal(outsider.list_collaboration_trained_models, **scope).kind
    assert DENIED == refusal(outsider.list_trained_models, membershipIdentifier=world.memberships[RUNNER]).kind


def test_a_training_goes_on_with_the_clock() -> None:
    world = TrainingWorld()
    arn = world.model(world.trees, world.data)

    assert ["CREATE_PENDING", "CREATE_IN_PROGRESS", "ACTIVE", "ACTIVE"] == statuses(world, arn, 0, 6, 55, 10_000_000)


@pytest.mark.parametrize("by", [CREATOR, READER])
def test_only_the_member_that_can_query_trains(by: str) -> None:
    world = TrainingWorld()

    assert DENIED == world.training(world.trees, world.data, by=by).kind


def test_a_removed_runner_trains_nothing() -> None:
    world = TrainingWorld()
    world.removed(RUNNER)

    assert CONFLICT == world.training(world.trees, world.data).kind


def test_an_association_that_is_not_there_is_not_found() -> None:
    world = TrainingWorld()
    gone = world.trees.replace(world.trees.rpartition("/")[2], NO_SUCH_ID)

    assert NOT_FOUND == world.training(gone, world.data).kind


def test_nothing_is_trained_with_the_algorithm_of_a_removed_member() -> None:
    world = TrainingWorld()
    theirs = world.association(READER)
    data = world.active_channel(theirs)
    world.removed(READER)

    assert NOT_FOUND == world.training(theirs, data).kind


def test_an_algorithm_without_a_training_container_trains_nothing() -> None:
    world = TrainingWorld()
    association = world.association(algorithm=_inferring_algorithm(world))

    assert INVALID == world.training(association, world.active_channel(association)).kind


def _inferring_algorithm(world: TrainingWorld) -> str:
    answer = world.ml(CREATOR).create_configured_model_algorithm(
        name="infers",
        roleArn=f"arn:aws:iam::{CREATOR}:role/learning",
        inferenceContainerConfig={"imageUri": "registry.example/trees/infer:1"},
    )
    return str(answer["configuredModelAlgorithmArn"])


def test_data_made_for_another_algorithm_is_refused() -> None:
    world = TrainingWorld()

    assert INVALID == world.training(world.association(READER), world.data).kind


def test_data_that_is_not_there_is_not_found() -> None:
    world = TrainingWorld()

    assert NOT_FOUND == world.training(world.trees, world.data.replace(world.data.rpartition("/")[2], NO_SUCH_ID)).kind


@pytest.mark.parametrize("state", ["CREATE_PENDING", "INACTIVE"])
def test_data_that_is_not_ready_or_has_gone_is_a_conflict(state: str) -> None:
    world = TrainingWorld()
    data = world.channel(world.trees)
    if state == "INACTIVE":
        world.clock.advance(UNTIL_ACTIVE)
        world.delete_channel(data)
        world.clock.advance(ENDED)
    assert state == world.read_channel(data)["status"]

    assert CONFLICT == world.training(world.trees, data).kind


def test_two_channels_cannot_have_one_name() -> None:
    world = TrainingWorld()
    twice = [{"mlInputChannelArn": world.data, "channelName": "train"}] * 2

    assert INVALID == world.training(world.trees, dataChannels=twice).kind


def test_a_training_has_twenty_channels_with_those_it_starts_from() -> None:
    world = TrainingWorld()
    base = world.active_model()
    full = [{"mlInputChannelArn": world.data, "channelName": f"c{number}"} for number in range(20)]
    incremental = [{"trainedModelArn": base, "channelName": "base"}]

    refused = world.training(world.trees, dataChannels=full, incrementalTrainingDataChannels=incremental)
    assert INVALID == refused.kind
    assert world.model(world.trees, dataChannels=full[:19], incrementalTrainingDataChannels=incremental)


def test_a_training_can_be_cancelled() -> None:
    world = TrainingWorld()
    arn = world.model(world.trees, world.data)
    cancel(world, arn)

    assert ["CANCEL_PENDING", "CANCEL_IN_PROGRESS", "INACTIVE"] == statuses(world, arn, 0, 6, ENDED)


def test_cancelling_again_changes_nothing() -> None:
    world = TrainingWorld()
    arn = world.model(world.trees, world.data)
    cancel(world, arn)
    world.clock.advance(10)
    cancel(world, arn)

    assert ["CANCEL_IN_PROGRESS", "INACTIVE"] == statuses(world, arn, 0, ENDED - 10)
    cancel(world, arn)
    assert ["INACTIVE"] == statuses(world, arn, 0)


def test_a_training_that_is_over_cannot_be_cancelled() -> None:
    world = TrainingWorld()

    refused = cancelling(world, world.active_model())
    assert (CONFLICT, 409) == (refused.kind, refused.status)


def test_others_cannot_cancel_a_training() -> None:
    world = TrainingWorld()

    assert NOT_FOUND == cancelling(world, world.model(world.trees, world.data), CREATOR).kind


@pytest.mark.parametrize("by", [RUNNER, CREATOR, READER])
def test_every_active_member_can_delete_the_output(by: str) -> None:
    world = TrainingWorld()
    arn = world.active_model()
    delete(world, arn, by)

    assert ["DELETE_PENDING", "DELETE_IN_PROGRESS", "INACTIVE"] == statuses(world, arn, 0, 6, ENDED)
    delete(world, arn, by)
    assert ["INACTIVE"] == statuses(world, arn, 0)


def test_output_that_is_being_made_or_used_cannot_be_deleted() -> None:
    world = TrainingWorld()
    arn = world.model(world.trees, world.data)
    assert CONFLICT == deleting(world, arn).kind

    world.clock.advance(UNTIL_ACTIVE)
    world.inference(arn, world.data)
    assert CONFLICT == deleting(world, arn).kind
    world.clock.advance(UNTIL_ACTIVE)
    delete(world, arn)
    assert ["DELETE_PENDING"] == statuses(world, arn, 0)


def test_outsiders_delete_no_output() -> None:
    world = TrainingWorld()
    arn = world.active_model()
    scope = {"membershipIdentifier": world.memberships[RUNNER]}

    assert NOT_FOUND == refusal(world.ml(OUTSIDER).delete_trained_model_output, **scope, trainedModelArn=arn).kind


def test_a_version_that_is_used_does_not_hold_another() -> None:
    world = TrainingWorld()
    base = world.active_model()
    version = world.retrain(base)
    world.clock.advance(UNTIL_ACTIVE)
    world.inference(base, world.data, trainedModelVersionIdentifier=version)
    delete(world, base)

    assert (
        CONFLICT
        == refusal(
            world.ml(RUNNER).delete_trained_model_output,
            membershipIdentifier=world.memberships[RUNNER],
            trainedModelArn=base,
            versionIdentifier=version,
        ).kind
    )


def test_versions_of_a_model_can_have_its_name() -> None:
    world = TrainingWorld(switches={"mlNames": "unique"})

    assert world.retrain(world.active_model())


@pytest.mark.parametrize("quota", [quotas.TRAININGS_OF_MEMBERSHIP, quotas.TRAININGS_OF_ACCOUNT], ids=["membership", "account"])
def test_trainings_at_the_same_time_are_limited(quota: Quota) -> None:
    world = TrainingWorld()
    quotas.adjust(world.store, quota, 1)
    world.model(world.trees, world.data)

    refused = world.training(world.trees, world.data)
    assert (QUOTA, 402, (quota.name, 1)) == (refused.kind, refused.status, refused.quota)
    world.clock.advance(UNTIL_ACTIVE)
    assert world.model(world.trees, world.data)


@pytest.mark.parametrize(("reading", "expected"), [("free", 2), ("unique", 1)])
def test_whether_two_models_can_have_one_name_is_a_switch(reading: str, expected: int) -> None:
    world = TrainingWorld(switches={"mlNames": reading})
    world.active_model()
    if reading == "free":
        world.model(world.trees, world.data)
    else:
        assert CONFLICT == world.training(world.trees, world.data).kind

    assert expected == len(world.models())
