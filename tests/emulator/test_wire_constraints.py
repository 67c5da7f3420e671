"""What lies just outside a constraint of a model is refused, and the refusal names the field."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.model import ShapeResolver

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.registry import registered
from cleanrooms_emulator.transport.in_process import client
from cleanrooms_emulator.wire.service import service
from cleanrooms_emulator.wire.timestamps import EPOCH, ISO_8601
from cleanrooms_emulator.wire.validation import UnsupportedShape, Validators, Violation
from tests.emulator.breaches import Breach, breaches
from tests.emulator.constraints import constraints_of_input
from tests.emulator.echo import OPERATIONS
from tests.emulator.payloads import Payloads

BUILT = sorted(operation for name, operation in registered() if name == "cleanrooms")

WORDING = {
    "type": "Member must be ",
    "required": "must not be null",
    "union": "Exactly one member of the union",
    "min": "greater than or equal to",
    "max": "less than or equal to",
    "pattern": "regular expression pattern",
    "enum": "enum value set",
}
"""What is said of the breach of a constraint, so that one refused for another reason does not count."""


@cache
def of_operation(name: str, operation: str) -> list[Breach]:
    shape = service(name).model.operation_model(operation).input_shape
    return list(breaches(shape, Payloads(f"{name}.{operation}"))) if shape is not None else []


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=[".".join(each) for each in OPERATIONS])
def test_every_breach_is_found_and_named(name: str, operation: str) -> None:
    for breach in of_operation(name, operation):
        with pytest.raises(ServiceError) as caught:
            service(name).operation(operation).parameters(breach.payload)
        assert "ValidationException" == caught.value.code
        members: dict[str, Any] = caught.value.members
        said = [each["message"] for each in members["fieldList"] if each["name"] == breach.field]
        assert [text for text in said if WORDING.get(breach.constraint, "must be of type") in text], (breach, said)


def test_no_constraint_of_any_input_is_left_out() -> None:
    found = {(*each, *constraint) for each in OPERATIONS for constraint in constraints_of_input(*each)}
    tried = {(*each, breach.where, breach.constraint) for each in OPERATIONS for breach in of_operation(*each)}
    assert set() == found - tried
    assert 2600 < len(found)


@pytest.mark.parametrize("operation", BUILT)
def test_every_breach_that_boto3_sends_comes_back_as_its_typed_error(operation: str) -> None:
    boto3_client = client(Application(), "cleanrooms", "111122223333", parameter_validation=False)
    shape = service("cleanrooms").model.operation_model(operation).input_shape
    labels = {name for name, member in shape.members.items() if member.serialization.get("location") == "uri"}
    for breach in of_operation("cleanrooms", operation):
        if breach.constraint in ("type", "whole number") or any(not breach.payload.get(label) for label in labels):
            continue
        with pytest.raises(ClientError) as caught:
            getattr(boto3_client, xform_name(operation))(**breach.payload)
        answer: Any = caught.value.response
        assert 400 == answer["ResponseMetadata"]["HTTPStatusCode"]
        assert "FIELD_VALIDATION_FAILED" == answer["reason"]
        assert breach.field in fields_of(answer), breach


def fields_of(members: dict[str, Any]) -> list[str]:
    return [each["name"] for each in members["fieldList"]]


def test_all_violations_are_reported_at_once() -> None:
    wrong = {"name": "x" * 101, "creatorDisplayName": " ", "queryLogStatus": "MAYBE", "members": [{"accountId": "12"}]}

    with pytest.raises(ServiceError) as caught:
        service("cleanrooms").operation("CreateCollaboration").parameters(wrong)
    assert {
        "creatorMemberAbilities",
        "name",
        "creatorDisplayName",
        "queryLogStatus",
        "members.1.member.accountId",
        "members.1.member.memberAbilities",
        "members.1.member.displayName",
    } == set(fields_of(caught.value.members))
    assert caught.value.message.startswith("7 validation errors detected: Value at 'creatorMemberAbilities'")


def test_a_text_that_is_too_long_is_not_matched_as_well() -> None:
    with pytest.raises(ServiceError) as caught:
        service("cleanrooms").operation("UntagResource").parameters({"resourceArn": "x" * 10_000_000, "tagKeys": ["key"]})
    assert ["resourceArn"] == fields_of(caught.value.members)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"memberStatus": None, "surprise": {"nested": 1}}, {}),
        ({"memberStatus": "ACTIVE", "maxResults": 1}, {"memberStatus": "ACTIVE", "maxResults": 1}),
    ],
    ids=["null and unknown members are dropped", "known members stay"],
)
def test_handlers_see_only_what_is_there(payload: dict[str, Any], expected: dict[str, Any]) -> None:
    assert expected == service("cleanrooms").operation("ListCollaborations").parameters(payload)


def test_nothing_may_be_null_inside_a_list() -> None:
    with pytest.raises(ServiceError) as caught:
        service("cleanrooms").operation("UntagResource").parameters({"resourceArn": "arn", "tagKeys": [None]})
    assert "tagKeys.1.member" in fields_of(caught.value.members)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("integer", 2**31 - 1, True),
        ("integer", 2**31, False),
        ("integer", -(2**31), True),
        ("integer", -(2**31) - 1, False),
        ("integer", 1.0, False),
        ("integer", True, False),
        ("long", 2**63 - 1, True),
        ("long", 2**63, False),
        ("double", 1, True),
        ("double", 1.5, True),
        ("double", False, False),
        ("boolean", True, True),
        ("boolean", 1, False),
        ("timestamp", 1_790_000_000, True),
        ("timestamp", "2026-01-31T08:00:00Z", False),
        ("timestamp", True, False),
    ],
)
def test_a_value_must_be_of_its_type(kind: str, value: object, expected: bool) -> None:
    shape = ShapeResolver({"Value": {"type": kind}}).get_shape_by_name("Value")
    found: list[Violation] = []
    Validators(EPOCH).of(shape)(value, "value", found)
    assert expected == (not found)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-01-31T08:00:00Z", True),
        ("2026-01-31T08:00:00.123+02:00", True),
        ("yesterday", False),
        (1_790_000_000, False),
    ],
)
def test_a_timestamp_of_the_other_service_is_a_text(value: object, expected: bool) -> None:
    shape = ShapeResolver({"Value": {"type": "timestamp"}}).get_shape_by_name("Value")
    found: list[Violation] = []
    Validators(ISO_8601).of(shape)(value, "value", found)
    assert expected == (not found)


def test_a_shape_of_an_unknown_type_is_not_guessed_at() -> None:
    shape = ShapeResolver({"Value": {"type": "blob"}}).get_shape_by_name("Value")
    with pytest.raises(UnsupportedShape, match="shape Value has type blob"):
        Validators(EPOCH).of(shape)
