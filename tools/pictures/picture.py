"""A comment as the forge shows it, and a command as a terminal does: as HTML, and as a picture by a browser."""

import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

from tools.forge.page import STYLE, article

_COLUMNS = 400
"""Nothing is wrapped before the page does it."""
_LEAST = 240
"""A window that is lower is not drawn whole."""
_MEASURE = "document.title = Math.ceil(document.querySelector('article').getBoundingClientRect().bottom) + 16"


_TERMINAL = """
article { background: #1b1f24; border: none; padding: 14px 18px; max-width: none; }
pre { background: none; color: #d1d7e0; font: 12px/1.5 "DejaVu Sans Mono", monospace; margin: 0; padding: 0; }
pre { white-space: pre-wrap; }
"""


def comment_page(markdown: str) -> str:
    """Return a comment as a page that tells its height by its title."""
    return _page(STYLE, article("crgov", markdown))


def terminal_page(text: str) -> str:
    """Return what a command wrote on a terminal, colours included, as a page that tells its height by its title."""
    console = Console(record=True, file=io.StringIO(), width=_COLUMNS, color_system="truecolor", force_terminal=True)
    console.print(Text.from_ansi(text), soft_wrap=True)
    written = console.export_html(inline_styles=True, code_format="{code}", theme=DIMMED_MONOKAI)
    return _page(STYLE + _TERMINAL, f"<article><pre>{written}</pre></article>")


def _page(style: str, body: str) -> str:
    return f'<!doctype html><meta charset="utf-8"><style>{style}</style>{body}<script>{_MEASURE}</script>'


def draw(page: str, file: Path, scratch: Path, width: int = 800) -> None:
    """Write a picture of a page, as high as what is on it.

    Raises: ``SystemExit`` with what to do where there is no browser.
    """
    browser = os.environ.get("BROWSER_FOR_PICTURES") or shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("there is no chromium on the PATH: install it, or name one by BROWSER_FOR_PICTURES")
    source = scratch / "page.html"
    source.write_text(page, encoding="utf-8")
    file.parent.mkdir(parents=True, exist_ok=True)
    measured = re.search("<title>([0-9]+)</title>", _browse(browser, source, scratch, (width, 1000), "--dump-dom"))
    height = max(_LEAST, int(measured[1])) if measured else 1000
    _browse(browser, source, scratch, (width, height), f"--screenshot={file}")


def _browse(browser: str, source: Path, scratch: Path, size: tuple[int, int], wish: str) -> str:
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
    where = (f"--user-data-dir={scratch / 'browser'}", f"--window-size={size[0]},{size[1]}", wish)
    ended = subprocess.run(
        [browser, *quiet, *offline, *where, source.as_uri()], check=True, capture_output=True, timeout=120, text=True
    )
    return ended.stdout
