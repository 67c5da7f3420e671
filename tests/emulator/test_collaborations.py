from typing import Any

import pytest

from tests.emulator.world import (
    ACCESS_DENIED,
    COLLABORATION_NOT_FOUND,
    CREATOR,
    INVALID_CONFIGURATION,
    INVALID_FIELD,
    NEWCOMER,
    NO_SUCH_ID,
    OUTSIDER,
    QUOTA,
    READER,
    RUNNER,
    World,
    member,
    refusal,
)

CREATION = {
    "name": "Campaigns",
    "creatorDisplayName": "The creator",
    "creatorMemberAbilities": ["CAN_QUERY"],
    "queryLogStatus": "DISABLED",
    "members": [],
}


def creating(world: World, **changed: object) -> Any:
    return refusal(world.of(CREATOR).create_collaboration, **{**CREATION, **changed})


def test_a_collaboration_of_the_creator_alone_is_valid() -> None:
    world = World()

    assert [CREATOR] == list(world.members(world.create()))


@pytest.mark.parametrize(
    ("parameter", "value", "shown_as"),
    [
        ("name", "Spring campaigns", "name"),
        ("description", "Who bought after which advertisement", "description"),
        ("description", "", "description"),
        ("creatorDisplayName", "Shoes Ltd", "creatorDisplayName"),
        ("queryLogStatus", "ENABLED", "queryLogStatus"),
        ("jobLogStatus", "ENABLED", "jobLogStatus"),
        ("analyticsEngine", "SPARK", "analyticsEngine"),
        ("isMetricsEnabled", True, "isMetricsEnabled"),
        ("allowedResultRegions", ["eu-west-1", "us-east-1"], "allowedResultRegions"),
        ("autoApprovedChangeRequestTypes", ["ADD_MEMBER"], "autoApprovedChangeTypes"),
        (
            "dataEncryptionMetadata",
            {
                "allowCleartext": True,
                "allowDuplicates": False,
                "allowJoinsOnColumnsWithDifferentNames": True,
                "preserveNulls": False,
            },
            "dataEncryptionMetadata",
        ),
    ],
)
def test_what_was_given_at_creation_is_read_back(parameter: str, value: Any, shown_as: str) -> None:
    world = World()

    assert value == world.collaboration(world.create(**{parameter: value}))[shown_as]


@pytest.mark.parametrize(
    ("setting", "default"),
    [
        ("jobLogStatus", "DISABLED"),
        ("analyticsEngine", "SPARK"),
        ("isMetricsEnabled", False),
        ("autoApprovedChangeTypes", []),
        ("description", None),
        ("allowedResultRegions", None),
        ("dataEncryptionMetadata", None),
        ("membershipId", None),
        ("membershipArn", None),
    ],
)
def test_what_was_not_given_at_creation_has_its_default_or_is_absent(setting: str, default: object) -> None:
    world = World()

    assert default == world.collaboration(world.create()).get(setting)


def test_a_collaboration_belongs_to_the_account_that_created_it() -> None:
    world = World()
    id = world.create()

    collaboration = world.collaboration(id)
    assert (CREATOR, f"arn:aws:cleanrooms:eu-west-1:{CREATOR}:collaboration/{id}") == (
        collaboration["creatorAccountId"],
        collaboration["arn"],
    )


def test_creating_answers_what_reading_does() -> None:
    world = World()
    created = world.of(CREATOR).create_collaboration(**CREATION)["collaboration"]

    assert created == world.collaboration(created["id"])


@pytest.mark.parametrize("account", [CREATOR, READER])
def test_everybody_is_invited_until_it_joins_the_creator_too(account: str) -> None:
    world = World()
    id = world.create(member(READER))

    assert "INVITED" == world.collaboration(id, account)["memberStatus"]


def test_each_account_sees_its_own_status_and_membership() -> None:
    world = World()
    id = world.create(member(READER))
    membership = world.join(READER, id)

    seen = world.collaboration(id, READER)
    assert ("ACTIVE", membership, f"arn:aws:cleanrooms:eu-west-1:{READER}:membership/{membership}") == (
        seen["memberStatus"],
        seen["membershipId"],
        seen["membershipArn"],
    )
    assert "INVITED" == world.collaboration(id, CREATOR)["memberStatus"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"members": [member(READER), member(READER)]}, "members.2.member.accountId"),
        ({"members": [member(CREATOR)]}, "members.1.member.accountId"),
        ({"members": [member(RUNNER, "CAN_QUERY")]}, "members"),
        (
            {
                "creatorMemberAbilities": ["CAN_RUN_JOB"],
                "members": [member(RUNNER, "CAN_RUN_JOB")],
            },
            "members",
        ),
        ({"analyticsEngine": "CLEAN_ROOMS_SQL"}, "analyticsEngine"),
    ],
    ids=["an account twice", "the creator", "a second query runner", "a second job runner", "the old engine"],
)
def test_creating_with_a_contradiction_is_refused(changed: dict[str, Any], field: str) -> None:
    refused = creating(World(), **changed)

    assert (INVALID_CONFIGURATION, [field]) == (refused.kind, refused.fields)


def test_creating_with_more_than_fifty_tags_is_refused() -> None:
    refused = creating(World(), tags={f"key-{number}": "" for number in range(51)})

    assert (INVALID_FIELD, ["tags"]) == (refused.kind, refused.fields)


def test_nothing_is_left_of_a_refused_creation() -> None:
    world = World()
    creating(world, members=[member(CREATOR)])

    assert [] == world.of(CREATOR).list_collaborations()["collaborationList"]


def test_abilities_given_twice_are_shown_once() -> None:
    world = World()
    id = world.create(member(READER, "CAN_RECEIVE_RESULTS", "CAN_RECEIVE_RESULTS"))

    assert ["CAN_RECEIVE_RESULTS"] == world.members(id)[READER]["abilities"]


@pytest.mark.parametrize("operation", ["get_collaboration", "update_collaboration", "delete_collaboration"])
@pytest.mark.parametrize("not_found", ["403", "404"])
@pytest.mark.parametrize("hidden", ["missing", "not related"])
def test_a_collaboration_that_the_caller_cannot_see_is_denied(operation: str, not_found: str, hidden: str) -> None:
    world = World({"notFound": not_found})
    id = NO_SUCH_ID if hidden == "missing" else world.create()

    refused = refusal(getattr(world.of(OUTSIDER), operation), collaborationIdentifier=id)
    assert (ACCESS_DENIED, 403) == (refused.kind, refused.status)


@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("list_members", {}),
        ("delete_member", {"accountId": READER}),
        ("list_collaboration_change_requests", {}),
        ("get_collaboration_change_request", {"changeRequestIdentifier": NO_SUCH_ID}),
        ("update_collaboration_change_request", {"changeRequestIdentifier": NO_SUCH_ID, "action": "APPROVE"}),
        (
            "create_collaboration_change_request",
            {
                "changes": [
                    {
                        "specificationType": "COLLABORATION",
                        "specification": {"collaboration": {"autoApprovedChangeTypes": []}},
                    }
                ]
            },
        ),
        ("create_membership", {"queryLogStatus": "DISABLED"}),
    ],
)
@pytest.mark.parametrize(("not_found", "expected"), [("403", (ACCESS_DENIED, 403)), ("404", (COLLABORATION_NOT_FOUND, 404))])
def test_other_calls_on_a_hidden_collaboration_answer_as_the_switch_says(
    operation: str, more: dict[str, Any], not_found: str, expected: object
) -> None:
    world = World({"notFound": not_found})

    refused = refusal(getattr(world.of(OUTSIDER), operation), collaborationIdentifier=world.create(), **more)
    assert expected == (refused.kind, refused.status)


def test_a_collaboration_exists_in_its_own_region_only() -> None:
    world = World()
    id = world.create()
    elsewhere = world.of(CREATOR, "us-east-1")

    assert ACCESS_DENIED == refusal(elsewhere.get_collaboration, collaborationIdentifier=id).kind
    assert [] == elsewhere.list_collaborations()["collaborationList"]


def test_updating_changes_name_and_description_and_nothing_else() -> None:
    world = World()
    id = world.create(description="old")
    before = world.collaboration(id)

    world.of(CREATOR).update_collaboration(collaborationIdentifier=id, name="New name", description="new")

    after = world.collaboration(id)
    assert ("New name", "new") == (after["name"], after["description"])
    assert {"name", "description", "updateTime"} == {key for key in before if before[key] != after[key]}


def test_a_member_cannot_update_or_delete_the_collaboration() -> None:
    world = World()
    id = world.joined(member(READER))
    reader = world.of(READER)

    assert ACCESS_DENIED == refusal(reader.update_collaboration, collaborationIdentifier=id, name="Mine").kind
    assert ACCESS_DENIED == refusal(reader.delete_collaboration, collaborationIdentifier=id).kind


def test_updating_to_the_old_engine_is_refused() -> None:
    world = World()

    update = world.of(CREATOR).update_collaboration
    refused = refusal(update, collaborationIdentifier=world.create(), analyticsEngine="CLEAN_ROOMS_SQL")
    assert INVALID_CONFIGURATION == refused.kind


@pytest.mark.parametrize(
    ("account", "status", "expected"),
    [
        (CREATOR, None, ["created", "joined"]),
        (CREATOR, "INVITED", ["created"]),
        (CREATOR, "ACTIVE", ["joined"]),
        (READER, None, ["created", "joined"]),
        (READER, "INVITED", ["created"]),
        (READER, "ACTIVE", ["joined"]),
        (OUTSIDER, None, []),
    ],
)
def test_a_list_holds_what_the_account_sees_by_its_own_status(account: str, status: str | None, expected: list[str]) -> None:
    world = World()
    world.create(member(READER), name="created")
    world.joined(member(READER), name="joined")

    filters = {"memberStatus": status} if status else {}
    listed = world.of(account).list_collaborations(**filters)["collaborationList"]
    assert expected == sorted(each["name"] for each in listed)


def test_a_summary_agrees_with_the_collaboration() -> None:
    world = World()
    id = world.joined(member(READER))

    [summary] = world.of(READER).list_collaborations()["collaborationList"]
    seen = world.collaboration(id, READER)
    assert summary == {key: value for key, value in seen.items() if key in summary}
    assert {"membershipId", "membershipArn", "analyticsEngine", "memberStatus"} <= set(summary)


def test_a_list_comes_in_pages_in_the_order_of_creation() -> None:
    world = World()
    names = [f"Collaboration {number}" for number in range(5)]
    for name in names:
        world.create(name=name)
        world.clock.advance(0.001)

    pages = world.of(CREATOR).get_paginator("list_collaborations").paginate(PaginationConfig={"PageSize": 2})
    listed = [[each["name"] for each in page["collaborationList"]] for page in pages]
    assert [names[:2], names[2:4], names[4:]] == listed


@pytest.mark.parametrize("account", [CREATOR, READER, NEWCOMER])
def test_a_deleted_collaboration_cannot_be_seen_any_more(account: str) -> None:
    world = World()
    id = world.create(member(READER), member(NEWCOMER))
    world.join(READER, id)
    world.of(CREATOR).delete_collaboration(collaborationIdentifier=id)

    assert ACCESS_DENIED == refusal(world.of(account).get_collaboration, collaborationIdentifier=id).kind
    assert [] == world.of(account).list_collaborations()["collaborationList"]


def test_members_of_a_deleted_collaboration_that_have_not_joined_have_no_membership() -> None:
    world = World()
    world.of(CREATOR).delete_collaboration(collaborationIdentifier=world.create(member(READER)))

    assert [] == world.of(READER).list_memberships()["membershipSummaries"]


def test_members_of_a_deleted_collaboration_keep_a_membership_that_says_so() -> None:
    world = World()
    id = world.create(member(READER))
    membership = world.join(READER, id)
    world.of(CREATOR).delete_collaboration(collaborationIdentifier=id)

    kept = world.membership(membership, READER)
    assert ("COLLABORATION_DELETED", "Campaigns") == (kept["status"], kept["collaborationName"])


def test_deleting_twice_is_answered_the_same() -> None:
    world = World()
    id = world.create()
    delete = world.of(CREATOR).delete_collaboration

    answers = [delete(collaborationIdentifier=id)["ResponseMetadata"]["HTTPStatusCode"] for _ in range(2)]
    assert [204, 204] == answers


def test_change_requests_of_a_deleted_collaboration_are_unreadable() -> None:
    world = World()
    id = world.joined(member(READER))
    world.of(CREATOR).delete_collaboration(collaborationIdentifier=id)

    listing = world.of(READER).list_collaboration_change_requests
    assert ACCESS_DENIED == refusal(listing, collaborationIdentifier=id).kind


def test_a_sixth_invited_member_is_over_the_quota() -> None:
    world = World()
    members = [member(f"{number:012d}") for number in range(6)]

    assert 5 == len(world.members(world.create(*members[:5]))) - 1
    refused = creating(world, members=members)
    assert (QUOTA, 402, ("Members invited per collaboration", 5)) == (refused.kind, refused.status, refused.quota)


def test_only_the_creator_can_delete_again_what_it_deleted() -> None:
    world = World()
    id = world.joined(member(READER))
    world.of(CREATOR).delete_collaboration(collaborationIdentifier=id)

    assert ACCESS_DENIED == refusal(world.of(READER).delete_collaboration, collaborationIdentifier=id).kind


def test_the_membership_of_a_removed_member_stays_removed_when_the_collaboration_is_deleted() -> None:
    world = World()
    id = world.create(member(READER))
    membership = world.join(READER, id)
    world.of(CREATOR).delete_member(collaborationIdentifier=id, accountId=READER)
    world.of(CREATOR).delete_collaboration(collaborationIdentifier=id)

    assert "REMOVED" == world.membership(membership, READER)["status"]
