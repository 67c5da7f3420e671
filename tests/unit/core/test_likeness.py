"""A submission is told from another one by what the service shows of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cleanrooms_governance.analyses.analysis import Kind, Submission
from cleanrooms_governance.analyses.likeness import Likeness, likeness
from cleanrooms_governance.model import AccountId

S3 = {"s3": {"bucket": "results", "resultFormat": "CSV"}}
MEMBER = {"member": {"accountId": "444455556666"}}
WORKER = {"worker": {"type": "CR.1X", "number": 4}}
PAYER = AccountId("444455556666")
TEXT = Submission(Kind.QUERY, sql="select 1", results={"outputConfiguration": S3}, compute=WORKER, payer=PAYER)
TEMPLATE = Submission(Kind.JOB, template="arn:aws:cleanrooms:a", parameters={"least": "3"})


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (TEXT, {}),
        (TEXT, {"sql": "select 1\n"}),
        (TEXT, {"results": {"outputConfiguration": {"s3": {**S3["s3"], "singleFileOutput": False}}}}),
        (replace(TEXT, results=None, compute=None, payer=None), {"results": {"any": "thing"}, "payer": PAYER}),
        (TEMPLATE, {}),
    ],
    ids=["equal", "line end", "filled in by the service", "left to the service", "template"],
)
def test_what_says_the_same_is_the_same(sent: Submission, shown: dict[str, Any]) -> None:
    assert Likeness.SAME is likeness(sent, replace(sent, **shown))


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (TEXT, {"sql": "select 2"}),
        (TEXT, {"sql": None, "template": "arn:aws:cleanrooms:a"}),
        (TEXT, {"payer": AccountId("222233334444")}),
        (TEXT, {"results": {"outputConfiguration": MEMBER}}),
        (TEXT, {"results": {"outputConfiguration": {"s3": {**S3["s3"], "bucket": "others"}}}}),
        (TEXT, {"compute": {"worker": {"type": "CR.1X", "number": 5}}}),
        (TEMPLATE, {"parameters": {"least": "4"}}),
        (TEMPLATE, {"parameters": {}}),
        (TEMPLATE, {"template": "arn:aws:cleanrooms:b"}),
        (TEMPLATE, {"kind": Kind.QUERY}),
    ],
    ids=[
        "text",
        "template for text",
        "payer",
        "member for bucket",
        "bucket",
        "workers",
        "parameter",
        "no parameter",
        "template",
        "kind",
    ],
)
def test_what_says_one_thing_otherwise_is_another(sent: Submission, shown: dict[str, Any]) -> None:
    assert Likeness.DIFFERENT is likeness(sent, replace(sent, **shown))


@pytest.mark.parametrize("hidden", ["sql", "payer", "results", "compute"])
def test_what_is_not_shown_does_not_tell(hidden: str) -> None:
    assert Likeness.UNTOLD is likeness(TEXT, replace(TEXT, **{hidden: None}))  # type: ignore[arg-type]


def test_what_is_not_shown_is_no_excuse_for_what_differs() -> None:
    assert Likeness.DIFFERENT is likeness(TEXT, replace(TEXT, sql=None, payer=AccountId("222233334444")))


def test_the_places_of_a_distribution_have_no_order() -> None:
    both = replace(TEXT, results={"outputConfiguration": {"distribute": {"locations": [S3, MEMBER]}}})
    shown = replace(TEXT, results={"outputConfiguration": {"distribute": {"locations": [MEMBER, S3]}}})
    one = replace(TEXT, results={"outputConfiguration": {"distribute": {"locations": [S3]}}})
    assert [Likeness.SAME, Likeness.DIFFERENT] == [likeness(both, shown), likeness(both, one)]
