"""Filing and reading change requests: what is refused, what passes without votes, who sees them."""

from typing import Any

import pytest

from cleanrooms_emulator.handlers import quotas
from tests.emulator.world import (
    ACCESS_DENIED,
    COLLABORATION_NOT_FOUND,
    COLLABORATION_STATE,
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
    invitation,
    member,
    member_change,
    pays,
    refusal,
    settings_change,
)

AT_MEMBER = "changes.1.member.specification.member"


def world_of_three(switches: dict[str, str] | None = None, **more: Any) -> tuple[World, str]:
    world = World(switches)
    id = world.joined(member(RUNNER, "CAN_QUERY"), member(READER, "CAN_RECEIVE_RESULTS"), **more)
    return world, id


def test_a_request_carries_the_changes_as_filed_with_their_types() -> None:
    world, id = world_of_three()
    change = invitation(NEWCOMER, "CAN_RECEIVE_RESULTS")

    assert [{**change, "types": ["ADD_MEMBER", "GRANT_RECEIVE_RESULTS_ABILITY"]}] == world.file(id, change)["changes"]


def test_a_request_that_needs_votes_is_pending_and_changes_nothing_yet() -> None:
    world, id = world_of_three()
    before = world.members(id)

    request = world.file(id, invitation(NEWCOMER))

    assert ("PENDING", False, id) == (request["status"], request["isAutoApproved"], request["collaborationId"])
    assert before == world.members(id)


@pytest.mark.parametrize("account", [CREATOR, RUNNER, READER])
def test_everybody_who_sees_the_collaboration_reads_its_requests(account: str) -> None:
    world = World()
    id = world.create(member(RUNNER), member(READER))
    world.join(RUNNER, id)
    request = world.file(id, invitation(NEWCOMER))

    assert request == world.request(request, account)
    listed = world.of(account).list_collaboration_change_requests(collaborationIdentifier=id)
    assert [request] == listed["collaborationChangeRequestSummaries"]


@pytest.mark.parametrize("account", [OUTSIDER, NEWCOMER], ids=["outsider", "account to be added"])
def test_others_do_not_see_them(account: str) -> None:
    world, id = world_of_three()
    request = world.file(id, invitation(NEWCOMER))

    assert ACCESS_DENIED == world.acting(request, "APPROVE", account).kind
    assert ACCESS_DENIED == refusal(world.of(account).list_collaboration_change_requests, collaborationIdentifier=id).kind


@pytest.mark.parametrize("gone", ["LEFT", "REMOVED"])
def test_members_that_are_gone_do_not_see_them(gone: str) -> None:
    world = World()
    id = world.create(member(READER))
    membership = world.join(READER, id)
    if gone == "LEFT":
        world.of(READER).delete_membership(membershipIdentifier=membership)
    else:
        world.of(CREATOR).delete_member(collaborationIdentifier=id, accountId=READER)

    listing = world.of(READER).list_collaboration_change_requests
    assert ACCESS_DENIED == refusal(listing, collaborationIdentifier=id).kind


@pytest.mark.parametrize("unknown", ["no such request", "a request of another collaboration"])
def test_an_unknown_request_is_not_found_in_a_visible_collaboration(unknown: str) -> None:
    world, id = world_of_three()
    request_id = NO_SUCH_ID
    if unknown != "no such request":
        request_id = world.file(world.joined(member(RUNNER)), invitation(NEWCOMER))["id"]

    refused = refusal(
        world.of(READER).get_collaboration_change_request,
        collaborationIdentifier=id,
        changeRequestIdentifier=request_id,
    )
    assert (COLLABORATION_NOT_FOUND, 404, request_id) == (refused.kind, refused.status, refused.resource_id)


@pytest.mark.parametrize("account", [RUNNER, READER])
def test_only_the_creator_files_requests(account: str) -> None:
    world, id = world_of_three()

    assert ACCESS_DENIED == world.filing(id, invitation(NEWCOMER), by=account).kind


def test_a_creator_that_never_joined_can_file_and_commit() -> None:
    world = World()
    request = world.file(world.create(), invitation(NEWCOMER))

    assert "COMMITTED" == world.act(request, "COMMIT", CREATOR)["status"]


def test_requests_are_listed_newest_first_in_pages_and_by_status() -> None:
    world, id = world_of_three()
    accounts = [f"{number:012d}" for number in range(3)]
    first, second, third = (world.file(id, invitation(account)) for account in accounts)
    world.act(second, "CANCEL", CREATOR)
    client = world.of(CREATOR)

    pages = client.get_paginator("list_collaboration_change_requests").paginate(
        collaborationIdentifier=id, PaginationConfig={"PageSize": 2}
    )
    listed = [[each["id"] for each in page["collaborationChangeRequestSummaries"]] for page in pages]
    assert [[third["id"], second["id"]], [first["id"]]] == listed
    pending = client.list_collaboration_change_requests(collaborationIdentifier=id, status="PENDING")
    assert [third["id"], first["id"]] == [each["id"] for each in pending["collaborationChangeRequestSummaries"]]


NO_SETTING = {"specificationType": "COLLABORATION", "specification": {"collaboration": {}}}


@pytest.mark.parametrize(
    ("changes", "kind", "field"),
    [
        ([member_change(NEWCOMER)], INVALID_FIELD, f"{AT_MEMBER}.displayName"),
        ([member_change(READER, displayName="Other name")], INVALID_FIELD, f"{AT_MEMBER}.displayName"),
        ([invitation(NEWCOMER, "CAN_QUERY")], INVALID_CONFIGURATION, f"{AT_MEMBER}.memberAbilities"),
        ([invitation(NEWCOMER, "CAN_RUN_JOB")], INVALID_CONFIGURATION, f"{AT_MEMBER}.memberAbilities"),
        ([member_change(READER, "CAN_QUERY")], INVALID_CONFIGURATION, f"{AT_MEMBER}.memberAbilities"),
        ([member_change(READER, "CAN_RECEIVE_RESULTS")], INVALID_CONFIGURATION, AT_MEMBER),
        (
            [invitation(NEWCOMER), invitation(NEWCOMER, "CAN_RECEIVE_RESULTS")],
            INVALID_CONFIGURATION,
            "changes.2.member.specification",
        ),
        (
            [settings_change("ADD_MEMBER"), settings_change()],
            INVALID_CONFIGURATION,
            "changes.2.member.specification",
        ),
        (
            [{**invitation(NEWCOMER), "specificationType": "COLLABORATION"}],
            INVALID_FIELD,
            "changes.1.member.specificationType",
        ),
        (
            [{**settings_change(), "specificationType": "MEMBER"}],
            INVALID_FIELD,
            "changes.1.member.specificationType",
        ),
        (
            [NO_SETTING],
            INVALID_FIELD,
            "changes.1.member.specification.collaboration.autoApprovedChangeTypes",
        ),
        (
            [member_change(RUNNER, paymentConfiguration=pays(queryCompute=False))],
            INVALID_CONFIGURATION,
            "changes",
        ),
    ],
    ids=[
        "a new member without a name",
        "another name for a member",
        "a new runner of queries",
        "a new runner of jobs",
        "the query ability for a member",
        "no effect",
        "an account twice",
        "the collaboration twice",
        "a member called collaboration",
        "a collaboration called member",
        "no setting of the collaboration",
        "nobody left to pay",
    ],
)
def test_a_request_that_breaks_a_rule_is_refused(changes: list[Any], kind: object, field: str) -> None:
    world, id = world_of_three()

    refused = world.filing(id, *changes)
    assert (kind, 400, [field]) == (refused.kind, refused.status, refused.fields)
    listed = world.of(CREATOR).list_collaboration_change_requests(collaborationIdentifier=id)
    assert [] == listed["collaborationChangeRequestSummaries"]


def test_the_second_change_is_the_one_named_when_it_is_wrong() -> None:
    world, id = world_of_three()

    refused = world.filing(id, invitation(NEWCOMER), member_change(READER, "CAN_RECEIVE_RESULTS"))
    assert ["changes.2.member.specification.member"] == refused.fields


def test_the_present_name_of_a_member_may_be_sent() -> None:
    world, id = world_of_three()

    assert "PENDING" == world.file(id, member_change(READER, displayName=f"Member {READER}"))["status"]


def test_both_kinds_of_change_fit_into_one_request() -> None:
    world, id = world_of_three()

    assert 2 == len(world.file(id, invitation(NEWCOMER), settings_change("ADD_MEMBER"))["changes"])


@pytest.mark.parametrize("gone", ["LEFT", "REMOVED"])
@pytest.mark.parametrize("readd_removed", ["reject", "accept"])
def test_an_account_that_is_gone_cannot_be_added_again_unless_removed_ones_may(gone: str, readd_removed: str) -> None:
    world = World({"readdRemoved": readd_removed})
    id = world.create(member(READER))
    membership = world.join(READER, id)
    if gone == "LEFT":
        world.of(READER).delete_membership(membershipIdentifier=membership)
    else:
        world.of(CREATOR).delete_member(collaborationIdentifier=id, accountId=READER)

    if (gone, readd_removed) == ("REMOVED", "accept"):
        assert [["ADD_MEMBER"]] == [each["types"] for each in world.file(id, invitation(READER))["changes"]]
    else:
        refused = world.filing(id, invitation(READER))
        assert (COLLABORATION_STATE, 409, id) == (refused.kind, refused.status, refused.resource_id)


def test_additions_beyond_the_quota_are_refused() -> None:
    world, id = world_of_three()
    quotas.adjust(world.store, quotas.MEMBERS_INVITED, 3)

    refused = world.filing(id, invitation(NEWCOMER), invitation(OUTSIDER))
    assert (QUOTA, 402, ("Members invited per collaboration", 3)) == (refused.kind, refused.status, refused.quota)
    assert "PENDING" == world.file(id, invitation(NEWCOMER))["status"]


@pytest.mark.parametrize(
    ("abilities", "expected"),
    [(["CAN_RECEIVE_RESULTS"], "GRANT_RECEIVE_RESULTS_ABILITY"), ([], "REVOKE_RECEIVE_RESULTS_ABILITY")],
)
def test_a_change_without_effect_can_be_accepted_and_then_has_a_type(abilities: list[str], expected: str) -> None:
    world = World({"noopChange": "accept"})
    id = world.joined(member(RUNNER), member(READER, *abilities))
    request = world.file(id, member_change(READER, *abilities))

    assert [[expected]] == [each["types"] for each in request["changes"]]
    world.act(request, "APPROVE", RUNNER)
    world.act(request, "APPROVE", READER)
    assert "COMMITTED" == world.act(request, "COMMIT", CREATOR)["status"]
