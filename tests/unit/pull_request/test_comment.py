"""What the reviewer of a pull request reads."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest

from cleanrooms_governance.pull_request.comment import Wishes, render
from cleanrooms_governance.pull_request.fitting import GITHUB_LIMIT, length
from cleanrooms_governance.pull_request.verdict import Verdict
from tests.hostile import NAME
from tests.unit.core.test_markdown import GFM, MADE_SOMETHING_OF, Rendered
from tests.unit.pull_request.examples import HERE, PREVIEWS, comment, document, preview
from tools.pictures.large import many


@pytest.mark.parametrize("example", PREVIEWS)
def test_an_example_reads_as_it_is_kept(example: str) -> None:
    assert (HERE / f"{example}.md").read_text() == comment(example).markdown


def test_nothing_to_change_is_one_line_below_the_marker() -> None:
    _, *lines = comment("nothing").markdown.splitlines()
    assert 1 == len(lines)
    assert lines[0].startswith("✅ **retailer**: nothing to change.")


@pytest.mark.parametrize("example", [each for each in PREVIEWS if each != "nothing"])
def test_only_nothing_to_change_looks_green(example: str) -> None:
    assert "✅" not in comment(example).markdown


def test_the_title_says_the_verdict_and_the_next_lines_what_follows() -> None:
    _, title, _, *lines = comment("refused").markdown.splitlines()
    said = "refused (1 danger not acknowledged, 1 not read); planned: 3 changes, 1 of them cannot be undone"
    assert f"### ⛔ retailer: {said}" == title
    assert lines[0] == "> [!CAUTION]"
    assert "`pulumi up` writes **nothing**" in lines[1]


def test_a_danger_names_the_fingerprint_that_passes_it_and_stands_above_the_changes() -> None:
    dangers, _, _ = comment("refused").markdown.partition("#### Changes")
    assert re.search(r"not acknowledged\*\*: .*add `fp-[0-9a-f]{16}` to `collaborations.campaigns.acknowledge`", dangers)
    assert re.search(r"acknowledged\*\* by `fp-[0-9a-f]{16}`: ", dangers)


def test_what_cannot_be_undone_is_dangerous_and_stands_above_who_must_act_though_no_danger_is_planned() -> None:
    changed = document("refused.retailer")
    every = [step.get("newState", {}).get("inputs", {}) for step in changed["steps"]]
    for inputs in every:
        if isinstance(inputs.get("plan"), dict):
            inputs["plan"]["dangers"] = {}
            inputs["refused"] = []
    changed["diagnostics"] = [each for each in changed["diagnostics"] if each["severity"] != "error"]
    text = render([preview("refused.retailer", 0, changed)]).markdown
    before, _, _ = text.partition("#### Who must act")
    assert "The file asks for what cannot be undone, so **a run after the merge does it**" in before
    assert "⚠️ **collaboration campaigns, cannot be undone**: remove member `444455556666` (Bank)" in before


def test_who_is_awaited_is_named_with_the_day_since_when() -> None:
    text = comment("votes").markdown
    assert "`444455556666` (Bank) **has to vote** (awaited since **2026-03-02**) on change request" in text
    assert "`222233334444` (Media) votes for 1 change of collaboration campaigns by `ownPlan: approve` of this stack" in text
    assert "Nobody: 1 change is approved by collaboration loyalty itself" in text
    assert "What to send to <code>444455556666</code> (Bank)" in text


def test_a_change_that_is_filed_already_is_not_to_be_voted_on_after_the_merge() -> None:
    (coming,) = [line for line in comment("votes").markdown.splitlines() if "will have to vote" in line]
    assert "add member `555566667777` (Insurer)" in coming
    assert "CAN_RECEIVE_RESULTS" not in coming


def test_the_worst_of_several_stacks_comes_first_and_in_the_title() -> None:
    made = render([preview("nothing.retailer"), preview("failed.retailer", 1, {}), preview("votes.bank")])
    titles = [line for line in made.markdown.splitlines() if line.startswith("### ")]
    assert Verdict.FAILED is made.verdict
    assert "### ❌ 3 stacks: 1 failed, 1 with changes, 1 with nothing to change" == titles[0]
    assert ["retailer", "bank"] == [title.split(":")[0].split()[-1] for title in titles[1:]]


def test_the_order_of_documents_lines_and_previews_does_not_matter() -> None:
    read = document("votes.retailer")
    shuffled = {
        "steps": [{**step, "newState": _backwards(step.get("newState", {}))} for step in reversed(read["steps"])],
        "diagnostics": read["diagnostics"],
    }
    one = [preview("votes.retailer"), preview("votes.bank")]
    other = [preview("votes.bank"), preview("votes.retailer", 0, shuffled)]
    assert render(one).markdown == render(other).markdown


def _backwards(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _backwards(each) for key, each in reversed(value.items())}
    return value


@pytest.mark.parametrize(("collaborations", "each"), [(1, 500), (50, 10), (300, 1), (60, 60)])
def test_a_comment_fits_and_says_what_is_cut(collaborations: int, each: int) -> None:
    made = render([preview("many.retailer", 0, many(collaborations, each))])
    assert GITHUB_LIMIT >= length(made.markdown)
    assert f"{collaborations * each} changes" in made.markdown.splitlines()[1]
    if collaborations * each > 500:
        assert made.cut
        assert "cut here: read the output of `pulumi preview` in this job" in made.markdown
    assert made.markdown.count("<details>") == made.markdown.count("</details>")


def test_what_must_be_read_is_cut_last() -> None:
    text = render([preview("many.retailer", 0, many(1, 60, danger=True))], Wishes(limit=11_000)).markdown
    dangers, _, rest = text.partition("#### Who must act")
    assert 60 == dangers.count("**collaboration `collaboration-000`, acknowledged**")
    assert "will have to vote" in rest
    assert re.search("[0-9]+ more lines are cut here", rest)


def test_even_many_dangers_fit_and_are_counted() -> None:
    text = render([preview("many.retailer", 0, many(20, 50, danger=True))]).markdown
    assert "1000 acknowledged dangers" in text.splitlines()[1]
    assert GITHUB_LIMIT >= length(text)


def test_many_stacks_fit_and_are_all_named() -> None:
    previews = [preview(f"many.stack-{number:03}", 1, {}) for number in range(300)]
    text = render(previews).markdown
    assert GITHUB_LIMIT >= length(text)
    assert all(f"**{each}**" in text for each in ("`stack-000`", "`stack-299`"))


def test_the_address_of_the_whole_preview_is_where_something_was_cut() -> None:
    wishes = Wishes(page="https://forge.example/job/1", limit=3000)
    assert (
        "read [the output of the preview](https://forge.example/job/1)"
        in render([preview("many.retailer", 0, many(1, 90))], wishes).markdown
    )


def test_a_name_of_another_account_makes_nothing_in_any_place() -> None:
    hostile = NAME + " @admin #1 **x** <img src=x> [x](http://evil.example) :tada: `x` www.evil.example"
    rendered = Rendered(GFM.render(render([preview("many.retailer", 0, many(2, 30, hostile, danger=True))]).markdown))
    assert {
        "h3",
        "h4",
        "p",
        "ul",
        "li",
        "strong",
        "b",
        "code",
        "details",
        "summary",
        "comment",
        "blockquote",
    } >= rendered.elements
    without_ours = rendered.acted_upon.replace("[!WARNING]", "").replace("collaboration-0", "")
    assert [] == MADE_SOMETHING_OF.findall(without_ours)


def _with_line(example: str, severity: str, line: str, summary: str = "") -> str:
    """The comment on an example of whose first collaboration one line more is said, and in the summary one entry more."""
    read = document(example)
    urn = next(step["urn"] for step in read["steps"] if step["urn"].endswith("dynamic/cleanrooms:Collaboration::campaigns"))
    read["diagnostics"].append({"urn": urn, "message": f"{severity}: {line}\n", "severity": severity})
    read["diagnostics"].append({"message": f"Summary: 1 {summary}\n{summary}\n", "severity": "info"})
    return render([preview(example, 0, read)]).markdown


def test_a_warning_is_shown_and_not_folded() -> None:
    text = _with_line("nothing.retailer", "warning", "the query log is on for ever")
    assert "### ✅ retailer: nothing to change, 1 warning" == text.splitlines()[1]
    assert "#### Warnings\n\n- **collaboration campaigns**: the query log is on for ever" in text
    assert "<details>" not in text


def test_what_was_denied_is_said_once_with_what_to_do() -> None:
    line = "add member 555566667777 is not filed again: 444455556666 (Bank) denied it. Talk to them"
    summary = "denied: collaboration campaigns: add member 555566667777 is not filed again: 444455556666 (Bank) denied it"
    text = _with_line("votes.retailer", "warning", line, summary)
    assert 1 == text.count("denied it. Talk to them")
    assert "- **collaboration campaigns**, denied: add member `555566667777` is not filed again" in text


def test_a_title_says_that_something_was_denied_and_not_that_it_is_waited_for() -> None:
    summary = "denied: collaboration campaigns: add member 555566667777 is not filed again: 444455556666 (Bank) denied it"
    assert (
        "### ⏳ retailer: nothing to change, 1 denied" == _with_line("nothing.retailer", "info", "x", summary).splitlines()[1]
    )


def test_what_a_privacy_budget_allows_stands_below_its_change() -> None:
    urn = "urn:pulumi:retailer::cleanrooms::pulumi-python:dynamic/cleanrooms:PrivacyBudgetTemplate::media/noise"
    plan = {"changes": {"raise epsilon": {"id": "fp-1", "operation": "UpdatePrivacyBudgetTemplate", "types": []}}}
    step = {"op": "update", "urn": urn, "newState": {"inputs": {"key": "media/noise", "plan": plan, "collaboration": "c-1"}}}
    said = ["plan: raise epsilon (at once, no votes)", "150 AVG or SUM"]
    diagnostics = [{"urn": urn, "message": f"{line}\n", "severity": "info"} for line in said]
    text = render([preview("budget.retailer", 0, {"steps": [step], "diagnostics": diagnostics})]).markdown
    assert "- budget `media/noise`: raise epsilon (at once, no votes)\n  - 150 AVG or SUM\n" in text
    assert "<details>" not in text


def test_two_comments_of_different_pipelines_have_different_markers() -> None:
    markers = {comment(example).marker for example in ("nothing", "votes")} | {comment("nothing", key="nightly").marker}
    assert 3 == len(markers)
    assert all(one not in other for one, other in itertools.permutations(markers, 2))
