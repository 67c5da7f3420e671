"""What came of the campaigns, as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from soak.progress import Progress

SEEDS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Figures:
    """One campaign: how many of its cases have been played, which of them failed, the time they took, and what they counted."""

    name: str
    cases: int
    failed: tuple[int, ...]
    seconds: float
    counts: Mapping[str, int]


def figures_of(name: str, progress: Progress) -> Figures:
    """The figures of what has been played, in this run and before it was interrupted."""
    outcomes = progress.outcomes
    failed = tuple(outcome.case for outcome in outcomes if outcome.failure is not None)
    counts: Counter[str] = Counter()
    for outcome in outcomes:
        counts.update(outcome.counts)
    return Figures(name, len(outcomes), failed, sum(outcome.seconds for outcome in outcomes), counts)


def table(all_figures: Iterable[Figures]) -> list[str]:
    """Lines of text: a heading, and for each campaign one line, with a second one below it when its cases count something."""
    lines = [f"{'campaign':<16}{'cases':>8}{'failures':>10}{'seconds':>10}  seeds of failures"]
    for each in all_figures:
        line = f"{each.name:<16}{each.cases:>8}{len(each.failed):>10}{each.seconds:>10.1f}  {_seeds(each.failed)}"
        lines.append(line.rstrip())
        if each.counts:
            lines.append("  " + ", ".join(f"{name} {number}" for name, number in each.counts.items()))
    return lines


def _seeds(failed: tuple[int, ...]) -> str:
    shown = ", ".join(map(str, failed[:SEEDS_SHOWN]))
    more = len(failed) - SEEDS_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
