"""The wire of the service, tried more often than the tests do: bad requests, and round trips of random values."""

from __future__ import annotations

from functools import cache

from soak.campaign import Campaign
from tests.emulator.echo import OPERATIONS, Echo
from tests.emulator.fuzz.service_under_fuzz import ServiceUnderFuzz
from tests.emulator.payloads import Payloads


def play_bad_request(number: int) -> None:
    """Raises AssertionError, with what was sent, when the service does not take it as it must or is not well afterwards."""
    _service().play(number)


def play_round_trip(number: int) -> None:
    """Raises AssertionError when a value of boto3 does not arrive as it was sent, or does not come back as it was given."""
    _echo().round_trip(*OPERATIONS[number % len(OPERATIONS)], Payloads(f"soak {number}"))


@cache
def _service() -> ServiceUnderFuzz:
    return ServiceUnderFuzz().__enter__()


@cache
def _echo() -> Echo:
    return Echo()


CAMPAIGNS = [
    Campaign(name="fuzz", cases=20_000, run=play_bad_request),
    Campaign(name="round-trips", cases=5_000, run=play_round_trip),
]
