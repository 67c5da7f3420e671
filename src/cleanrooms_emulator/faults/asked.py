"""The fault rules of a world, and which of them a call meets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cleanrooms_emulator.faults.rules import FaultRule
from cleanrooms_emulator.world.store import Store

_KIND = "_fault"


class Faults:
    """The rules of a world, kept in its store with their counters.

    Rules are asked in order. A rule counts every call it selects and is asked about; the first one that is due is
    applied, and the ones after it do not see the call.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read: dict[str, tuple[dict[str, Any], FaultRule]] = {}

    def set(self, rules: Sequence[FaultRule]) -> None:
        """Replace all rules; counters begin at 0."""
        with self._store.transaction():
            self.clear()
            for number, rule in enumerate(rules):
                self._store.put(_KIND, str(number), {"rule": rule.as_json(), "matched": 0, "hits": 0})

    def clear(self) -> None:
        """Remove all rules."""
        with self._store.transaction():
            for number in range(len(list(self._store.all(_KIND)))):
                self._store.delete(_KIND, str(number))

    def as_json(self) -> list[dict[str, Any]]:
        """All rules, each with how many calls it `matched` and how many it hit."""
        return [
            {**document["rule"], "matched": document["matched"], "hits": document["hits"]}
            for document in self._store.all(_KIND)
        ]

    def check(self) -> None:
        """Raises ValueError when a stored rule is none."""
        for document in self._store.all(_KIND):
            try:
                FaultRule.from_json(document["rule"])
                counted = isinstance(document["matched"], int) and isinstance(document["hits"], int)
            except KeyError:
                counted = False
            if not counted:
                raise ValueError("a stored fault rule must have rule, matched and hits")

    def pick(self, service: str, operation: str, account: str) -> FaultRule | None:
        """The rule to apply to a call, which is counted."""
        if next(self._store.all(_KIND), None) is None:
            return None
        with self._store.transaction():
            for number, document in enumerate(self._store.all(_KIND)):
                rule = self._rule(str(number), document["rule"])
                if not rule.selects(service, operation, account):
                    continue
                matched, hits = document["matched"] + 1, document["hits"]
                due = (
                    matched > rule.skip
                    and (matched - rule.skip) % rule.every == 0
                    and (rule.times is None or hits < rule.times)
                )
                counted = {"rule": document["rule"], "matched": matched, "hits": hits + due}
                self._store.put(_KIND, str(number), counted)
                if due:
                    return rule
        return None

    def _rule(self, id: str, document: dict[str, Any]) -> FaultRule:
        """The rule of a stored document, read again only when it is another one than the last time."""
        known = self._read.get(id)
        if known is None or known[0] is not document:
            known = self._read[id] = (document, FaultRule.from_json(document))
        return known[1]
