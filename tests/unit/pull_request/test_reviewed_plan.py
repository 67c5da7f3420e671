"""The file of a reviewed plan."""

from __future__ import annotations

import json

from cleanrooms_governance.pull_request.reviewed_plan import reviewed_plan
from cleanrooms_governance.reviewed_plan import parse, written
from tests.unit.pull_request.examples import comment, document, preview


def test_a_plan_is_read_back_as_it_was_written() -> None:
    for example in ("votes", "refused", "fork", "failed"):
        plan = comment(example).plan
        assert plan == parse(written(plan))


def test_the_comment_names_the_fingerprint_of_the_file() -> None:
    made = comment("votes")
    assert f"Plan `{made.plan.fingerprint}`" in made.markdown
    assert made.plan.fingerprint == json.loads(written(made.plan))["fingerprint"]


def test_the_order_of_stacks_does_not_matter() -> None:
    one, other = preview("votes.retailer"), preview("votes.bank")
    assert written(reviewed_plan([one, other])) == written(reviewed_plan([other, one]))


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
