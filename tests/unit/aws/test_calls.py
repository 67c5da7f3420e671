from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from cleanrooms_governance.aws.calls import ATTEMPTS, THROTTLING_PATIENCE, Answer, Calls
from cleanrooms_governance.aws.failures import Call, Sending
from cleanrooms_governance.aws.pace import Pace
from cleanrooms_governance.errors import (
    AnswerLost,
    Conflict,
    CredentialsRefused,
    ServiceError,
    ServiceFailure,
    Throttled,
    Unreachable,
)
from tests.unit.aws.virtual_time import VirtualTime
from tests.unit.aws.world import CREATOR, REGION, FakeTime

URL = "https://cleanrooms.eu-west-1.amazonaws.com"


def call(sending: Sending) -> Call:
    return Call("TagResource", CREATOR, REGION, sending)


def answered(status: int, code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "TagResource")


THROTTLED = answered(429, "ThrottlingException")
INTERNAL = answered(500, "InternalServerException")
REFUSED_CONNECTION = EndpointConnectionError(endpoint_url=URL)
LATE = ReadTimeoutError(endpoint_url=URL)


class Failing:
    """A request that fails with each of the given errors once and then succeeds; without end if they are to repeat."""

    def __init__(self, *errors: Exception, forever: bool = False) -> None:
        self._errors = list(errors)
        self._forever = forever
        self.sent = 0

    def __call__(self) -> Answer:
        self.sent += 1
        if self._forever:
            raise self._errors[0]
        if self._errors:
            raise self._errors.pop(0)
        return {"value": "done"}


def send(time: FakeTime, sending: Sending, request: Callable[[], Answer]) -> Any:
    return Calls(time.pace()).send(call(sending), request, lambda answer: answer["value"])


@pytest.mark.parametrize("sending", Sending, ids=lambda sending: sending.name)
@pytest.mark.parametrize("error", [THROTTLED, REFUSED_CONNECTION], ids=["429", "no connection"])
def test_what_certainly_had_no_effect_is_sent_again(time: FakeTime, sending: Sending, error: Exception) -> None:
    request = Failing(error, error)

    assert ("done", 3) == (send(time, sending, request), request.sent)


@pytest.mark.parametrize("sending", [Sending.READ, Sending.REPEATABLE_WRITE], ids=lambda sending: sending.name)
@pytest.mark.parametrize("error", [INTERNAL, LATE], ids=["500", "late answer"])
def test_what_may_have_had_an_effect_is_sent_again_where_that_is_harmless(
    time: FakeTime, sending: Sending, error: Exception
) -> None:
    assert "done" == send(time, sending, Failing(error, error))


@pytest.mark.parametrize("error", [INTERNAL, LATE], ids=["500", "late answer"])
def test_a_single_write_that_may_have_had_its_effect_is_sent_once(time: FakeTime, error: Exception) -> None:
    request = Failing(error)
    with pytest.raises(AnswerLost):
        send(time, Sending.SINGLE_WRITE, request)

    assert 1 == request.sent


@pytest.mark.parametrize(
    ("sending", "error", "expected"),
    [
        (Sending.READ, INTERNAL, ServiceFailure),
        (Sending.READ, LATE, Unreachable),
        (Sending.REPEATABLE_WRITE, INTERNAL, AnswerLost),
        (Sending.SINGLE_WRITE, REFUSED_CONNECTION, Unreachable),
    ],
    ids=["500 on a read", "late answer to a read", "500 on a repeatable write", "no connection for a single write"],
)
def test_a_failure_that_stays_is_raised_after_the_last_attempt(
    time: FakeTime, sending: Sending, error: Exception, expected: type[ServiceError]
) -> None:
    request = Failing(error, forever=True)
    with pytest.raises(expected):
        send(time, sending, request)

    assert ATTEMPTS == request.sent


def test_an_answer_that_says_no_is_not_asked_for_twice(time: FakeTime) -> None:
    request = Failing(answered(409, "ConflictException"))
    with pytest.raises(Conflict):
        send(time, Sending.READ, request)

    assert 1 == request.sent


@pytest.mark.parametrize("sending", Sending, ids=lambda sending: sending.name)
def test_429s_without_end_are_given_up_after_a_bounded_time(time: FakeTime, sending: Sending) -> None:
    with pytest.raises(Throttled):
        send(time, sending, Failing(THROTTLED, forever=True))

    assert THROTTLING_PATIENCE == pytest.approx(time.now, abs=1)


def test_a_call_is_not_given_up_while_others_of_its_operation_are_answered() -> None:
    time = VirtualTime()
    calls = Calls(Pace(time.clock, time.sleep, changed=time.condition()))
    late, answers = 3 * THROTTLING_PATIENCE, list[str]()

    def unlucky() -> Answer:
        if time.now < late:
            raise THROTTLED
        return {"value": "at last"}

    def lucky() -> None:
        while time.now < late:
            calls.send(call(Sending.READ), lambda: {"value": "answered"}, lambda answer: answer["value"])
            time.sleep(THROTTLING_PATIENCE / 2)

    time.start(lambda: answers.append(calls.send(call(Sending.READ), unlucky, lambda answer: answer["value"])))
    time.start(lucky)
    time.run()

    assert ["at last"] == answers


def test_429s_do_not_use_up_the_attempts_for_other_failures(time: FakeTime) -> None:
    assert "done" == send(time, Sending.READ, Failing(THROTTLED, INTERNAL, THROTTLED, INTERNAL, THROTTLED, INTERNAL))


def test_an_answer_without_a_required_member_is_asked_for_again(time: FakeTime) -> None:
    answers: list[Answer] = [{}, {"value": "whole"}]

    assert "whole" == send(time, Sending.READ, lambda: answers.pop(0))


def test_a_read_whose_answers_all_lack_a_required_member_names_it(time: FakeTime) -> None:
    with pytest.raises(ServiceFailure, match="the answer lacks value"):
        send(time, Sending.READ, dict)


def test_a_single_write_whose_answer_lacks_a_required_member_is_a_lost_answer(time: FakeTime) -> None:
    with pytest.raises(AnswerLost, match="may or may not have had its effect"):
        send(time, Sending.SINGLE_WRITE, dict)


def test_credentials_refused_while_a_call_is_signed_are_not_reported_as_a_lost_answer(time: FakeTime) -> None:
    refused = CredentialsRefused("gone", operation="AssumeRole", account=CREATOR, region=REGION)
    with pytest.raises(CredentialsRefused, match="gone"):
        send(time, Sending.SINGLE_WRITE, Failing(refused))


def test_a_mistake_of_our_own_is_not_dressed_up_as_a_service_error(time: FakeTime) -> None:
    with pytest.raises(ZeroDivisionError):
        send(time, Sending.READ, Failing(ZeroDivisionError()))
