"""Texts of others in GitHub-flavoured Markdown: what is shown is the text, and nothing that a forge would make of it.

A forge acts twice upon a comment. It renders the Markdown (CommonMark and GitHub's additions: tables, strikethrough, links);
a backslash stops that. Then it looks through the rendered text for mentions, references to issues and commits, emoji codes and
commands, which no backslash stops. It leaves code alone (GitHub Docs, "Basic writing and formatting syntax" and "Autolinked
references and URLs"; GitLab Docs, "GitLab Flavored Markdown"), so a word that could be any of those is shown as code.
"""

import html
import re
import string
from collections.abc import Callable, Iterable

from cleanrooms_governance.text import plain

LONGEST = 2000
"""Characters of one text; what is longer ends with an ellipsis."""

_OPENING = "(\"'"
_CLOSING = ")\"',.;:!?…"
_PLAIN_INSIDE = frozenset("-'’(),;+=?\"–—…×")
"""Signs within a word that, escaped, mean nothing to any forge."""

_COMMIT = re.compile(r"[0-9a-fA-F]{7,}")
_REFERENCE = re.compile(r"[A-Za-z][A-Za-z0-9]*-[0-9]")
"""``GH-123``, and the references such as ``TICKET-123`` that a repository can have made into links."""

_NUMBER_OF_AN_ITEM = re.compile(r"[0-9]{1,9}[.)]")

_SPECIAL = frozenset(string.punctuation)
_FENCE = re.compile(r"`+")


def inline(text: str, limit: int = LONGEST) -> str:
    """Return a text as Markdown within a line: a paragraph, an item of a list, a heading. White space becomes single blanks.

    Not for cells of tables, whose bars are read before anything else, nor within HTML: see ``within_html``.
    """
    return _words(text, limit, _escaped, code)


def within_html(text: str, limit: int = LONGEST) -> str:
    """Return a text for the inside of an HTML element, such as ``<summary>``, which is not read as Markdown."""
    return _words(text, limit, _as_html, lambda word: f"<code>{_as_html(word)}</code>")


def code(text: str) -> str:
    """Return a text as a code span; an empty one is empty."""
    shown = " ".join(plain(text, LONGEST).split())
    if not shown:
        return ""
    fence = "`" * _beyond(shown, 1)
    padding = " " if shown[0] == "`" or shown[-1] == "`" else ""
    return f"{fence}{padding}{shown}{padding}{fence}"


def block(lines: Iterable[str]) -> list[str]:
    """Return lines as a block of code, to be copied from: nothing in it ends the block early."""
    shown = [" " * (len(line) - len(line.lstrip(" "))) + plain(line, LONGEST) for line in lines]
    fence = "`" * max((_beyond(line, 3) for line in shown), default=3)
    return [f"{fence}text", *shown, fence]


def _beyond(text: str, least: int) -> int:
    """Return a length of fence that no run of backticks in a text has."""
    return max([least - 1, *(len(run) for run in _FENCE.findall(text))]) + 1


def _words(text: str, limit: int, escape: Callable[[str], str], as_code: Callable[[str], str]) -> str:
    return " ".join(_word(word, escape, as_code) for word in plain(text, limit).split())


def _word(word: str, escape: Callable[[str], str], as_code: Callable[[str], str]) -> str:
    start = len(word) - len(word.lstrip(_OPENING))
    end = max(len(word.rstrip(_CLOSING)), start)
    core, closing = word[start:end], word[end:]
    if _is_only_text(core):
        return escape(word)
    # A colon that ends a word may be the second one of an emoji code.
    if ":" in core and ":" in closing:
        return as_code(word)
    return escape(word[:start]) + as_code(core) + escape(closing)


def _is_only_text(core: str) -> bool:
    if _COMMIT.search(core) or _REFERENCE.search(core):
        return False
    return all(sign.isalnum() or sign in _PLAIN_INSIDE or sign not in _SPECIAL for sign in core)


def _escaped(word: str) -> str:
    """Return a word of letters and harmless signs, which could only begin a list or be a line under a title."""
    if word[:1] in ("-", "+", "="):
        return f"\\{word}"
    return f"{word[:-1]}\\{word[-1]}" if _NUMBER_OF_AN_ITEM.fullmatch(word) else word


def _as_html(text: str) -> str:
    return html.escape(text, quote=True)
