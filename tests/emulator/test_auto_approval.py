"""Which change requests pass without votes, and what becomes of them."""

from typing import Any

import pytest

from tests.emulator.world import (
    CREATOR,
    NEWCOMER,
    OUTSIDER,
    READER,
    RUNNER,
    World,
    invitation,
    member,
    member_change,
    pays,
    settings_change,
)


def world_of_three(switches: dict[str, str] | None = None, **more: Any) -> tuple[World, str]:
    world = World(switches)
    id = world.joined(member(RUNNER, "CAN_QUERY"), member(READER, "CAN_RECEIVE_RESULTS"), **more)
    return world, id


@pytest.mark.parametrize(
    ("listed", "changes", "expected"),
    [
        (["ADD_MEMBER"], [invitation(NEWCOMER)], True),
        (["ADD_MEMBER"], [invitation(NEWCOMER, "CAN_RECEIVE_RESULTS")], False),
        (["ADD_MEMBER", "GRANT_RECEIVE_RESULTS_ABILITY"], [invitation(NEWCOMER, "CAN_RECEIVE_RESULTS")], True),
        (["GRANT_RECEIVE_RESULTS_ABILITY"], [invitation(NEWCOMER, "CAN_RECEIVE_RESULTS")], False),
        (["REVOKE_RECEIVE_RESULTS_ABILITY"], [member_change(READER)], True),
        (["GRANT_EXPORT_QUERY_ANALYSIS_LOG_ABILITY"], [member_change(RUNNER, "CAN_EXPORT_QUERY_ANALYSIS_LOG")], True),
        (["ADD_MEMBER"], [invitation(NEWCOMER), member_change(READER)], False),
        (["ADD_MEMBER"], [invitation(NEWCOMER, paymentConfiguration=pays(queryCompute=True))], False),
        (["ADD_MEMBER"], [settings_change()], False),
        ([], [invitation(NEWCOMER)], False),
    ],
    ids=[
        "the only type is listed",
        "a new member brings an ability that is not",
        "a new member brings an ability that is",
        "the ability is listed but not the addition",
        "a revoke",
        "a grant",
        "one of two changes is not",
        "payers never are",
        "the list itself never is",
        "nothing is listed",
    ],
)
def test_a_request_is_auto_approved_when_every_type_of_every_change_is_listed(
    listed: list[str], changes: list[Any], expected: bool
) -> None:
    world, id = world_of_three(autoApprovedChangeRequestTypes=listed)

    assert expected is world.file(id, *changes)["isAutoApproved"]


def test_an_auto_approved_request_is_committed_at_once_and_has_no_votes() -> None:
    world, id = world_of_three(autoApprovedChangeRequestTypes=["ADD_MEMBER"])
    request = world.file(id, invitation(NEWCOMER))

    assert ("COMMITTED", True, False) == (request["status"], request["isAutoApproved"], "approvals" in request)
    assert "INVITED" == world.members(id)[NEWCOMER]["status"]


def test_an_auto_approved_request_can_wait_as_approved_for_the_commit() -> None:
    world, id = world_of_three({"autoApprovedStatus": "APPROVED"}, autoApprovedChangeRequestTypes=["ADD_MEMBER"])
    request = world.file(id, invitation(NEWCOMER))

    assert ("APPROVED", True, False) == (request["status"], request["isAutoApproved"], "approvals" in request)
    assert NEWCOMER not in world.members(id)
    assert "COMMITTED" == world.act(request, "COMMIT", CREATOR)["status"]
    assert "INVITED" == world.members(id)[NEWCOMER]["status"]


def test_requests_that_commit_themselves_do_so_when_auto_approved_too() -> None:
    world, id = world_of_three(
        {"autoApprovedStatus": "APPROVED", "autoCommitOnApproval": "yes"},
        autoApprovedChangeRequestTypes=["ADD_MEMBER"],
    )

    assert "COMMITTED" == world.file(id, invitation(NEWCOMER))["status"]


def test_the_list_of_auto_approved_types_is_the_one_in_force_before_the_request() -> None:
    world, id = world_of_three(autoApprovedChangeRequestTypes=["ADD_MEMBER"])
    request = world.file(id, settings_change())
    world.act(request, "APPROVE", RUNNER)
    world.act(request, "APPROVE", READER)

    assert world.file(id, invitation(NEWCOMER))["isAutoApproved"] is True
    world.act(request, "COMMIT", CREATOR)
    assert world.file(id, invitation(OUTSIDER))["isAutoApproved"] is False
