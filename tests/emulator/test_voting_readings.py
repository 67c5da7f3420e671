"""Votes under every reading of what the service leaves open about them."""

import pytest

from tests.emulator.test_voting import APPROVED, DENIED, PENDING, leave, remove
from tests.emulator.world import (
    ACCESS_DENIED,
    COLLABORATION_STATE,
    CREATOR,
    NEWCOMER,
    READER,
    RUNNER,
    World,
    invitation,
    member,
)


@pytest.mark.parametrize("value", ["APPROVED", "PENDING", "COMMITTED"])
def test_a_request_that_only_the_creator_votes_on_begins_as_the_switch_says(value: str) -> None:
    world = World({"noOtherVoter": value})
    id = world.create(member(READER))
    request = world.file(id, invitation(NEWCOMER))

    assert (value, False) == (request["status"], request["isAutoApproved"])
    assert (value == "COMMITTED") is (NEWCOMER in world.members(id))


def test_a_request_that_waits_for_the_creator_alone_goes_on_when_it_approves() -> None:
    world = World({"noOtherVoter": "PENDING"})
    request = world.file(world.create(), invitation(NEWCOMER))

    assert {CREATOR: PENDING} == request["approvals"]
    assert "APPROVED" == world.act(request, "APPROVE", CREATOR)["status"]


@pytest.mark.parametrize("value", ["PENDING", "COMMITTED"])
def test_a_request_with_other_voters_is_not_touched_by_what_holds_without_them(value: str) -> None:
    world = World({"noOtherVoter": value})
    request = world.file(world.joined(member(READER)), invitation(NEWCOMER))

    assert ("PENDING", {CREATOR: APPROVED, READER: PENDING}) == (request["status"], request["approvals"])


@pytest.mark.parametrize("go", [leave, remove])
@pytest.mark.parametrize(
    ("value", "status", "approvals"),
    [
        ("dropped", "APPROVED", {CREATOR: APPROVED, RUNNER: APPROVED}),
        ("kept", "PENDING", {CREATOR: APPROVED, RUNNER: APPROVED, READER: PENDING}),
    ],
)
def test_the_open_vote_of_a_member_that_goes_is_treated_as_the_switch_says(
    go: object, value: str, status: str, approvals: object
) -> None:
    world = World({"departedVote": value})
    id = world.joined(member(RUNNER), member(READER))
    request = world.file(id, invitation(NEWCOMER))
    world.act(request, "APPROVE", RUNNER)

    if go is leave:
        leave(world, READER)
    else:
        remove(world, id, READER)

    after = world.request(request)
    assert (status, approvals) == (after["status"], after["approvals"])
    assert ACCESS_DENIED == world.acting(request, "APPROVE", READER).kind


def test_a_request_that_a_kept_vote_holds_up_can_be_cancelled() -> None:
    world = World({"departedVote": "kept"})
    request = world.file(world.joined(member(READER)), invitation(NEWCOMER))
    leave(world, READER)

    assert "CANCELLED" == world.act(request, "CANCEL", CREATOR)["status"]


@pytest.mark.parametrize("value", ["not-asked", "asked"])
def test_whoever_joins_while_a_request_is_pending_votes_as_the_switch_says(value: str) -> None:
    world = World({"lateJoiners": value})
    id = world.create(member(RUNNER), member(READER))
    world.join(RUNNER, id)
    request = world.file(id, invitation(NEWCOMER))
    world.join(READER, id)

    if value == "asked":
        assert {CREATOR: APPROVED, RUNNER: PENDING, READER: PENDING} == world.request(request)["approvals"]
        world.act(request, "APPROVE", RUNNER)
        assert "APPROVED" == world.act(request, "APPROVE", READER)["status"]
    else:
        assert ACCESS_DENIED == world.acting(request, "APPROVE", READER).kind
        assert "APPROVED" == world.act(request, "APPROVE", RUNNER)["status"]


def test_whoever_joins_when_a_request_is_decided_is_not_asked_any_more() -> None:
    world = World({"lateJoiners": "asked"})
    id = world.create(member(RUNNER), member(READER))
    world.join(RUNNER, id)
    request = world.act(world.file(id, invitation(NEWCOMER)), "APPROVE", RUNNER)
    world.join(READER, id)

    assert request == world.request(request)


def test_an_account_invited_while_a_request_is_pending_votes_where_invited_ones_do() -> None:
    world = World({"lateJoiners": "asked", "approvers": "active+invited", "concurrency": "free"})
    id = world.joined(member(READER), autoApprovedChangeRequestTypes=["ADD_MEMBER"])
    pending = world.file(id, invitation(RUNNER, "CAN_RECEIVE_RESULTS"))
    world.file(id, invitation(NEWCOMER))

    assert {CREATOR: APPROVED, READER: PENDING, NEWCOMER: PENDING} == world.request(pending)["approvals"]
    world.act(pending, "APPROVE", READER)
    assert "APPROVED" == world.act(pending, "APPROVE", NEWCOMER)["status"]


@pytest.mark.parametrize("vote", ["APPROVE", "DENY"])
@pytest.mark.parametrize(("repeated", "changed"), [("accept", "409"), ("409", "accept")])
def test_a_second_vote_counts_as_the_switches_say(repeated: str, changed: str, vote: str) -> None:
    world = World({"repeatedVote": repeated, "changedVote": changed})
    request = world.file(world.joined(member(RUNNER), member(READER)), invitation(NEWCOMER))
    voted = world.act(request, "APPROVE", RUNNER)

    if (vote == "APPROVE" and repeated == "409") or (vote == "DENY" and changed == "409"):
        refused = world.acting(request, vote, RUNNER)
        assert (COLLABORATION_STATE, 409) == (refused.kind, refused.status)
    elif vote == "APPROVE":
        assert voted == world.act(request, vote, RUNNER)
    else:
        after = world.act(request, vote, RUNNER)
        assert ("DENIED", DENIED) == (after["status"], after["approvals"][RUNNER])


VOTES_ON_APPROVED = {
    # voteOnApproved, changedVote: what APPROVE and DENY of an APPROVED request do
    ("409", "409"): (COLLABORATION_STATE, COLLABORATION_STATE),
    ("409", "accept"): (COLLABORATION_STATE, COLLABORATION_STATE),
    ("as-pending", "409"): ("APPROVED", COLLABORATION_STATE),
    ("as-pending", "accept"): ("APPROVED", "DENIED"),
}


@pytest.mark.parametrize(("value", "changed"), VOTES_ON_APPROVED)
@pytest.mark.parametrize(("vote", "place"), [("APPROVE", 0), ("DENY", 1)])
def test_a_vote_on_an_approved_request_counts_as_the_switches_say(value: str, changed: str, vote: str, place: int) -> None:
    world = World({"voteOnApproved": value, "changedVote": changed})
    request = world.file(world.joined(member(READER)), invitation(NEWCOMER))
    world.act(request, "APPROVE", READER)
    expected = VOTES_ON_APPROVED[value, changed][place]

    if expected == COLLABORATION_STATE:
        assert expected == world.acting(request, vote, READER).kind
        assert "APPROVED" == world.request(request)["status"]
    else:
        assert expected == world.act(request, vote, READER)["status"]


def test_nobody_votes_on_an_auto_approved_request_that_waits_for_its_commit() -> None:
    world = World({"voteOnApproved": "as-pending", "changedVote": "accept", "autoApprovedStatus": "APPROVED"})
    id = world.joined(member(READER), autoApprovedChangeRequestTypes=["ADD_MEMBER"])
    request = world.file(id, invitation(NEWCOMER))

    assert COLLABORATION_STATE == world.acting(request, "DENY", READER).kind
