"""The laws of budgets: whatever is queried, and whenever, under any reading."""

from hypothesis import HealthCheck, settings

from tests.emulator.laws.budget_machine import Budgets

TestBudgets = Budgets.TestCase
TestBudgets.settings = settings(
    max_examples=20,
    stateful_step_count=25,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
