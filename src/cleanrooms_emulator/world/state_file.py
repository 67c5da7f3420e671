"""The sqlite file behind a store."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

SCHEMA_VERSION = 1
"""Version of the table and of the documents in it.

It is raised whenever a service of the version before could not read what this one writes, or the other way round: a kind is
renamed, or a member is renamed, is given another meaning, or becomes necessary. New kinds, and members that may be absent,
raise nothing. A file of another version is refused and left as it is; nothing is migrated, because a world is cheap to make
again. What shall outlive a raised version is kept as calls (a script that makes the world), not as a file or snapshot.
"""
_APPLICATION_ID = 0x434C524D  # "CLRM", so that somebody else's sqlite file is recognised


class StateFileError(Exception):
    """The state file cannot be used; the message says why and what to do."""


class StateFile:
    """One table of documents, owned by one process at a time.

    Write-ahead log with `synchronous=NORMAL`: a killed process loses nothing it had committed; only a power failure
    may cost the last transactions.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._connection = sqlite3.connect(path, timeout=0.5, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise StateFileError(f"state file {path}: {_explanation(error)}") from None
        try:
            self._prepare()
        except BaseException as error:
            self._connection.close()
            if isinstance(error, sqlite3.Error):
                raise StateFileError(f"state file {path}: {_explanation(error)}") from None
            raise

    def _prepare(self) -> None:
        run = self._connection.execute
        run("pragma locking_mode=exclusive")
        if run("select count(*) from sqlite_master").fetchone()[0]:
            self._recognise()
        run("pragma journal_mode=wal")
        run("pragma synchronous=normal")
        run("begin immediate")
        run(
            "create table if not exists document (sequence integer primary key, kind text not null,"
            " id text not null, body text not null, unique (kind, id))"
        )
        run(f"pragma application_id={_APPLICATION_ID}")
        run(f"pragma user_version={SCHEMA_VERSION}")
        run("commit")

    def _recognise(self) -> None:
        run = self._connection.execute
        if run("pragma application_id").fetchone()[0] != _APPLICATION_ID:
            raise StateFileError(f"state file {self._path}: is another program's database; choose another file")
        version = run("pragma user_version").fetchone()[0]
        if version != SCHEMA_VERSION:
            raise StateFileError(
                f"state file {self._path}: has schema version {version}, this service reads {SCHEMA_VERSION};"
                " choose another file or delete it"
            )

    def load(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Kind, id and document of everything, in insertion order. Raises StateFileError when the file is damaged."""
        try:
            for kind, id, body in self._connection.execute("select kind, id, body from document order by sequence"):
                yield kind, id, json.loads(body)
        except (sqlite3.Error, ValueError) as error:
            self._connection.close()
            raise StateFileError(f"state file {self._path}: is damaged ({error}); choose another file") from None

    def write(self, writes: Sequence[tuple[str, str, dict[str, Any] | None]]) -> None:
        """Carry out puts (and deletes, where the document is None) in order, as one transaction."""
        run = self._connection.execute
        run("begin immediate")
        try:
            for kind, id, document in writes:
                if document is None:
                    run("delete from document where kind=? and id=?", (kind, id))
                else:
                    body = json.dumps(document, separators=(",", ":"))
                    run(
                        "insert into document (kind, id, body) values (?, ?, ?)"
                        " on conflict (kind, id) do update set body=excluded.body",
                        (kind, id, body),
                    )
            run("commit")
        except BaseException:
            run("rollback")
            raise

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _explanation(error: sqlite3.Error) -> str:
    text = str(error)
    if "locked" in text:
        return "is in use by another process; stop that one or choose another file"
    if "not a database" in text:
        return "is not a state file; choose another file"
    if "unable to open" in text or "readonly" in text:
        return "cannot be opened for writing; does its directory exist, and may you write there?"
    return text
