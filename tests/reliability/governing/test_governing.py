"""A short run of the machine that ``make soak`` plays for a million steps."""

from hypothesis import HealthCheck, settings

from tests.reliability.governing.machine import Governing

TestGoverning = Governing.TestCase
TestGoverning.settings = settings(
    max_examples=20,
    stateful_step_count=20,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
