from __future__ import annotations

import pytest

from cleanrooms_emulator.world.clock import Clock
from cleanrooms_emulator.world.store import Store


def test_time_has_milliseconds() -> None:
    assert 1_790_000_000.123 == Clock(source=lambda: 1_790_000_000.1234567).now()


def test_a_clock_that_was_set_goes_on_from_there() -> None:
    real = [1000.0]
    clock = Clock(source=lambda: real[0])
    clock.set(5000)
    real[0] += 7
    assert 5007 == clock.now()


def test_a_clock_goes_on_after_a_restart() -> None:
    store = Store()
    Clock(store, source=lambda: 1000).advance(50)
    clock = Clock(store, source=lambda: 1010)
    clock.advance(0.25)
    assert (1060.25, 50.25) == (clock.now(), clock.offset)


def test_a_clock_is_not_moved_back() -> None:
    with pytest.raises(ValueError, match="cannot be moved back by 5 s"):
        Clock().advance(-5)
