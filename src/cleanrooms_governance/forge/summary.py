"""The summary of a job: a file of Markdown that GitHub shows with the run."""

from pathlib import Path

from cleanrooms_governance.forge.comments import shortened

MOST_BYTES = 1 << 20
"""Of one step; what is longer is not shown at all (GitHub's documentation of workflow commands: 1 MiB)."""


def write_summary(file: Path, markdown: str) -> str:
    """Add Markdown to the summary, cut to the room that is left; return why that could not be done, or nothing."""
    try:
        there = file.stat().st_size if file.exists() else 0
        text = shortened(f"{markdown.rstrip()}\n\n", MOST_BYTES - there, in_bytes=True)
        if there + len(text.encode()) > MOST_BYTES:
            return f"the summary {file} is full: GitHub takes 1 MiB"
        with file.open("a", encoding="utf-8") as summary:
            summary.write(text)
    except OSError as error:
        return f"the summary {file} cannot be written: {error.strerror or type(error).__name__}"
    return ""
