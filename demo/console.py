"""What the demonstration shows; the only place that writes to the terminal."""

import difflib
import sys
from collections.abc import Sequence

from tools.playground import Run


def heading(text: str) -> None:
    """Show what happens next."""
    _show(f"\n━━ {text}\n")


def note(text: str) -> None:
    """Show a line of explanation."""
    _show(f"   {text}\n")


def command(run: Run) -> None:
    """Show a command, what it printed, and its exit status if that is not 0."""
    _show(f"\n$ {run.command}\n{run.output.rstrip()}\n")
    if run.code:
        _show(f"[exit status {run.code}]\n")


def job(steps: Sequence[str], said: str, *, failed: bool) -> None:
    """Show which steps a job of a workflow took, what one of them said, and whether the job failed."""
    _show("".join(f"   ▸ {step}\n" for step in steps))
    if said:
        _show(f"\n{said.rstrip()}\n")
    _show("[the job failed]\n" if failed else "[the job ended well]\n")


def document(markdown: str) -> None:
    """Show Markdown as it was written."""
    _show("\n" + "".join(f"  │ {line}\n" for line in markdown.rstrip().splitlines()))


def edit(before: str, after: str, name: str) -> None:
    """Show the edit of a file as a diff of its changed lines."""
    changed = list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0))[2:]
    _show(f"\n$EDITOR {name}\n" + "\n".join(line for line in changed if not line.startswith("@@")) + "\n")


def problem(text: str) -> None:
    """Show why the demonstration could not go on."""
    sys.stderr.write(f"\nThe demonstration stopped: {text}\n")


def _show(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
