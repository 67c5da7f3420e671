"""What an experiment found, and what two accounts cannot find out."""

from collections.abc import Mapping
from dataclasses import dataclass

from cleanrooms_governance.cli.probe.stage import Document, No


@dataclass(frozen=True, slots=True)
class Found:
    """The value of a switch, or ``None`` where none can be told; ``evidence`` says what was seen."""

    switch: str
    value: str | None
    evidence: str


def by_kind(switch: str, answer: Document | No, values: Mapping[str, str]) -> Found:
    """Return the value that the kind of an answer stands for: the status of a refusal, or ``"done"``."""
    kind = answer.kind if isinstance(answer, No) else "done"
    said = str(answer) if isinstance(answer, No) else "it was accepted"
    value = values.get(kind)
    return Found(switch, value, said if value else f"{said}, which is none of the known readings")
