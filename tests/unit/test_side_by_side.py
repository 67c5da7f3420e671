"""Many looks at once."""

from __future__ import annotations

import threading
import time

import pytest

from cleanrooms_governance.side_by_side import READERS, side_by_side


def test_the_answers_are_in_the_order_of_the_items() -> None:
    later = threading.Event()

    def look(item: int) -> int:
        assert item != 0 or later.wait(30)
        later.set()
        return item * 10

    assert [0, 10, 20] == side_by_side(look, [0, 1, 2])


def test_nothing_is_looked_at_where_there_is_nothing() -> None:
    assert [] == side_by_side(lambda item: item, [])


def test_many_are_looked_at_at_once() -> None:
    together = threading.Barrier(READERS, timeout=30)
    assert set(range(READERS)) == set(side_by_side(lambda _: together.wait(), range(READERS)))


def test_the_first_failure_in_order_is_raised() -> None:
    def look(item: int) -> None:
        if item:
            raise LookupError(item)

    with pytest.raises(LookupError, match="7"):
        side_by_side(look, [0, 7, 8, 9])


def test_a_failure_is_raised_once_nothing_is_under_way_any_more() -> None:
    ended: list[str] = []
    go_on = threading.Event()

    def look(item: str) -> None:
        if item == "fails":
            threading.Timer(0.05, go_on.set).start()
            raise LookupError
        assert go_on.wait(30)
        ended.append(item)

    with pytest.raises(LookupError):
        side_by_side(look, ["fails", "goes on"])
    assert ["goes on"] == ended


def test_what_has_not_begun_when_something_fails_is_left_out() -> None:
    seen: list[int] = []
    failed = threading.Event()

    def look(item: int) -> None:
        seen.append(item)
        if item == 0:
            failed.set()
            raise LookupError
        assert failed.wait(30)
        time.sleep(0.01)

    with pytest.raises(LookupError):
        side_by_side(look, range(1000))
    assert len(seen) < 1000
