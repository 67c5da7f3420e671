"""What a measurement says, and how it is shown; the only place here that writes to the terminal."""

import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure beside its goal. ``measured`` and ``goal`` are in ``unit``; lower is better."""

    name: str
    measured: float
    unit: str
    goal: float | None = None
    detail: str = ""

    @property
    def met(self) -> bool:
        """Whether the goal is met, if there is one."""
        return self.goal is None or self.measured <= self.goal


def median(values: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def progress(text: str) -> None:
    """Say what is being measured."""
    sys.stderr.write(f"… {text}\n")
    sys.stderr.flush()


def show(figures: Sequence[Figure]) -> None:
    """Print all figures as a table."""
    width = max(len(figure.name) for figure in figures)
    for figure in figures:
        goal = "" if figure.goal is None else f"  goal ≤ {figure.goal:g} {'met' if figure.met else 'MISSED'}"
        detail = f"  ({figure.detail})" if figure.detail else ""
        sys.stdout.write(f"{figure.name:<{width}}  {figure.measured:8.2f} {figure.unit}{goal}{detail}\n")
