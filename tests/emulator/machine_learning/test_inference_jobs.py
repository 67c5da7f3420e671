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
    learning_members,
)
from tests.emulator.machine_learning.training_world import TrainingWorld
from tests.emulator.world import CREATOR, NO_SUCH_ID, OUTSIDER, QUOTA, READER, RUNNER, refusal

ENDED = 31.0
WHOLE = {
    "description": "For October",
    "resourceConfig": {"instanceType": "ml.m5.large", "instanceCount": 2},
    "outputConfiguration": {"accept": "text/csv", "members": [{"accountId": READER}]},
    "containerExecutionParameters": {"maxPayloadInMB": 6},
    "environment": {"SEED": "7"},
    "kmsKeyArn": f"arn:aws:kms:eu-west-1:{RUNNER}:key/scores",
    "tags": {"team": "ads"},
}


def own_list(world: TrainingWorld, account: str = RUNNER, **given: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.ml(account).list_trained_model_inference_jobs(
        membershipIdentifier=world.memberships[account], **given
    )["trainedModelInferenceJobs"]
    return found


def all_list(world: TrainingWorld, account: str = READER, **given: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.ml(account).list_collaboration_trained_model_inference_jobs(
        collaborationIdentifier=world.collaboration_id, **given
    )["collaborationTrainedModelInferenceJobs"]
    return found


def statuses(world: TrainingWorld, arn: str, *waits: float) -> list[str]:
    found = []
    for seconds in waits:
        world.clock.advance(seconds)
        found.append(world.read_inference(arn)["status"])
    return found


def cancel(world: TrainingWorld, arn: str) -> None:
    world.ml(RUNNER).cancel_trained_model_inference_job(
        membershipIdentifier=world.memberships[RUNNER], trainedModelInferenceJobArn=arn
    )


def to(account: str) -> dict[str, Any]:
    return {"outputConfiguration": {"members": [{"accountId": account}]}}


def test_a_job_is_read_as_it_was_started() -> None:
    world = TrainingWorld()
    model = world.active_model()
    arn = world.inference(model, world.data, **WHOLE)

    found = world.read_inference(arn)
    assert found.pop("createTime") <= found.pop("updateTime")
    assert {
        **WHOLE,
        "trainedModelInferenceJobArn": arn,
        "trainedModelArn": model,
        "configuredModelAlgorithmAssociationArn": world.trees,
        "membershipIdentifier": world.memberships[RUNNER],
        "name": "scores",
        "status": "CREATE_PENDING",
        "dataSource": {"mlInputChannelArn": world.data},
        "mlModelInferencePayerAccountId": RUNNER,
    } == found


def test_partners_see_a_summary() -> None:
    world = TrainingWorld()
    model = world.active_model()
    arn = world.inference(model, world.data, **WHOLE)
    (own,), (seen,) = own_list(world), all_list(world)

    expected = {
        "trainedModelInferenceJobArn": arn,
        "trainedModelArn": model,
        "configuredModelAlgorithmAssociationArn": world.trees,
        "membershipIdentifier": world.memberships[RUNNER],
        "collaborationIdentifier": world.collaboration_id,
        "name": "scores",
        "description": "For October",
        "status": "CREATE_PENDING",
        "outputConfiguration": WHOLE["outputConfiguration"],
        "mlModelInferencePayerAccountId": RUNNER,
        "createTime": own["createTime"],
        "updateTime": own["updateTime"],
    }
    assert (expected, {**expected, "creatorAccountId": RUNNER}) == (own, seen)
    assert [] == own_list(world, READER)


def test_jobs_are_listed_by_model() -> None:
    world = TrainingWorld()
    first, second = world.active_model(), world.active_model()
    arn = world.inference(second, world.data)

    assert ([], [arn]) == tuple(
        [each["trainedModelInferenceJobArn"] for each in own_list(world, trainedModelArn=model)] for model in (first, second)
    )
    assert ([], [arn]) == tuple(
        [each["trainedModelInferenceJobArn"] for each in all_list(world, trainedModelArn=model)] for model in (first, second)
    )


def test_a_job_goes_on_with_the_clock() -> None:
    world = TrainingWorld()
    arn = world.inference(world.active_model(), world.data)

    assert ["CREATE_PENDING", "CREATE_IN_PROGRESS", "ACTIVE"] == statuses(world, arn, 0, 6, 55)


@pytest.mark.parametrize("by", [CREATOR, READER])
def test_only_the_member_that_can_query_runs_inference(by: str) -> None:
    world = TrainingWorld()

    assert DENIED == world.inferring(world.active_model(), world.data, by=by).kind


def test_a_model_that_is_not_there_is_not_found() -> None:
    world = TrainingWorld()
    model = world.active_model()

    assert NOT_FOUND == world.inferring(model.replace(model.rpartition("/")[2], NO_SUCH_ID), world.data).kind
    assert NOT_FOUND == world.inferring(model, world.data, trainedModelVersionIdentifier=NO_SUCH_ID).kind


def test_a_model_that_is_not_ready_is_a_conflict() -> None:
    world = TrainingWorld()

    assert CONFLICT == world.inferring(world.model(world.trees, world.data), world.data).kind


def test_data_that_is_not_ready_is_a_conflict() -> None:
    world = TrainingWorld()

    assert CONFLICT == world.inferring(world.active_model(), world.channel(world.trees)).kind


def test_an_algorithm_without_an_inference_container_is_refused() -> None:
    world = TrainingWorld()
    algorithm = world.ml(CREATOR).create_configured_model_algorithm(
        name="trains",
        roleArn=f"arn:aws:iam::{CREATOR}:role/learning",
        trainingContainerConfig={"imageUri": "registry.example/trees/train:1"},
    )["configuredModelAlgorithmArn"]
    association = world.association(algorithm=algorithm)
    data = world.active_channel(association)
    model = world.model(association, data)
    world.clock.advance(UNTIL_ACTIVE)

    assert INVALID == world.inferring(model, data).kind
    job = world.inference(model, world.data, configuredModelAlgorithmAssociationArn=world.trees)
    assert world.trees == world.read_inference(job)["configuredModelAlgorithmAssociationArn"]


def test_nothing_is_inferred_with_the_algorithm_of_a_removed_member() -> None:
    world = TrainingWorld(members=[*learning_members(), {**learning_members()[1], "accountId": OUTSIDER, "displayName": "X"}])
    theirs = world.association(OUTSIDER)
    data = world.active_channel(theirs)
    model = world.model(theirs, data)
    world.clock.advance(UNTIL_ACTIVE)
    world.removed(OUTSIDER)

    assert NOT_FOUND == world.inferring(model, data).kind


@pytest.mark.parametrize("account", [OUTSIDER, CREATOR], ids=["an outsider", "a member without the ability"])
def test_output_goes_to_a_member_that_can_receive_it(account: str) -> None:
    world = TrainingWorld()

    assert INVALID == world.inferring(world.active_model(), world.data, **to(account)).kind


def test_output_goes_to_nobody_that_was_removed() -> None:
    world = TrainingWorld()
    model = world.active_model()
    world.removed(READER)

    assert INVALID == world.inferring(model, world.data).kind


@pytest.mark.parametrize(("reading", "accepted"), [("configured", False), ("any", True)])
def test_whether_a_receiver_needs_a_place_for_its_output_is_a_switch(reading: str, accepted: bool) -> None:
    world = TrainingWorld(switches={"inferenceReceiver": reading})
    world.ml(READER).delete_ml_configuration(membershipIdentifier=world.memberships[READER])
    model = world.active_model()

    if accepted:
        assert world.inference(model, world.data)
    else:
        assert INVALID == world.inferring(model, world.data).kind


def test_a_job_can_be_cancelled_and_that_once_more() -> None:
    world = TrainingWorld()
    arn = world.inference(world.active_model(), world.data)
    cancel(world, arn)
    cancel(world, arn)

    assert ["CANCEL_PENDING", "CANCEL_IN_PROGRESS", "INACTIVE"] == statuses(world, arn, 0, 6, ENDED)


def test_a_job_that_is_over_cannot_be_cancelled() -> None:
    world = TrainingWorld()
    arn = world.inference(world.active_model(), world.data)
    world.clock.advance(UNTIL_ACTIVE)
    call, scope = world.ml(RUNNER).cancel_trained_model_inference_job, {"trainedModelInferenceJobArn": arn}

    assert CONFLICT == refusal(call, membershipIdentifier=world.memberships[RUNNER], **scope).kind


def test_others_neither_read_nor_cancel_a_job() -> None:
    world = TrainingWorld()
    arn = world.inference(world.active_model(), world.data)
    creator = world.ml(CREATOR)
    scope = {"membershipIdentifier": world.memberships[CREATOR], "trainedModelInferenceJobArn": arn}

    assert NOT_FOUND == refusal(creator.get_trained_model_inference_job, **scope).kind
    assert NOT_FOUND == refusal(creator.cancel_trained_model_inference_job, **scope).kind
    outsider = world.ml(OUTSIDER).list_collaboration_trained_model_inference_jobs
    assert DENIED == refusal(outsider, collaborationIdentifier=world.collaboration_id).kind


@pytest.mark.parametrize(
    "quota", [quotas.INFERENCES_OF_MEMBERSHIP, quotas.INFERENCES_OF_ACCOUNT], ids=["membership", "account"]
)
def test_jobs_at_the_same_time_are_limited(quota: Quota) -> None:
    world = TrainingWorld()
    quotas.adjust(world.store, quota, 1)
    model = world.active_model()
    world.inference(model, world.data)

    refused = world.inferring(model, world.data)
    assert (QUOTA, (quota.name, 1)) == (refused.kind, refused.quota)
    world.clock.advance(UNTIL_ACTIVE)
    assert world.inference(model, world.data)
