"""What the store and its file do is in proportion to what they are asked, and not to what they hold: counted, not timed."""

from __future__ import annotations

import sqlite3
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from cleanrooms_emulator.world.state_file import SCHEMA_VERSION, StateFileError
from cleanrooms_emulator.world.store import Store

MANY = 5000


def filled(documents: int, path: Path | None = None) -> Store:
    store = Store(path)
    with store.transaction():
        for number in range(documents):
            store.put("kind", f"{number:05}", {"id": number, "name": f"Document {number}", "members": [number] * 5})
    return store


def bytes_taken(work: Callable[[], object]) -> int:
    """The most memory that was held at once for it."""
    work()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        work()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


def steps_taken(work: Callable[[], object]) -> int:
    """Calls of Python and C functions."""
    steps = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal steps
        steps += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return steps


class Halt(Exception):
    """Leaves a transaction."""


def write(store: Store) -> None:
    with store.transaction():
        store.put("kind", "00001", {"name": "another"})
        store.put("kind", "00002", {"name": "another"})


def write_and_go_back(store: Store) -> None:
    with suppress(Halt), store.transaction():
        store.put("kind", "00001", {"name": "another"})
        store.put("kind", "new", {"name": "new"})
        raise Halt


@pytest.mark.parametrize("work", [write, write_and_go_back])
@pytest.mark.parametrize("measure", [bytes_taken, steps_taken])
def test_a_write_to_a_full_world_is_no_more_work_than_to_an_empty_one(
    work: Callable[[Store], None], measure: Callable[[Callable[[], object]], int]
) -> None:
    few, many = filled(10), filled(MANY)
    assert measure(lambda: work(many)) <= measure(lambda: work(few)) + 1000


def test_opening_a_file_is_work_in_proportion_to_its_documents(tmp_path: Path) -> None:
    for documents in (500, MANY):
        filled(documents, tmp_path / str(documents)).close()

    def opening(documents: int) -> int:
        return steps_taken(lambda: Store(tmp_path / str(documents)).close())

    assert opening(MANY) <= 11 * opening(500)
    assert opening(MANY) <= 40 * MANY


def test_a_file_of_five_thousand_documents_gives_all_of_them_back(tmp_path: Path) -> None:
    store = filled(MANY, tmp_path / "world")
    expected = store.snapshot()
    store.close()
    again = Store(tmp_path / "world")
    assert expected == again.snapshot()
    again.close()


def test_a_failed_removal_of_many_documents_leaves_them_in_their_order() -> None:
    store = filled(100)
    before = list(store.snapshot()["documents"]["kind"])

    with suppress(Halt), store.transaction():
        for number in range(0, 100, 3):
            store.delete("kind", f"{number:05}")
        store.put("kind", "00000", {"name": "back again"})
        raise Halt
    assert before == list(store.snapshot()["documents"]["kind"])


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path)
    try:
        yield connection
        connection.commit()
    finally:
        connection.close()


def test_a_file_of_another_version_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "world"
    filled(3, path).close()
    with opened(path) as file:
        file.execute(f"pragma user_version={SCHEMA_VERSION + 1}")
    before = path.read_bytes()

    with pytest.raises(StateFileError, match=f"has schema version {SCHEMA_VERSION + 1}, this service reads {SCHEMA_VERSION}"):
        Store(path)
    assert before == path.read_bytes()


def test_a_damaged_document_is_refused_with_the_name_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "world"
    filled(3, path).close()
    with opened(path) as file:
        file.execute("update document set body = '{' where id = '00001'")

    with pytest.raises(StateFileError, match=r"state file .*world: is damaged \(.*\); choose another file"):
        Store(path)


def test_a_file_that_was_cut_off_is_refused_with_the_name_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "world"
    filled(MANY, path).close()
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    with pytest.raises(StateFileError, match=r"state file .*world: "):
        Store(path)
