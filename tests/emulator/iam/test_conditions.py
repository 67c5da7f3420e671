from __future__ import annotations

from typing import Any

import pytest

from cleanrooms_emulator.iam.condition_keys import Facts
from cleanrooms_emulator.iam.conditions import read_conditions

TEAM = "aws:ResourceTag/team"
ROLE = "arn:aws:iam::111122223333:role/teams/write"


def holds(operator: str, key: str, values: Any, facts: Facts) -> bool:
    (condition,) = read_conditions({operator: {key: values}}, "Condition")
    return condition.holds(facts)


def facts(key: str, *values: str) -> Facts:
    return {key.lower(): values}


@pytest.mark.parametrize(
    ("operator", "wanted", "given", "expected"),
    [
        ("StringEquals", "data", "data", True),
        ("StringEquals", "data", "Data", False),
        ("StringEquals", "d*", "data", False),
        ("StringEquals", ["a", "data"], "data", True),
        ("StringNotEquals", "data", "data", False),
        ("StringNotEquals", ["a", "b"], "data", True),
        ("StringNotEquals", ["a", "data"], "data", False),
        ("StringEqualsIgnoreCase", "data", "DATA", True),
        ("StringNotEqualsIgnoreCase", "data", "DATA", False),
        ("StringLike", "d*a", "data:team/a", True),
        ("StringLike", "d?ta", "data", True),
        ("StringLike", "d?ta", "dta", False),
        ("StringLike", "D*", "data", False),
        ("StringNotLike", "d*", "data", False),
        ("StringNotLike", "e*", "data", True),
    ],
)
def test_a_string_is_compared(operator: str, wanted: Any, given: str, expected: bool) -> None:
    assert expected is holds(operator, TEAM, wanted, facts(TEAM, given))


@pytest.mark.parametrize(
    ("operator", "wanted", "expected"),
    [
        ("ArnEquals", ROLE, True),
        ("ArnLike", "arn:aws:iam::*:role/teams/*", True),
        ("ArnLike", "arn:aws:iam::111122223333:role/*", True),
        ("ArnLike", "arn:aws:iam:*:*:role/write", False),
        ("ArnLike", "arn:aws:*:*:*:*", True),
        ("ArnNotLike", "arn:aws:iam::*:role/teams/*", False),
        ("ArnNotEquals", "arn:aws:iam::111122223333:role/read", True),
        ("StringEquals", ROLE, True),
    ],
)
def test_an_arn_is_compared_part_by_part(operator: str, wanted: str, expected: bool) -> None:
    assert expected is holds(operator, "aws:PrincipalArn", wanted, facts("aws:PrincipalArn", ROLE))


@pytest.mark.parametrize(
    ("operator", "key", "wanted", "given", "expected"),
    [
        ("Bool", "aws:SecureTransport", "true", "true", True),
        ("Bool", "aws:SecureTransport", False, "true", False),
        ("NumericLessThan", "aws:EpochTime", 100, "99", True),
        ("NumericLessThanEquals", "aws:EpochTime", "99", "99", True),
        ("NumericGreaterThan", "aws:EpochTime", "99.5", "99", False),
        ("NumericNotEquals", "aws:EpochTime", "98", "99", True),
        ("DateGreaterThan", "aws:CurrentTime", "2026-11-22T12:00:00Z", "2026-11-22T12:00:01+00:00", True),
        ("DateLessThan", "aws:CurrentTime", "2026-11-22T12:00:00Z", "2026-11-22T12:00:00+00:00", False),
        ("DateGreaterThanEquals", "aws:CurrentTime", "1795348800", "2026-11-22T12:00:00+00:00", True),
        ("DateEquals", "aws:EpochTime", "1970-01-01T00:01:40Z", "100", True),
    ],
)
def test_truth_numbers_and_dates_are_compared(operator: str, key: str, wanted: Any, given: str, expected: bool) -> None:
    assert expected is holds(operator, key, wanted, facts(key, given))


@pytest.mark.parametrize(
    ("operator", "given", "expected"),
    [
        ("ForAllValues:StringEquals", ["a"], True),
        ("ForAllValues:StringEquals", ["a", "b"], True),
        ("ForAllValues:StringEquals", ["a", "c"], False),
        ("ForAllValues:StringNotEquals", ["c", "d"], True),
        ("ForAllValues:StringNotEquals", ["a", "c"], False),
        ("ForAnyValue:StringEquals", ["c", "a"], True),
        ("ForAnyValue:StringEquals", ["c"], False),
        ("ForAnyValue:StringNotEquals", ["a", "c"], True),
        ("ForAnyValue:StringNotEquals", ["a", "b"], False),
        ("ForAnyValue:StringLike", ["c", "a"], True),
    ],
)
def test_several_values_are_held_against_several(operator: str, given: list[str], expected: bool) -> None:
    assert expected is holds(operator, "aws:TagKeys", ["a", "b"], facts("aws:TagKeys", *given))


@pytest.mark.parametrize(
    ("operator", "key", "expected"),
    [
        ("StringEquals", TEAM, False),
        ("StringLike", TEAM, False),
        ("StringNotEquals", TEAM, True),
        ("StringNotLike", TEAM, True),
        ("StringEqualsIfExists", TEAM, True),
        ("StringNotEqualsIfExists", TEAM, True),
        ("ForAllValues:StringEquals", "aws:TagKeys", True),
        ("ForAllValues:StringNotEquals", "aws:TagKeys", True),
        ("ForAnyValue:StringEquals", "aws:TagKeys", False),
        ("ForAnyValue:StringNotEquals", "aws:TagKeys", False),
        ("ForAnyValue:StringEqualsIfExists", "aws:TagKeys", True),
    ],
)
def test_a_key_that_does_not_apply(operator: str, key: str, expected: bool) -> None:
    assert expected is holds(operator, key, "data", {})


def test_if_exists_judges_a_key_that_is_there() -> None:
    assert not holds("StringEqualsIfExists", TEAM, "data", facts(TEAM, "sales"))


@pytest.mark.parametrize(("wanted", "present", "absent"), [("true", False, True), (False, True, False)])
def test_null_asks_whether_a_key_is_there(wanted: Any, present: bool, absent: bool) -> None:
    assert (present, absent) == (holds("Null", TEAM, wanted, facts(TEAM, "x")), holds("Null", TEAM, wanted, {}))


def test_the_case_of_a_key_does_not_matter() -> None:
    assert holds("StringEquals", "AWS:resourcetag/TEAM", "data", facts("aws:ResourceTag/team", "data"))


def test_every_operator_and_every_key_must_hold() -> None:
    found = read_conditions(
        {"StringEquals": {TEAM: "data", "aws:RequestedRegion": "eu-west-1"}, "Null": {"aws:TagKeys": "true"}}, "Condition"
    )
    assert 3 == len(found)


@pytest.mark.parametrize(
    ("block", "message"),
    [
        (7, "Condition must be an object of operators"),
        ({"StringEqual": {TEAM: "x"}}, r"Condition.StringEqual: no such operator is evaluated here; known are Bool"),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, "Condition.IpAddress: no such operator"),
        ({"StringEquals": "x"}, "Condition.StringEquals must be an object of condition keys"),
        ({"StringEquals": {}}, "Condition.StringEquals must be an object of condition keys"),
        (
            {"StringEquals": {"aws:SourceVpc": "x"}},
            "StringEquals.aws:SourceVpc: the condition key 'aws:SourceVpc' is not",
        ),
        ({"StringEquals": {"aws:ResourceTag/": "x"}}, "the condition key 'aws:ResourceTag/' is not evaluated here"),
        ({"StringEquals": {"aws:TagKeys": "x"}}, "aws:TagKeys: the key has several strings: say ForAllValues:StringEquals or"),
        ({"ArnLike": {TEAM: "arn:aws:iam::1:role/x"}}, "the value is a string, which ArnLike does not compare"),
        ({"StringEquals": {"aws:CurrentTime": "x"}}, "the value is a date, which StringEquals does not compare"),
        ({"NumericEquals": {"aws:CurrentTime": 1}}, "the value is a date, which NumericEquals does not compare"),
        ({"Bool": {"aws:SecureTransport": "yes"}}, "'yes' is neither true nor false"),
        ({"Null": {TEAM: "yes"}}, "'yes' is neither true nor false"),
        ({"NullIfExists": {TEAM: "true"}}, "Null takes neither a quantifier nor IfExists"),
        ({"ForAnyValue:Null": {"aws:TagKeys": "true"}}, "Null takes neither a quantifier nor IfExists"),
        ({"NumericEquals": {"aws:EpochTime": "soon"}}, "'soon' is not a number"),
        ({"DateEquals": {"aws:CurrentTime": "2026-11-22"}}, "'2026-11-22' is not a date such as"),
        ({"DateEquals": {"aws:CurrentTime": "tomorrow"}}, "'tomorrow' is not a date such as"),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*"}}, "is not an ARN"),
        ({"StringEquals": {TEAM: []}}, "needs a value"),
        ({"StringEquals": {TEAM: [None]}}, "None is neither a string nor a number"),
        ({"StringEquals": {TEAM: "${aws:PrincipalAccount}"}}, "policy variables are not evaluated here"),
    ],
)
def test_what_would_not_be_judged_is_refused_with_its_place(block: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message.replace("$", r"\$")):
        read_conditions(block, "Condition")
