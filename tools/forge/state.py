"""What a forge knows: pull requests with comments and labels, who holds which token, and which limits are in force."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

LONGEST_COMMENT = 65_536


@dataclass(frozen=True)
class User:
    """Somebody with a token. An app is not told who it is, as on GitHub; ``may_write`` is what a token from a fork lacks."""

    login: str
    is_app: bool = False
    may_write: bool = True


ACTIONS = User("github-actions[bot]", is_app=True)
FORK = User("github-actions[bot]", is_app=True, may_write=False)


@dataclass
class StoredComment:
    """A comment, and how often it was edited."""

    id: int
    author: User
    body: str
    edits: int = 0


@dataclass
class PullRequest:
    """What hangs on a pull request."""

    number: int
    comments: list[StoredComment] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    head: str = ""
    merged_as: str = ""


@dataclass(frozen=True)
class WorkflowRun:
    """A run of a workflow file for the head of a pull request."""

    id: int
    workflow: str
    head: str
    status: str = "completed"


@dataclass(frozen=True)
class Answer:
    """What the forge answers, beside the usual headers."""

    status: int
    document: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """A call that came in."""

    method: str
    path: str
    status: int = 0


Trouble = Callable[[str, str], Answer | None]
"""Given method and path of a call, the answer that it gets instead of the usual one, or ``None``."""


@dataclass
class Forge:
    """One repository ``owner/name`` of a forge. ``trouble`` are asked in order before a call is answered; a spent one goes."""

    repository: str = "retailer/governance"
    tokens: dict[str, User] = field(default_factory=dict)
    pull_requests: dict[int, PullRequest] = field(default_factory=dict)
    runs: list[WorkflowRun] = field(default_factory=list)
    per_page: int = 100
    trouble: list[Trouble] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    _ids: int = 1000

    def open(self, number: int) -> PullRequest:
        """Open a pull request."""
        return self.pull_requests.setdefault(number, PullRequest(number))

    def write(self, number: int, author: User, body: str) -> StoredComment:
        """Have somebody comment."""
        with self.lock:
            self._ids += 1
            comment = StoredComment(self._ids, author, body)
            self.open(number).comments.append(comment)
            return comment

    def comment(self, id_: int) -> tuple[PullRequest, StoredComment] | None:
        """Return a comment and where it hangs."""
        for pull_request in self.pull_requests.values():
            for each in pull_request.comments:
                if each.id == id_:
                    return pull_request, each
        return None

    def writes(self) -> list[str]:
        """The calls that may change something and were not refused, as method and path within the repository."""
        prefix = f"/repos/{self.repository}/"
        return [f"{c.method} {c.path.removeprefix(prefix)}" for c in self.calls if c.method != "GET" and c.status < 300]


def once(answer: Answer, method: str = "", path: str = "", times: int = 1) -> Trouble:
    """Return trouble that befalls the next calls of a method whose path ends so."""
    left = [times]

    def befall(called: str, where: str) -> Answer | None:
        if left[0] < 1 or (method and called != method) or not where.endswith(path):
            return None
        left[0] -= 1
        return answer

    return befall


def secondary_limit(seconds: int | None) -> Answer:
    """Return the answer of a secondary limit, with or without saying how long to wait."""
    headers = {} if seconds is None else {"Retry-After": str(seconds)}
    return Answer(403, {"message": "You have exceeded a secondary rate limit."}, headers)


def primary_limit(reset: float) -> Answer:
    """Return the answer of the primary limit, which ends at a time."""
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(reset))}
    return Answer(403, {"message": "API rate limit exceeded for installation."}, headers)
