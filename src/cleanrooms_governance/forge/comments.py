"""Which of a pull request's comments is ours? Values in, values out."""

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment as GitHub lists it. ``id`` grows with time; ``is_bot`` tells that an app wrote it."""

    id: int
    author: str
    is_bot: bool
    body: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Our comment, and those that are too many because two runs raced."""

    ours: Comment | None = None
    surplus: tuple[Comment, ...] = ()


def find(comments: Iterable[Comment], marker: str, login: str | None) -> Found:
    """Return which comment is ours: the oldest of those that carry the marker and that we wrote.

    Whoever may comment can write a marker, and could change the text again later. So where GitHub does not tell who we are,
    which it does not tell apps, only what apps wrote counts, and nothing of another app than the oldest one's is touched.

    Parameters: ``login`` is who we are, ``None`` where GitHub does not tell.
    """
    marked = sorted((each for each in comments if _first_line(each.body) == marker), key=lambda each: each.id)
    if login is None:
        bots = [each for each in marked if each.is_bot]
        login = bots[0].author if bots else None
    own = [each for each in marked if each.author == login]
    return Found(own[0], tuple(own[1:])) if own else Found()


def is_same(comment: Comment, markdown: str) -> bool:
    """Tell whether a comment says this already; GitHub may give line ends and the end of the text in another form."""
    return _normal(comment.body) == _normal(markdown)


def shortened(markdown: str, most: int, *, in_bytes: bool = False) -> str:
    """Return a text that fits, cut at the end of a line, with what is open closed and a last line that says so."""

    def size(text: str) -> int:
        return len(text.encode()) if in_bytes else len(text)

    if size(markdown) <= most:
        return markdown
    kept: list[str] = []
    used = size(_CUT) + _SPARE
    for line in markdown.splitlines():
        used += size(line) + 1
        if used > most:
            break
        kept.append(line)
    return "\n".join([*kept, *_closing(kept), _CUT])


_CUT = "\n_This text was too long and is cut off here. `crgov comment` on your own machine shows all of it._\n"
_SPARE = 500
"""Room for what closes a code block and a few folded parts."""
_MOST_CLOSED = 30


def _closing(lines: list[str]) -> list[str]:
    fence = ""
    folded = 0
    for line in lines:
        found = re.match(r"\s*(`{3,}|~{3,})", line)
        if found and not fence:
            fence = found[1]
        elif found and found[1].startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""
        elif not fence:
            folded += line.count("<details") - line.count("</details>")
    return [*([fence] if fence else []), *["</details>"] * max(0, min(folded, _MOST_CLOSED))]


def _first_line(text: str) -> str:
    return text.replace("\r\n", "\n").partition("\n")[0].strip()


def _normal(text: str) -> str:
    return text.replace("\r\n", "\n").rstrip()
