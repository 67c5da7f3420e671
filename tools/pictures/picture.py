"""A comment as the forge shows it: its Markdown as HTML, and a picture of that by a browser without a window."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tools.forge.page import STYLE, article

_WIDTH = 800
_LEAST = 240
"""A window that is lower is not drawn whole."""
_MEASURE = "document.title = Math.ceil(document.querySelector('article').getBoundingClientRect().bottom) + 16"


def page(markdown: str) -> str:
    """Return a comment as a page that tells its height by its title."""
    return f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style>{article("crgov", markdown)}<script>{_MEASURE}</script>'


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
