"""Bad requests, thousands of them, leave a service as it was. `soak.campaigns.fuzz` goes on where this ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.registry import Handler
from tests.emulator.fuzz.service_under_fuzz import ServiceUnderFuzz
from tests.emulator.fuzz.small_world import populated

CASES = 2000
_PARTS = 8


@pytest.fixture(scope="module")
def under_fuzz() -> Iterator[ServiceUnderFuzz]:
    with ServiceUnderFuzz() as service:
        yield service


@pytest.mark.parametrize("part", range(_PARTS))
def test_bad_requests_are_refused_and_change_nothing(under_fuzz: ServiceUnderFuzz, part: int) -> None:
    play_all(under_fuzz, range(part, CASES, _PARTS))


def play_all(under_fuzz: ServiceUnderFuzz, numbers: Iterable[int]) -> None:
    for number in numbers:
        under_fuzz.play(number)


def fails(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    raise ZeroDivisionError


def refuses_as_no_other(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    raise ServiceError("ServiceQuotaExceededException", "too much")


def gives_too_little(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return {}


@pytest.mark.parametrize("handler", [fails, refuses_as_no_other, gives_too_little])
def test_a_service_that_goes_wrong_does_not_stay_unnoticed(handler: Handler) -> None:
    app = populated()
    app.handlers = dict.fromkeys(app.handlers, handler)
    with ServiceUnderFuzz(app) as service, pytest.raises(AssertionError, match="case "):
        play_all(service, range(400))
