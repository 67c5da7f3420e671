"""The collaboration's own note of which change requests this stack filed, kept in two of its tags.

A change request has neither tag nor description (service model), state can be lost, and a plan is made where outputs cannot be
seen: so the note is with the collaboration. It decides only what may be *cancelled*; it never decides a vote.

``crgov-filing``  what is about to be filed: ``<content fingerprint> <newest createTime listed, epoch seconds>``
``crgov-filed``   the ids filed, without hyphens, separated by spaces; ``-`` before an id that we cancel ourselves, ``=`` before
                  one that the service did not let us cancel
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cleanrooms_governance.model import RequestStatus

FILING_TAG = "crgov-filing"
FILED_TAG = "crgov-filed"
CAPACITY = 7
"""Ids of 32 digits with sign and space that fit in a tag value of 256 characters (service model: TagValue)."""

_ENTRY = re.compile(r"([-=]?)([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})")
_FILING = re.compile(r"(fp-[0-9a-f]{16}) (\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Filing:
    """A filing that was noted before it was sent."""

    content: str
    mark: float


@dataclass(frozen=True, slots=True)
class Ledger:
    """``filed`` maps a request's id to whether we are cancelling it ourselves, oldest first.

    ``uncancellable`` are those that the service did not let us cancel, so that it is not asked in every run (assumption, switch
    ``cancelApproved`` of the embedded service).
    """

    filed: Mapping[str, bool] = field(default_factory=dict)
    filing: Filing | None = None
    uncancellable: frozenset[str] = frozenset()

    @classmethod
    def read(cls, tags: Mapping[str, str]) -> "Ledger":
        """Read the two tags; what is not of our making in them is ignored."""
        filed, uncancellable = {}, set()
        for word in tags.get(FILED_TAG, "").split():
            if entry := _ENTRY.fullmatch(word):
                sign, *groups = entry.groups()
                id_ = "-".join(groups)
                filed[id_] = sign == "-"
                if sign == "=":
                    uncancellable.add(id_)
        filing = _FILING.fullmatch(tags.get(FILING_TAG, ""))
        return cls(filed, Filing(filing[1], float(filing[2])) if filing else None, frozenset(uncancellable))

    @property
    def filed_tag(self) -> str:
        """The value of the ``crgov-filed`` tag."""
        return " ".join(self._sign(id_) + id_.replace("-", "") for id_ in self.filed)

    def _sign(self, id_: str) -> str:
        if id_ in self.uncancellable:
            return "="
        return "-" if self.filed[id_] else ""

    @property
    def filing_tag(self) -> str:
        """The value of the ``crgov-filing`` tag, empty when nothing is being filed."""
        return f"{self.filing.content} {self.filing.mark:.6f}" if self.filing else ""

    @property
    def is_full(self) -> bool:
        """Whether another id would not fit, so that nothing may be filed until one ends."""
        return len(self.filed) >= CAPACITY

    def announce(self, content: str, mark: float) -> "Ledger":
        """Note a filing before it is sent."""
        return replace(self, filing=Filing(content, mark))

    def record(self, request_id: str) -> "Ledger":
        """Note the id that an announced filing got."""
        return replace(self, filed={**self.filed, request_id: False}, filing=None)

    def withdraw(self) -> "Ledger":
        """Forget an announced filing that the service certainly refused."""
        return replace(self, filing=None)

    def cancelling(self, request_id: str) -> "Ledger":
        """Note that we cancel a request ourselves, before doing so."""
        return replace(self, filed={**self.filed, request_id: True})

    def keeping(self, request_id: str) -> "Ledger":
        """Note that the service did not let us cancel a request: should somebody else do it, that is their decision."""
        return replace(self, filed={**self.filed, request_id: False}, uncancellable=self.uncancellable | {request_id})

    def prune(self, statuses: Mapping[str, str]) -> "Ledger":
        """Drop the entries that are over and say nothing any more.

        Parameters: ``statuses`` of all requests of the collaboration by id. An entry that somebody else cancelled stays: it is
        what holds the change back.
        """
        return replace(
            self,
            filed={
                id_: cancelling
                for id_, cancelling in self.filed.items()
                if statuses.get(id_) not in (None, RequestStatus.COMMITTED, RequestStatus.DENIED)
                and not (cancelling and statuses[id_] == RequestStatus.CANCELLED)
            },
        )
