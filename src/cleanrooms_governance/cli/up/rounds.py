"""How often is the engine run, and what is said in the end?"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cleanrooms_governance.change_requests.next_move import Outcome
from cleanrooms_governance.cli.exit_codes import Exit, worst
from cleanrooms_governance.cli.output import Line, Report, Tone
from cleanrooms_governance.cli.up.engine import Engine
from cleanrooms_governance.cli.up.events import Round, Standing
from cleanrooms_governance.text import labels

MOST_ROUNDS = 5

_TONES = {Exit.DONE: Tone.ADDED, Exit.WAITING: Tone.CHANGED, Exit.REFUSED: Tone.TAKEN, Exit.ERROR: Tone.TAKEN}


@dataclass(frozen=True, slots=True)
class Rounds:
    """All runs of the engine; the last one tells how everything stands."""

    runs: tuple[Round, ...]
    interrupted: bool

    @property
    def end(self) -> Exit:
        """Return how the command ends."""
        return Exit.ERROR if self.interrupted else worst(self.runs[-1].ends)

    @property
    def unfinished(self) -> bool:
        """Tell whether the rounds were used up while another one could have done more."""
        return not self.interrupted and len(self.runs) == MOST_ROUNDS and self.runs[-1].can_go_on


def run_rounds(engine: Engine, announce: Callable[[int], None]) -> Rounds:
    """Run the engine until another run could do nothing more.

    Parameters: ``announce`` is told the number of each round that begins.
    """
    runs: list[Round] = []
    while len(runs) < MOST_ROUNDS:
        announce(len(runs) + 1)
        runs.append(engine.up())
        stuck = len(runs) > 1 and runs[-1].stands_as(runs[-2])
        if engine.interrupted or stuck or not runs[-1].can_go_on:
            break
    return Rounds(tuple(runs), engine.interrupted)


def rounds_report(rounds: Rounds) -> Report:
    """Return how everything stands, one line a resource, and what is left to say."""
    last = rounds.runs[-1]
    standings = sorted(last.standings.values(), key=lambda each: (each.kind, each.key))
    count = len(rounds.runs)
    lines = [Line(), Line(f"after {count} round{'s' * (count != 1)} of pulumi up:", Tone.TITLE)]
    width = max((len(_title(each)) for each in standings), default=0)
    lines += [Line(f"{_title(each):<{width}}  {_said(each)}", _TONES[each.end], 2) for each in standings]
    if not standings:
        lines.append(Line("nothing is known of any resource: see above what pulumi says", Tone.TAKEN, 2))
    lines += [Line(text) for text in _remarks(rounds)]
    document = {
        "rounds": count,
        "interrupted": rounds.interrupted,
        "resources": [_document(each) for each in standings],
    }
    return Report(document, lines, rounds.end)


def _remarks(rounds: Rounds) -> list[str]:
    if rounds.interrupted:
        return ["interrupted: what was done is recorded. Run again to go on"]
    if rounds.unfinished:
        return [f"something still moves after {MOST_ROUNDS} rounds: run again"]
    ends = list(rounds.runs[-1].ends)
    if Exit.ERROR in ends or Exit.REFUSED in ends:
        return ["what is refused, denied or failed says why in the lines of pulumi above"]
    if Exit.WAITING in ends:
        return ["only others are awaited (`crgov ask <account>` writes what to send them): run again when they have acted"]
    return []


_TITLES = {"PrivacyBudgetTemplate": "budget"}
"""What people call a kind, where that is not its name; as in the summary of a run."""


def _title(standing: Standing) -> str:
    return f"{_TITLES.get(standing.kind, standing.kind.lower())} {standing.key}"


def _said(standing: Standing) -> str:
    waits = standing.outcome == Outcome.WAITING and standing.awaited
    said = f"waiting for {labels(standing.awaited, standing.names)}" if waits else standing.outcome
    return "; ".join([said, *(f"skipped: {absent}" for absent in standing.absent)])


def _document(standing: Standing) -> dict[str, Any]:
    return {
        "kind": standing.kind,
        "key": standing.key,
        "outcome": standing.outcome,
        "collaboration": standing.collaboration or None,
        "awaited": list(standing.awaited),
        "skippedVotes": list(standing.absent),
    }
