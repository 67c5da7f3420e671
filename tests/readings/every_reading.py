"""Plays one scenario folder under every reading of the service that its story asks for, and says what reads differently.

A reading is one switch of the service at another value than its default. A story is played under the defaults first, and again
under each other value of the switches that it asked on the way: a switch that was never asked cannot have answered differently.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from cleanrooms_emulator.switches import describe
from tests.scenarios.play import STEP, Scenario
from tests.scenarios.tracing import traced

SHOWN_PAYMENTS = {"shownPayments": "everything"}
"""Under this reading nobody could join by these stories' files: joining is refused where duties go beyond what is accepted."""

_MARKS = re.compile(r"(fp)-[0-9a-f]{16}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Played:
    """What came of one folder.

    ``consulted`` are the switches that its story asked under the defaults, ``breaches`` is what went against the rules of
    ``tests.scenarios.invariants``, ``differences`` is what reads differently where, as text.
    """

    consulted: frozenset[str]
    breaches: tuple[str, ...]
    differences: str


def play_under_every_reading(folder: Path) -> Played:
    """Play a folder under the defaults and every other value of each switch that it asked, coming to rest each time."""
    consulted: set[str] = set()
    usual, breaches = _play(folder, {}, consulted)
    asked = frozenset(consulted)
    readings: dict[str, list[str]] = {}
    for switch in describe():
        for value in switch.values if switch.name in asked else ():
            if value != switch.default:
                name = f"{switch.name}={value}"
                other, breaches_then = _play(folder, {switch.name: value}, set())
                breaches += [f"{name}: {each}" for each in breaches_then]
                if difference := "\n".join(_difference(usual, other)):
                    readings.setdefault(difference, []).append(name)
    return Played(
        consulted=asked,
        breaches=tuple(breaches),
        differences="\n".join(f"══ {', '.join(names)}\n{difference}\n" for difference, names in readings.items()),
    )


def _play(folder: Path, reading: dict[str, str], consulted: set[str]) -> tuple[list[list[str]], list[str]]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_SECRET_ACCESS_KEY", "not-checked")
        scenario = Scenario(folder, environment, traced(reading, consulted))
        if reading == SHOWN_PAYMENTS:
            scenario.accept_every_payment()
        try:
            told = scenario.play()
        except Exception as error:
            # A breach like any other, so that the other readings are still played.
            return [], [f"{type(error).__name__}: {error}"]
        asked = {*consulted}
        scenario.settle()
    consulted &= asked
    return _steps(_numbered(told)), scenario.breaches


def _numbered(told: str) -> str:
    """The text with ids and fingerprints numbered as they come: what they are depends on how many were drawn before."""
    found: dict[str, str] = {}
    return _MARKS.sub(lambda mark: found.setdefault(mark[0], f"<{mark[1] or 'id'} {len(found) + 1}>"), told)


def _steps(told: str) -> list[list[str]]:
    """The lines of each step; the first one is its heading."""
    return [f"{STEP}{step}".strip().splitlines() for step in f"\n{told}".split(f"\n{STEP}")[1:]]


def _difference(usual: Sequence[list[str]], other: Sequence[list[str]]) -> Iterator[str]:
    """The lines that went and came, under the heading of each step that has some."""
    for number, (before, after) in enumerate(zip(usual, other, strict=False), 1):
        if before != after:
            yield f"  step {number}: {before[0].removeprefix(STEP)}"
        for tag, start, end, other_start, other_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
            if tag != "equal":
                yield from (f"- {line.strip()}" for line in before[start:end])
                yield from (f"+ {line.strip()}" for line in after[other_start:other_end])
