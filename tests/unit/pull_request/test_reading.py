"""From documents to previews and verdicts: in doubt a preview failed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleanrooms_governance.pull_request.comment import render
from cleanrooms_governance.pull_request.preview import Awaited
from cleanrooms_governance.pull_request.reading import read_preview
from cleanrooms_governance.pull_request.verdict import Verdict, judge
from tests.unit.pull_request.examples import HERE, PREVIEWS, document, preview

WHOLE = (HERE / "nothing.retailer.json").read_text()


@pytest.mark.parametrize(
    ("example", "verdict"),
    [
        ("nothing.retailer", Verdict.NOTHING),
        ("votes.retailer", Verdict.CHANGES),
        ("votes.bank", Verdict.CHANGES),
        ("refused.retailer", Verdict.REFUSED),
        ("failed.retailer", Verdict.FAILED),
        ("fork.retailer", Verdict.NOT_READ),
    ],
)
def test_each_example_has_its_verdict(example: str, verdict: Verdict) -> None:
    exits = {name: exit for each in PREVIEWS.values() for name, exit in each.items()}
    assert verdict is judge(preview(example, exits[example])).verdict
    assert verdict is judge(preview(example, None)).verdict


@given(st.integers(0, len(WHOLE.rstrip()) - 1))
def test_a_document_that_is_cut_off_is_a_preview_that_failed(end: int) -> None:
    assert Verdict.FAILED is judge(read_preview("retailer", WHOLE[:end], 0)).verdict


@pytest.mark.parametrize("text", ["", "null", "[]", '"x"', "1", '{"steps": 1}', "error: no stack named", "[" * 100_000])
def test_what_is_no_document_is_a_preview_that_failed(text: str) -> None:
    read = judge(read_preview("retailer", text, 0))
    assert Verdict.FAILED is read.verdict
    assert read.preview.trouble


def test_a_command_that_failed_after_a_good_document_is_a_preview_that_failed() -> None:
    assert Verdict.FAILED is judge(preview("nothing.retailer", 255)).verdict


def test_a_command_that_was_killed_failed_whatever_its_document_says() -> None:
    assert Verdict.FAILED is judge(preview("refused.retailer", 137)).verdict


def test_changes_that_were_not_expected_are_changes() -> None:
    assert Verdict.CHANGES is judge(preview("votes.bank", 7)).verdict


def test_a_stack_that_declares_nothing_is_not_called_well() -> None:
    empty = document("nothing.retailer")
    empty["steps"] = [step for step in empty["steps"] if step["urn"].endswith("cleanrooms-retailer")]
    empty["diagnostics"] = []
    assert Verdict.NOT_READ is judge(preview("empty.retailer", 0, empty)).verdict


def test_an_acknowledged_danger_is_dangerous_and_not_refused() -> None:
    changed = document("refused.retailer")
    changed["steps"] = [step for step in changed["steps"] if step["urn"].endswith("loyalty")]
    changed["diagnostics"] = [each for each in changed["diagnostics"] if each["severity"] != "error"]
    assert Verdict.DANGEROUS is judge(preview("refused.retailer", 0, changed)).verdict


def test_waiting_for_votes_alone_is_waiting() -> None:
    changed = document("votes.retailer")
    for each in changed["diagnostics"]:
        lines = [line for line in each["message"].splitlines(keepends=True) if not line.startswith("to do:")]
        each["message"] = "".join(lines)
    assert Verdict.WAITING is judge(preview("votes.retailer", 0, changed)).verdict


def test_a_resource_that_is_dropped_is_a_change() -> None:
    changed = document("nothing.retailer")
    for step in changed["steps"]:
        if step["urn"].endswith("Membership::media-loyalty"):
            step["op"] = "delete"
    read = preview("nothing.retailer", 0, changed)
    assert Verdict.CHANGES is judge(read).verdict
    assert "is forgotten, not deleted: it stays in force" in render([read]).markdown


def test_resources_of_other_kinds_are_counted() -> None:
    changed = document("nothing.retailer")
    changed["steps"].append({"op": "delete", "urn": "urn:pulumi:retailer::cleanrooms::aws:s3/bucket:Bucket::results"})
    read = preview("nothing.retailer", 0, changed)
    assert {"delete": 1} == read.others
    assert "which the preview shows and this comment does not: delete 1" in render([read]).markdown


def test_an_open_request_is_read_with_its_day_and_voters() -> None:
    (campaigns,) = [each for each in preview("votes.retailer").resources if each.awaited]
    (awaited,) = campaigns.awaited
    expected = Awaited(
        request=awaited.request,
        accounts=("444455556666",),
        since="2026-03-02",
        about="+CAN_RECEIVE_RESULTS 444455556666 (Bank)",
        how={"444455556666": "it votes from its own stack, or in the console"},
    )
    assert expected == awaited


def test_a_membership_is_grouped_with_its_collaboration_even_while_that_is_new() -> None:
    groups = {each.name: each.group for each in preview("fork.retailer").resources}
    assert "campaigns" == groups["membership media-campaigns"]
    assert "loyalty" == groups["collaboration loyalty"]


def test_a_preview_without_the_unchanged_ones_is_read_too() -> None:
    changed = document("votes.retailer")
    changed["steps"] = [step for step in changed["steps"] if step["op"] != "same"]
    assert Verdict.CHANGES is judge(preview("votes.retailer", 0, changed)).verdict


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["urn", "op", "newState", "inputs", "plan", "refused", "message", "severity", "names"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
URN = "urn:pulumi:s::p::cleanrooms:governance:GovernedCollaboration$pulumi-python:dynamic/cleanrooms:Collaboration::k"


@given(JSON, JSON, JSON)
def test_no_document_of_another_form_is_a_crash(inputs: Any, step: Any, diagnostic: Any) -> None:
    steps = [{"op": "update", "urn": URN, "newState": {"inputs": inputs}}, step]
    assert render([preview("x.y", 0, {"steps": steps, "diagnostics": [diagnostic]})]).markdown
