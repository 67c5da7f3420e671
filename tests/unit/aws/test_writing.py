import pytest

from cleanrooms_emulator.transport.server_thread import serve_in_thread
from cleanrooms_governance.aws import AwsAccounts
from cleanrooms_governance.errors import AnswerLost, Conflict, InvalidRequest, QuotaExceeded, Unreachable
from cleanrooms_governance.model import CAN_RECEIVE_RESULTS, CollaborationChange, CostType, MemberChange, Membership
from cleanrooms_governance.service import Action, OwnSettings
from tests.unit.aws.world import (
    CREATOR,
    NEWCOMER,
    PARTNER,
    RECEIVER,
    REGION,
    STACK,
    FakeTime,
    World,
    access,
    collaboration,
    member,
)

ADDITION = MemberChange(NEWCOMER, frozenset({CAN_RECEIVE_RESULTS}), "Newcomer")


RESULTS = {
    "outputConfiguration": {"s3": {"resultFormat": "CSV", "bucket": "results-of-queries"}},
    "roleArn": f"arn:aws:iam::{PARTNER}:role/results",
}


LOST = {
    "closed connection": {"kind": "dropAfter"},
    "half an answer": {"kind": "truncate"},
    "answer after the client's patience": {"kind": "late", "latency": 3000},
}
lost = pytest.mark.parametrize("fault", LOST.values(), ids=list(LOST))


def join(world: World, id: str) -> Membership:
    return world.of(PARTNER).create_membership(
        id,
        settings=OwnSettings(result_configuration=RESULTS),
        tags={"team": "sales"},
    )


def test_a_collaboration_is_created_with_its_tags(world: World) -> None:
    id = world.of(CREATOR).create_collaboration(collaboration(RECEIVER), {"governed-by": "acme/prod/sales"})
    creator = world.of(CREATOR)

    assert {"governed-by": "acme/prod/sales"} == creator.tags(creator.collaboration(id).arn)


def test_a_request_goes_from_filing_over_votes_to_its_effect(world: World) -> None:
    id = world.create(RECEIVER)
    join(world, id)
    creator, partner = world.of(CREATOR), world.of(PARTNER)
    request = creator.create_change_request(id, [ADDITION])

    assert "PENDING" == request.status
    assert "APPROVED" == partner.update_change_request(id, request.id, Action.APPROVE).status
    assert "COMMITTED" == creator.update_change_request(id, request.id, Action.COMMIT).status
    assert frozenset({CAN_RECEIVE_RESULTS}) == creator.collaboration(id).members[NEWCOMER].abilities


def test_payer_and_machine_learning_changes_arrive_as_they_were_meant(world: World) -> None:
    id = world.create(RECEIVER)
    payments = {CostType.QUERY_COMPUTE: True, CostType.MODEL_TRAINING: True, CostType.JOB_COMPUTE: False}
    learning = frozenset({"CAN_RECEIVE_MODEL_OUTPUT"})
    change = MemberChange(PARTNER, RECEIVER.abilities, ml_abilities=learning, payments=payments)
    creator = world.of(CREATOR)
    request = creator.create_change_request(id, [change])
    creator.update_change_request(id, request.id, Action.COMMIT)

    changed = creator.collaboration(id).members[PARTNER]
    shown = {cost for cost, responsible in changed.payments.items() if responsible}
    assert (learning, {CostType.QUERY_COMPUTE, CostType.MODEL_TRAINING}) == (changed.ml_abilities, shown)


def test_the_list_of_auto_approved_types_is_replaced_whole(world: World) -> None:
    id = world.create(RECEIVER, auto_approve=frozenset({"ADD_MEMBER"}))
    creator = world.of(CREATOR)
    request = creator.create_change_request(id, [CollaborationChange(frozenset({"GRANT_RECEIVE_RESULTS_ABILITY"}))])
    creator.update_change_request(id, request.id, Action.COMMIT)

    assert frozenset({"GRANT_RECEIVE_RESULTS_ABILITY"}) == creator.collaboration(id).auto_approved


@pytest.mark.parametrize(
    "change",
    [{"name": "New"}, {"description": ""}, {"name": "New", "description": "Why"}],
    ids=["name", "no description", "both"],
)
def test_an_update_of_a_collaboration_says_only_what_changes(world: World, change: dict[str, str]) -> None:
    id = world.create(description="Old")
    world.of(CREATOR).update_collaboration(id, **change)

    (call,) = world.app.journal.entries(operation="UpdateCollaboration")
    assert {"collaborationIdentifier": id, **change} == call.parameters
    live = world.of(CREATOR).collaboration(id)
    assert change == {key: getattr(live, key) for key in change}


@lost
def test_an_update_of_a_collaboration_is_made_though_its_answer_is_lost(world: World, fault: dict[str, object]) -> None:
    id = world.create()
    world.fail(operation="UpdateCollaboration", times=1, **fault)
    world.of(CREATOR).update_collaboration(id, name="New")

    assert "New" == world.of(CREATOR).collaboration(id).name


def test_tags_are_added_overwritten_and_removed(world: World) -> None:
    creator = world.of(CREATOR)
    arn = creator.collaboration(world.create()).arn
    creator.tag(arn, {"one": "1", "two": "2"})
    creator.tag(arn, {"two": "zwei", "three": "3"})
    creator.untag(arn, ["one", "never there"])

    assert {"two": "zwei", "three": "3"} == creator.tags(arn)


def test_no_tags_are_no_call(world: World) -> None:
    creator = world.of(CREATOR)
    creator.tag("arn:aws:cleanrooms:eu-west-1:111122223333:collaboration/none", {})
    creator.untag("arn:aws:cleanrooms:eu-west-1:111122223333:collaboration/none", [])

    assert [] == world.called(service=None)


def test_a_membership_carries_its_tags(world: World) -> None:
    membership = join(world, world.create(RECEIVER))

    assert {"team": "sales"} == world.of(PARTNER).tags(membership.arn)


@pytest.mark.parametrize(
    ("settings", "sent"),
    [
        (OwnSettings(query_log=True), {"queryLogStatus": "ENABLED"}),
        (OwnSettings(job_log=False), {"jobLogStatus": "DISABLED"}),
        (OwnSettings(result_configuration=RESULTS), {"defaultResultConfiguration": RESULTS}),
        (OwnSettings(job_result_configuration=RESULTS), {"defaultJobResultConfiguration": RESULTS}),
        (
            OwnSettings(payments={CostType.MODEL_TRAINING: False}),
            {"membershipPaymentConfiguration": {"machineLearning": {"modelTraining": {"isResponsible": False}}}},
        ),
        (
            OwnSettings(payments={CostType.QUERY_COMPUTE: False, CostType.JOB_COMPUTE: False}),
            {"membershipPaymentConfiguration": {name: {"isResponsible": False} for name in ("queryCompute", "jobCompute")}},
        ),
    ],
    ids=["query log", "job log", "results", "job results", "one cost type", "two cost types"],
)
def test_what_a_member_is_silent_about_is_not_sent(world: World, settings: OwnSettings, sent: dict[str, object]) -> None:
    membership = join(world, world.create(RECEIVER))
    world.of(PARTNER).update_membership(membership.id, settings)
    (update,) = world.app.journal.entries(operation="UpdateMembership")
    assert {"membershipIdentifier": membership.id, **sent} == update.parameters


@lost
def test_an_update_whose_answer_is_lost_took_effect(world: World, fault: dict[str, object]) -> None:
    membership = join(world, world.create(RECEIVER))
    world.fail(operation="UpdateMembership", **fault)
    with pytest.raises(AnswerLost):
        world.of(PARTNER).update_membership(membership.id, OwnSettings(query_log=True))

    assert world.of(PARTNER).membership(membership.id).query_log


def test_joining_twice_is_a_conflict_with_its_reason(world: World) -> None:
    id = world.create(RECEIVER)
    join(world, id)
    with pytest.raises(Conflict) as conflict:
        join(world, id)

    assert "ALREADY_EXISTS" == conflict.value.reason


def test_a_commit_that_is_not_due_is_a_conflict(world: World) -> None:
    id = world.create(RECEIVER)
    join(world, id)
    request = world.of(CREATOR).create_change_request(id, [ADDITION])
    with pytest.raises(Conflict, match=f"UpdateCollaborationChangeRequest on {request.id}"):
        world.of(CREATOR).update_change_request(id, request.id, Action.COMMIT)


def test_a_change_without_effect_is_an_invalid_request(world: World) -> None:
    id = world.create(RECEIVER)
    with pytest.raises(InvalidRequest):
        world.of(CREATOR).create_change_request(id, [MemberChange(PARTNER, RECEIVER.abilities)])


def test_a_full_collaboration_is_a_reached_quota(world: World) -> None:
    others = [member(f"{number}" * 12) for number in range(2, 7)]
    id = world.create(*others)
    with pytest.raises(QuotaExceeded):
        world.of(CREATOR).create_change_request(id, [ADDITION])


@lost
def test_a_creation_whose_answer_is_lost_happened_once(
    world: World, fault: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "5")
    world.fail(operation="CreateCollaboration", **fault)
    with pytest.raises(AnswerLost):
        world.create(RECEIVER)

    assert 1 == len(world.of(CREATOR).collaborations())


@lost
def test_a_filing_whose_answer_is_lost_happened_once(world: World, fault: dict[str, object]) -> None:
    id = world.create(RECEIVER)
    world.fail(operation="CreateCollaborationChangeRequest", **fault)
    with pytest.raises(AnswerLost):
        world.of(CREATOR).create_change_request(id, [ADDITION])

    assert 1 == len(world.of(CREATOR).change_requests(id))


@lost
def test_a_commit_whose_answer_is_lost_took_effect(world: World, fault: dict[str, object]) -> None:
    id = world.create(RECEIVER)
    request = world.of(CREATOR).create_change_request(id, [ADDITION])
    world.fail(operation="UpdateCollaborationChangeRequest", **fault)
    with pytest.raises(AnswerLost):
        world.of(CREATOR).update_change_request(id, request.id, Action.COMMIT)

    assert ["COMMITTED"] == [read.status for read in world.of(CREATOR).change_requests(id)]


@lost
def test_a_joining_whose_answer_is_lost_happened_once(world: World, fault: dict[str, object]) -> None:
    id = world.create(RECEIVER)
    world.fail(operation="CreateMembership", **fault)
    with pytest.raises(AnswerLost):
        join(world, id)

    assert 1 == len(world.of(PARTNER).memberships())


@pytest.mark.parametrize("kind", ["internal", "dropBefore"])
def test_a_creation_that_failed_before_its_effect_looks_like_a_lost_answer(world: World, kind: str) -> None:
    world.fail(operation="CreateCollaboration", kind=kind)
    with pytest.raises(AnswerLost):
        world.create(RECEIVER)

    assert () == world.of(CREATOR).collaborations()


def test_a_throttled_creation_is_sent_until_it_is_heard_and_happens_once(world: World) -> None:
    world.fail(operation="CreateCollaboration", kind="throttle", times=3)
    world.create(RECEIVER)

    assert 1 == len(world.of(CREATOR).collaborations())


def test_tags_are_set_though_answers_are_lost(world: World) -> None:
    creator = world.of(CREATOR)
    arn = creator.collaboration(world.create()).arn
    world.fail(operation="TagResource", kind="dropAfter", times=2)
    creator.tag(arn, {"one": "1"})

    assert {"one": "1"} == creator.tags(arn)


@pytest.mark.parametrize("kind", ["dropAfter", "truncate"])
def test_an_answer_lost_on_a_real_connection_is_reported_as_lost(
    world: World, time: FakeTime, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.fail(operation="CreateCollaboration", kind=kind)
    with serve_in_thread(world.app) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        creator = AwsAccounts(STACK, pace=time.pace())(access(CREATOR), REGION)
        with pytest.raises(AnswerLost):
            creator.create_collaboration(collaboration(RECEIVER), {})

        assert 1 == len(creator.collaborations())


def test_a_refused_connection_is_unreachable_even_for_a_write(
    world: World, time: FakeTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve_in_thread(world.app) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", url)
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLEANROOMS", "http://127.0.0.1:1")
        creator = AwsAccounts(STACK, pace=time.pace())(access(CREATOR), REGION)
        with pytest.raises(Unreachable, match="could not connect"):
            creator.create_collaboration(collaboration(RECEIVER), {})
