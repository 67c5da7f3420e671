from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from tests.emulator.machine_learning.learning_world import (
    INVALID,
    NOT_FOUND,
    UNTIL_ACTIVE,
    LearningWorld,
)
from tests.emulator.world import CREATOR, INVALID_FIELD, READER, RUNNER, refusal


def channel(world: LearningWorld, tags: dict[str, str]) -> str:
    world.table("visits")
    return world.channel(world.association(), tags=tags)


def model(world: LearningWorld, tags: dict[str, str]) -> str:
    world.table("visits")
    association = world.association()
    data = world.channel(association)
    world.clock.advance(UNTIL_ACTIVE)
    return world.model(association, data, tags=tags)


def inference(world: LearningWorld, tags: dict[str, str]) -> str:
    world.table("visits")
    association = world.association()
    data = world.channel(association)
    world.clock.advance(UNTIL_ACTIVE)
    trained = world.model(association, data)
    world.clock.advance(UNTIL_ACTIVE)
    world.configure()
    return world.inference(trained, data, tags=tags)


MAKERS: dict[str, tuple[str, Callable[[LearningWorld, dict[str, str]], str]]] = {
    "algorithm": (CREATOR, lambda world, tags: world.algorithm(tags=tags)),
    "association": (CREATOR, lambda world, tags: world.association(tags=tags)),
    "channel": (RUNNER, channel),
    "model": (RUNNER, model),
    "inference job": (RUNNER, inference),
}


@pytest.mark.parametrize("kind", MAKERS)
def test_everything_can_be_tagged_through_the_service_it_belongs_to(kind: str) -> None:
    world = LearningWorld()
    owner, make = MAKERS[kind]
    arn = make(world, {"team": "ads", "cost": "low"})
    tagger = world.ml(owner)

    tagger.tag_resource(resourceArn=arn, tags={"team": "shoes"})
    tagger.untag_resource(resourceArn=arn, tagKeys=["cost", "never"])
    assert {"team": "shoes"} == tagger.list_tags_for_resource(resourceArn=arn)["tags"]
    assert NOT_FOUND == refusal(world.ml(READER).list_tags_for_resource, resourceArn=arn).kind


def test_a_change_of_tags_is_seen_where_the_resource_is_read() -> None:
    world = LearningWorld()
    arn = channel(world, {"team": "ads"})
    world.ml(RUNNER).tag_resource(resourceArn=arn, tags={"stage": "test"})

    assert {"team": "ads", "stage": "test"} == world.read_channel(arn)["tags"]


def test_each_of_the_two_services_tags_its_own_resources() -> None:
    world = LearningWorld()
    collaboration = world.collaboration(world.collaboration_id)["arn"]
    algorithm = world.algorithm(tags={"team": "ads"})

    assert INVALID == refusal(world.ml(CREATOR).list_tags_for_resource, resourceArn=collaboration).kind
    assert INVALID_FIELD == refusal(world.of(CREATOR).list_tags_for_resource, resourceArn=algorithm).kind
    assert {"team": "ads"} == world.ml(CREATOR).list_tags_for_resource(resourceArn=algorithm)["tags"]


def test_the_error_about_a_missing_resource_names_no_type() -> None:
    world = LearningWorld()
    arn = world.algorithm()
    world.ml(CREATOR).delete_configured_model_algorithm(configuredModelAlgorithmArn=arn)

    with pytest.raises(ClientError) as caught:
        world.ml(CREATOR).list_tags_for_resource(resourceArn=arn)
    assert {"message", "Error", "ResponseMetadata"} == caught.value.response.keys()


@pytest.mark.parametrize("given", [{"aws:team": "ads"}, {f"key{number}": "" for number in range(51)}], ids=["aws:", "51"])
def test_the_rules_of_tags_hold_at_creation_and_later(given: dict[str, str]) -> None:
    world = LearningWorld()
    create = world.ml(CREATOR).create_configured_model_algorithm
    role = f"arn:aws:iam::{CREATOR}:role/learning"

    assert INVALID == refusal(create, name="trees", roleArn=role, tags=given).kind
    assert INVALID == refusal(world.ml(CREATOR).tag_resource, resourceArn=world.algorithm(), tags=given).kind
    assert 1 == len(world.ml(CREATOR).list_configured_model_algorithms()["configuredModelAlgorithms"])
