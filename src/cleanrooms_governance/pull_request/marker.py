"""How the comment of a pipeline is found again among others: by an HTML comment in its first line, which nobody sees."""

import re
from collections.abc import Iterable

from cleanrooms_governance.fingerprint import fingerprint
from cleanrooms_governance.pull_request.preview import Preview

_MARKER = re.compile(r"<!-- crgov:comment (?P<key>[A-Za-z0-9._/+-]{1,200}) -->")
_FOREIGN = re.compile(r"[^A-Za-z0-9._/+-]+")
_MOST = 120


def marker(key: str) -> str:
    """Return the first line of a comment with a key. What may not stand there is replaced, and a digest added."""
    safe = re.sub(r"-{2,}", "-", _FOREIGN.sub("-", key)).strip("-")
    if safe != key or len(safe) > _MOST or not safe:
        safe = f"{safe[:_MOST]}+{fingerprint('marker', key)}".lstrip("+")
    return f"<!-- crgov:comment {safe} -->"


def marker_of(comment: str) -> str | None:
    """Return the marker that a comment begins with, or ``None``: what stands further down may be somebody's text."""
    first, _, _ = comment.partition("\n")
    return first.strip() if _MARKER.fullmatch(first.strip()) else None


def default_key(previews: Iterable[Preview]) -> str:
    """Return the key of a comment on these previews: their projects and stacks, which are the same when a preview fails."""
    return "+".join(sorted({preview.path for preview in previews})) or "stack"
