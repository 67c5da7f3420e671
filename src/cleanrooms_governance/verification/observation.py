"""What does somebody who looks whether all is in force have to know?"""

from dataclasses import dataclass
from enum import StrEnum


class Weight(StrEnum):
    """What an observation means: something is not as declared, something could not be seen, or only worth a word."""

    FINDING = "finding"
    UNREAD = "unread"
    NOTE = "note"


@dataclass(frozen=True, slots=True, order=True)
class Observation:
    """One line: where in the stack file, by which check, and what."""

    path: str
    check: str
    message: str
    weight: Weight = Weight.FINDING

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


def placed(path: str, message: str) -> tuple[str, str]:
    """Return where in the stack file something is, and what: a message may begin with a path below ``path`` itself."""
    inner, colon, rest = message.partition(": ")
    return (inner, rest) if colon and inner.startswith(path) else (path, message)
