from typing import Any

import pytest

from cleanrooms_emulator.handlers import quotas
from tests.emulator.machine_learning.learning_world import (
    CONFLICT,
    DENIED,
    INVALID,
    NOT_FOUND,
    UNTIL_ACTIVE,
    LearningWorld,
    without_metadata,
)
from tests.emulator.world import ACCESS_DENIED, CREATOR, NO_SUCH_ID, OUTSIDER, QUOTA, READER, RUNNER, Refusal, refusal

ARN = "configuredModelAlgorithmAssociationArn"
POLICY = {"policies": {"trainedModelExports": {"maxSize": {"unit": "GB", "value": 1.5}, "filesToExport": ["MODEL"]}}}


def read(world: LearningWorld, arn: str, account: str = CREATOR) -> dict[str, Any]:
    return without_metadata(
        world.ml(account).get_configured_model_algorithm_association(
            membershipIdentifier=world.memberships[account], **{ARN: arn}
        )
    )


def seen(world: LearningWorld, arn: str, account: str) -> dict[str, Any]:
    return without_metadata(
        world.ml(account).get_collaboration_configured_model_algorithm_association(
            collaborationIdentifier=world.collaboration_id, **{ARN: arn}
        )
    )


def listed(world: LearningWorld, account: str = CREATOR) -> list[str]:
    found = world.ml(account).list_configured_model_algorithm_associations(membershipIdentifier=world.memberships[account])
    return [each[ARN] for each in found["configuredModelAlgorithmAssociations"]]


def all_listed(world: LearningWorld, account: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.ml(account).list_collaboration_configured_model_algorithm_associations(
        collaborationIdentifier=world.collaboration_id
    )["collaborationConfiguredModelAlgorithmAssociations"]
    return found


def delete(world: LearningWorld, arn: str, account: str = CREATOR) -> None:
    world.ml(account).delete_configured_model_algorithm_association(
        membershipIdentifier=world.memberships[account], **{ARN: arn}
    )


def deleting(world: LearningWorld, arn: str, account: str = CREATOR) -> Refusal:
    return refusal(
        world.ml(account).delete_configured_model_algorithm_association,
        membershipIdentifier=world.memberships[account],
        **{ARN: arn},
    )


def associating(world: LearningWorld, account: str = CREATOR, **given: Any) -> Refusal:
    algorithm = given.pop("configuredModelAlgorithmArn", None) or world.algorithm(account)
    parameters = {"membershipIdentifier": world.memberships[account], "name": "trees", **given}
    create = world.ml(account).create_configured_model_algorithm_association
    return refusal(create, configuredModelAlgorithmArn=algorithm, **parameters)


def test_an_association_is_read_as_it_was_made() -> None:
    world = LearningWorld()
    algorithm = world.algorithm()
    arn = world.association(algorithm=algorithm, description="for all", privacyConfiguration=POLICY, tags={"team": "ads"})

    found = read(world, arn)
    assert found.pop("createTime") == found.pop("updateTime")
    assert {
        ARN: arn,
        "membershipIdentifier": world.memberships[CREATOR],
        "collaborationIdentifier": world.collaboration_id,
        "configuredModelAlgorithmArn": algorithm,
        "name": "trees",
        "description": "for all",
        "privacyConfiguration": POLICY,
        "tags": {"team": "ads"},
    } == found


def test_partners_see_everything_but_the_tags() -> None:
    world = LearningWorld()
    arn = world.association(privacyConfiguration=POLICY, tags={"team": "ads"})
    owners = read(world, arn)
    owners.pop("tags")

    assert {**owners, "creatorAccountId": CREATOR} == seen(world, arn, READER)


def test_every_member_sees_the_associations_of_all() -> None:
    world = LearningWorld()
    mine, theirs = world.association(), world.association(READER)

    assert ([mine], [theirs], []) == (listed(world), listed(world, READER), listed(world, RUNNER))
    assert [(mine, CREATOR), (theirs, READER)] == [(each[ARN], each["creatorAccountId"]) for each in all_listed(world, RUNNER)]


def test_an_association_is_read_through_its_own_membership_only() -> None:
    world = LearningWorld()
    arn = world.association()
    get = world.ml(READER).get_configured_model_algorithm_association

    assert NOT_FOUND == refusal(get, membershipIdentifier=world.memberships[READER], **{ARN: arn}).kind
    assert NOT_FOUND == refusal(get, membershipIdentifier=world.memberships[CREATOR], **{ARN: arn}).kind
    assert NOT_FOUND == deleting(world, arn, READER).kind


def test_outsiders_see_nothing() -> None:
    world = LearningWorld()
    arn = world.association()
    outsider, scope = world.ml(OUTSIDER), {"collaborationIdentifier": world.collaboration_id}

    get = outsider.get_collaboration_configured_model_algorithm_association
    assert DENIED == refusal(get, **scope, **{ARN: arn}).kind
    assert DENIED == refusal(outsider.list_collaboration_configured_model_algorithm_associations, **scope).kind
    own = outsider.list_configured_model_algorithm_associations
    assert DENIED == refusal(own, membershipIdentifier=world.memberships[CREATOR]).kind


def test_nothing_is_seen_from_another_region() -> None:
    world = LearningWorld()
    arn = world.association()
    elsewhere, scope = world.ml(CREATOR, "us-east-1"), {"collaborationIdentifier": world.collaboration_id}

    assert DENIED == refusal(elsewhere.list_collaboration_configured_model_algorithm_associations, **scope).kind
    own = {"membershipIdentifier": world.memberships[CREATOR]}
    assert DENIED == refusal(elsewhere.list_configured_model_algorithm_associations, **own).kind
    assert NOT_FOUND == refusal(elsewhere.get_configured_model_algorithm_association, **own, **{ARN: arn}).kind


def test_a_hidden_collaboration_can_be_not_found_where_that_is_declared() -> None:
    world = LearningWorld(switches={"notFound": "404"})
    arn = world.association()
    outsider, scope = world.ml(OUTSIDER), {"collaborationIdentifier": world.collaboration_id}

    get = outsider.get_collaboration_configured_model_algorithm_association
    assert NOT_FOUND == refusal(get, **scope, **{ARN: arn}).kind
    assert DENIED == refusal(outsider.list_collaboration_configured_model_algorithm_associations, **scope).kind


def test_only_an_algorithm_of_ones_own_can_be_associated() -> None:
    world = LearningWorld()

    assert NOT_FOUND == associating(world, READER, configuredModelAlgorithmArn=world.algorithm(CREATOR)).kind


def test_a_membership_that_is_not_there_is_not_found() -> None:
    world = LearningWorld()

    assert NOT_FOUND == associating(world, membershipIdentifier=NO_SUCH_ID).kind
    assert NOT_FOUND == associating(world, membershipIdentifier=world.memberships[READER]).kind


def test_a_removed_member_associates_nothing_more() -> None:
    world = LearningWorld()
    world.removed(READER)

    refused = associating(world, READER)
    assert (CONFLICT, 409) == (refused.kind, refused.status)


def test_associations_of_a_removed_member_are_out_of_the_collaboration_and_stay_its_own() -> None:
    world = LearningWorld()
    arn = world.association(READER)
    world.removed(READER)

    assert [] == all_listed(world, RUNNER)
    get = world.ml(RUNNER).get_collaboration_configured_model_algorithm_association
    assert NOT_FOUND == refusal(get, collaborationIdentifier=world.collaboration_id, **{ARN: arn}).kind
    assert [arn] == listed(world, READER)
    delete(world, arn, READER)
    assert [] == listed(world, READER)


def test_a_member_with_an_association_cannot_leave_before_it_deleted_it() -> None:
    world = LearningWorld()
    arn = world.association(READER)
    leave = world.of(READER).delete_membership

    refused = refusal(leave, membershipIdentifier=world.memberships[READER])
    assert ("ConflictException", "SUBRESOURCES_EXIST", "MEMBERSHIP") == refused.kind
    delete(world, arn, READER)
    leave(membershipIdentifier=world.memberships[READER])
    assert "LEFT" == world.members(world.collaboration_id)[READER]["status"]


def test_an_association_with_which_nothing_was_made_can_be_deleted() -> None:
    world = LearningWorld()
    arn = world.association()
    delete(world, arn)

    assert ([], []) == (listed(world), all_listed(world, RUNNER))
    assert NOT_FOUND == deleting(world, arn).kind
    assert NOT_FOUND == refusal(world.ml(CREATOR).list_tags_for_resource, resourceArn=arn).kind


def test_an_association_in_use_is_deleted_after_what_was_made_with_it() -> None:
    world = LearningWorld()
    world.table("visits")
    arn = world.association()
    channel = world.channel(arn)
    world.clock.advance(UNTIL_ACTIVE)
    model = world.model(arn, channel)
    world.clock.advance(UNTIL_ACTIVE)

    assert CONFLICT == deleting(world, arn).kind
    world.delete_channel(channel, CREATOR)
    world.clock.advance(UNTIL_ACTIVE)
    assert CONFLICT == deleting(world, arn).kind
    world.ml(CREATOR).delete_trained_model_output(membershipIdentifier=world.memberships[CREATOR], trainedModelArn=model)
    world.clock.advance(UNTIL_ACTIVE)
    delete(world, arn)
    assert [] == listed(world)


def test_one_association_in_use_does_not_hold_another() -> None:
    world = LearningWorld()
    world.table("visits")
    used, unused = world.association(), world.association()
    world.channel(used)
    delete(world, unused)

    assert [used] == listed(world)


def logs(**policy: Any) -> dict[str, Any]:
    return {"policies": {"trainedModels": {"containerLogs": [{"allowedAccountIds": [RUNNER], **policy}]}}}


CUSTOM = {"customDataIdentifiers": ["[0-9]+"]}


@pytest.mark.parametrize(
    "configuration",
    [
        logs(allowedAccountIds=[RUNNER, OUTSIDER]),
        logs(logRedactionConfiguration={"entitiesToRedact": ["CUSTOM"]}),
        logs(logRedactionConfiguration={"entitiesToRedact": ["NUMBERS"], "customEntityConfig": CUSTOM}),
        {"policies": {"trainedModelInferenceJobs": {"containerLogs": [{"allowedAccountIds": ["everybody"]}]}}},
    ],
    ids=["a receiver outside", "custom without patterns", "patterns without custom", "a receiver that is no account"],
)
def test_a_policy_that_contradicts_itself_is_refused(configuration: Any) -> None:
    assert INVALID == associating(LearningWorld(), privacyConfiguration=configuration).kind


def test_logs_do_not_go_to_a_member_that_was_removed() -> None:
    world = LearningWorld()
    world.removed(READER)

    assert INVALID == associating(world, privacyConfiguration=logs(allowedAccountIds=[READER])).kind


def test_logs_can_go_to_members_with_what_is_to_be_redacted() -> None:
    world = LearningWorld()
    redacted = {"entitiesToRedact": ["NUMBERS", "CUSTOM"], "customEntityConfig": CUSTOM}
    configuration = logs(allowedAccountIds=[RUNNER, CREATOR], logType="ALL", logRedactionConfiguration=redacted)

    assert configuration == read(world, world.association(privacyConfiguration=configuration))["privacyConfiguration"]


@pytest.mark.parametrize(("reading", "expected"), [("free", 2), ("unique", 1)])
def test_whether_a_membership_can_use_a_name_twice_is_a_switch(reading: str, expected: int) -> None:
    world = LearningWorld(switches={"mlNames": reading})
    algorithm = world.algorithm(name="one")
    world.association(READER)
    world.association(algorithm=algorithm)
    if reading == "free":
        world.association(algorithm=algorithm)
    else:
        assert CONFLICT == associating(world, configuredModelAlgorithmArn=algorithm).kind

    assert expected == len(listed(world))


def test_associations_of_a_membership_are_limited() -> None:
    world = LearningWorld()
    quotas.adjust(world.store, quotas.MODEL_ALGORITHM_ASSOCIATIONS, 1)
    world.association()
    world.association(READER)

    refused = associating(world)
    assert (QUOTA, (quotas.MODEL_ALGORITHM_ASSOCIATIONS.name, 1)) == (refused.kind, refused.quota)


def test_clean_rooms_itself_still_says_why_it_denies() -> None:
    world = LearningWorld()
    get = world.of(OUTSIDER).get_collaboration

    assert ACCESS_DENIED == refusal(get, collaborationIdentifier=world.collaboration_id).kind
