"""The reconciler among people, faults and other runs, for a million steps: see ``tests.reliability.governing.machine``."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from soak.campaign import Campaign, CaseFailed, Counts
from tests.reliability.governing.machine import Governing

STORIES, STEPS = 40, 50
"""So many stories one case tells, of at most so many steps each."""

CASES = 400
"""Together a little more than a million steps."""

_SETTINGS = settings(
    max_examples=STORIES,
    stateful_step_count=STEPS,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    report_multiple_bugs=False,
    verbosity=Verbosity.normal,
    suppress_health_check=list(HealthCheck),
)


def play(number: int) -> Counts:
    """Tell the stories of a case. Raises what fails, with the shortest story that shows it."""
    played: Counter[str] = Counter()
    case = seed(number)(type(Governing.__name__, (Governing,), {"played": played}))
    try:
        run_state_machine_as_test(case, settings=_SETTINGS)
    except AssertionError as failure:
        raise CaseFailed(str(failure), played) from failure
    return played


CAMPAIGNS = [Campaign(name="machine", cases=CASES, run=play)]
