"""From the files and the environment of a job to the forge, and back."""

import json
import os
from collections.abc import Callable
from pathlib import Path

from cleanrooms_governance.cli.output import Line, Report, Tone
from cleanrooms_governance.cli.usage import Misused
from cleanrooms_governance.forge.labels import Labels, labels_of
from cleanrooms_governance.forge.place import place_of, repository_of
from cleanrooms_governance.forge.publish import Outcome, publish
from cleanrooms_governance.forge.reviewed import ReviewedRun, reviewed_for
from cleanrooms_governance.pull_request.marker import marker

_SAID = {
    "created": "wrote the comment",
    "updated": "brought the comment up to date",
    "unchanged": "the comment says so already",
    "withheld": "no comment was written",
}


def published(markdown: str, labels: Labels, pull_request: int | None, say: Callable[[str], None]) -> Outcome:
    """Publish a comment where the environment says, on the pull request of the job if no other one is named.

    Raises: ``ForgeError``.
    """
    return publish(markdown, labels, place_of(os.environ, pull_request), say)


def beside(comment: Report, outcome: Outcome) -> Report:
    """Return the report of a comment with what became of it on the forge."""
    there = publish_report(outcome)
    return Report({**comment.document, "github": there.document}, [*comment.lines, *there.lines], comment.exit)


def publish_report(outcome: Outcome) -> Report:
    """Return what became of it."""
    lines = [Line(" ".join([_SAID[outcome.comment], *([f"at {outcome.url}"] if outcome.url else [])]))]
    if outcome.removed:
        lines.append(Line(f"removed {outcome.removed} that said the same beside it"))
    lines += [Line(f"set the label {name}", Tone.ADDED) for name in outcome.labels_set]
    lines += [Line(f"took the label {name} away", Tone.TAKEN) for name in outcome.labels_taken]
    lines += [Line(text, Tone.CHANGED) for text in outcome.warnings]
    document = {
        "comment": outcome.comment,
        "url": outcome.url or None,
        "removed": outcome.removed,
        "labelsSet": list(outcome.labels_set),
        "labelsTaken": list(outcome.labels_taken),
        "inSummary": outcome.in_summary,
        "warnings": list(outcome.warnings),
    }
    return Report(document, lines)


def found_review(commit: str, key: str, workflow: str, say: Callable[[str], None]) -> ReviewedRun:
    """Return which plan was reviewed for a commit, and tell the steps that follow in the job.

    Raises: ``NotReviewed``, ``ForgeError``.
    """
    found = reviewed_for(commit, workflow, marker(key), repository_of(os.environ), say)
    if outputs := os.environ.get("GITHUB_OUTPUT"):
        told = {
            "pull-request": found.pull_request,
            "head": found.head,
            "run": found.run,
            "fingerprint": found.fingerprint,
        }
        with Path(outputs).open("a", encoding="utf-8") as file:
            file.writelines(f"{name}={value}\n" for name, value in told.items())
    return found


def review_report(found: ReviewedRun) -> Report:
    """Return what was found."""
    document = {"pullRequest": found.pull_request, "head": found.head, "run": found.run, "fingerprint": found.fingerprint}
    said = f"plan {found.fingerprint} was reviewed in pull request {found.pull_request} for {found.head}, by run {found.run}"
    return Report(document, [Line(said)])


def comment_in(file: Path) -> tuple[str, Labels]:
    """Return the comment that a file holds, and its labels if it is the document of one.

    Raises: ``Misused`` if the file holds none.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise Misused(f"{file} cannot be read ({getattr(error, 'strerror', None) or 'no UTF-8'}): name another file") from None
    if not text.lstrip().startswith("{"):
        return text, Labels()
    try:
        document = json.loads(text)
        markdown, verdict = document["markdown"], document["verdict"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Misused(f"{file} is no document of `crgov comment --json`") from None
    if not (isinstance(markdown, str) and isinstance(verdict, str)):
        raise Misused(f"{file} is no document of `crgov comment --json`")
    return markdown, labels_of(verdict)
