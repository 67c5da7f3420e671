"""Incremental training: versions of one model."""

from typing import Any

import pytest

from tests.emulator.machine_learning.learning_world import CONFLICT, NOT_FOUND, UNTIL_ACTIVE
from tests.emulator.machine_learning.training_world import TrainingWorld
from tests.emulator.world import NO_SUCH_ID, READER, RUNNER, refusal


def versions(world: TrainingWorld, arn: str, **given: Any) -> list[str | None]:
    listed = world.ml(RUNNER).list_trained_model_versions(
        membershipIdentifier=world.memberships[RUNNER], trainedModelArn=arn, **given
    )
    return [each.get("versionIdentifier") for each in listed["trainedModels"]]


def test_the_base_has_no_version_identifier() -> None:
    world = TrainingWorld()
    arn = world.active_model()

    assert "versionIdentifier" not in world.read_model(arn)
    assert [None] == versions(world, arn)


def test_incremental_training_makes_a_version_that_says_what_it_started_from() -> None:
    world = TrainingWorld()
    base = world.active_model()
    first = world.retrain(base, name="churn of October")
    world.clock.advance(UNTIL_ACTIVE)
    second = world.retrain(base, name="churn of November")

    assert [None, first, second] == versions(world, base)
    started = [world.read_model(base, versionIdentifier=each)["incrementalTrainingDataChannels"] for each in (first, second)]
    assert [
        [{"channelName": "base", "modelName": "churn"}],
        [{"channelName": "base", "versionIdentifier": first, "modelName": "churn of October"}],
    ] == started


def test_the_latest_version_is_read_unless_another_is_named() -> None:
    world = TrainingWorld()
    base = world.active_model()
    first = world.retrain(base)
    world.clock.advance(UNTIL_ACTIVE)
    second = world.retrain(base)

    assert second == world.read_model(base)["versionIdentifier"] == world.seen_model(base)["versionIdentifier"]
    assert first == world.read_model(base, versionIdentifier=first)["versionIdentifier"]
    assert first == world.seen_model(base, versionIdentifier=first)["versionIdentifier"]


def test_lists_show_each_model_once_with_its_latest_version() -> None:
    world = TrainingWorld()
    base = world.active_model()
    other = world.active_model()
    latest = world.retrain(base)

    expected = [(base, latest), (other, None)]
    assert expected == [(each["trainedModelArn"], each.get("versionIdentifier")) for each in world.models()]
    assert expected == [(each["trainedModelArn"], each.get("versionIdentifier")) for each in world.all_models()]


def test_versions_are_listed_by_status_and_ten_on_a_page() -> None:
    world = TrainingWorld()
    base = world.active_model()
    made = []
    for _ in range(11):
        made.append(world.retrain(base))
        world.clock.advance(UNTIL_ACTIVE)

    assert [None, *made[:9]] == versions(world, base)
    assert made[-1:] == versions(world, base, maxResults=100)[-1:]
    assert [] == versions(world, base, status="CREATE_FAILED")


def test_a_version_that_is_not_there_is_not_found() -> None:
    world = TrainingWorld()
    base = world.active_model()
    scope = {"membershipIdentifier": world.memberships[RUNNER], "trainedModelArn": base, "versionIdentifier": NO_SUCH_ID}
    runner = world.ml(RUNNER)

    for call in (runner.get_trained_model, runner.cancel_trained_model, runner.delete_trained_model_output):
        assert NOT_FOUND == refusal(call, **scope).kind


def test_versions_of_others_are_not_listed() -> None:
    world = TrainingWorld()
    base = world.active_model()
    call = world.ml(READER).list_trained_model_versions

    assert NOT_FOUND == refusal(call, membershipIdentifier=world.memberships[READER], trainedModelArn=base).kind


@pytest.mark.parametrize("state", ["training", "deleted"])
def test_a_training_starts_from_an_active_model_only(state: str) -> None:
    world = TrainingWorld()
    base = world.model(world.trees, world.data)
    if state == "deleted":
        world.clock.advance(UNTIL_ACTIVE)
        world.ml(RUNNER).delete_trained_model_output(membershipIdentifier=world.memberships[RUNNER], trainedModelArn=base)
    incremental = [{"trainedModelArn": base, "channelName": "base"}]

    assert CONFLICT == world.training(world.trees, world.data, incrementalTrainingDataChannels=incremental).kind


def test_what_names_no_version_cancels_and_deletes_the_base() -> None:
    world = TrainingWorld()
    base = world.active_model()
    version = world.retrain(base)
    scope = {"membershipIdentifier": world.memberships[RUNNER], "trainedModelArn": base}

    assert CONFLICT == refusal(world.ml(RUNNER).cancel_trained_model, **scope).kind
    world.ml(RUNNER).cancel_trained_model(**scope, versionIdentifier=version)
    world.ml(RUNNER).delete_trained_model_output(**scope)
    world.clock.advance(UNTIL_ACTIVE)

    assert [None, version] == versions(world, base, status="INACTIVE")


def test_the_tags_of_a_model_are_those_of_all_its_versions() -> None:
    world = TrainingWorld()
    base = world.active_model(tags={"team": "ads", "stage": "test"})
    version = world.retrain(base, tags={"stage": "live"})

    assert {"team": "ads", "stage": "live"} == world.read_model(base, versionIdentifier=version)["tags"]


def test_inference_uses_the_version_that_is_named_or_the_latest() -> None:
    world = TrainingWorld()
    base = world.active_model()
    first = world.retrain(base)
    world.clock.advance(UNTIL_ACTIVE)
    second = world.retrain(base)
    world.clock.advance(UNTIL_ACTIVE)
    named = world.inference(base, world.data, trainedModelVersionIdentifier=first)
    latest = world.inference(base, world.data)

    assert [first, second] == [world.read_inference(each)["trainedModelVersionIdentifier"] for each in (named, latest)]
    listed = world.ml(RUNNER).list_trained_model_inference_jobs(
        membershipIdentifier=world.memberships[RUNNER], trainedModelArn=base, trainedModelVersionIdentifier=first
    )["trainedModelInferenceJobs"]
    assert [named] == [each["trainedModelInferenceJobArn"] for each in listed]
