from __future__ import annotations

from typing import Any

import pytest

from cleanrooms_emulator.iam.documents import Policy, Question, Ruling, rule
from tests.emulator.iam.policies import policy, statement

ARN = "arn:aws:cleanrooms:eu-west-1:111122223333:collaboration/c1"
READ = Question("cleanrooms:GetCollaboration", ARN, {})


def ruling(*statements: dict[str, Any], question: Question = READ) -> Ruling:
    return rule([Policy.read(policy(*statements))], question)


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("cleanrooms:GetCollaboration", True),
        ("CleanRooms:getcollaboration", True),
        ("cleanrooms:Get*", True),
        ("cleanrooms:*", True),
        ("*", True),
        ("cleanrooms:GetCollaboratio?", True),
        ("cleanrooms:Get", False),
        ("cleanrooms-ml:*", False),
        (["s3:*", "cleanrooms:Get*"], True),
    ],
)
def test_an_action_is_matched(action: Any, expected: bool) -> None:
    assert (Ruling.ALLOWED if expected else Ruling.NOT_ALLOWED) is ruling(statement(action))


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (ARN, True),
        ("*", True),
        ("arn:aws:cleanrooms:*:111122223333:collaboration/*", True),
        ("arn:aws:cleanrooms:*:*:collaboration/c?", True),
        ("arn:aws:cleanrooms:eu-west-1:111122223333:*", True),
        ("arn:aws:cleanrooms:*", True),
        ("arn:aws:cleanrooms:eu-west-1:222233334444:collaboration/*", False),
        ("arn:aws:cleanrooms:eu-west-1:111122223333:membership/*", False),
        ("arn:aws:cleanrooms:eu-west-1:111122223333:COLLABORATION/c1", False),
        ("arn:aws:cleanrooms:e*1:111122223333:collaboration/c1", True),
        ("arn:aws:cleanrooms:e*3:collaboration/c1", False),
        ("arn:aws:cleanrooms:eu-west-1?111122223333::collaboration/c1", False),
        (["arn:aws:s3:::bucket", ARN], True),
    ],
)
def test_a_resource_is_matched(resource: Any, expected: bool) -> None:
    assert (Ruling.ALLOWED if expected else Ruling.NOT_ALLOWED) is ruling(statement("*", resource))


@pytest.mark.parametrize(
    ("inverse", "expected"),
    [
        ({"NotAction": "cleanrooms:Delete*", "Resource": "*"}, True),
        ({"NotAction": ["s3:*", "cleanrooms:Get*"], "Resource": "*"}, False),
        ({"Action": "*", "NotResource": "arn:aws:cleanrooms:*:*:membership/*"}, True),
        ({"Action": "*", "NotResource": ARN}, False),
    ],
    ids=["another action", "this action", "another resource", "this resource"],
)
def test_an_inverse_selects_everything_else(inverse: dict[str, Any], expected: bool) -> None:
    assert (Ruling.ALLOWED if expected else Ruling.NOT_ALLOWED) is ruling({"Effect": "Allow", **inverse})


def test_a_deny_decides_wherever_it_stands() -> None:
    deny = statement("cleanrooms:Get*", effect="Deny")
    assert Ruling.DENIED is ruling(statement("*"), deny)
    assert Ruling.DENIED is ruling(deny, statement("*"))


def test_a_deny_that_does_not_apply_changes_nothing() -> None:
    deny = statement("cleanrooms:Delete*", effect="Deny")
    assert Ruling.ALLOWED is ruling(deny, statement("*"))
    assert Ruling.NOT_ALLOWED is ruling(deny)


def test_several_policies_are_judged_together() -> None:
    first, second = Policy.read(policy(statement("s3:*"))), Policy.read(policy(statement("cleanrooms:*")))
    assert Ruling.ALLOWED is rule([first, second], READ)
    assert Ruling.NOT_ALLOWED is rule([], READ)


def test_a_statement_applies_only_when_all_its_conditions_hold() -> None:
    conditions = {"StringEquals": {"aws:ResourceTag/team": "data"}, "Null": {"aws:TagKeys": "true"}}
    guarded = statement("*", Condition=conditions)
    tagged = Question(READ.action, ARN, {"aws:resourcetag/team": ("data",)})
    tagging = Question(READ.action, ARN, {"aws:resourcetag/team": ("data",), "aws:tagkeys": ("x",)})

    assert Ruling.ALLOWED is ruling(guarded, question=tagged)
    assert Ruling.NOT_ALLOWED is ruling(guarded, question=tagging)
    assert Ruling.NOT_ALLOWED is ruling(guarded)


def test_one_statement_needs_no_list() -> None:
    assert Policy.read({"Statement": statement("*")}).statements == Policy.read(policy(statement("*"))).statements


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "a policy document must be an object"),
        ({}, "Statement must be a statement or a list of statements"),
        ({"Statement": []}, "Statement must be a statement or a list"),
        ({"Statements": []}, "a policy document: unknown element Statements; known are Version, Id, Statement"),
        ({"Version": "2026-01-01", "Statement": []}, "Version: '2026-01-01' is not one of 2012-10-17"),
        (policy(statement("*"), 7), r"Statement\[2\] must be an object"),  # type: ignore[arg-type]
        (policy(statement("*", Principal="*")), r"Statement\[1\]: unknown element Principal \(a policy of an identity names"),
        (policy(statement("*", Sid="two words")), r"Statement\[1\].Sid: 'two words' has other characters"),
        (policy(statement("*", Sid="a"), statement("*", Sid="a")), "the Sid 'a' is there twice"),
        (policy(statement("*", effect="allow")), r"Statement\[1\].Effect: 'allow' is not one of Allow, Deny"),
        (policy({"Effect": "Allow", "Resource": "*"}), r"Statement\[1\] needs either Action or NotAction"),
        (policy(statement("*", NotAction="*")), r"Statement\[1\] needs either Action or NotAction"),
        (policy({"Effect": "Allow", "Action": "*"}), r"Statement\[1\] needs either Resource or NotResource"),
        (policy(statement([])), r"Statement\[1\].Action must be a string or a list of strings"),
        (policy(statement(["*", 7])), r"Statement\[1\].Action must be a string or a list of strings"),
        (policy(statement("GetCollaboration")), r"Statement\[1\].Action: 'GetCollaboration' is neither \* nor SERVICE:ACTION"),
        (policy(statement(["s3:*", "s3:Get Object"])), r"Statement\[1\].Action\[2\]: 's3:Get Object' is neither"),
        (policy(statement("*", "collaboration/c1")), r"Statement\[1\].Resource: 'collaboration/c1' is neither \* nor an ARN"),
        (policy(statement("*", ["*", "arn:aws:s3"])), r"Statement\[1\].Resource\[2\]: 'arn:aws:s3' is neither"),
        (policy(statement("*", "arn:aws:cleanrooms:${region}:${account}:*")), "placeholders must be filled in"),
        (policy(statement("*", Condition={"X": {}})), r"Statement\[1\].Condition.X: no such operator"),
    ],
)
def test_a_document_that_is_no_good_is_refused_with_its_place(document: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Policy.read(document)
