"""How does a command speak to a terminal, to a file, or to a program?

Texts of other accounts pass through here whatever way they came, so this is where control characters go. The only module that
prints.
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TextIO

from cleanrooms_governance.cli.exit_codes import Exit
from cleanrooms_governance.text import plain

_LONGEST_LINE = 4000
_RESET = "\x1b[0m"


class Tone(Enum):
    """How a line is meant; the values are terminal colours, given only to terminals."""

    PLAIN = ""
    TITLE = "\x1b[1m"
    ADDED = "\x1b[32m"
    TAKEN = "\x1b[31m"
    CHANGED = "\x1b[33m"
    FAINT = "\x1b[2m"


@dataclass(frozen=True, slots=True)
class Line:
    """One line for people. Its text may hold what others wrote: it is made harmless when it is printed."""

    text: str = ""
    tone: Tone = Tone.PLAIN
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """What a command has to say: ``document`` for programs, ``lines`` for people, and how it ends."""

    document: Mapping[str, Any]
    lines: Sequence[Line] = field(default=())
    exit: Exit = Exit.DONE


def show(report: Report, *, as_json: bool) -> None:
    """Print a report."""
    if as_json:
        write_json({**report.document, "exit": int(report.exit)})
        return
    coloured = _takes_colours(sys.stdout)
    for line in report.lines:
        print(_line(line, coloured=coloured))
    sys.stdout.flush()


def text(document: str) -> None:
    """Print a document as it is but for what steers a terminal: it is made by us, to be kept in a file."""
    print("\n".join(_indented(line) for line in document.split("\n")), end="")
    sys.stdout.flush()


def hand_over(text: str) -> None:
    """Print a text that is made for another program and harmless already, as it is."""
    sys.stdout.write(text)
    sys.stdout.flush()


def complain(message: str, end: Exit, *, as_json: bool) -> None:
    """Say on the error stream what went wrong; for programs also as a document where the report would be."""
    for index, text in enumerate(message.splitlines() or [""]):
        print(("crgov: " if index == 0 else "  ") + plain(text, _LONGEST_LINE), file=sys.stderr)
    if as_json:
        write_json({"error": _harmless(message), "exit": int(end)})


def explain(text: str) -> None:
    """Show a help text to somebody who gave no command."""
    print(text, file=sys.stderr)


def progress(text: str) -> None:
    """Say on the error stream what goes on, for somebody who waits there."""
    print(plain(text, _LONGEST_LINE) + " …", file=sys.stderr, flush=True)


def relay(line: Line, *, aside: bool) -> None:
    """Pass on what another program says while it runs, its indentation kept; ``aside`` on the error stream."""
    stream = sys.stderr if aside else sys.stdout
    print(_toned(_indented(line.text), line.tone, coloured=_takes_colours(stream)), file=stream, flush=True)


def warn(text: str) -> None:
    """Say something on the error stream to somebody at the terminal, in the middle of what goes on."""
    print(f"crgov: {plain(text, _LONGEST_LINE)}", file=sys.stderr, flush=True)


def no_progress(text: str) -> None:
    """Say nothing about what goes on: nobody waits."""


def never_fail_on_characters() -> None:
    """Have a terminal that cannot show a character show its code instead."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def write_json(document: Mapping[str, Any]) -> None:
    """Print one JSON document."""
    print(json.dumps(_harmless(document), indent=2, ensure_ascii=False))
    sys.stdout.flush()


def _harmless(value: Any) -> Any:
    """Return a document without what steers a terminal: JSON is looked at in terminals, too."""
    if isinstance(value, str):
        return "\n".join(_indented(line) for line in value.split("\n"))
    if isinstance(value, Mapping):
        return {str(key): _harmless(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_harmless(each) for each in value]
    return value


def _line(line: Line, *, coloured: bool) -> str:
    return _toned(" " * line.indent + plain(line.text, _LONGEST_LINE), line.tone, coloured=coloured)


def _indented(text: str) -> str:
    """Return a line without what steers a terminal, its indentation kept."""
    return " " * (len(text) - len(text.lstrip(" "))) + plain(text, _LONGEST_LINE)


def _toned(text: str, tone: Tone, *, coloured: bool) -> str:
    return f"{tone.value}{text}{_RESET}" if coloured and tone.value else text


def _takes_colours(stream: TextIO) -> bool:
    """Whether colours are wanted: on a terminal that has them, unless NO_COLOR is set (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
