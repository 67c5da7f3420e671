"""How a world cuts its lists into pages, for those who want to see whether a client reads them all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from cleanrooms_emulator.world.store import Store

_KIND, _ID = "_paging", "chosen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """What every list does, beside what its caller asks for.

    `page_size` is the most items a page has, even if `maxResults` is higher. With `empty_pages` an empty page with a
    token comes before every page with items and after the last one: AWS may send both at any time, and asks clients to
    go on until there is no token. Raises ValueError saying what is wrong.
    """

    page_size: int | None = None
    empty_pages: bool = False

    def __post_init__(self) -> None:
        size: Any = self.page_size
        if size is not None and (not isinstance(size, int) or isinstance(size, bool) or size < 1):
            raise ValueError(f"pageSize: {size!r} is not a whole number of at least 1, nor null")
        if not isinstance(self.empty_pages, bool):
            raise ValueError(f"emptyPages: {self.empty_pages!r} is neither true nor false")

    @classmethod
    def from_json(cls, document: Any) -> Self:
        """From `{"pageSize": 2, "emptyPages": true}`; what is left out has its default. Raises ValueError."""
        if not isinstance(document, dict):
            raise ValueError("paging must be an object")
        unknown = sorted(document.keys() - {"pageSize", "emptyPages"})
        if unknown:
            raise ValueError(f"unknown member {', '.join(unknown)}; there are pageSize, emptyPages")
        return cls(page_size=document.get("pageSize"), empty_pages=document.get("emptyPages", False))

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object."""
        return {"pageSize": self.page_size, "emptyPages": self.empty_pages}


def chosen_paging(store: Store) -> Paging:
    """The world's paging."""
    document = store.get(_KIND, _ID)
    return Paging() if document is None else Paging.from_json(document)


def choose_paging(store: Store, paging: Paging) -> None:
    """Give the world another paging; tokens given out before stay good."""
    store.put(_KIND, _ID, paging.as_json())
