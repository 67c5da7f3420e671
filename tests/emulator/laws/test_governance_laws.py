"""The laws of governance: whatever accounts do, under any reading."""

from hypothesis import HealthCheck, settings

from tests.emulator.laws.governance_machine import Governance

TestGovernance = Governance.TestCase
TestGovernance.settings = settings(
    max_examples=35,
    stateful_step_count=25,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
