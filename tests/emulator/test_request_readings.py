"""Requests as a whole under every reading of what the service leaves open about them."""

from typing import Any

import pytest

from cleanrooms_emulator.handlers import quotas
from tests.emulator.test_voting import leave, remove
from tests.emulator.world import (
    ACCESS_DENIED,
    COLLABORATION_STATE,
    CREATOR,
    INVALID_FIELD,
    NEWCOMER,
    OUTSIDER,
    READER,
    RUNNER,
    World,
    invitation,
    member,
    member_change,
    refusal,
    settings_change,
)

RESULTS = "CAN_RECEIVE_RESULTS"
GONE, TAKEN_OUT = "666677778888", "777788889999"
ACCOUNTS = {"creator": CREATOR, "joined": RUNNER, "invited": READER, "left": GONE, "removed": TAKEN_OUT, "outsider": OUTSIDER}
READERS = {
    "present": {"creator", "joined", "invited"},
    "joined": {"creator", "joined"},
    "former-too": {"creator", "joined", "invited", "left", "removed"},
}


@pytest.mark.parametrize("role", ACCOUNTS)
@pytest.mark.parametrize("value", READERS)
def test_requests_are_read_by_those_that_the_switch_says(value: str, role: str) -> None:
    world = World({"requestReaders": value})
    id = world.create(member(RUNNER), member(READER), member(GONE), member(TAKEN_OUT))
    for account in (RUNNER, GONE):
        world.join(account, id)
    leave(world, GONE)
    remove(world, id, TAKEN_OUT)
    request = world.file(id, invitation(NEWCOMER))
    client = world.of(ACCOUNTS[role])

    if role in READERS[value]:
        listed = client.list_collaboration_change_requests(collaborationIdentifier=id)
        assert [request] == listed["collaborationChangeRequestSummaries"]
        assert request == world.request(request, ACCOUNTS[role])
    else:
        reading = refusal(
            client.get_collaboration_change_request, collaborationIdentifier=id, changeRequestIdentifier=request["id"]
        )
        listing = refusal(client.list_collaboration_change_requests, collaborationIdentifier=id)
        assert ACCESS_DENIED == reading.kind == listing.kind


@pytest.mark.parametrize("value", READERS)
def test_nobody_reads_the_requests_of_a_deleted_collaboration(value: str) -> None:
    world = World({"requestReaders": value})
    request = world.file(world.joined(member(READER)), invitation(NEWCOMER))
    world.of(CREATOR).delete_collaboration(collaborationIdentifier=request["collaborationId"])

    listing = world.of(CREATOR).list_collaboration_change_requests
    assert ACCESS_DENIED == refusal(listing, collaborationIdentifier=request["collaborationId"]).kind


@pytest.mark.parametrize(("value", "step"), [("newest-first", -1), ("oldest-first", 1)])
def test_requests_are_listed_in_the_order_that_the_switch_says(value: str, step: int) -> None:
    world = World({"requestOrder": value})
    id = world.create()
    filed = [world.file(id, invitation(f"{number:012d}"))["id"] for number in range(3)]

    pages = (
        world.of(CREATOR)
        .get_paginator("list_collaboration_change_requests")
        .paginate(collaborationIdentifier=id, PaginationConfig={"PageSize": 2})
    )
    assert filed[::step] == [each["id"] for page in pages for each in page["collaborationChangeRequestSummaries"]]


@pytest.mark.parametrize("action", ["CANCEL", "COMMIT"])
@pytest.mark.parametrize(("value", "kind", "status"), [("403", ACCESS_DENIED, 403), ("400", INVALID_FIELD, 400)])
def test_the_owners_actions_are_refused_to_others_as_the_switch_says(
    value: str, kind: object, status: int, action: str
) -> None:
    world = World({"ownerActionByOthers": value})
    request = world.file(world.joined(member(READER)), invitation(NEWCOMER))
    world.act(request, "APPROVE", READER)

    refused = world.acting(request, action, READER)
    assert (kind, status) == (refused.kind, refused.status)
    assert ACCESS_DENIED == world.acting(request, action, OUTSIDER).kind


@pytest.mark.parametrize("value", ["allowed", "409"])
def test_an_approved_request_is_cancelled_or_not_as_the_switch_says(value: str) -> None:
    world = World({"cancelApproved": value})
    request = world.file(world.create(), invitation(NEWCOMER))

    if value == "allowed":
        assert "CANCELLED" == world.act(request, "CANCEL", CREATOR)["status"]
    else:
        assert COLLABORATION_STATE == world.acting(request, "CANCEL", CREATOR).kind
        assert "COMMITTED" == world.act(request, "COMMIT", CREATOR)["status"]


def test_a_pending_request_can_always_be_cancelled() -> None:
    world = World({"cancelApproved": "409"})
    request = world.file(world.joined(member(READER)), invitation(NEWCOMER))

    assert "CANCELLED" == world.act(request, "CANCEL", CREATOR)["status"]


def commit(world: World, id: str, *changes: dict[str, Any]) -> None:
    world.act(world.file(id, *changes), "COMMIT", CREATOR)


STALE = {
    "in effect already": (member_change(READER, RESULTS), member_change(READER, RESULTS), [RESULTS]),
    "a member by now": (invitation(NEWCOMER), invitation(NEWCOMER), []),
    "a member by now, with another name": (invitation(NEWCOMER), member_change(NEWCOMER, displayName="Other"), []),
    "to be changed instead of added": (invitation(NEWCOMER, RESULTS), invitation(NEWCOMER), [RESULTS]),
}


@pytest.mark.parametrize(("change", "meanwhile", "abilities"), STALE.values(), ids=STALE.keys())
@pytest.mark.parametrize("value", ["409", "apply"])
def test_what_came_about_since_a_request_was_filed_is_judged_as_the_switch_says(
    value: str, change: dict[str, Any], meanwhile: dict[str, Any], abilities: list[str]
) -> None:
    world = World({"staleCommit": value, "concurrency": "free"})
    id = world.create(member(READER))
    request = world.file(id, change)
    commit(world, id, meanwhile)
    account = change["specification"]["member"]["accountId"]
    name = world.members(id)[account]["displayName"]

    if value == "409":
        assert COLLABORATION_STATE == world.acting(request, "COMMIT", CREATOR).kind
    else:
        after = world.act(request, "COMMIT", CREATOR)
        assert ("COMMITTED", request["changes"]) == (after["status"], after["changes"])
        assert (abilities, name) == (world.members(id)[account]["abilities"], world.members(id)[account]["displayName"])


@pytest.mark.parametrize("value", ["409", "apply"])
def test_what_has_become_impossible_is_a_conflict_under_every_reading(value: str) -> None:
    world = World({"staleCommit": value})
    id = world.create(member(READER))
    request = world.file(id, member_change(READER, RESULTS))
    remove(world, id, READER)

    assert COLLABORATION_STATE == world.acting(request, "COMMIT", CREATOR).kind


@pytest.mark.parametrize("value", ["together", "separately"])
def test_a_request_of_which_a_part_has_become_impossible_is_committed_as_the_switch_says(value: str) -> None:
    world = World({"commitAtomicity": value})
    id = world.create(member(READER))
    request = world.file(id, member_change(READER, RESULTS), invitation(NEWCOMER), settings_change("ADD_MEMBER"))
    remove(world, id, READER)

    if value == "together":
        assert COLLABORATION_STATE == world.acting(request, "COMMIT", CREATOR).kind
        assert NEWCOMER not in world.members(id)
    else:
        after = world.act(request, "COMMIT", CREATOR)
        assert ("COMMITTED", request["changes"]) == (after["status"], after["changes"])
        listed = world.members(id)
        assert ([], "REMOVED", "INVITED") == (
            listed[READER]["abilities"],
            listed[READER]["status"],
            listed[NEWCOMER]["status"],
        )
        assert ["ADD_MEMBER"] == world.collaboration(id)["autoApprovedChangeTypes"]


def test_a_request_of_which_nothing_is_possible_any_more_is_a_conflict_under_every_reading() -> None:
    world = World({"commitAtomicity": "separately"})
    id = world.create(member(READER))
    request = world.file(id, member_change(READER, RESULTS))
    remove(world, id, READER)

    assert COLLABORATION_STATE == world.acting(request, "COMMIT", CREATOR).kind


def test_additions_take_the_last_room_one_after_the_other_where_changes_are_separate() -> None:
    world = World({"commitAtomicity": "separately"})
    id = world.create()
    request = world.file(id, invitation(NEWCOMER), invitation(OUTSIDER))
    quotas.adjust(world.store, quotas.MEMBERS_INVITED, 1)

    world.act(request, "COMMIT", CREATOR)
    assert [CREATOR, NEWCOMER] == list(world.members(id))
