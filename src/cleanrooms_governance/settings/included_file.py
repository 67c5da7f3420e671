"""What an included file says, or why it cannot be read."""

from dataclasses import dataclass

from cleanrooms_governance.errors import Finding
from cleanrooms_governance.settings.places import Mark, Source


@dataclass(frozen=True, slots=True)
class IncludedFile:
    """An included file; ``value`` is ``None`` for an empty one and for one that cannot be read."""

    source: Source
    value: object = None
    findings: tuple[Finding, ...] = ()
    is_readable: bool = True


def unreadable(file: str, message: str, mark: Mark | None = None) -> IncludedFile:
    """Return a file of which nothing can be read, with the reason and the place where it is known."""
    source = Source(file=file, marks={(): mark} if mark else {})
    return IncludedFile(source, None, (source.finding((), message),), is_readable=False)
