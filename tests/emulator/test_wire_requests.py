"""Requests that no AWS client sends are refused as AWS refuses them."""

from __future__ import annotations

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.context import Context
from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.transport.in_process import client
from cleanrooms_emulator.wire.messages import Request
from cleanrooms_emulator.wire.operations import OutputViolation
from cleanrooms_emulator.wire.service import service
from tests.emulator.echo import OPERATIONS
from tests.emulator.payloads import Payloads
from tests.emulator.raw import send, signed

NO_SUCH = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b"null", b"7", b'{"name": NaN}', b'{"a":' * 20_000, b"\xff\xfe\xfd"],
    ids=["cut off", "list", "null", "number", "not a number", "too deep", "not UTF-8"],
)
def test_a_body_that_is_no_json_object_is_a_serialization_error(app: Application, body: bytes) -> None:
    response, content = send(app, "POST", "/collaborations", body)
    assert (400, "SerializationException") == (response.status, response.headers["x-amzn-errortype"])
    assert content["message"].startswith("The request body is not")


@pytest.mark.parametrize("text", ["abc", "", "1.5", "1_0", "٣", " 5", "9" * 30])
def test_a_number_in_the_query_string_must_be_one(app: Application, text: str) -> None:
    response, content = send(app, "GET", f"/collaborations?maxResults={text}")
    assert (400, "SerializationException") == (response.status, response.headers["x-amzn-errortype"])
    assert "maxResults" in content["message"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nowhere/at/all"),
        ("GET", "/"),
        ("PUT", "/collaborations"),
        ("GET", "/collaborations//members"),
        ("GET", "/collaborations/"),
        ("GET", "//collaborations"),
        ("get", "/collaborations"),
    ],
)
def test_an_unknown_route_is_an_unknown_operation(app: Application, method: str, path: str) -> None:
    response, content = send(app, method, path)
    assert (404, "UnknownOperationException") == (response.status, response.headers["x-amzn-errortype"])
    assert path in content["message"]


def test_an_encoded_slash_does_not_end_a_label(app: Application) -> None:
    response, _ = send(app, "GET", "/collaborations/a%2Fmembers/members")
    assert (400, "ValidationException") == (response.status, response.headers["x-amzn-errortype"])


def test_a_body_cannot_replace_what_the_path_says() -> None:
    seen = []

    def update(context: Context, params: dict[str, object]) -> dict[str, object]:
        seen.append(params)
        raise ServiceError("AccessDeniedException", "seen enough", reason="INSUFFICIENT_PERMISSIONS")

    app = Application(handlers={("cleanrooms", "UpdateCollaboration"): update})
    send(app, "PATCH", f"/collaborations/{NO_SUCH}", b'{"collaborationIdentifier": "other", "name": "new", "extra": 1}')
    assert [{"collaborationIdentifier": NO_SUCH, "name": "new"}] == seen


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "MissingAuthenticationTokenException"),
        ({"authorization": "Basic dXNlcg=="}, "IncompleteSignatureException"),
        (signed("12345"), "UnrecognizedClientException"),
        (signed("EMU00000000000000000"), "UnrecognizedClientException"),
        (signed(region="eu-wset-1"), "InvalidSignatureException"),
        (signed(region="aws-global"), "InvalidSignatureException"),
        (signed(region="cn-north-1"), "InvalidSignatureException"),
    ],
    ids=[
        "not signed",
        "signed otherwise",
        "a short account",
        "an unknown key",
        "a misspelt Region",
        "no Region",
        "a Region of another partition",
    ],
)
def test_a_caller_who_is_nobody_is_refused(app: Application, headers: dict[str, str], code: str) -> None:
    response, _ = send(app, "GET", "/collaborations", headers=headers)
    assert (403, code) == (response.status, response.headers["x-amzn-errortype"])


def test_a_misspelt_region_is_refused_by_sts_in_its_own_form(app: Application) -> None:
    response = app(Request("POST", "/", "", signed(service="sts", region="eu-wset-1"), b"Action=GetCallerIdentity"))
    assert 403 == response.status
    assert b"<Code>SignatureDoesNotMatch</Code>" in response.body


def test_a_service_that_is_not_played_is_not_implemented(app: Application) -> None:
    response, content = send(app, "GET", "/", headers=signed(service="glue"))
    assert (501, "NotImplementedException") == (response.status, response.headers["x-amzn-errortype"])
    assert content["message"].startswith("Service glue is not played here")


@pytest.mark.parametrize("name", ["cleanrooms", "cleanroomsml"])
def test_an_operation_that_is_not_built_says_so_by_name(name: str) -> None:
    app = Application(handlers={})
    boto3_client = client(app, name, "111122223333")
    for operation in service(name).operation_names:
        payload = Payloads(operation).of(service(name).model.operation_model(operation).input_shape)
        with pytest.raises(ClientError) as caught:
            getattr(boto3_client, xform_name(operation))(**payload)
        answer = caught.value.response
        assert (501, "NotImplementedException") == (
            answer["ResponseMetadata"]["HTTPStatusCode"],
            answer["Error"]["Code"],
        )
        assert f"{operation} of {name} is not built in this service" == answer["Error"]["Message"]
    assert list(service(name).operation_names) == [entry.operation for entry in app.journal.entries()]


def test_handlers_are_registered_for_operations_that_exist(app: Application) -> None:
    known = {*OPERATIONS, *(("sts", operation) for operation in service("sts").operation_names)}
    assert set() == set(app.handlers) - known


def test_a_delete_is_answered_without_a_body() -> None:
    app = Application(handlers={("cleanrooms", "DeleteCollaboration"): lambda context, params: {}})
    response = app(Request("DELETE", f"/collaborations/{NO_SUCH}", "", signed(), b""))
    assert (204, b"") == (response.status, response.body)


def test_a_timestamp_goes_out_with_milliseconds() -> None:
    answer = {"collaboration": {"createTime": 1_790_000_000.1234567}}
    app = Application(handlers={("cleanrooms", "GetCollaboration"): lambda context, params: answer}, strict_output=False)
    _, content = send(app, "GET", f"/collaborations/{NO_SUCH}")
    assert {"collaboration": {"createTime": 1_790_000_000.123}} == content


def test_an_answer_the_model_does_not_allow_fails_loudly_in_a_test() -> None:
    app = Application(handlers={("cleanrooms", "ListCollaborations"): lambda context, params: {}})

    with pytest.raises(OutputViolation, match="collaborationList: Member must not be null"):
        client(app, "cleanrooms", "111122223333").list_collaborations()
    assert [(500, "InternalFailure")] == [(entry.status, entry.error) for entry in app.journal.entries()]


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ServiceError("NoSuchException", "what?"), "cleanrooms has no error NoSuchException"),
        (ServiceError("ConflictException", "why?", reason="BECAUSE"), "reason: Member must satisfy enum value set"),
    ],
)
def test_an_error_the_model_does_not_allow_fails_loudly_in_a_test(error: ServiceError, message: str) -> None:
    def refuse(context: Context, params: dict[str, object]) -> dict[str, object]:
        raise error

    app = Application(handlers={("cleanrooms", "ListCollaborations"): refuse})
    with pytest.raises(OutputViolation, match=message):
        client(app, "cleanrooms", "111122223333").list_collaborations()


def test_without_strict_output_a_bad_answer_goes_out() -> None:
    handlers = {("cleanrooms", "ListCollaborations"): lambda context, params: {"nextToken": None}}
    app = Application(handlers=handlers, strict_output=False)

    answer = client(app, "cleanrooms", "111122223333").list_collaborations()
    assert {"ResponseMetadata"} == set(answer)
