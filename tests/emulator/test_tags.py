import pytest

from tests.emulator.world import (
    COLLABORATION_NOT_FOUND,
    CREATOR,
    INVALID_FIELD,
    MEMBERSHIP_NOT_FOUND,
    NO_SUCH_ID,
    READER,
    World,
    member,
    refusal,
)


def tags(world: World, arn: str, account: str = CREATOR) -> dict[str, str]:
    found: dict[str, str] = world.of(account).list_tags_for_resource(resourceArn=arn)["tags"]
    return found


def tagged_collaboration(world: World, **given: str) -> str:
    return str(world.collaboration(world.create(member(READER), tags=given))["arn"])


def test_tags_of_the_creation_are_listed() -> None:
    world = World()

    assert {"team": "ads", "empty": ""} == tags(world, tagged_collaboration(world, team="ads", empty=""))


def test_a_resource_created_without_tags_has_none() -> None:
    world = World()

    assert {} == tags(world, world.collaboration(world.create())["arn"])


def test_a_membership_has_tags_of_its_own() -> None:
    world = World()
    id = world.create(member(READER), tags={"team": "ads"})
    membership = world.join(READER, id, tags={"owner": "shop"})

    assert {"owner": "shop"} == tags(world, world.membership(membership, READER)["arn"], READER)


def test_tagging_adds_and_replaces() -> None:
    world = World()
    arn = tagged_collaboration(world, team="ads", cost="low")

    world.of(CREATOR).tag_resource(resourceArn=arn, tags={"team": "shoes", "stage": "test"})

    assert {"team": "shoes", "cost": "low", "stage": "test"} == tags(world, arn)


def test_untagging_takes_away_what_is_there_and_ignores_the_rest() -> None:
    world = World()
    arn = tagged_collaboration(world, team="ads", cost="low")

    world.of(CREATOR).untag_resource(resourceArn=arn, tagKeys=["team", "never"])

    assert {"cost": "low"} == tags(world, arn)


def test_tagging_is_no_change_of_the_resource() -> None:
    world = World()
    id = world.create()
    before = world.collaboration(id)

    world.of(CREATOR).tag_resource(resourceArn=before["arn"], tags={"team": "ads"})

    assert before == world.collaboration(id)


def test_a_member_neither_sees_nor_sets_tags_of_the_creator() -> None:
    world = World()
    arn = tagged_collaboration(world, team="ads")
    reader = world.of(READER)

    assert COLLABORATION_NOT_FOUND == refusal(reader.list_tags_for_resource, resourceArn=arn).kind
    assert COLLABORATION_NOT_FOUND == refusal(reader.tag_resource, resourceArn=arn, tags={"mine": "1"}).kind
    assert COLLABORATION_NOT_FOUND == refusal(reader.untag_resource, resourceArn=arn, tagKeys=["team"]).kind
    assert {"team": "ads"} == tags(world, arn)


def test_a_resource_is_tagged_from_its_own_region_only() -> None:
    world = World()
    arn = tagged_collaboration(world)

    elsewhere = world.of(CREATOR, "us-east-1")
    assert COLLABORATION_NOT_FOUND == refusal(elsewhere.list_tags_for_resource, resourceArn=arn).kind


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("collaboration", COLLABORATION_NOT_FOUND), ("membership", MEMBERSHIP_NOT_FOUND)],
)
def test_a_missing_resource_is_named_with_its_type(kind: str, expected: object) -> None:
    arn = f"arn:aws:cleanrooms:eu-west-1:{CREATOR}:{kind}/{NO_SUCH_ID}"

    refused = refusal(World().of(CREATOR).list_tags_for_resource, resourceArn=arn)
    assert (expected, 404, NO_SUCH_ID) == (refused.kind, refused.status, refused.resource_id)


def test_a_deleted_resource_has_no_tags() -> None:
    world = World()
    arn = tagged_collaboration(world, team="ads")
    world.of(CREATOR).delete_collaboration(collaborationIdentifier=arn.rpartition("/")[2])

    assert COLLABORATION_NOT_FOUND == refusal(world.of(CREATOR).list_tags_for_resource, resourceArn=arn).kind


@pytest.mark.parametrize("key", ["aws:team", "AWS:team"])
def test_keys_of_aws_are_reserved(key: str) -> None:
    world = World()
    arn = tagged_collaboration(world)

    refused = refusal(world.of(CREATOR).tag_resource, resourceArn=arn, tags={key: "ads"})
    assert (INVALID_FIELD, ["tags"]) == (refused.kind, refused.fields)


def test_keys_of_aws_are_reserved_at_creation_too() -> None:
    world = World()

    refused = refusal(
        world.of(CREATOR).create_collaboration,
        name="Campaigns",
        creatorDisplayName="The creator",
        creatorMemberAbilities=[],
        queryLogStatus="DISABLED",
        members=[],
        tags={"aws:team": "ads"},
    )
    assert INVALID_FIELD == refused.kind
    assert [] == world.of(CREATOR).list_collaborations()["collaborationList"]


def test_fifty_tags_are_allowed_and_one_more_is_not() -> None:
    world = World()
    arn = tagged_collaboration(world, **{f"key{number}": "x" for number in range(50)})
    tag = world.of(CREATOR).tag_resource

    tag(resourceArn=arn, tags={"key7": "other"})
    refused = refusal(tag, resourceArn=arn, tags={"key50": "x"})

    assert INVALID_FIELD == refused.kind
    assert (50, "other") == (len(tags(world, arn)), tags(world, arn)["key7"])
