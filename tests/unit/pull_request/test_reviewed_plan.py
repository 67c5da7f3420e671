"""The file of a reviewed plan."""

from __future__ import annotations

import json

import pytest

from cleanrooms_governance.pull_request.reviewed_plan import NoReviewedPlan, read_reviewed_plan, reviewed_plan
from tests.unit.pull_request.examples import comment, document, preview


def test_a_plan_is_read_back_as_it_was_written() -> None:
    for example in ("votes", "refused", "fork", "failed"):
        plan = comment(example).plan
        assert plan == read_reviewed_plan(plan.text())


def test_the_comment_names_the_fingerprint_of_the_file() -> None:
    made = comment("votes")
    assert f"Plan `{made.plan.fingerprint}`" in made.markdown
    assert made.plan.fingerprint == json.loads(made.plan.text())["fingerprint"]


def test_the_order_of_stacks_does_not_matter() -> None:
    one, other = preview("votes.retailer"), preview("votes.bank")
    assert reviewed_plan([one, other]).text() == reviewed_plan([other, one]).text()


def test_the_commit_is_no_part_of_the_fingerprint() -> None:
    assert reviewed_plan([preview("votes.bank")], "a").fingerprint == reviewed_plan([preview("votes.bank")], "b").fingerprint


def test_a_preview_that_failed_or_read_nothing_has_no_plan() -> None:
    assert {"cleanrooms/retailer": None} == comment("failed").plan.stacks
    assert {"cleanrooms/retailer": None} == comment("fork").plan.stacks
    assert {None} == {reviewed_plan([preview("votes.bank", 255)]).of_stack("cleanrooms/bank")}


def test_progress_of_votes_does_not_change_the_fingerprint() -> None:
    changed = document("votes.retailer")
    changed["diagnostics"] = [each for each in changed["diagnostics"] if "vote" not in each["message"]]
    before, after = preview("votes.retailer"), preview("votes.retailer", 0, changed)
    assert reviewed_plan([before]).fingerprint == reviewed_plan([after]).fingerprint


@pytest.mark.parametrize("part", ["fingerprint", "changes", "dangers", "refused"])
def test_an_edited_file_is_refused(part: str) -> None:
    document = json.loads(comment("refused").plan.text())
    stack = document["stacks"]["cleanrooms/retailer"]["collaboration campaigns"]
    stack[part] = "fp-0000000000000000" if part == "fingerprint" else stack[part][1:]
    with pytest.raises(NoReviewedPlan, match="it was edited, or cut off"):
        read_reviewed_plan(json.dumps(document))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 1}', '{"version": 1, "stacks": [], "commit": ""}'])
def test_another_file_is_refused(text: str) -> None:
    with pytest.raises(NoReviewedPlan, match="is no plan that `crgov comment --plan-file` wrote"):
        read_reviewed_plan(text)


def test_a_file_of_another_version_is_refused() -> None:
    document = json.loads(comment("votes").plan.text())
    with pytest.raises(NoReviewedPlan, match="is of version 2"):
        read_reviewed_plan(json.dumps({**document, "version": 2}))
