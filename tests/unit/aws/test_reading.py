from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from cleanrooms_governance.errors import AccessDenied, NotFound, ServiceFailure
from cleanrooms_governance.model import (
    CAN_QUERY,
    CAN_RECEIVE_RESULTS,
    ChangeRequest,
    Collaboration,
    CollaborationChange,
    CostType,
    Member,
    MemberChange,
    Membership,
)
from cleanrooms_governance.service import Action, CollaborationSummary, OwnSettings
from tests.unit.aws.wire import Script
from tests.unit.aws.world import CREATOR, NEWCOMER, PARTNER, RECEIVER, REGION, FakeTime, World

NO_SUCH_ID = "00000000-0000-0000-0000-000000000000"
STARTED = 1_790_000_000
RESULTS = {
    "outputConfiguration": {"s3": {"resultFormat": "CSV", "bucket": "results-of-queries"}},
    "roleArn": f"arn:aws:iam::{PARTNER}:role/results",
}


@pytest.fixture
def collaboration(world: World) -> str:
    world.app.clock.set(datetime.now(UTC).timestamp())
    return world.create(RECEIVER, description="Who buys what", query_log=True, auto_approve=frozenset({"ADD_MEMBER"}))


def join(world: World, collaboration: str) -> Membership:
    return world.of(PARTNER).create_membership(
        collaboration, settings=OwnSettings(query_log=True, result_configuration=RESULTS), tags={}
    )


def test_a_collaboration_is_read_with_its_members(world: World, collaboration: str) -> None:
    read = world.of(CREATOR).collaboration(collaboration)

    created = read.members[CREATOR].created
    assert (
        Collaboration(
            id=collaboration,
            arn=f"arn:aws:cleanrooms:{REGION}:{CREATOR}:collaboration/{collaboration}",
            name="Sales",
            creator=CREATOR,
            region=REGION,
            members={
                CREATOR: Member(
                    account=CREATOR,
                    display_name=f"Name of {CREATOR}",
                    status="INVITED",
                    abilities=frozenset({CAN_QUERY}),
                    created=created,
                    payments={CostType.QUERY_COMPUTE: True},
                ),
                PARTNER: Member(
                    account=PARTNER,
                    display_name=f"Name of {PARTNER}",
                    status="INVITED",
                    abilities=frozenset({CAN_RECEIVE_RESULTS}),
                    created=created,
                    payments={CostType.QUERY_COMPUTE: False},
                ),
            },
            description="Who buys what",
            query_log=True,
            analytics_engine="SPARK",
            auto_approved=frozenset({"ADD_MEMBER"}),
        )
        == read
    )


def test_a_collaboration_costs_two_calls(world: World, collaboration: str) -> None:
    before = len(world.called())
    world.of(CREATOR).collaboration(collaboration)

    assert ["GetCollaboration", "ListMembers"] == world.called()[before:]


def test_times_are_read_in_utc(world: World, collaboration: str) -> None:
    assert UTC == world.of(CREATOR).collaboration(collaboration).members[CREATOR].created.tzinfo


def test_change_requests_are_read_with_their_votes_and_oldest_first(world: World, collaboration: str) -> None:
    join(world, collaboration)
    creator = world.of(CREATOR)
    first = creator.create_change_request(collaboration, [CollaborationChange(frozenset())])
    world.app.clock.advance(60)
    second = creator.create_change_request(collaboration, [MemberChange(PARTNER, frozenset())])

    listed = creator.change_requests(collaboration)

    assert (first, second) == listed
    assert {CREATOR: "APPROVED", PARTNER: "PENDING"} == listed[1].approvals
    assert (PARTNER,) == listed[1].pending_voters


def test_change_requests_that_are_over_are_read_too(world: World, collaboration: str) -> None:
    creator = world.of(CREATOR)
    request = creator.create_change_request(collaboration, [MemberChange(NEWCOMER, frozenset(), "Newcomer")])

    assert [(request.id, "COMMITTED", True)] == [
        (read.id, read.status, read.auto_approved) for read in creator.change_requests(collaboration)
    ]


def test_a_request_says_what_it_changes_and_what_type_the_service_gives_it(world: World, collaboration: str) -> None:
    change = MemberChange(NEWCOMER, frozenset({CAN_RECEIVE_RESULTS}), "Newcomer")
    request = world.of(CREATOR).create_change_request(collaboration, [change])

    types = frozenset({"ADD_MEMBER", "GRANT_RECEIVE_RESULTS_ABILITY"})
    assert (MemberChange(NEWCOMER, frozenset({CAN_RECEIVE_RESULTS}), "Newcomer", types=types),) == request.changes


def test_an_account_lists_its_memberships_and_reads_one_whole(world: World, collaboration: str) -> None:
    joined = join(world, collaboration)
    (listed,) = world.of(PARTNER).memberships()

    assert (joined.id, collaboration, PARTNER, "ACTIVE", None, None) == (
        listed.id,
        listed.collaboration_id,
        listed.account,
        listed.status,
        listed.query_log,
        listed.result_configuration,
    )
    read = world.of(PARTNER).membership(joined.id)
    assert joined == read
    assert (True, RESULTS) == (read.query_log, read.result_configuration)


def test_collaborations_are_listed_page_after_page(world: World) -> None:
    created = {world.create(name=f"Sales {number}") for number in range(101)}
    before = len(world.called())
    listed = world.of(CREATOR).collaborations()

    assert (created, 101) == ({summary.id for summary in listed}, len(listed))
    assert ["ListCollaborations"] * 2 == world.called()[before:]


def test_a_listed_collaboration_has_what_it_is_found_by(world: World, collaboration: str) -> None:
    arn = f"arn:aws:cleanrooms:{REGION}:{CREATOR}:collaboration/{collaboration}"

    assert (CollaborationSummary(collaboration, arn, "Sales", CREATOR),) == world.of(PARTNER).collaborations()


def test_what_is_hidden_and_what_is_not_there_are_both_denied(world: World, collaboration: str) -> None:
    with pytest.raises(AccessDenied, match="does not exist there, is in another Region, or the role lacks"):
        world.of(NEWCOMER).collaboration(collaboration)
    with pytest.raises(AccessDenied, match=f"GetCollaboration on {NO_SUCH_ID}"):
        world.of(CREATOR).collaboration(NO_SUCH_ID)


def test_a_membership_that_is_not_there_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        world.of(PARTNER).membership(NO_SUCH_ID)


@pytest.mark.parametrize(("kind"), ["internal", "dropBefore", "dropAfter", "truncate", "throttle"])
def test_a_passing_fault_does_not_show_in_what_is_read(world: World, collaboration: str, kind: str) -> None:
    world.fail(kind=kind, times=3)

    assert {CREATOR, PARTNER} == world.of(CREATOR).collaboration(collaboration).members.keys()


def test_members_of_a_truncated_answer_are_never_none(world: World, collaboration: str) -> None:
    world.fail(kind="truncate", operation="ListMembers")
    with pytest.raises(ServiceFailure, match=r"^ListMembers on .*\(the answer lacks memberSummaries\)"):
        world.of(CREATOR).collaboration(collaboration)


def test_throttled_reads_of_many_threads_all_arrive(world: World, time: FakeTime, collaboration: str) -> None:
    world.fail(kind="throttle", operation="ListMembers", times=12)
    with ThreadPoolExecutor(8) as pool:
        read = list(pool.map(world.of(CREATOR).collaboration, [collaboration] * 16))

    assert [2] * 16 == [len(each.members) for each in read]
    assert time.now > 1


def page(token: str | None, *ids: str) -> dict[str, Any]:
    found = [
        {
            "id": each,
            "arn": f"arn:aws:cleanrooms:{REGION}:{CREATOR}:collaboration/{each}",
            "name": each,
            "creatorAccountId": CREATOR,
            "creatorDisplayName": "Creator",
            "createTime": STARTED,
            "updateTime": STARTED,
            "memberStatus": "ACTIVE",
        }
        for each in ids
    ]
    return {"collaborationList": found} | ({} if token is None else {"nextToken": token})


def test_an_empty_page_with_a_token_does_not_end_a_list(time: FakeTime) -> None:
    script = Script([page("a", "one"), page("b"), page(None, "two")])

    assert ["one", "two"] == [summary.id for summary in script.open(time.pace()).collaborations()]
    assert [["maxResults=100"], ["maxResults=100", "nextToken=a"], ["maxResults=100", "nextToken=b"]] == script.queries


def test_page_tokens_that_go_round_in_circles_are_a_failure(time: FakeTime) -> None:
    script = Script([page("a", "one"), page("b", "two"), page("a", "three")])
    with pytest.raises(ServiceFailure, match="round in circles"):
        script.open(time.pace()).collaborations()


def test_a_page_that_fails_once_is_read_again_and_not_the_list(time: FakeTime) -> None:
    script = Script([page("a", "one"), b'{"collaborationL', page(None, "two")])

    assert ["one", "two"] == [summary.id for summary in script.open(time.pace()).collaborations()]


def test_an_answer_whose_items_lack_what_they_must_have_is_a_failure_that_names_it(time: FakeTime) -> None:
    nameless = page(None, "one")
    del nameless["collaborationList"][0]["name"]
    with pytest.raises(ServiceFailure, match="the answer lacks name"):
        Script([nameless] * 4).open(time.pace()).collaborations()


def test_a_vote_that_ends_a_request_is_read_from_its_answer(world: World, collaboration: str) -> None:
    join(world, collaboration)
    request = world.of(CREATOR).create_change_request(collaboration, [MemberChange(PARTNER, frozenset())])
    denied: ChangeRequest = world.of(PARTNER).update_change_request(collaboration, request.id, Action.DENY)

    assert ("DENIED", "DENIED") == (denied.status, denied.approvals[PARTNER])
