"""The laws of the service, tried for longer than the tests do: accounts that do what they like, under any reading."""

from __future__ import annotations

from functools import partial

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from soak.campaign import Campaign
from tests.emulator.laws.budget_machine import Budgets
from tests.emulator.laws.governance_machine import Governance

_SETTINGS = settings(
    max_examples=5,
    stateful_step_count=60,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    report_multiple_bugs=False,
    verbosity=Verbosity.normal,
    suppress_health_check=list(HealthCheck),
)


def play(machine: type[RuleBasedStateMachine], number: int) -> None:
    """A few stories of a machine. Raises what it asserts, with the shortest story that shows it."""
    case = seed(number)(type(machine.__name__, (machine,), {}))
    run_state_machine_as_test(case, settings=_SETTINGS)


CAMPAIGNS = [
    Campaign(name="laws", cases=200, run=partial(play, Governance)),
    Campaign(name="budget-laws", cases=200, run=partial(play, Budgets)),
]
