import json
from pathlib import Path
from typing import Any

import pytest

from cleanrooms_governance.planning.changes import AddMember
from cleanrooms_governance.planning.plan import Plan, PlannedChange
from cleanrooms_governance.reviewed_plan import ReviewedPlan, ReviewedResource, build
from cleanrooms_governance.running.expectation import expectation
from tests.unit.core.builders import NEWCOMER, SHOP

STACK, SALES, PATH = "house/retail", "collaboration sales", "collaborations.sales"
PLANNED = Plan("some-id", (PlannedChange(AddMember(NEWCOMER), needs_votes=True),))
MORE = Plan("some-id", (*PLANNED.changes, PlannedChange(AddMember(SHOP), needs_votes=True)))
NOTHING = Plan("some-id")
KNOWN = ReviewedResource(PLANNED.document(), PLANNED.fingerprint)


def refusal(file: Path, fresh: Plan, stacks: Any = None, **environment: str) -> str:
    """Why a plan is refused, empty if it is not."""
    reviewed = ReviewedPlan({STACK: {SALES: KNOWN}} if stacks is None else stacks)
    file.write_text(json.dumps(build(reviewed)))
    held = expectation({"CLEANROOMS_EXPECT": str(file), **environment})
    assert held
    refused = held.refusal(STACK, SALES, PATH, fresh)
    return refused.message if refused else ""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "plan.json"


@pytest.mark.parametrize(
    "environment", [{}, {"CLEANROOMS_EXPECT": ""}, {"CLEANROOMS_EXPECT_FINGERPRINT": "fp-0123456789abcdef"}]
)
def test_without_a_file_nobody_is_held_to_anything(environment: dict[str, str]) -> None:
    assert expectation(environment) is None


def test_what_was_reviewed_passes_and_what_was_not_is_named(file: Path) -> None:
    assert ("", "") == (refusal(file, PLANNED), refusal(file, NOTHING))
    assert f"{PATH}: not in the reviewed plan: add member {SHOP}." in refusal(file, MORE)


@pytest.mark.parametrize(
    ("stacks", "said"),
    [
        pytest.param({}, "it says nothing of stack house/retail; add member", id="no such stack"),
        pytest.param({STACK: None}, "it says nothing of stack house/retail; add member", id="a preview that failed"),
        pytest.param({STACK: {}}, "it says nothing of collaboration sales; add member", id="no such resource"),
    ],
)
def test_what_the_file_does_not_name_may_do_nothing(file: Path, stacks: Any, said: str) -> None:
    assert said in refusal(file, PLANNED, stacks)
    assert "" == refusal(file, NOTHING, stacks)


def test_what_a_preview_could_not_know_may_do_what_the_file_asks_for(file: Path) -> None:
    assert "" == refusal(file, PLANNED, {STACK: {SALES: ReviewedResource(None, None)}})


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        pytest.param({"CLEANROOMS_EXPECT": "plan.json"}, "by an absolute path, which plan.json is not", id="a relative path"),
        pytest.param({"CLEANROOMS_EXPECT": "/nowhere/plan.json"}, "cannot be read: No such file", id="no file"),
        pytest.param({"CLEANROOMS_EXPECT_FINGERPRINT": "fp-0123456789abcdef"}, "it is another plan", id="another plan"),
    ],
)
def test_a_file_that_cannot_be_used_lets_nothing_pass(file: Path, environment: dict[str, str], said: str) -> None:
    assert said in refusal(file, NOTHING, **environment)
