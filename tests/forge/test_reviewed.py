"""Which plan was reviewed for a commit of the main branch."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cleanrooms_governance.forge.place import Repository
from cleanrooms_governance.forge.reviewed import NotReviewed, ReviewedRun, reviewed_for
from tests.forge.stage import MARKER, NUMBER, Stage
from tools.forge.state import ACTIONS, User, WorkflowRun

HEAD, MERGE, PLAN = "a" * 40, "b" * 40, "fp-0123456789abcdef"
BODY = f"{MARKER}\n### One change\n\nPlan `{PLAN}`, commit `{HEAD[:12]}`. Looked at 1 collaboration.\n"


@pytest.fixture
def merged(stage: Stage) -> Stage:
    """A pull request that was reviewed and merged."""
    stage.pull_request.head, stage.pull_request.merged_as = HEAD, MERGE
    stage.forge.write(NUMBER, ACTIONS, BODY)
    stage.forge.runs += [
        WorkflowRun(5, "preview.yml", HEAD),
        WorkflowRun(6, "preview.yml", HEAD),
        WorkflowRun(7, "preview.yml", HEAD, "in_progress"),
        WorkflowRun(8, "preview.yml", MERGE),
        WorkflowRun(9, "other.yml", HEAD),
    ]
    stage.forge.tokens["token-of-a-job"] = ACTIONS
    return stage


def look(stage: Stage, commit: str = MERGE) -> ReviewedRun:
    repository = Repository(stage.forge.repository, stage.url, "token-of-a-job")
    return reviewed_for(commit, "preview.yml", MARKER, repository, stage.said.append)


def test_it_is_found_by_the_pull_request_and_its_comment(merged: Stage) -> None:
    assert ReviewedRun(NUMBER, HEAD, 6, PLAN) == look(merged)


def unmerge(stage: Stage) -> None:
    stage.pull_request.merged_as = ""


def another_plan(stage: Stage) -> None:
    stage.pull_request.comments[0].body = BODY.replace(HEAD[:12], "c" * 12)


def two_plans(stage: Stage) -> None:
    stage.pull_request.comments[0].body += f"\nPlan `fp-{'0' * 16}`, commit `{HEAD[:12]}`.\n"


def a_failed_preview(stage: Stage) -> None:
    stage.pull_request.comments[0].body = f"{MARKER}\nNo plan, made for commit `{HEAD}`.\n"


def by_somebody_else(stage: Stage) -> None:
    stage.pull_request.comments.clear()
    stage.forge.write(NUMBER, User("joe"), BODY)


def not_run(stage: Stage) -> None:
    stage.forge.runs = [each for each in stage.forge.runs if each.id > 6]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(unmerge, "no merged pull request brought it", id="never merged"),
        pytest.param(another_plan, "names no plan for a", id="the comment is about another commit"),
        pytest.param(two_plans, "names no plan for a", id="two plans"),
        pytest.param(a_failed_preview, "names no plan for a", id="a preview that failed"),
        pytest.param(by_somebody_else, "has no comment of ours", id="a comment of somebody else"),
        pytest.param(not_run, "no preview of pull request 7 has ended", id="no run"),
    ],
)
def test_what_was_not_reviewed_is_refused(merged: Stage, change: Callable[[Stage], None], said: str) -> None:
    change(merged)
    with pytest.raises(NotReviewed, match=said):
        look(merged)


def test_a_commit_that_nobody_brought_is_refused(merged: Stage) -> None:
    with pytest.raises(NotReviewed, match="no merged pull request brought it"):
        look(merged, "d" * 40)
