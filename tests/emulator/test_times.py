"""Times of a collaboration grow with every change, even when the clock stands still, so that the order can be told."""

from tests.emulator.world import CREATOR, NEWCOMER, READER, STARTED, World, invitation, member, member_change


def test_every_change_has_a_later_time_than_the_one_before() -> None:
    world = World()
    id = world.create(member(READER))
    times = [world.collaboration(id)["updateTime"]]
    membership = world.join(READER, id)
    times.append(world.membership(membership, READER)["updateTime"])
    times.append(world.act(world.file(id, invitation(NEWCOMER)), "DENY", READER)["updateTime"])
    request = world.file(id, member_change(READER, "CAN_RECEIVE_RESULTS"))
    times += [request["createTime"], world.act(request, "APPROVE", READER)["updateTime"]]
    times.append(world.act(request, "COMMIT", CREATOR)["updateTime"])
    world.of(READER).update_membership(membershipIdentifier=membership, queryLogStatus="ENABLED")
    times.append(world.membership(membership, READER)["updateTime"])
    world.of(CREATOR).update_collaboration(collaborationIdentifier=id, name="Other")
    times.append(world.collaboration(id)["updateTime"])
    world.of(CREATOR).delete_member(collaborationIdentifier=id, accountId=READER)
    times.append(world.members(id)[READER]["updateTime"])

    assert sorted(set(times)) == times


def test_times_follow_the_clock_when_it_moves() -> None:
    world = World()
    id = world.create()
    world.clock.advance(3600)

    assert STARTED + 3600 == world.file(id, invitation(NEWCOMER))["createTime"].timestamp()


def test_requests_tipped_by_one_removal_have_different_times() -> None:
    world = World()
    id = world.joined(member(READER))
    requests = [world.file(id, invitation(f"{number:012d}")) for number in range(3)]
    world.of(CREATOR).delete_member(collaborationIdentifier=id, accountId=READER)

    tipped = [world.request(request) for request in requests]
    assert ["APPROVED"] * 3 == [request["status"] for request in tipped]
    assert 3 == len({request["updateTime"] for request in tipped})


def test_a_committed_change_stamps_the_members_it_changes_and_no_others() -> None:
    world = World()
    id = world.create(member(READER), member(NEWCOMER))
    before = world.members(id)
    committed = world.act(world.file(id, member_change(READER, "CAN_RECEIVE_RESULTS")), "COMMIT", CREATOR)

    after = world.members(id)
    assert (committed["updateTime"], before[NEWCOMER], before[CREATOR]) == (
        after[READER]["updateTime"],
        after[NEWCOMER],
        after[CREATOR],
    )


def test_a_vote_repeated_changes_no_time() -> None:
    world = World()
    request = world.file(world.joined(member(READER), member(NEWCOMER)), invitation("000000000001"))
    voted = world.act(request, "APPROVE", READER)

    assert voted == world.act(request, "APPROVE", READER)
