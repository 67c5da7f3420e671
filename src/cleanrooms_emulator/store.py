"""Where the service keeps its documents: in memory, written through to a sqlite file when a path is given."""

from __future__ import annotations

import builtins
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cleanrooms_emulator.state_file import StateFile

Document = dict[str, Any]
SNAPSHOT_VERSION = 1


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
        self._levels: list[_Level] = []
        self._guard = guard
        self._handed_out: dict[int, tuple[str, str, Document, str]] = {}
        self._file = StateFile(path) if path is not None else None
        if self._file is not None:
            for kind, id, document in self._file.load():
                self._kinds.setdefault(kind, {})[id] = document

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
            level.touch(kind, self._kinds)[id] = document
            level.writes.append((kind, id, document))

    def delete(self, kind: str, id: str) -> None:
        """Remove a document; nothing happens when there is none."""
        with self._writing() as level:
            if level.touch(kind, self._kinds).pop(id, None) is not None:
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
                self._kinds.update(level.before)
                self._levels.pop()
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

    def _hand_out(self, kind: str, id: str, document: Document) -> None:
        with self._lock:
            if self._levels and builtins.id(document) not in self._handed_out:
                self._handed_out[builtins.id(document)] = (kind, id, document, json.dumps(document))

    def _check_handed_out(self) -> None:
        handed_out, self._handed_out = self._handed_out, {}
        for kind, id, document, before in handed_out.values():
            if json.dumps(document) != before:
                raise MutatedDocument(f"the stored {kind} {id} was changed in place; put a new document instead")


class _Level:
    """What one transaction (or savepoint) has done so far."""

    __slots__ = ("before", "writes")

    def __init__(self) -> None:
        self.before: dict[str, dict[str, Document]] = {}
        self.writes: list[tuple[str, str, Document | None]] = []

    def touch(self, kind: str, kinds: dict[str, dict[str, Document]]) -> dict[str, Document]:
        table = kinds.setdefault(kind, {})
        if kind not in self.before:
            self.before[kind] = dict(table)
        return table

    def absorb(self, inner: _Level) -> None:
        for kind, table in inner.before.items():
            self.before.setdefault(kind, table)
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
