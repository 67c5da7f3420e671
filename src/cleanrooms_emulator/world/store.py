"""Where the service keeps its documents: in memory, written through to a sqlite file when a path is given."""

from __future__ import annotations

import builtins
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cleanrooms_emulator.world.state_file import StateFile

Document = dict[str, Any]
SNAPSHOT_VERSION = 1
"""Version of the form of a snapshot; raised by the rule of `state_file.SCHEMA_VERSION`."""


class MutatedDocument(AssertionError):
    """A stored document was changed in place instead of being replaced by a new one."""


class Store:
    """Documents by kind and id, with transactions.

    Documents are JSON objects. Whoever changes one builds a new object and puts it; a stored object is never changed
    in place. With `guard` every transaction checks this for the documents it handed out (for tests; costs one JSON
    encoding per document read) and raises `MutatedDocument`.

    With a `path` every transaction is written to that sqlite file before `transaction()` returns, so what a caller
    was told survives a killed process. Raises `StateFileError` when the file cannot be used.
    """

    def __init__(self, path: Path | None = None, *, guard: bool = False) -> None:
        self._lock = threading.RLock()
        self._kinds: dict[str, dict[str, Document]] = {}
        self._places: dict[str, dict[str, int]] = {}
        self._next_place = 0
        self._levels: list[_Level] = []
        self._guard = guard
        self._handed_out: dict[int, tuple[str, str, Document, str]] = {}
        self._file = StateFile(path) if path is not None else None
        if self._file is not None:
            for kind, id, document in self._file.load():
                self._place(kind, id, document)

    def get(self, kind: str, id: str) -> Document | None:
        """The document, or None."""
        document = self._kinds.get(kind, {}).get(id)
        if self._guard and document is not None:
            self._hand_out(kind, id, document)
        return document

    def all(self, kind: str) -> Iterator[Document]:
        """All documents of a kind in the order of their first `put`, as they are now."""
        table = dict(self._kinds.get(kind, {}))
        if self._guard:
            for id, document in table.items():
                self._hand_out(kind, id, document)
        return iter(table.values())

    def put(self, kind: str, id: str, document: Document) -> None:
        """Add or replace a document; a replaced one keeps its place in the order."""
        with self._writing() as level:
            level.undo.append(_Former(kind, id, self._kinds.get(kind, {}).get(id), self._places.get(kind, {}).get(id)))
            self._place(kind, id, document)
            level.writes.append((kind, id, document))

    def delete(self, kind: str, id: str) -> None:
        """Remove a document; nothing happens when there is none."""
        with self._writing() as level:
            document = self._kinds.get(kind, {}).pop(id, None)
            if document is not None:
                level.undo.append(_Former(kind, id, document, self._places[kind].pop(id)))
                level.writes.append((kind, id, None))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside take effect together or, when an exception leaves the block, not at all.

        Holds the store's lock, so transactions run one after the other. A transaction inside another one is a
        savepoint of it.
        """
        with self._lock:
            level = _Level()
            self._levels.append(level)
            try:
                yield
                if len(self._levels) == 1:
                    self._check_handed_out()
                    if self._file is not None and level.writes:
                        self._file.write(level.writes)
            except BaseException:
                self._levels.pop()
                self._go_back(level.undo)
                self._handed_out.clear()
                raise
            self._levels.pop()
            if self._levels:
                self._levels[-1].absorb(level)

    def snapshot(self) -> dict[str, Any]:
        """The whole content as one JSON object, detached from the store."""
        with self._lock:
            documents = {kind: self._kinds[kind] for kind in sorted(self._kinds) if self._kinds[kind]}
            content = {"schemaVersion": SNAPSHOT_VERSION, "documents": documents}
            detached: dict[str, Any] = json.loads(json.dumps(content))
            return detached

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Replace the whole content by a snapshot's. Raises ValueError when it is not one of this version."""
        tables = _checked_tables(snapshot)
        with self.transaction():
            self.clear()
            for kind, table in tables.items():
                for id, document in table.items():
                    self.put(kind, id, document)

    def clear(self) -> None:
        """Remove every document."""
        with self.transaction():
            for kind in list(self._kinds):
                for id in list(self._kinds[kind]):
                    self.delete(kind, id)

    def close(self) -> None:
        """Close the state file, if there is one. The store must not be used afterwards."""
        with self._lock:
            if self._file is not None:
                self._file.close()

    @contextmanager
    def _writing(self) -> Iterator[_Level]:
        with self._lock:
            if self._levels:
                yield self._levels[-1]
            else:
                with self.transaction():
                    yield self._levels[-1]

    def _place(self, kind: str, id: str, document: Document) -> None:
        """Let a document take the place of the one before it, or the last place."""
        self._kinds.setdefault(kind, {})[id] = document
        places = self._places.setdefault(kind, {})
        if id not in places:
            self._next_place += 1
            places[id] = self._next_place

    def _go_back(self, undo: list[_Former]) -> None:
        """Take back what was done, the last thing first."""
        reordered: set[str] = set()
        for former in reversed(undo):
            table, places = self._kinds[former.kind], self._places[former.kind]
            if former.document is None or former.place is None:
                table.pop(former.id, None)
                places.pop(former.id, None)
                continue
            if former.id not in table:
                reordered.add(former.kind)
            table[former.id] = former.document
            places[former.id] = former.place
        for kind in reordered:
            places = self._places[kind]
            self._kinds[kind] = dict(sorted(self._kinds[kind].items(), key=lambda item: places[item[0]]))

    def _hand_out(self, kind: str, id: str, document: Document) -> None:
        with self._lock:
            if self._levels and builtins.id(document) not in self._handed_out:
                self._handed_out[builtins.id(document)] = (kind, id, document, json.dumps(document))

    def _check_handed_out(self) -> None:
        handed_out, self._handed_out = self._handed_out, {}
        for kind, id, document, before in handed_out.values():
            if json.dumps(document) != before:
                raise MutatedDocument(f"the stored {kind} {id} was changed in place; put a new document instead")


@dataclass(frozen=True, slots=True)
class _Former:
    """What a write replaced or removed: no document and no place where there was nothing."""

    kind: str
    id: str
    document: Document | None
    place: int | None


class _Level:
    """What one transaction (or savepoint) has done so far: enough to take it back, and to write it to a file.

    Its size is that of the writes and not that of the kinds they are about, so that a full world is as fast as a new one.
    """

    __slots__ = ("undo", "writes")

    def __init__(self) -> None:
        self.undo: list[_Former] = []
        self.writes: list[tuple[str, str, Document | None]] = []

    def absorb(self, inner: _Level) -> None:
        self.undo += inner.undo
        self.writes += inner.writes


def _checked_tables(snapshot: dict[str, Any]) -> dict[str, dict[str, Document]]:
    version = snapshot.get("schemaVersion")
    if version != SNAPSHOT_VERSION:
        raise ValueError(f"schemaVersion is {version!r}; this service reads version {SNAPSHOT_VERSION}")
    tables = snapshot.get("documents")
    if not isinstance(tables, dict):
        raise ValueError("documents must be an object of kinds")
    for kind, table in tables.items():
        if not isinstance(table, dict) or not all(isinstance(document, dict) for document in table.values()):
            raise ValueError(f"documents.{kind} must be an object of documents by id")
    detached: dict[str, dict[str, Document]] = json.loads(json.dumps(tables))
    return detached
