"""How the forge answers a call, in the forms of GitHub's REST API (version 2022-11-28) as far as our client uses it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tools.forge.state import LONGEST_COMMENT, Answer, Call, Forge, PullRequest, StoredComment, User

NOT_FOUND = Answer(404, {"message": "Not Found"})
FORBIDDEN = Answer(403, {"message": "Resource not accessible by integration"})
BAD_CREDENTIALS = Answer(401, {"message": "Bad credentials"})
_MOST_PER_PAGE = 100

Handler = Callable[["Request", re.Match[str]], Answer]


class Request:
    """A call to the forge."""

    def __init__(self, forge: Forge, base: str, method: str, target: str, headers: Mapping[str, str], body: bytes) -> None:
        parts = urlsplit(target)
        self.forge = forge
        self.base = base
        self.method = method
        self.path = parts.path
        self.query = parse_qs(parts.query)
        self.user = _user(forge, headers.get("Authorization", ""))
        try:
            self.document: Any = json.loads(body) if body else {}
        except ValueError:
            self.document = None

    def answer(self) -> Answer:
        """Answer it and note it."""
        with self.forge.lock:
            answer = self._trouble() or self._answer()
            self.forge.calls.append(Call(self.method, unquote(self.path), answer.status))
            return answer

    def _trouble(self) -> Answer | None:
        found = (trouble(self.method, self.path) for trouble in self.forge.trouble)
        return next((each for each in found if each is not None), None)

    def _answer(self) -> Answer:
        if self.user is None:
            return BAD_CREDENTIALS
        if self.path == "/user":
            return FORBIDDEN if self.user.is_app else Answer(200, _author(self.user))
        prefix = f"/repos/{self.forge.repository}/"
        if not self.path.startswith(prefix):
            return NOT_FOUND
        for method, pattern, handler in _ROUTES:
            found = re.fullmatch(pattern, self.path.removeprefix(prefix))
            if found and method == self.method:
                if method != "GET" and not self.user.may_write:
                    return FORBIDDEN
                return handler(self, found) if self.document is not None else Answer(400, {"message": "Problems parsing JSON"})
        return NOT_FOUND

    def page(self, items: list[Any]) -> Answer:
        """Return one page of a list, with the ``Link`` header."""
        size = min(self.forge.per_page, int(self.query.get("per_page", ["30"])[0]), _MOST_PER_PAGE)
        number = int(self.query.get("page", ["1"])[0])
        last = max(1, -(-len(items) // size))
        shown = items[(number - 1) * size : number * size]
        links = {"next": number + 1, "last": last} if number < last else {}
        said = ", ".join(f'<{self.base}{self.path}?per_page={size}&page={at}>; rel="{name}"' for name, at in links.items())
        return Answer(200, shown, {"Link": said} if said else {})


def _list_comments(request: Request, found: re.Match[str]) -> Answer:
    pull_request = _of(request, found)
    return (
        request.page([_document(request, pull_request, each) for each in pull_request.comments]) if pull_request else NOT_FOUND
    )


def _create_comment(request: Request, found: re.Match[str]) -> Answer:
    pull_request = _of(request, found)
    if pull_request is None or request.user is None:
        return NOT_FOUND
    if refused := _unfit(request.document):
        return refused
    comment = request.forge.write(pull_request.number, request.user, request.document["body"])
    return Answer(201, _document(request, pull_request, comment))


def _update_comment(request: Request, found: re.Match[str]) -> Answer:
    there = request.forge.comment(int(found[1]))
    if there is None:
        return NOT_FOUND
    if refused := _unfit(request.document):
        return refused
    pull_request, comment = there
    comment.body = request.document["body"]
    comment.edits += 1
    return Answer(200, _document(request, pull_request, comment))


def _delete_comment(request: Request, found: re.Match[str]) -> Answer:
    there = request.forge.comment(int(found[1]))
    if there is None:
        return NOT_FOUND
    there[0].comments.remove(there[1])
    return Answer(204)


def _list_labels(request: Request, found: re.Match[str]) -> Answer:
    pull_request = _of(request, found)
    return request.page([{"name": name} for name in pull_request.labels]) if pull_request else NOT_FOUND


def _add_labels(request: Request, found: re.Match[str]) -> Answer:
    pull_request = _of(request, found)
    if pull_request is None:
        return NOT_FOUND
    wanted = request.document.get("labels")
    if not isinstance(wanted, list):
        return Answer(422, {"message": "Validation Failed"})
    there = {name.casefold() for name in pull_request.labels}
    pull_request.labels += [name for name in wanted if name.casefold() not in there]
    return Answer(200, [{"name": name} for name in pull_request.labels])


def _remove_label(request: Request, found: re.Match[str]) -> Answer:
    pull_request, name = _of(request, found), unquote(found[2]).casefold()
    there = [each for each in pull_request.labels if each.casefold() == name] if pull_request else []
    if pull_request is None or not there:
        return Answer(404, {"message": "Label does not exist"})
    pull_request.labels = [each for each in pull_request.labels if each not in there]
    return Answer(200, [{"name": name} for name in pull_request.labels])


def _pulls_of_commit(request: Request, found: re.Match[str]) -> Answer:
    pulls = [
        {
            "number": each.number,
            "head": {"sha": each.head},
            "merged_at": "2027-01-15T08:00:00Z" if each.merged_as else None,
            "merge_commit_sha": each.merged_as or None,
        }
        for each in request.forge.pull_requests.values()
        if found[1] in (each.head, each.merged_as)
    ]
    return request.page(pulls)


def _workflow_runs(request: Request, found: re.Match[str]) -> Answer:
    head = request.query.get("head_sha", [""])[0]
    runs = [each for each in request.forge.runs if each.workflow == unquote(found[1]) and each.head == head]
    listed = [{"id": each.id, "head_sha": each.head, "status": each.status} for each in runs]
    return Answer(200, {"total_count": len(listed), "workflow_runs": listed})


_ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", r"issues/(\d+)/comments", _list_comments),
    ("POST", r"issues/(\d+)/comments", _create_comment),
    ("PATCH", r"issues/comments/(\d+)", _update_comment),
    ("DELETE", r"issues/comments/(\d+)", _delete_comment),
    ("GET", r"issues/(\d+)/labels", _list_labels),
    ("POST", r"issues/(\d+)/labels", _add_labels),
    ("DELETE", r"issues/(\d+)/labels/([^/]+)", _remove_label),
    ("GET", r"commits/([0-9a-f]+)/pulls", _pulls_of_commit),
    ("GET", r"actions/workflows/([^/]+)/runs", _workflow_runs),
)


def _of(request: Request, found: re.Match[str]) -> PullRequest | None:
    return request.forge.pull_requests.get(int(found[1]))


def _unfit(document: Any) -> Answer | None:
    body = document.get("body") if isinstance(document, dict) else None
    if not isinstance(body, str) or not body.strip():
        return Answer(422, {"message": "Validation Failed", "errors": [{"code": "missing_field", "field": "body"}]})
    if len(body) > LONGEST_COMMENT:
        message = f"Body is too long (maximum is {LONGEST_COMMENT} characters)"
        return Answer(
            422, {"message": "Validation Failed", "errors": [{"code": "custom", "field": "body", "message": message}]}
        )
    return None


def _document(request: Request, pull_request: PullRequest, comment: StoredComment) -> dict[str, Any]:
    return {
        "id": comment.id,
        "html_url": f"{request.base}/{request.forge.repository}/pull/{pull_request.number}#issuecomment-{comment.id}",
        "body": comment.body,
        "user": _author(comment.author),
    }


def _author(user: User) -> dict[str, Any]:
    return {"login": user.login, "type": "Bot" if user.is_app else "User"}


def _user(forge: Forge, authorization: str) -> User | None:
    kind, _, token = authorization.partition(" ")
    return forge.tokens.get(token) if kind in ("Bearer", "token") else None
