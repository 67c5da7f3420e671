"""A pull request as a page: comments rendered from their Markdown as GitHub shows them, as far as ours use it."""

from __future__ import annotations

import re
from html import escape

from markdown_it import MarkdownIt

from tools.forge.state import PullRequest

_SHOWN = re.compile(r"</?(details( open)?|summary|br|sub|sup|kbd|b|i|code|table|thead|tbody|tr|th|td)\s*/?>", re.IGNORECASE)
"""The tags that are let through. On GitHub there are more; a comment with others is to be seen as what it is."""
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)

_ALERT = re.compile(r"<blockquote>\s*<p>\[!(CAUTION|WARNING)\]\s*")
_ICONS = {"CAUTION": "⛔ Caution", "WARNING": "⚠ Warning"}

STYLE = """
body { font: 13px/1.45 "Liberation Sans", "DejaVu Sans", sans-serif; color: #1f2328; background: #fff; margin: 16px; }
article { border: 1px solid #d1d9e0; border-radius: 6px; max-width: 768px; margin: 0 0 16px; }
header { background: #f6f8fa; border-bottom: 1px solid #d1d9e0; padding: 8px 16px; color: #59636e; }
.body { padding: 16px; overflow-x: auto; overflow-wrap: break-word; }
.body > *:first-child { margin-top: 0; }
h1 { font-size: 1.5em; } h3 { font-size: 1.25em; margin: 24px 0 16px; } h4 { font-size: 1em; margin: 24px 0 12px; }
p, ul, details, pre, blockquote { margin: 0 0 14px; } ul { padding-left: 2em; } li { margin: 4px 0; }
code { background: #eff1f3; padding: .2em .4em; border-radius: 6px; font: 85% "DejaVu Sans Mono", monospace; }
pre { background: #f6f8fa; padding: 12px; border-radius: 6px; overflow-x: auto; } pre code { background: none; padding: 0; }
table { border-collapse: collapse; } th, td { border: 1px solid #d1d9e0; padding: 4px 12px; }
blockquote { border-left: .25em solid #d1d9e0; padding: 4px 1em; color: #59636e; }
blockquote.caution { border-color: #cf222e; color: #1f2328; } blockquote.caution b:first-child { color: #cf222e; }
blockquote.warning { border-color: #9a6700; color: #1f2328; } blockquote.warning b:first-child { color: #9a6700; }
.label { border: 1px solid #d1d9e0; border-radius: 1rem; padding: .1rem .6rem; margin-right: .4rem; }
"""


def page(repository: str, pull_request: PullRequest) -> str:
    """Return a pull request as an HTML page."""
    labels = "".join(f'<span class="label">{escape(name)}</span>' for name in pull_request.labels)
    comments = "".join(article(each.author.login, each.body, edited=bool(each.edits)) for each in pull_request.comments)
    title = f"{escape(repository)} #{pull_request.number}"
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{STYLE}</style><h1>{title}</h1><p>{labels}</p>{comments}</html>"
    )


def article(author: str, markdown: str, *, edited: bool = False) -> str:
    """Return one comment as a part of a page with this style."""
    head = f"<b>{escape(author)}</b> commented{' · edited' if edited else ''}"
    return f'<article><header>{head}</header><div class="body">{rendered(markdown)}</div></article>'


def rendered(markdown: str) -> str:
    """Return Markdown as HTML in which no tag stands but those that are let through, without attributes."""
    html: str = _markdown().render(_harmless(markdown))
    return _ALERT.sub(lambda found: f'<blockquote class="{found[1].lower()}"><p><b>{_ICONS[found[1]]}</b><br>', html)


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
