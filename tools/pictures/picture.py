"""A comment as the forge shows it: its Markdown as HTML, and a picture of that by a browser without a window."""

import html
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from markdown_it import MarkdownIt

_WIDTH = 800
_LEAST = 240
"""A window that is lower is not drawn whole."""
_ALERT = re.compile(r"<blockquote>\s*<p>\[!(CAUTION|WARNING)\]\s*", re.IGNORECASE)
_ICONS = {"CAUTION": "⛔ Caution", "WARNING": "⚠ Warning"}

_MEASURE = "document.title = Math.ceil(document.querySelector('.comment').getBoundingClientRect().bottom) + 16"
_STYLE = """
body { font: 13px/1.45 "Liberation Sans", "DejaVu Sans", sans-serif; color: #1f2328; background: #fff; margin: 16px; }
.comment { border: 1px solid #d1d9e0; border-radius: 6px; max-width: 768px; }
.head { background: #f6f8fa; border-bottom: 1px solid #d1d9e0; padding: 8px 16px; color: #59636e; }
.body { padding: 16px; }
.body > *:first-child { margin-top: 0; }
h3 { font-size: 1.25em; margin: 24px 0 16px; } h4 { font-size: 1em; margin: 24px 0 12px; }
p, ul, details, pre, blockquote { margin: 0 0 14px; } ul { padding-left: 2em; } li { margin: 4px 0; }
code { background: #eff1f3; padding: .2em .4em; border-radius: 6px; font: 85% "DejaVu Sans Mono", monospace; }
pre { background: #f6f8fa; padding: 12px; border-radius: 6px; overflow: hidden; } pre code { background: none; padding: 0; }
blockquote { border-left: .25em solid #d1d9e0; padding: 4px 1em; color: #59636e; }
blockquote.caution { border-color: #cf222e; color: #1f2328; } blockquote.caution b:first-child { color: #cf222e; }
blockquote.warning { border-color: #9a6700; color: #1f2328; } blockquote.warning b:first-child { color: #9a6700; }
"""


def page(markdown: str) -> str:
    """Return a comment as a page: rendered as GitHub does it, boxes for alerts included."""
    body = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(markdown)
    body = _ALERT.sub(lambda found: f'<blockquote class="{found[1].lower()}"><p><b>{_ICONS[found[1]]}</b><br>', body)
    head = html.escape("crgov commented")
    return (
        f'<!doctype html><meta charset="utf-8"><style>{_STYLE}</style>'
        f'<div class="comment"><div class="head">{head}</div><div class="body">{body}</div></div>'
        f"<script>{_MEASURE}</script>"
    )


def draw(markdown: str, file: Path, scratch: Path) -> None:
    """Write a picture of a comment, as high as the comment is.

    Raises: ``SystemExit`` with what to do where there is no browser.
    """
    browser = os.environ.get("BROWSER_FOR_PICTURES") or shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("there is no chromium on the PATH: install it, or name one by BROWSER_FOR_PICTURES")
    source = scratch / "comment.html"
    source.write_text(page(markdown), encoding="utf-8")
    file.parent.mkdir(parents=True, exist_ok=True)
    measured = re.search("<title>([0-9]+)</title>", _browse(browser, source, scratch, 1000, "--dump-dom"))
    _browse(browser, source, scratch, max(_LEAST, int(measured[1])) if measured else 1000, f"--screenshot={file}")


def _browse(browser: str, source: Path, scratch: Path, height: int, wish: str) -> str:
    quiet = (
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--hide-scrollbars",
        "--disable-lcd-text",
    )
    offline = ("--disable-lcd-text", "--disable-background-networking", "--disable-component-update", "--disable-sync")
    where = (f"--user-data-dir={scratch / 'browser'}", f"--window-size={_WIDTH},{height}", wish)
    ended = subprocess.run(
        [browser, *quiet, *offline, *where, source.as_uri()], check=True, capture_output=True, timeout=120, text=True
    )
    return ended.stdout
