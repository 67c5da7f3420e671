from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanrooms_emulator.world.state_file import StateFileError
from cleanrooms_emulator.world.store import MutatedDocument, Store


class Halt(Exception):
    """Leaves a transaction."""


def fail_after(store: Store, inside: Callable[[], None]) -> None:
    """A transaction that does something and is then left by an exception."""
    with store.transaction():
        inside()
        raise Halt


def abandon(store: Store, inside: Callable[[], None]) -> None:
    """The same, caught."""
    with pytest.raises(Halt):
        fail_after(store, inside)


def test_documents_come_in_the_order_of_their_first_put() -> None:
    store = Store()
    for id in ("b", "a", "c"):
        store.put("kind", id, {"id": id})
    store.put("kind", "b", {"id": "b", "again": True})
    store.delete("kind", "a")
    store.put("kind", "a", {"id": "a"})

    assert [{"id": "b", "again": True}, {"id": "c"}, {"id": "a"}] == list(store.all("kind"))
    assert store.get("kind", "z") is None
    assert [] == list(store.all("other"))


def test_documents_can_be_put_while_all_are_read() -> None:
    store = Store()
    store.put("kind", "a", {})

    for _ in store.all("kind"):
        store.put("kind", "b", {})
    assert 2 == len(list(store.all("kind")))


def test_a_savepoint_is_rolled_back_alone() -> None:
    store = Store()

    def inner() -> None:
        store.put("kind", "a", {"by": "inner"})
        store.put("other", "b", {})

    with store.transaction():
        store.put("kind", "a", {"by": "outer"})
        abandon(store, inner)
    assert {"kind": {"a": {"by": "outer"}}} == store.snapshot()["documents"]


def test_a_finished_savepoint_goes_with_its_transaction() -> None:
    store = Store()

    def inner() -> None:
        with store.transaction():
            store.put("kind", "a", {})

    abandon(store, inner)
    assert {} == store.snapshot()["documents"]


steps = st.lists(
    st.tuples(st.sampled_from(["put", "delete"]), st.sampled_from("xy"), st.sampled_from("abc"), st.integers(0, 9)),
    max_size=12,
)


def carry_out(store: Store, some: list[tuple[str, str, str, int]]) -> None:
    for step, kind, id, number in some:
        if step == "put":
            store.put(kind, id, {"number": number})
        else:
            store.delete(kind, id)


def content(store: Store) -> str:
    return json.dumps(store.snapshot())


@given(steps, steps)
def test_a_rolled_back_transaction_leaves_everything_as_it_was_even_the_order(before: Any, inside: Any) -> None:
    store = Store()
    carry_out(store, before)
    expected = content(store)
    abandon(store, lambda: carry_out(store, inside))
    assert expected == content(store)


@settings(max_examples=20)
@given(steps, steps, steps)
def test_a_file_holds_what_memory_holds_even_the_order(
    tmp_path_factory: pytest.TempPathFactory, first: Any, lost: Any, last: Any
) -> None:
    path = tmp_path_factory.mktemp("state") / "world"
    store = Store(path)
    carry_out(store, first)
    with store.transaction():
        abandon(store, lambda: carry_out(store, lost))
        carry_out(store, last)
    expected = content(store)
    store.close()

    again = Store(path)
    assert expected == content(again)
    again.close()


@given(steps, steps)
def test_a_restored_snapshot_is_the_world_it_was_taken_of(first: Any, later: Any) -> None:
    store = Store()
    carry_out(store, first)
    snapshot = store.snapshot()
    expected = content(store)
    carry_out(store, later)
    store.restore(snapshot)
    assert expected == content(store)


def test_a_snapshot_does_not_follow_the_store() -> None:
    store = Store()
    store.put("kind", "a", {"list": [1]})
    snapshot = store.snapshot()
    snapshot["documents"]["kind"]["a"]["list"].append(2)
    assert {"list": [1]} == store.get("kind", "a")


@pytest.mark.parametrize(
    ("snapshot", "message"),
    [
        ({}, "schemaVersion is None; this service reads version 1"),
        ({"schemaVersion": 2, "documents": {}}, "schemaVersion is 2"),
        ({"schemaVersion": 1}, "documents must be an object of kinds"),
        ({"schemaVersion": 1, "documents": {"kind": {"a": 7}}}, "documents.kind must be an object of documents by id"),
    ],
)
def test_a_snapshot_that_is_none_is_refused_and_changes_nothing(snapshot: dict[str, Any], message: str) -> None:
    store = Store()
    store.put("kind", "a", {})
    with pytest.raises(ValueError, match=message):
        store.restore(snapshot)
    assert {"a": {}} == store.snapshot()["documents"]["kind"]


def test_the_guard_finds_a_document_that_was_changed_in_place() -> None:
    store = Store(guard=True)
    store.put("kind", "a", {"list": [1]})

    with pytest.raises(MutatedDocument, match="kind a"):
        change_in_place(store)


def change_in_place(store: Store) -> None:
    with store.transaction():
        for document in store.all("kind"):
            document["list"].append(2)
            store.put("kind", "a", document)


def test_the_guard_lets_new_documents_pass() -> None:
    store = Store(guard=True)
    store.put("kind", "a", {"list": [1]})
    with store.transaction():
        for document in store.all("kind"):
            store.put("kind", "a", {**document, "list": [*document["list"], 2]})
    assert {"list": [1, 2]} == store.get("kind", "a")


def test_transactions_of_many_threads_run_one_after_the_other() -> None:
    store = Store()
    store.put("kind", "counter", {"value": 0})

    def count() -> None:
        for _ in range(200):
            with store.transaction():
                found = store.get("kind", "counter")
                assert found is not None
                store.put("kind", "counter", {"value": found["value"] + 1})

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {"value": 1600} == store.get("kind", "counter")


def test_a_document_that_is_no_json_is_refused_and_nothing_of_its_transaction_is_kept(tmp_path: Path) -> None:
    store = Store(tmp_path / "world")
    with pytest.raises(TypeError):
        put_no_json(store)
    assert {} == store.snapshot()["documents"]
    store.close()
    again = Store(tmp_path / "world")
    assert {} == again.snapshot()["documents"]
    again.close()


def put_no_json(store: Store) -> None:
    with store.transaction():
        store.put("kind", "a", {})
        store.put("kind", "b", {"set": {1}})


def test_a_state_file_belongs_to_one_process_at_a_time(tmp_path: Path) -> None:
    store = Store(tmp_path / "world")
    with pytest.raises(StateFileError, match="is in use by another process"):
        Store(tmp_path / "world")
    store.close()


def test_a_text_file_is_no_state_file(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("buy milk\n" * 100)
    with pytest.raises(StateFileError, match=r"notes\.txt: is not a state file"):
        Store(path)
    assert "buy milk\n" * 100 == path.read_text()


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    other = sqlite3.connect(path)
    other.execute("create table things (name text)")
    other.close()
    before = path.read_bytes()

    with pytest.raises(StateFileError, match="is another program's database"):
        Store(path)
    assert before == path.read_bytes()


def test_a_state_file_of_another_schema_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "world"
    Store(path).close()
    later = sqlite3.connect(path)
    later.execute("pragma user_version=7")
    later.close()

    with pytest.raises(StateFileError, match="has schema version 7, this service reads 1"):
        Store(path)


def test_a_path_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StateFileError, match="cannot be opened for writing"):
        Store(tmp_path / "no" / "such" / "place")
