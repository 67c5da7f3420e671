"""The file that remembers which cases of a campaign have been played, and what came of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from soak.campaign import Campaign


@dataclass(frozen=True, slots=True)
class Outcome:
    """One played case: how long it took, why it failed in one line, if it did, and what it has counted."""

    case: int
    seconds: float
    failure: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)


class Progress:
    """The outcomes of one campaign, a line of JSON each, which are on disk before the next case begins.

    `code` identifies the code under test: outcomes of other code, or of a campaign with another number of cases, say
    nothing about this one and are `dropped`, which counts them. A line that was being written when the run was killed is
    dropped, too.
    """

    def __init__(self, directory: Path, campaign: Campaign, code: str) -> None:
        self._path = directory / f"{campaign.name}.jsonl"
        self._finished = directory / f"{campaign.name}.finished.jsonl"
        self._header = json.dumps({"campaign": campaign.name, "cases": campaign.cases, "code": code})
        self.dropped = 0
        self.outcomes: list[Outcome] = list(self._read())

    def _read(self) -> Iterator[Outcome]:
        lines = self._path.read_text(encoding="utf-8").splitlines() if self._path.exists() else []
        if not lines or lines[0] != self._header:
            self.dropped = len(lines[1:])
            return
        for line in lines[1:]:
            try:
                yield Outcome(**json.loads(line))
            except (ValueError, TypeError):
                return

    @contextmanager
    def recording(self) -> Iterator[Callable[[Outcome], None]]:
        """Gives what adds an outcome, while the block runs."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        rewritten = self._path.with_suffix(".new")
        rewritten.write_text("".join(f"{line}\n" for line in [self._header, *map(_line, self.outcomes)]), encoding="utf-8")
        rewritten.replace(self._path)
        with self._path.open("a", encoding="utf-8") as file:

            def add(outcome: Outcome) -> None:
                self.outcomes.append(outcome)
                file.write(f"{_line(outcome)}\n")
                file.flush()

            yield add

    def close(self) -> None:
        """The run is over: the next one begins with the first case. The outcomes stay readable in another file."""
        if self._path.exists():
            self._path.replace(self._finished)


def _line(outcome: Outcome) -> str:
    return json.dumps(asdict(outcome))
