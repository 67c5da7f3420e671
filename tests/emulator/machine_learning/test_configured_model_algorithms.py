from typing import Any

import pytest

from cleanrooms_emulator.handlers import quotas
from tests.emulator.machine_learning.learning_world import (
    CONFLICT,
    DENIED,
    INVALID,
    NOT_FOUND,
    LearningWorld,
    role,
    without_metadata,
)
from tests.emulator.world import CREATOR, NO_SUCH_ID, QUOTA, READER, refusal

KEY = f"arn:aws:kms:eu-west-1:{CREATOR}:key/models"


def read(world: LearningWorld, arn: str, account: str = CREATOR) -> dict[str, Any]:
    return without_metadata(world.ml(account).get_configured_model_algorithm(configuredModelAlgorithmArn=arn))


def algorithms(world: LearningWorld, account: str = CREATOR, region: str | None = None) -> list[str]:
    listed = world.ml(account, region).list_configured_model_algorithms()["configuredModelAlgorithms"]
    return [each["configuredModelAlgorithmArn"] for each in listed]


def test_an_algorithm_is_read_as_it_was_configured() -> None:
    world = LearningWorld()
    given: dict[str, Any] = {
        "name": "boosted-trees",
        "description": "Gradient boosting",
        "roleArn": role(CREATOR),
        "trainingContainerConfig": {
            "imageUri": "registry.example:5000/trees/train:1.2",
            "entrypoint": ["/train"],
            "arguments": ["--fast"],
            "metricDefinitions": [{"name": "loss", "regex": "loss=(.*)"}],
        },
        "inferenceContainerConfig": {"imageUri": "registry.example/trees"},
        "kmsKeyArn": KEY,
        "tags": {"team": "ads"},
    }
    arn = world.algorithm(**given)

    found = read(world, arn)
    assert found.pop("createTime") == found.pop("updateTime")
    assert {**given, "configuredModelAlgorithmArn": arn} == found


def test_an_algorithm_belongs_to_its_account_and_region() -> None:
    world = LearningWorld()
    arn = world.algorithm()

    assert [arn] == algorithms(world)
    assert [] == algorithms(world, READER)
    assert [] == algorithms(world, CREATOR, "us-east-1")
    stranger = world.ml(READER).get_configured_model_algorithm
    assert NOT_FOUND == refusal(stranger, configuredModelAlgorithmArn=arn).kind
    elsewhere = world.ml(CREATOR, "us-east-1").delete_configured_model_algorithm
    assert NOT_FOUND == refusal(elsewhere, configuredModelAlgorithmArn=arn).kind


def test_an_error_of_machine_learning_has_a_message_only() -> None:
    world = LearningWorld()
    refused = refusal(
        world.ml(CREATOR).get_configured_model_algorithm,
        configuredModelAlgorithmArn=f"arn:aws:cleanrooms-ml:eu-west-1:{CREATOR}:configured-model-algorithm/{NO_SUCH_ID}",
    )

    assert (NOT_FOUND, 404, None, []) == (refused.kind, refused.status, refused.resource_id, refused.fields)


def test_algorithms_are_listed_page_by_page() -> None:
    world = LearningWorld()
    made = [world.algorithm(name=f"algorithm-{number}") for number in range(3)]

    pages = world.ml(CREATOR).get_paginator("list_configured_model_algorithms").paginate(PaginationConfig={"PageSize": 2})
    listed = [[each["configuredModelAlgorithmArn"] for each in page["configuredModelAlgorithms"]] for page in pages]
    assert ([2, 1], set(made)) == ([len(page) for page in listed], {arn for page in listed for arn in page})


def test_the_role_of_an_algorithm_is_one_of_its_own_account() -> None:
    world = LearningWorld()
    create = world.ml(CREATOR).create_configured_model_algorithm

    assert DENIED == refusal(create, name="trees", roleArn=role(READER)).kind


@pytest.mark.parametrize(
    "image",
    ["trees", "registry.example/trees@sha256:0011", "registry.example/trees:", "/trees:1", "registry.example/tr ees"],
    ids=["no registry", "a digest", "an empty tag", "an empty registry", "a space"],
)
@pytest.mark.parametrize("container", ["trainingContainerConfig", "inferenceContainerConfig"])
def test_an_image_is_a_path_of_registry_and_repository(container: str, image: str) -> None:
    create = LearningWorld().ml(CREATOR).create_configured_model_algorithm

    refused = refusal(create, name="trees", roleArn=role(CREATOR), **{container: {"imageUri": image}})
    assert (INVALID, 400) == (refused.kind, refused.status)


def test_a_deleted_algorithm_is_gone() -> None:
    world = LearningWorld()
    arn = world.algorithm()
    delete = world.ml(CREATOR).delete_configured_model_algorithm
    delete(configuredModelAlgorithmArn=arn)

    assert [] == algorithms(world)
    assert NOT_FOUND == refusal(delete, configuredModelAlgorithmArn=arn).kind


def test_an_associated_algorithm_cannot_be_deleted() -> None:
    world = LearningWorld()
    arn = world.algorithm()
    association = world.association(algorithm=arn)
    delete = world.ml(CREATOR).delete_configured_model_algorithm

    refused = refusal(delete, configuredModelAlgorithmArn=arn)
    assert (CONFLICT, 409) == (refused.kind, refused.status)
    world.ml(CREATOR).delete_configured_model_algorithm_association(
        membershipIdentifier=world.memberships[CREATOR], configuredModelAlgorithmAssociationArn=association
    )
    delete(configuredModelAlgorithmArn=arn)
    assert [] == algorithms(world)


@pytest.mark.parametrize(("reading", "expected"), [("free", 2), ("unique", 1)])
def test_whether_a_name_can_be_given_twice_is_a_switch(reading: str, expected: int) -> None:
    world = LearningWorld(switches={"mlNames": reading})
    world.algorithm(READER)
    world.algorithm()
    create = world.ml(CREATOR).create_configured_model_algorithm
    if reading == "free":
        create(name="boosted-trees", roleArn=role(CREATOR))
    else:
        assert CONFLICT == refusal(create, name="boosted-trees", roleArn=role(CREATOR)).kind

    assert expected == len(algorithms(world))


def test_algorithms_of_an_account_are_limited() -> None:
    world = LearningWorld()
    quotas.adjust(world.store, quotas.MODEL_ALGORITHMS, 1)
    world.algorithm()

    refused = refusal(world.ml(CREATOR).create_configured_model_algorithm, name="more", roleArn=role(CREATOR))
    assert (QUOTA, 402, (quotas.MODEL_ALGORITHMS.name, 1)) == (refused.kind, refused.status, refused.quota)
