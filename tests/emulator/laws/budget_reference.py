"""Access budgets in the fewest words: what a use takes, and when a budget is full again.

Written from the service guide's pages on data access budgets, not from the service's code. A reading is a value for every
switch, by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

LIFETIME = "LIFETIME"


@dataclass
class Part:
    """One budget parameter, and what is left of it; `ends` is when its period does."""

    kind: str
    budget: int
    renewed: bool
    left: int
    ends: datetime | None

    @classmethod
    def of(cls, parameter: Mapping[str, Any], now: datetime, reading: Mapping[str, str]) -> Part:
        """A part that begins full."""
        kind, budget = parameter["type"], parameter["budget"]
        refresh = parameter.get("autoRefresh", reading["calendarDefaultRefresh"])
        return cls(kind, budget, refresh == "ENABLED", budget, None if kind == LIFETIME else boundary(kind, now))


@dataclass
class Budget:
    """The access budget of a table."""

    parts: list[Part]

    @property
    def left(self) -> int:
        """Uses: the lower one of the parts."""
        return min(part.left for part in self.parts)

    def renew(self, now: datetime, reading: Mapping[str, str]) -> None:
        """Time has passed: calendar parts are full again, until the lifetime part is used up."""
        used_up = any(part.kind == LIFETIME and part.left == 0 for part in self.parts)
        for part in self.parts:
            if part.ends is None or now < part.ends:
                continue
            if part.renewed and not used_up:
                part.left, part.ends = part.budget, boundary(part.kind, now)
            elif not part.renewed and reading["calendarDisabledAfterPeriod"] == "nothing":
                part.left = 0

    def take(self) -> None:
        """One use."""
        for part in self.parts:
            part.left -= 1

    def give_back(self) -> None:
        """One use came to nothing; no part rises above its budget."""
        for part in self.parts:
            part.left = min(part.left + 1, part.budget)

    def replaced(self, parameters: list[dict[str, Any]], now: datetime, reading: Mapping[str, str]) -> Budget:
        """What an update makes of it: a full one, in all or in its calendar part."""
        new = [Part.of(each, now, reading) for each in parameters]
        same = [(each.kind, each.budget, each.renewed) for each in new] == [
            (each.kind, each.budget, each.renewed) for each in self.parts
        ]
        if same and reading["equalUpdateResets"] == "no":
            return self
        used = {part.kind: part.budget - part.left for part in self.parts}
        for part in new:
            if part.kind == LIFETIME and reading["lifetimeResetOnUpdate"] == "no":
                part.left = max(0, part.budget - used.get(LIFETIME, 0))
        return Budget(new)


def boundary(kind: str, now: datetime) -> datetime:
    """The first moment of the next day, week (from Sunday) or month, in UTC."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if kind == "CALENDAR_DAY":
        return midnight + timedelta(days=1)
    if kind == "CALENDAR_WEEK":
        return midnight + timedelta(days=7 - midnight.isoweekday() % 7)
    return (midnight.replace(day=1) + timedelta(days=32)).replace(day=1)
