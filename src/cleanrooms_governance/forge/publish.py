"""Say something on a pull request: in one comment that is kept up to date, by labels, and in the summary of the job."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from cleanrooms_governance.forge.client import Client, Clock
from cleanrooms_governance.forge.comments import Comment, Found, find, is_same, shortened
from cleanrooms_governance.forge.errors import AnswerLost, ForgeError, Gone, NotAllowed
from cleanrooms_governance.forge.labels import Labels
from cleanrooms_governance.forge.place import Place
from cleanrooms_governance.forge.summary import write_summary
from cleanrooms_governance.pull_request.fitting import GITHUB_LIMIT
from cleanrooms_governance.pull_request.marker import marker_of

__all__ = ["Labels", "Outcome", "publish"]

_MOST_TRIES = 4
_PER_PAGE = "per_page=100"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it.

    ``comment`` is created, updated, unchanged or withheld; ``removed`` counts the comments that were too many.
    """

    comment: str
    url: str = ""
    removed: int = 0
    labels_set: tuple[str, ...] = ()
    labels_taken: tuple[str, ...] = ()
    in_summary: bool = False
    warnings: tuple[str, ...] = ()


def publish(markdown: str, labels: Labels, place: Place, say: Callable[[str], None], clock: Clock | None = None) -> Outcome:
    """Write a comment and labels, and the summary in any case.

    Where nothing may be written on the pull request, as from a fork, the summary is all, with a warning.

    Parameters: ``markdown`` begins with its hidden marker; ``say`` is told why something takes long.
    Raises: ``ForgeError``, after the summary is written.
    """
    marker = marker_of(markdown)
    if marker is None:
        # Such a comment would never be found again.
        raise ForgeError("the comment does not begin with its hidden marker, which is `<!-- crgov:comment … -->`")
    trouble = write_summary(place.summary, markdown) if place.summary else ""
    outcome = Outcome("withheld", in_summary=place.summary is not None and not trouble, warnings=(trouble,) if trouble else ())
    token = place.repository.token
    if token is None:
        return _withheld(outcome, "there is no GITHUB_TOKEN")
    with Client(place.repository.api, token, say, clock or Clock()) as client:
        thread = _Thread(client, f"/repos/{place.repository.name}", place.pull_request)
        try:
            outcome = thread.comment(shortened(markdown, GITHUB_LIMIT), marker, outcome)
            return thread.label(labels, outcome)
        except NotAllowed as denied:
            return _withheld(outcome, str(denied))


def _withheld(outcome: Outcome, why: str) -> Outcome:
    instead = "the summary of this job says it instead" if outcome.in_summary else "there is no summary to say it in either"
    what = "no comment was written" if outcome.comment == "withheld" else "no labels were changed"
    text = f"{what}: {why}. That is usual for pull requests from forks, whose token may only read; {instead}"
    return replace(outcome, warnings=(*outcome.warnings, text))


@dataclass(frozen=True, slots=True)
class _Thread:
    """A pull request's comments and labels; for both GitHub counts it among the issues."""

    client: Client
    repository: str
    number: int

    @property
    def _issue(self) -> str:
        return f"{self.repository}/issues/{self.number}"

    def comment(self, markdown: str, marker: str, outcome: Outcome) -> Outcome:
        """Have one comment say this: the oldest of ours is kept, also where two runs make one each at the same time."""
        login = who_am_i(self.client)
        written = ""
        for _ in range(_MOST_TRIES):
            found = self._find(marker, login)
            if found.ours is None:
                if (made := self._create(markdown)) is not None:
                    # Whose the comment is shows from the answer; another run may have made one too, so look once more.
                    login = login or made.author
                written = "created"
                continue
            ours = found.ours
            if not is_same(ours, markdown):
                if not self._update(ours, markdown):
                    continue
                written = written or "updated"
            removed = sum(self._remove(each) for each in found.surplus)
            return replace(outcome, comment=written or "unchanged", url=ours.url, removed=removed)
        raise ForgeError(f"comments of {self._issue} come and go faster than they are written: run again")

    def label(self, labels: Labels, outcome: Outcome) -> Outcome:
        """Set the labels that are wanted, and take away those of ours that are not."""
        if not labels.own | labels.wanted:
            return outcome
        present = [_text(each, "name") for each in self.client.pages(f"{self._issue}/labels?{_PER_PAGE}")]
        missing, surplus = labels.missing(present), labels.surplus(present)
        for name in surplus:
            self._unset(name)
        if missing:
            try:
                self.client.post(f"{self._issue}/labels", {"labels": list(missing)})
            except AnswerLost:
                # Setting a label that is set already changes nothing.
                self.client.post(f"{self._issue}/labels", {"labels": list(missing)})
        return replace(outcome, labels_set=missing, labels_taken=surplus)

    def _find(self, marker: str, login: str | None) -> Found:
        return find(comments_of(self.client, self.repository, self.number), marker, login)

    def _create(self, markdown: str) -> Comment | None:
        """Write a new comment; whether one whose answer was lost is there shows when the comments are listed again."""
        try:
            return _comment(self.client.post(f"{self._issue}/comments", {"body": markdown}))
        except AnswerLost:
            return None

    def _update(self, comment: Comment, markdown: str) -> bool:
        """Write a comment anew; return whether it was still there."""
        try:
            self.client.patch(f"{self.repository}/issues/comments/{comment.id}", {"body": markdown})
        except Gone:
            return False
        return True

    def _remove(self, comment: Comment) -> bool:
        try:
            self.client.delete(f"{self.repository}/issues/comments/{comment.id}")
        except Gone:
            return False
        return True

    def _unset(self, label: str) -> None:
        try:
            self.client.delete(f"{self._issue}/labels/{quote(label, safe='')}")
        except Gone:
            # Somebody else has taken it away.
            return


def who_am_i(client: Client) -> str | None:
    """Return whose token it is, or ``None`` for an app's, which GitHub does not tell. Raises ``ForgeError``."""
    try:
        return _text(client.get("/user"), "login") or None
    except (NotAllowed, Gone):
        return None


def comments_of(client: Client, repository: str, number: int) -> Iterator[Comment]:
    """Yield the comments of a pull request; ``repository`` is its path in the API. Raises ``ForgeError``."""
    return map(_comment, client.pages(f"{repository}/issues/{number}/comments?{_PER_PAGE}"))


def _comment(document: Any) -> Comment:
    author = document.get("user") if isinstance(document, dict) else None
    id_ = document.get("id") if isinstance(document, dict) else None
    if not isinstance(id_, int):
        raise ForgeError("GitHub lists a comment without an id")
    return Comment(
        id_, _text(author, "login"), _text(author, "type") == "Bot", _text(document, "body"), _text(document, "html_url")
    )


def _text(document: Any, key: str) -> str:
    value = document.get(key) if isinstance(document, dict) else None
    return value if isinstance(value, str) else ""
