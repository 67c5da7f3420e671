"""Who votes on a change request, and what becomes of it when voters come and go."""

import pytest

from tests.emulator.world import (
    ACCESS_DENIED,
    CREATOR,
    NEWCOMER,
    READER,
    RUNNER,
    World,
    invitation,
    member,
    member_change,
    settings_change,
)

APPROVED, PENDING, DENIED = {"status": "APPROVED"}, {"status": "PENDING"}, {"status": "DENIED"}


def leave(world: World, account: str) -> None:
    [membership] = world.of(account).list_memberships(status="ACTIVE")["membershipSummaries"]
    world.of(account).delete_membership(membershipIdentifier=membership["id"])


def remove(world: World, collaboration: str, account: str) -> None:
    world.of(CREATOR).delete_member(collaborationIdentifier=collaboration, accountId=account)


def test_active_members_vote_and_the_creator_has_voted_by_filing() -> None:
    world = World()
    request = world.file(world.joined(member(RUNNER), member(READER)), invitation(NEWCOMER))

    assert {CREATOR: APPROVED, RUNNER: PENDING, READER: PENDING} == request["approvals"]


@pytest.mark.parametrize(
    ("approvers", "expected"),
    [
        ("active", {CREATOR: APPROVED, RUNNER: PENDING}),
        ("active+invited", {CREATOR: APPROVED, RUNNER: PENDING, READER: PENDING}),
    ],
)
def test_invited_members_vote_only_where_the_switch_says_so(approvers: str, expected: object) -> None:
    world = World({"approvers": approvers})
    id = world.create(member(RUNNER), member(READER))
    world.join(RUNNER, id)

    assert expected == world.file(id, invitation(NEWCOMER))["approvals"]


def test_an_invited_voter_can_vote() -> None:
    world = World({"approvers": "active+invited"})
    request = world.file(world.create(member(READER)), invitation(NEWCOMER))

    assert "APPROVED" == world.act(request, "APPROVE", READER)["status"]


def test_members_that_are_gone_have_no_vote() -> None:
    world = World({"approvers": "active+invited"})
    id = world.joined(member(RUNNER), member(READER))
    remove(world, id, RUNNER)
    leave(world, READER)

    assert {CREATOR: APPROVED} == world.file(id, invitation(NEWCOMER))["approvals"]


def test_the_account_to_be_added_has_no_vote_and_the_one_to_be_changed_has() -> None:
    world = World()
    id = world.joined(member(READER))
    request = world.file(id, invitation(NEWCOMER), member_change(READER, "CAN_RECEIVE_RESULTS"))

    assert {CREATOR: APPROVED, READER: PENDING} == request["approvals"]


def test_a_creator_that_never_joined_has_voted_by_filing_too() -> None:
    world = World()
    id = world.create(member(READER))
    world.join(READER, id)

    assert {CREATOR: APPROVED, READER: PENDING} == world.file(id, invitation(NEWCOMER))["approvals"]


def test_without_another_voter_a_request_is_approved_but_not_committed() -> None:
    world = World()
    request = world.file(world.create(member(READER)), invitation(NEWCOMER))

    assert ("APPROVED", False, {CREATOR: APPROVED}) == (
        request["status"],
        request["isAutoApproved"],
        request["approvals"],
    )
    assert NEWCOMER not in world.members(request["collaborationId"])


def test_votes_are_recorded_until_all_have_approved() -> None:
    world = World()
    request = world.file(world.joined(member(RUNNER), member(READER)), invitation(NEWCOMER))

    first = world.act(request, "APPROVE", RUNNER)
    assert ("PENDING", {CREATOR: APPROVED, RUNNER: APPROVED, READER: PENDING}) == (
        first["status"],
        first["approvals"],
    )
    assert "APPROVED" == world.act(request, "APPROVE", READER)["status"]


def test_one_denial_ends_a_request_and_stays_visible() -> None:
    world = World()
    request = world.file(world.joined(member(RUNNER), member(READER)), invitation(NEWCOMER))

    denied = world.act(request, "DENY", READER)
    assert ("DENIED", {CREATOR: APPROVED, RUNNER: PENDING, READER: DENIED}) == (
        denied["status"],
        denied["approvals"],
    )


@pytest.mark.parametrize("account", [RUNNER, None], ids=["with another member", "alone"])
def test_the_creator_can_be_asked_like_anybody_else(account: str | None) -> None:
    world = World({"creatorVote": "pending"})
    id = world.joined(*([member(account)] if account else []))
    request = world.file(id, invitation(NEWCOMER))

    assert (PENDING, "PENDING") == (request["approvals"][CREATOR], request["status"])
    if account:
        world.act(request, "APPROVE", account)
    assert "APPROVED" == world.act(request, "APPROVE", CREATOR)["status"]


def test_a_creator_that_is_asked_can_deny_its_own_request() -> None:
    world = World({"creatorVote": "pending"})
    request = world.file(world.joined(member(RUNNER)), invitation(NEWCOMER))

    assert "DENIED" == world.act(request, "DENY", CREATOR)["status"]


@pytest.mark.parametrize("how", ["leaves", "is removed"])
def test_the_last_open_vote_going_away_approves_the_request(how: str) -> None:
    world = World()
    id = world.joined(member(RUNNER), member(READER))
    request = world.file(id, invitation(NEWCOMER))
    world.act(request, "APPROVE", RUNNER)

    if how == "leaves":
        leave(world, READER)
    else:
        remove(world, id, READER)

    after = world.request(request)
    assert ("APPROVED", {CREATOR: APPROVED, RUNNER: APPROVED}) == (after["status"], after["approvals"])
    assert request["updateTime"] < after["updateTime"]


def test_a_vote_going_away_leaves_a_request_pending_while_others_are_open() -> None:
    world = World()
    id = world.joined(member(RUNNER), member(READER))
    request = world.file(id, invitation(NEWCOMER))
    remove(world, id, READER)

    after = world.request(request)
    assert ("PENDING", {CREATOR: APPROVED, RUNNER: PENDING}) == (after["status"], after["approvals"])


def test_an_invitation_taken_back_no_longer_blocks_a_request() -> None:
    world = World({"approvers": "active+invited"})
    id = world.create(member(READER))
    request = world.file(id, invitation(NEWCOMER))
    remove(world, id, READER)

    assert "APPROVED" == world.request(request)["status"]


@pytest.mark.parametrize("end", ["DENY", "APPROVE"])
def test_votes_on_a_request_that_is_decided_are_kept_when_a_voter_goes(end: str) -> None:
    world = World()
    id = world.joined(member(READER))
    decided = world.act(world.file(id, invitation(NEWCOMER)), end, READER)
    remove(world, id, READER)

    assert decided == world.request(decided)


def test_requests_of_other_collaborations_keep_the_vote_of_a_member_that_went() -> None:
    world = World()
    id, other = world.joined(member(READER)), world.joined(member(READER))
    request = world.file(other, invitation(NEWCOMER))
    remove(world, id, READER)

    assert request == world.request(request)


def test_whoever_joins_later_is_not_asked() -> None:
    world = World()
    id = world.create(member(RUNNER), member(READER))
    world.join(RUNNER, id)
    request = world.file(id, invitation(NEWCOMER))
    world.join(READER, id)

    assert ACCESS_DENIED == world.acting(request, "APPROVE", READER).kind
    assert "APPROVED" == world.act(request, "APPROVE", RUNNER)["status"]


def test_a_request_can_commit_itself_with_the_last_approval() -> None:
    world = World({"autoCommitOnApproval": "yes"})
    id = world.joined(member(READER))
    request = world.file(id, invitation(NEWCOMER))

    assert "COMMITTED" == world.act(request, "APPROVE", READER)["status"]
    assert "INVITED" == world.members(id)[NEWCOMER]["status"]


def test_a_request_can_commit_itself_when_nobody_has_to_approve() -> None:
    world = World({"autoCommitOnApproval": "yes"})
    id = world.create()

    assert "COMMITTED" == world.file(id, invitation(NEWCOMER))["status"]
    assert NEWCOMER in world.members(id)


def test_a_request_can_commit_itself_when_the_last_open_vote_goes_away() -> None:
    world = World({"autoCommitOnApproval": "yes"})
    id = world.joined(member(READER))
    request = world.file(id, settings_change("ADD_MEMBER"))
    remove(world, id, READER)

    assert "COMMITTED" == world.request(request)["status"]
    assert ["ADD_MEMBER"] == world.collaboration(id)["autoApprovedChangeTypes"]


def test_a_request_that_has_become_impossible_does_not_commit_itself() -> None:
    world = World({"autoCommitOnApproval": "yes"})
    id = world.joined(member(RUNNER), member(READER))
    request = world.file(id, member_change(RUNNER, "CAN_RECEIVE_RESULTS"))
    remove(world, id, RUNNER)

    assert "APPROVED" == world.act(request, "APPROVE", READER)["status"]
    assert [] == world.members(id)[RUNNER]["abilities"]


def test_a_creator_that_never_joined_can_be_asked_too() -> None:
    world = World({"creatorVote": "pending"})
    request = world.file(world.create(member(READER)), invitation(NEWCOMER))

    assert ("PENDING", {CREATOR: PENDING}) == (request["status"], request["approvals"])
    assert "APPROVED" == world.act(request, "APPROVE", CREATOR)["status"]
