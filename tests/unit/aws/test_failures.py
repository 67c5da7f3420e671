import ssl
from typing import Any

import pytest
from botocore import exceptions
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from cleanrooms_governance import errors
from cleanrooms_governance.aws.failures import Call, IncompleteAnswer, Sending, translate
from cleanrooms_governance.errors import ServiceError
from tests.unit.aws.world import CREATOR, REGION

REGIONS = ("eu-central-1", "eu-west-1", "us-east-1")
URL = "https://cleanrooms.eu-west-1.amazonaws.com"
ID = "11111111-2222-3333-4444-555555555555"


def call(
    sending: Sending = Sending.READ, *, operation: str = "GetCollaboration", region: str = REGION, subject: str = ID
) -> Call:
    return Call(operation, CREATOR, region, sending, subject)


def answer(status: int, code: str, *, operation: str = "GetCollaboration", message: str = "", **members: Any) -> ClientError:
    error = {"Code": code, "Message": message}
    return ClientError({"Error": error, "ResponseMetadata": {"HTTPStatusCode": status}, **members}, operation)


def translated(error: Exception, about: Call) -> ServiceError:
    return translate(error, about, lambda: REGIONS)


ANSWERS = [
    (403, "AccessDeniedException", errors.AccessDenied),
    (403, "AccessDenied", errors.AccessDenied),
    (403, "403", errors.AccessDenied),
    (404, "ResourceNotFoundException", errors.NotFound),
    (409, "ConflictException", errors.Conflict),
    (400, "ValidationException", errors.InvalidRequest),
    (400, "SomethingNew", errors.InvalidRequest),
    (402, "ServiceQuotaExceededException", errors.QuotaExceeded),
    (429, "ThrottlingException", errors.Throttled),
    (429, "429", errors.Throttled),
    (400, "ThrottlingException", errors.Throttled),
    (403, "ExpiredTokenException", errors.CredentialsRefused),
    (403, "UnrecognizedClientException", errors.CredentialsRefused),
    (403, "InvalidSignatureException", errors.CredentialsRefused),
    (501, "NotImplementedException", errors.ServiceFailure),
]


@pytest.mark.parametrize("sending", Sending, ids=lambda sending: sending.name)
@pytest.mark.parametrize(("status", "code", "expected"), ANSWERS, ids=[f"{status} {code}" for status, code, _ in ANSWERS])
def test_an_error_answer_is_told_by_its_code_or_else_by_its_status(
    status: int, code: str, expected: type[ServiceError], sending: Sending
) -> None:
    assert expected is type(translated(answer(status, code), call(sending)))


WITHOUT_CERTAIN_EFFECT = [
    ("500", answer(500, "InternalServerException"), errors.ServiceFailure),
    ("502 in HTML", answer(502, "502"), errors.ServiceFailure),
    ("408", answer(408, "RequestTimeoutException"), errors.ServiceFailure),
    ("an empty answer", IncompleteAnswer(["collaboration"]), errors.ServiceFailure),
    ("an unreadable answer", ResponseParserError("two members of a union"), errors.ServiceFailure),
    ("no answer in time", exceptions.ReadTimeoutError(endpoint_url=URL), errors.Unreachable),
    ("a closed connection", exceptions.ConnectionClosedError(endpoint_url=URL), errors.Unreachable),
    ("a broken TLS stream", exceptions.SSLError(endpoint_url=URL, error=ssl.SSLError("bad record")), errors.Unreachable),
]


@pytest.mark.parametrize(("name", "error", "on_a_read"), WITHOUT_CERTAIN_EFFECT, ids=[row[0] for row in WITHOUT_CERTAIN_EFFECT])
def test_what_may_have_had_its_effect_is_a_lost_answer_for_a_write_only(
    name: str, error: Exception, on_a_read: type[ServiceError]
) -> None:
    got = [type(translated(error, call(sending))) for sending in (Sending.READ, Sending.SINGLE_WRITE)]

    assert [on_a_read, errors.AnswerLost] == got


CERTIFICATE = ssl.SSLCertVerificationError("self-signed certificate")
NEVER_SENT = [
    ("no connection", exceptions.EndpointConnectionError(endpoint_url=URL), errors.Unreachable),
    ("no connection in time", exceptions.ConnectTimeoutError(endpoint_url=URL), errors.Unreachable),
    ("no proxy", exceptions.ProxyConnectionError(proxy_url="http://proxy.invalid"), errors.Unreachable),
    ("an untrusted certificate", exceptions.SSLError(endpoint_url=URL, error=OSError(CERTIFICATE)), errors.Unreachable),
    ("a malformed Region", exceptions.InvalidRegionError(region_name="eu west"), errors.Unreachable),
    ("no credentials", exceptions.NoCredentialsError(), errors.CredentialsRefused),
    ("no such profile", exceptions.ProfileNotFound(profile="acme"), errors.CredentialsRefused),
    ("an expired sign-in", exceptions.UnauthorizedSSOTokenError(), errors.CredentialsRefused),
    ("a parameter too short", exceptions.ParamValidationError(report="too short"), errors.InvalidRequest),
    (
        "a role of a profile that cannot be assumed",
        answer(403, "AccessDenied", operation="AssumeRole"),
        errors.CredentialsRefused,
    ),
    (
        "an STS that fails while a profile signs in",
        answer(500, "InternalFailure", operation="AssumeRole"),
        errors.CredentialsRefused,
    ),
]


@pytest.mark.parametrize(("name", "error", "expected"), NEVER_SENT, ids=[row[0] for row in NEVER_SENT])
def test_a_write_that_was_never_sent_is_not_a_lost_answer(name: str, error: Exception, expected: type[ServiceError]) -> None:
    assert expected is type(translated(error, call(Sending.SINGLE_WRITE)))


def test_an_error_carries_where_it_happened_and_the_codes_of_the_service() -> None:
    error = translated(answer(409, "ConflictException", reason="INVALID_STATE"), call(Sending.SINGLE_WRITE))

    expected = ("GetCollaboration", CREATOR, REGION, "ConflictException", "INVALID_STATE")
    assert expected == (error.operation, error.account, error.region, error.code, error.reason)


def test_a_denied_read_says_that_absence_and_prohibition_look_alike() -> None:
    assert (
        f"GetCollaboration on {ID}: account 111122223333 in eu-west-1 may not see it: it does not exist there, is in another "
        "Region, or the role lacks cleanrooms:GetCollaboration. "
        "Check the id and the Region in the stack file, then the role's policy."
    ) == str(translated(answer(403, "AccessDeniedException"), call()))


def test_a_denied_write_says_that_another_account_may_have_to_do_it() -> None:
    assert "only another account may do this" in str(
        translated(answer(403, "AccessDeniedException"), call(Sending.SINGLE_WRITE))
    )


def test_a_denied_call_about_nothing_in_particular_names_the_permission() -> None:
    about = call(operation="ListMemberships", subject="")
    denied = answer(403, "AccessDeniedException", operation="ListMemberships")

    assert (
        "ListMemberships: account 111122223333 in eu-west-1 may not call it: the role lacks cleanrooms:ListMemberships. "
        "Add it to the role's policy."
    ) == str(translated(denied, about))


def test_the_words_of_the_service_are_shown_as_its_own() -> None:
    denied = answer(403, "AccessDeniedException", message="User is not authorized")

    assert 'AWS says: "User is not authorized". Check the id' in str(translated(denied, call()))


def test_a_refused_request_names_the_fields() -> None:
    fields = [{"name": "changes", "message": "too many"}, {"name": "name", "message": "blank"}]
    error = answer(400, "ValidationException", reason="FIELD_VALIDATION_FAILED", fieldList=fields)

    assert "(FIELD_VALIDATION_FAILED) [changes: too many; name: blank]" in str(translated(error, call()))


def test_a_role_that_iam_has_not_spread_yet_is_a_matter_of_a_minute() -> None:
    error = answer(400, "ValidationException", reason="IAM_SYNCHRONIZATION_DELAY")

    assert "Run again in a minute." in str(translated(error, call(Sending.SINGLE_WRITE)))


def test_a_reached_quota_is_named_with_its_value() -> None:
    error = answer(402, "ServiceQuotaExceededException", quotaName="Members invited", quotaValue=5.0)

    assert "Members invited = 5. " in str(translated(error, call()))


def test_a_signature_refused_for_a_region_that_there_is_not_is_no_matter_of_credentials() -> None:
    error = translated(answer(403, "SignatureDoesNotMatch"), call(region="eu-wst-1"))

    assert "Did you mean eu-west-1? Correct `region` in the stack file." in str(error)


@pytest.mark.parametrize(
    ("region", "hint"),
    [
        ("eu-wst-1", "Clean Rooms is not known to be in a Region eu-wst-1. Did you mean eu-west-1?"),
        ("antarctica", "It is known in eu-central-1, eu-west-1, us-east-1."),
        ("eu-west-1", "Check the network, the proxy and AWS_ENDPOINT_URL"),
    ],
    ids=["misspelt", "unlike any", "known"],
)
def test_an_endpoint_that_cannot_be_reached_asks_whether_the_region_is_right(region: str, hint: str) -> None:
    assert hint in str(translated(exceptions.EndpointConnectionError(endpoint_url=URL), call(region=region)))
