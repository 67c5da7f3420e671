"""Playing what is left of a campaign."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from soak.campaign import Campaign, CaseFailed
from soak.progress import Outcome, Progress

Say = Callable[[str], None]


def play(campaign: Campaign, progress: Progress, say: Say) -> None:
    """Play the cases that have no outcome yet, in order. A failing case is noted and the next one played."""
    played = {outcome.case for outcome in progress.outcomes}
    left = [case for case in range(campaign.cases) if case not in played]
    if not left:
        return
    if progress.dropped:
        say(f"{campaign.name}: begins anew; what is known of {_counted(progress.dropped)} is about other code")
    say(f"{campaign.name}: {_counted(len(left))} of {campaign.cases} to play")
    with progress.recording() as record:
        for number, case in enumerate(left, 1):
            outcome = _outcome(campaign, case)
            record(outcome)
            if outcome.failure is not None:
                say(f"{campaign.name}: case {case} failed: {outcome.failure}")
            if number == 1 or number * 10 // len(left) > (number - 1) * 10 // len(left):
                to_go = time_to_go(progress.outcomes, len(left) - number)
                say(f"{campaign.name}: {campaign.cases - len(left) + number} of {campaign.cases}{to_go}")


def time_to_go(outcomes: Sequence[Outcome], left: int) -> str:
    """How long the cases that are left will take if they are like those that were played; nothing if none is left."""
    seconds = left * sum(outcome.seconds for outcome in outcomes) / max(len(outcomes), 1)
    if not left:
        return ""
    return f", about {seconds / 60:.0f} min to go" if seconds >= 60 else f", about {seconds:.0f} s to go"


def _outcome(campaign: Campaign, case: int) -> Outcome:
    started = time.monotonic()
    try:
        counts = campaign.run(case)
    except Exception as error:
        counts = error.counts if isinstance(error, CaseFailed) else None
        return Outcome(case, _since(started), _in_one_line(f"{type(error).__name__}: {error}"), dict(counts or {}))
    return Outcome(case, _since(started), counts=dict(counts or {}))


def _in_one_line(text: str) -> str:
    """The first line, and of several also the last one, which is where a traceback says what it is about."""
    lines = text.strip().splitlines()
    return lines[0] if len(lines) == 1 else f"{lines[0]} … {lines[-1]}"


def _since(started: float) -> float:
    return round(time.monotonic() - started, 3)


def _counted(number: int) -> str:
    return "1 case" if number == 1 else f"{number} cases"
