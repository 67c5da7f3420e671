"""A pull request as a page: comments rendered from their Markdown as GitHub shows them, as far as ours use it."""

from __future__ import annotations

import re
from html import escape

from markdown_it import MarkdownIt

from tools.forge.state import PullRequest

_SHOWN = re.compile(r"</?(details( open)?|summary|br|sub|sup|kbd|b|i|code|table|thead|tbody|tr|th|td)\s*/?>", re.IGNORECASE)
"""The tags that are let through. On GitHub there are more; a comment with others is to be seen as what it is."""
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)

_STYLE = """
body { font: 14px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; color: #1f2328; }
article { border: 1px solid #d0d7de; border-radius: 6px; margin: 1rem 0; }
header { background: #f6f8fa; border-bottom: 1px solid #d0d7de; padding: .5rem 1rem; }
article > div { padding: 0 1rem 1rem; overflow-x: auto; }
table { border-collapse: collapse; } th, td { border: 1px solid #d0d7de; padding: .3rem .8rem; }
code, pre { background: #f6f8fa; border-radius: 6px; padding: .1rem .3rem; } pre { padding: 1rem; overflow-x: auto; }
.label { border: 1px solid #d0d7de; border-radius: 1rem; padding: .1rem .6rem; margin-right: .4rem; }
blockquote { border-left: .25rem solid #d0d7de; color: #59636e; margin: 0; padding: 0 1rem; }
"""


def page(repository: str, pull_request: PullRequest) -> str:
    """Return a pull request as an HTML page."""
    labels = "".join(f'<span class="label">{escape(name)}</span>' for name in pull_request.labels)
    comments = "".join(
        f"<article><header><b>{escape(each.author.login)}</b>{' edited' if each.edits else ''}</header>"
        f"<div>{rendered(each.body)}</div></article>"
        for each in pull_request.comments
    )
    title = f"{escape(repository)} #{pull_request.number}"
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
        f"<h1>{title}</h1><p>{labels}</p>{comments}</html>"
    )


def rendered(markdown: str) -> str:
    """Return Markdown as HTML in which no tag stands but those that are let through, without attributes."""
    html: str = _markdown().render(_harmless(markdown))
    return html


def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough")


def _harmless(markdown: str) -> str:
    """Return Markdown whose other tags are shown as text; in code they are shown anyway."""
    parts: list[str] = []
    fenced = ""
    for line in _COMMENT.sub("", markdown).splitlines():
        fence = re.match(r"\s*(`{3,}|~{3,})", line)
        if fence:
            fenced = "" if fenced and fence[1].startswith(fenced) else fenced or fence[1]
        parts.append(line if fenced or fence else _without_tags(line))
    return "\n".join(parts)


def _without_tags(line: str) -> str:
    pieces: list[str] = []
    for index, piece in enumerate(re.split(r"(`+[^`]*`+)", line)):
        if index % 2:
            pieces.append(piece)
            continue
        at = 0
        for found in re.finditer(r"<", piece):
            if _SHOWN.match(piece, found.start()) or re.match(r"https?://[^\s<>]+>", piece[found.start() + 1 :]):
                continue
            pieces += [piece[at : found.start()], "&lt;"]
            at = found.start() + 1
        pieces.append(piece[at:])
    return "".join(pieces)
