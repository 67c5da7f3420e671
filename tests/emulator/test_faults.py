"""Faults as boto3 shows them, in process and over HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from botocore.parsers import ResponseParserError

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.faults import FaultKind, FaultRule
from cleanrooms_emulator.transport.in_process import client
from cleanrooms_emulator.transport.server_thread import serve_in_thread

CREATOR = "111122223333"
IMPATIENT = 0.5
NEW = {
    "name": "Campaigns",
    "creatorDisplayName": "Hub",
    "creatorMemberAbilities": [],
    "members": [{"accountId": "222233334444", "displayName": "Spoke", "memberAbilities": []}],
    "queryLogStatus": "DISABLED",
}

MakeClient = Callable[..., Any]


@cache
def boto3_session() -> boto3.Session:
    return boto3.Session(aws_access_key_id=CREATOR, aws_secret_access_key="unverified", region_name="eu-west-1")


@pytest.fixture(params=["in process", "over HTTP"])
def make_client(app: Application, request: pytest.FixtureRequest) -> Iterator[MakeClient]:
    """Gives a client of a service on one of the two transports; `attempts` are those botocore makes."""

    def settings(attempts: int, patience: float) -> dict[str, Any]:
        return {"retries": {"total_max_attempts": attempts}, "read_timeout": patience}

    def in_process(service: str = "cleanrooms", attempts: int = 1, patience: float = 30) -> Any:
        return client(app, service, CREATOR, **settings(attempts, patience))

    if request.param == "in process":
        yield in_process
        return
    made = []
    with serve_in_thread(app) as url:

        def over_http(service: str = "cleanrooms", attempts: int = 1, patience: float = 30) -> Any:
            made.append(boto3_session().client(service, endpoint_url=url, config=Config(**settings(attempts, patience))))
            return made[-1]

        yield over_http
        for each in made:
            each.close()


def created(app: Application) -> int:
    """How many collaborations there are."""
    return len(client(app, "cleanrooms", CREATOR).list_collaborations()["collaborationList"])


def eventually(count: Callable[[], int]) -> int:
    """The count once it is not 0: the client may lose patience before a busy machine has come to its call."""
    for _ in range(500):
        if count():
            break
        time.sleep(0.01)
    return count()


def error_of(call: Callable[..., Any], **parameters: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    answer: dict[str, Any] = caught.value.response
    return answer


def create_rule(kind: FaultKind, **more: Any) -> FaultRule:
    return FaultRule(kind=kind, operation="CreateCollaboration", **more)


def test_a_throttled_call_has_no_effect_and_is_a_throttling_error(app: Application, make_client: MakeClient) -> None:
    app.faults.set([create_rule(FaultKind.THROTTLE)])
    answer = error_of(make_client().create_collaboration, **NEW)

    assert (429, "ThrottlingException") == (answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"])
    assert 0 == created(app)


def test_an_internal_error_has_no_effect_and_is_sent_again(app: Application, make_client: MakeClient) -> None:
    app.faults.set([create_rule(FaultKind.INTERNAL, times=1)])
    answer = make_client(attempts=2).create_collaboration(**NEW)

    assert 1 == answer["ResponseMetadata"]["RetryAttempts"]
    assert [("internal", 500), (None, 200)] == [(entry.fault, entry.status) for entry in app.journal.entries()]
    assert 1 == created(app)


@pytest.mark.parametrize(
    ("service", "call", "status", "code"),
    [
        ("cleanrooms", "list_collaborations", 500, "InternalServerException"),
        ("cleanroomsml", "list_training_datasets", 500, "InternalServiceException"),
        ("sts", "get_caller_identity", 500, "InternalFailure"),
    ],
)
def test_every_service_names_its_internal_error_in_its_own_way(
    app: Application, make_client: MakeClient, service: str, call: str, status: int, code: str
) -> None:
    app.faults.set([FaultRule(kind=FaultKind.INTERNAL)])
    answer = error_of(getattr(make_client(service), call))
    assert (status, code) == (answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"])


def test_any_modelled_error_can_be_asked_for_with_its_members(app: Application, make_client: MakeClient) -> None:
    members = {"message": "Quota of tests", "quotaName": "collaborations", "quotaValue": 5.0}
    app.faults.set([create_rule(FaultKind.ERROR, code="ServiceQuotaExceededException", members=members)])
    cleanrooms = make_client()

    with pytest.raises(cleanrooms.exceptions.ServiceQuotaExceededException) as caught:
        cleanrooms.create_collaboration(**NEW)
    answer = caught.value.response
    assert ("Quota of tests", "collaborations", 5.0, 402) == (
        answer["Error"]["Message"],
        answer["quotaName"],
        answer["quotaValue"],
        answer["ResponseMetadata"]["HTTPStatusCode"],
    )


def test_a_call_dropped_before_has_no_effect(app: Application, make_client: MakeClient) -> None:
    app.faults.set([create_rule(FaultKind.DROP_BEFORE)])
    with pytest.raises(ConnectionClosedError):
        make_client().create_collaboration(**NEW)

    assert [("dropBefore", None)] == [(entry.fault, entry.status) for entry in app.journal.entries()]
    assert 0 == created(app)


def test_a_call_dropped_after_took_effect(app: Application, make_client: MakeClient) -> None:
    app.faults.set([create_rule(FaultKind.DROP_AFTER)])
    with pytest.raises(ConnectionClosedError):
        make_client().create_collaboration(**NEW)

    assert [("dropAfter", 200)] == [(entry.fault, entry.status) for entry in app.journal.entries()]
    assert 1 == created(app)


def test_a_create_whose_answer_is_lost_is_sent_again_and_makes_a_second_one(app: Application, make_client: MakeClient) -> None:
    app.faults.set([create_rule(FaultKind.DROP_AFTER, times=1)])
    make_client(attempts=2).create_collaboration(**NEW)
    assert 2 == created(app)


def test_a_truncated_answer_is_an_empty_one_to_boto3(app: Application, make_client: MakeClient) -> None:
    app.faults.set([create_rule(FaultKind.TRUNCATE)])
    answer = make_client().create_collaboration(**NEW)

    assert {"ResponseMetadata"} == set(answer)
    assert 1 == created(app)


def test_a_truncated_answer_of_sts_cannot_be_parsed(app: Application, make_client: MakeClient) -> None:
    app.faults.set([FaultRule(kind=FaultKind.TRUNCATE)])
    with pytest.raises(ResponseParserError):
        make_client("sts").get_caller_identity()


def test_a_late_answer_comes_after_the_effect_and_the_clients_patience(app: Application, make_client: MakeClient) -> None:
    app.faults.set([create_rule(FaultKind.LATE, latency=IMPATIENT * 2)])
    with pytest.raises(ReadTimeoutError):
        make_client(patience=IMPATIENT).create_collaboration(**NEW)
    assert 1 == eventually(lambda: created(app))


def test_an_answer_that_is_late_but_in_time_arrives(app: Application, make_client: MakeClient) -> None:
    app.faults.set([create_rule(FaultKind.LATE, latency=0.01)])
    started = time.monotonic()
    assert "collaboration" in make_client().create_collaboration(**NEW)
    assert 0.01 <= time.monotonic() - started


def test_a_slow_call_waits_before_its_effect() -> None:
    seen = []
    app = Application(sleep=lambda seconds: seen.append((seconds, created(app))))
    app.faults.set([create_rule(FaultKind.LATENCY, latency=0.25)])

    client(app, "cleanrooms", CREATOR).create_collaboration(**NEW)
    assert [(0.25, 0)] == seen
    assert 1 == created(app)


def test_another_fault_can_be_slow_too() -> None:
    waited: list[float] = []
    app = Application(sleep=waited.append)
    app.faults.set([create_rule(FaultKind.THROTTLE, latency=2)])

    error_of(client(app, "cleanrooms", CREATOR).create_collaboration, **NEW)
    assert [2] == waited


def faults_of(app: Application, *accounts: str) -> list[str | None]:
    """The faults that calls of these accounts meet, one after the other."""
    for account in accounts:
        try:
            client(app, "cleanrooms", account).list_collaborations()
        except ClientError:
            continue
    return [entry.fault for entry in app.journal.entries()]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, [True] * 6),
        ({"skip": 4}, [False] * 4 + [True] * 2),
        ({"times": 2}, [True] * 2 + [False] * 4),
        ({"every": 3}, [False, False, True] * 2),
        ({"skip": 1, "every": 2, "times": 1}, [False, False, True, False, False, False]),
    ],
)
def test_a_rule_counts_the_calls_it_selects(app: Application, more: dict[str, Any], expected: list[bool]) -> None:
    app.faults.set([FaultRule(kind=FaultKind.THROTTLE, **more)])
    assert expected == [fault is not None for fault in faults_of(app, *[CREATOR] * 6)]


def test_a_rule_hits_only_what_it_names(app: Application) -> None:
    app.faults.set(
        [
            FaultRule(kind=FaultKind.INTERNAL, service="sts"),
            FaultRule(kind=FaultKind.INTERNAL, operation="ListMembers"),
            FaultRule(kind=FaultKind.THROTTLE, account="222233334444"),
        ]
    )
    assert [None, "throttle"] == faults_of(app, CREATOR, "222233334444")


def test_the_first_rule_that_is_due_wins_and_later_ones_do_not_see_the_call(app: Application) -> None:
    app.faults.set([FaultRule(kind=FaultKind.THROTTLE, times=1), FaultRule(kind=FaultKind.INTERNAL, skip=1)])

    assert ["throttle", None, "internal"] == faults_of(app, *[CREATOR] * 3)
    assert [(3, 1), (2, 1)] == [(rule["matched"], rule["hits"]) for rule in app.faults.as_json()]


def test_rules_and_their_counters_go_on_after_a_restart(app: Application) -> None:
    app.faults.set([FaultRule(kind=FaultKind.THROTTLE, skip=2)])
    faults_of(app, CREATOR, CREATOR)
    assert ["throttle"] == faults_of(Application(store=app.store), CREATOR)


def test_a_refused_caller_meets_no_fault(app: Application) -> None:
    app.faults.set([FaultRule(kind=FaultKind.THROTTLE)])
    assert [None] == faults_of(app, "nobody")


def test_a_fault_meets_a_call_before_its_parameters_are_checked(app: Application) -> None:
    app.faults.set([FaultRule(kind=FaultKind.THROTTLE)])
    cleanrooms = client(app, "cleanrooms", CREATOR)
    assert "ThrottlingException" == error_of(cleanrooms.list_collaborations, maxResults=1000)["Error"]["Code"]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (7, "a fault rule must be an object"),
        ({}, "kind is missing; it is one of throttle, internal"),
        ({"kind": "boom"}, "kind: 'boom' is not one of throttle"),
        ({"kind": "throttle", "op": "ListMembers"}, "unknown member op; a fault rule has kind, operation"),
        ({"kind": "throttle", "operation": "ListMember"}, "operation: 'ListMember' is no operation of"),
        ({"kind": "throttle", "operation": "ListMembers", "service": "sts"}, "'ListMembers' is no operation of sts"),
        ({"kind": "throttle", "service": "cleanrooms-ml"}, "service: 'cleanrooms-ml' is not one of"),
        ({"kind": "throttle", "every": 0}, "every: 0 is not a whole number of at least 1"),
        ({"kind": "throttle", "skip": -1}, "skip: -1 is not a whole number of at least 0"),
        ({"kind": "throttle", "times": True}, "times: True is not a whole number"),
        ({"kind": "latency"}, "latency: a latency fault needs a number of seconds"),
        ({"kind": "late", "latency": "1"}, "latency: '1' is not a number of seconds"),
        ({"kind": "throttle", "code": "ConflictException"}, "belong to kind error only"),
        ({"kind": "error"}, "code: None is no error"),
        ({"kind": "error", "code": "TeapotException"}, "code: 'TeapotException' is no error"),
        ({"kind": "error", "code": "ConflictException", "members": {"why": 1}}, "ConflictException has no why; it has"),
        ({"kind": "error", "code": "ConflictException", "members": []}, "members must be an object"),
    ],
)
def test_a_rule_that_could_never_work_is_refused(document: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        FaultRule.from_json(document)
