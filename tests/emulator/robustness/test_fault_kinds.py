"""Faults of the connection and of what stands between a client and the service, as boto3 shows them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.faults import FaultKind, FaultRule
from cleanrooms_emulator.transport.in_process import client
from tests.emulator.robustness.accounts import HUB, NEW, SPOKE, error_code

MakeClient = Callable[..., Any]
WITHOUT_EFFECT = [FaultKind.HANG, FaultKind.DROP_BEFORE, FaultKind.RESET_BEFORE, FaultKind.BAD_GATEWAY_BEFORE]
WITH_EFFECT = [
    FaultKind.DROP_AFTER,
    FaultKind.RESET_AFTER,
    FaultKind.TRUNCATE,
    FaultKind.EMPTY,
    FaultKind.BAD_GATEWAY_AFTER,
]
REFUSING = [FaultKind.THROTTLE, FaultKind.INTERNAL, FaultKind.ERROR]
WAITING = [FaultKind.LATENCY, FaultKind.LATE]


def creating(kind: FaultKind, **more: Any) -> FaultRule:
    return FaultRule(kind=kind, operation="CreateCollaboration", **more)


def created(app: Application) -> int:
    """How many collaborations there are."""
    return len(client(app, "cleanrooms", HUB).list_collaborations()["collaborationList"])


def journalled(app: Application) -> list[tuple[str | None, int | None]]:
    """Fault and status of the calls, once there is one: a client may lose patience before a busy machine has come to it."""
    for _ in range(1000):
        if app.journal.last:
            break
        time.sleep(0.01)
    return [(entry.fault, entry.status) for entry in app.journal.entries(operation="CreateCollaboration")]


def patience_with(kind: FaultKind) -> dict[str, float]:
    """Settings of a client that waits for an answer unless there will never be one."""
    return {"read_timeout": 0.3} if kind is FaultKind.HANG else {}


def create_in_vain(cleanrooms: Any) -> None:
    """CreateCollaboration, whose answer is lost one way or the other."""
    try:
        answer = cleanrooms.create_collaboration(**NEW)
    except (ClientError, ConnectionClosedError, ReadTimeoutError):
        return
    assert "collaboration" not in answer


@pytest.mark.parametrize("kind", WITHOUT_EFFECT)
def test_a_call_that_never_reaches_the_service_has_no_effect(
    app: Application, make_client: MakeClient, kind: FaultKind
) -> None:
    app.faults.set([creating(kind)])
    create_in_vain(make_client(**patience_with(kind)))

    assert [(kind.value, None)] == journalled(app)
    assert 0 == created(app)


@pytest.mark.parametrize("kind", WITH_EFFECT)
def test_a_call_whose_answer_is_lost_took_effect(app: Application, make_client: MakeClient, kind: FaultKind) -> None:
    app.faults.set([creating(kind)])
    create_in_vain(make_client())

    assert [(kind.value, 200)] == journalled(app)
    assert 1 == created(app)


def test_every_kind_is_tried_here_or_is_one_that_refuses_or_waits() -> None:
    assert sorted(FaultKind) == sorted([*WITHOUT_EFFECT, *WITH_EFFECT, *REFUSING, *WAITING])


def test_a_hanging_call_lasts_as_long_as_the_clients_patience(app: Application, make_client: MakeClient) -> None:
    app.faults.set([creating(FaultKind.HANG)])
    with pytest.raises(ReadTimeoutError):
        make_client(read_timeout=0.3).create_collaboration(**NEW)


@pytest.mark.parametrize("kind", [FaultKind.RESET_BEFORE, FaultKind.RESET_AFTER])
def test_a_reset_is_a_closed_connection_to_boto3(app: Application, make_client: MakeClient, kind: FaultKind) -> None:
    app.faults.set([creating(kind)])
    with pytest.raises(ConnectionClosedError):
        make_client().create_collaboration(**NEW)


@pytest.mark.parametrize("kind", [FaultKind.BAD_GATEWAY_BEFORE, FaultKind.BAD_GATEWAY_AFTER])
def test_a_bad_gateway_is_an_error_without_a_name_that_is_sent_again(
    app: Application, make_client: MakeClient, kind: FaultKind
) -> None:
    app.faults.set([creating(kind)])
    assert "502" == error_code(make_client().create_collaboration, **NEW)

    app.faults.set([creating(kind, times=1)])
    answer = make_client(retries={"total_max_attempts": 2}).create_collaboration(**NEW)
    assert 1 == answer["ResponseMetadata"]["RetryAttempts"]


def test_an_empty_answer_is_a_success_without_members_to_boto3(app: Application, make_client: MakeClient) -> None:
    app.faults.set([creating(FaultKind.EMPTY)])
    answer = make_client().create_collaboration(**NEW)

    assert {"ResponseMetadata"} == set(answer)
    assert 200 == answer["ResponseMetadata"]["HTTPStatusCode"]


def test_the_client_goes_on_after_a_fault(app: Application, make_client: MakeClient) -> None:
    cleanrooms = make_client()
    for kind in [*WITHOUT_EFFECT[1:], *WITH_EFFECT]:
        app.faults.set([creating(kind, times=1)])
        create_in_vain(cleanrooms)
        assert "collaboration" in cleanrooms.create_collaboration(**NEW), kind


@pytest.mark.parametrize("kind", FaultKind)
def test_a_rule_of_every_kind_comes_back_from_json_as_it_was(kind: FaultKind) -> None:
    more: dict[str, Any] = {}
    if kind in WAITING:
        more["latency"] = 0.5
    if kind is FaultKind.ERROR:
        more = {"code": "ConflictException", "members": {"reason": "INVALID_STATE"}}
    rule = FaultRule(kind=kind, account=SPOKE, skip=1, every=2, times=3, **more)
    assert rule == FaultRule.from_json(rule.as_json())


def test_an_error_of_one_service_does_not_meet_calls_of_another(app: Application) -> None:
    app.faults.set([FaultRule(kind=FaultKind.ERROR, code="InternalServiceException")])

    assert [] == client(app, "cleanrooms", HUB).list_collaborations()["collaborationList"]
    assert "InternalServiceException" == error_code(client(app, "cleanroomsml", HUB).list_training_datasets)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"kind": "hang", "account": "12"}, "account: '12' is neither . nor an account id of 12 digits"),
        ({"kind": "hang", "account": 111122223333}, "account: 111122223333 is neither"),
        ({"kind": "hang", "operation": "ListMembres"}, "did you mean ListMembers"),
        ({"kind": "error", "code": ["ConflictException"]}, "is no error of"),
        ({"kind": "error", "code": "ConflictException", "operation": "AssumeRole"}, "'ConflictException' is no error of sts"),
        (
            {"kind": "error", "code": "ConflictException", "members": {"resourceId": 7}},
            "members: the error ConflictException breaks the model of cleanrooms: resourceId",
        ),
    ],
)
def test_a_rule_that_could_never_work_is_refused(document: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        FaultRule.from_json(document)


def test_a_rule_that_a_restored_world_cannot_have_is_refused_and_changes_nothing(app: Application) -> None:
    app.faults.set([FaultRule(kind=FaultKind.THROTTLE)])
    before = app.snapshot()
    broken = app.snapshot()
    broken["documents"]["_fault"]["0"]["rule"]["kind"] = "boom"

    with pytest.raises(ValueError, match="kind: 'boom' is not one of"):
        app.restore(broken)
    assert before == app.snapshot()
