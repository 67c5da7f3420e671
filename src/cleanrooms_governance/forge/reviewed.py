"""Which plan was reviewed for a commit of the main branch? The pull request that brought it tells, by our comment there."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from cleanrooms_governance.errors import Refused
from cleanrooms_governance.forge.client import Client, Clock
from cleanrooms_governance.forge.comments import find
from cleanrooms_governance.forge.errors import ForgeError
from cleanrooms_governance.forge.place import Repository
from cleanrooms_governance.forge.publish import comments_of, who_am_i

_COMMIT = re.compile(r"[0-9a-f]{40}")
_PLAN = re.compile(r"^Plan `(?P<plan>fp-[0-9a-f]{16})`, commit `(?P<commit>[0-9a-f]{12,40})`\.", re.MULTILINE)
"""How the comment names its plan. A text of somebody else cannot say so: it has no bare backtick there."""


class NotReviewed(Refused):
    """No plan can be named that was reviewed for a commit."""


@dataclass(frozen=True, slots=True)
class ReviewedRun:
    """The pull request that brought a commit, its last commit, the run that made the preview of that, and which plan it had."""

    pull_request: int
    head: str
    run: int
    fingerprint: str


def reviewed_for(
    commit: str, workflow: str, marker: str, repository: Repository, say: Callable[[str], None], clock: Clock | None = None
) -> ReviewedRun:
    """Return which plan was reviewed for a commit.

    Parameters: ``workflow`` is the file name of the workflow that makes previews, ``marker`` the first line of its comment.
    Raises: ``NotReviewed`` where no merged pull request brought the commit, or nothing was reviewed there; ``ForgeError``.
    """
    if not _COMMIT.fullmatch(commit):
        raise NotReviewed(f"{commit} is no whole commit hash")
    if repository.token is None:
        raise ForgeError("there is no GITHUB_TOKEN to ask GitHub with: give the job `pull-requests: read` and `actions: read`")
    with Client(repository.api, repository.token, say, clock or Clock()) as client:
        path = f"/repos/{repository.name}"
        number, head = _merged(client.pages(f"{path}/commits/{commit}/pulls?per_page=100"), commit)
        found = find(comments_of(client, path, number), marker, who_am_i(client)).ours
        if found is None:
            raise NotReviewed(f"pull request {number} has no comment of ours, so nothing was reviewed there")
        plans = {each["plan"] for each in _PLAN.finditer(found.body.replace("\r\n", "\n")) if head.startswith(each["commit"])}
        if len(plans) != 1:
            raise NotReviewed(
                f"the comment of pull request {number} names no plan for {head}, the commit that was merged: its preview had"
                " not ended, or failed"
            )
        where = f"{path}/actions/workflows/{quote(workflow, safe='')}/runs?event=pull_request&head_sha={head}&per_page=20"
        return ReviewedRun(number, head, _run(client.get(where), number), plans.pop())


def _merged(pulls: Any, commit: str) -> tuple[int, str]:
    merged = [each for each in pulls if isinstance(each, Mapping) and each.get("merged_at")]
    exact = [each for each in merged if each.get("merge_commit_sha") == commit]
    chosen = exact or merged
    if len(chosen) != 1:
        said = "no merged pull request brought it" if not chosen else f"{len(chosen)} pull requests hold it"
        raise NotReviewed(f"nothing was reviewed for {commit}: {said}")
    head = chosen[0].get("head")
    number, sha = chosen[0].get("number"), head.get("sha") if isinstance(head, Mapping) else None
    if not isinstance(number, int) or not isinstance(sha, str) or not _COMMIT.fullmatch(sha):
        raise ForgeError("GitHub describes a pull request in a form that is not known")
    return number, sha


def _run(document: Any, number: int) -> int:
    runs = document.get("workflow_runs") if isinstance(document, Mapping) else None
    ended = [each for each in runs or [] if isinstance(each, Mapping) and each.get("status") == "completed"]
    ids: list[int] = [each["id"] for each in ended if isinstance(each.get("id"), int)]
    if not ids:
        raise NotReviewed(f"no preview of pull request {number} has ended for the commit that was merged")
    return max(ids)
