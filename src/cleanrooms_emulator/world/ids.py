"""Where new ids come from."""

from __future__ import annotations

import hashlib
import uuid

from cleanrooms_emulator.world.store import Store

_KIND, _ID = "_ids", "counter"


class IdSource:
    """Lower-case UUIDs: random ones, or with a `seed` always the same sequence, whose position is kept in the store."""

    def __init__(self, store: Store, seed: str | None = None) -> None:
        self._store = store
        self._seed = seed

    def new(self) -> str:
        """An id that this world has not seen."""
        if self._seed is None:
            return str(uuid.uuid4())
        document = self._store.get(_KIND, _ID)
        number = document["next"] if document else 1
        self._store.put(_KIND, _ID, {"next": number + 1})
        digest = hashlib.sha256(f"{self._seed}:{number}".encode()).digest()
        return str(uuid.UUID(bytes=digest[:16], version=4))
