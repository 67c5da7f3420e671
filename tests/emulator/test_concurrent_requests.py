"""Which open change requests exclude a new one."""

from typing import Any

import pytest

from tests.emulator.world import (
    COLLABORATION_STATE,
    CREATOR,
    NEWCOMER,
    OUTSIDER,
    READER,
    RUNNER,
    World,
    invitation,
    member,
    settings_change,
)


def world_of_three(switches: dict[str, str] | None = None, **more: Any) -> tuple[World, str]:
    world = World(switches)
    id = world.joined(member(RUNNER, "CAN_QUERY"), member(READER, "CAN_RECEIVE_RESULTS"), **more)
    return world, id


CONFLICTS = {
    # first request, second request: the switch values under which the second is a conflict
    "the same account": (invitation(NEWCOMER), invitation(NEWCOMER), {"one-per-subject", "one-per-collaboration"}),
    "different accounts": (invitation(NEWCOMER), invitation(OUTSIDER), {"one-per-collaboration"}),
    "the collaboration twice": (
        settings_change("ADD_MEMBER"),
        settings_change(),
        {"one-per-subject", "one-per-collaboration"},
    ),
    "an account and the collaboration": (invitation(NEWCOMER), settings_change(), {"one-per-collaboration"}),
}


@pytest.mark.parametrize("concurrency", ["one-per-subject", "one-per-collaboration", "free"])
@pytest.mark.parametrize("pair", CONFLICTS)
@pytest.mark.parametrize("first_status", ["PENDING", "APPROVED"])
def test_an_open_request_excludes_another_one_as_the_switch_says(concurrency: str, pair: str, first_status: str) -> None:
    world, id = world_of_three({"concurrency": concurrency})
    first, second, excluded_under = CONFLICTS[pair]
    request = world.file(id, first)
    if first_status == "APPROVED":
        world.act(request, "APPROVE", RUNNER)
        world.act(request, "APPROVE", READER)

    if concurrency in excluded_under:
        refused = world.filing(id, second)
        assert (COLLABORATION_STATE, 409, id) == (refused.kind, refused.status, refused.resource_id)
    else:
        assert "PENDING" == world.file(id, second)["status"]


@pytest.mark.parametrize("end", ["CANCEL", "DENY", "COMMIT"])
def test_a_request_that_has_ended_excludes_nothing(end: str) -> None:
    world, id = world_of_three({"concurrency": "one-per-collaboration"})
    request = world.file(id, invitation(NEWCOMER))
    if end == "COMMIT":
        world.act(request, "APPROVE", RUNNER)
        world.act(request, "APPROVE", READER)
    world.act(request, end, RUNNER if end == "DENY" else CREATOR)

    assert "PENDING" == world.file(id, invitation(OUTSIDER))["status"]


@pytest.mark.parametrize("concurrency", ["one-per-subject", "one-per-collaboration"])
def test_requests_of_another_collaboration_exclude_nothing(concurrency: str) -> None:
    world, id = world_of_three({"concurrency": concurrency})
    world.file(world.joined(member(RUNNER)), invitation(NEWCOMER))

    assert "PENDING" == world.file(id, invitation(NEWCOMER))["status"]
