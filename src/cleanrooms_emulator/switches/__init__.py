"""What nobody outside AWS knows for sure about the service, as named choices.

Every switch is one field of a class of readings, one class for each area of the API; `Switches` is all of them.
Everything else here is derived from the fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from functools import cache
from typing import Any, Self, get_args, get_type_hints

from cleanrooms_emulator.switches.analyses import AnalysisReadings
from cleanrooms_emulator.switches.budgets import BudgetReadings
from cleanrooms_emulator.switches.change_requests import ChangeRequestReadings
from cleanrooms_emulator.switches.collaborations import CollaborationReadings
from cleanrooms_emulator.switches.machine_learning import MachineLearningReadings
from cleanrooms_emulator.switches.memberships import MembershipReadings
from cleanrooms_emulator.switches.permissions import PermissionReadings
from cleanrooms_emulator.switches.reading import SwitchRecord
from cleanrooms_emulator.switches.tables import TableReadings

__all__ = ["SwitchRecord", "Switches", "describe"]


@dataclass(frozen=True, kw_only=True)
class Switches(
    AnalysisReadings,
    MachineLearningReadings,
    BudgetReadings,
    TableReadings,
    PermissionReadings,
    MembershipReadings,
    CollaborationReadings,
    ChangeRequestReadings,
):
    """One reading of the service's undocumented behaviour. The defaults are the likeliest reading."""

    @classmethod
    def from_names(cls, mapping: Mapping[str, str]) -> Self:
        """Switches from external names ("creatorVote") and values; what is not named has its default.

        Raises ValueError with one line for each unknown switch or value.
        """
        return cls().with_names(mapping)

    def with_names(self, mapping: Mapping[str, str]) -> Self:
        """These switches with some set anew, by external names. Raises ValueError as `from_names` does."""
        known = {record.name: record for record in describe()}
        problems = []
        for name, value in mapping.items():
            if name not in known:
                nearest = get_close_matches(name, known, n=3, cutoff=0.0)
                problems.append(f"unknown switch {name!r}; nearest are {', '.join(nearest)} (--list-switches names all)")
            elif value not in known[name].values:
                problems.append(f"switch {name}: {value!r} is not one of {', '.join(known[name].values)}")
        if problems:
            raise ValueError("\n".join(problems))
        return type(self)(**{**self._by_field(), **{known[name].field: mapping[name] for name in mapping}})

    def as_names(self) -> dict[str, str]:
        """All switches by external name."""
        chosen = self._by_field()
        return {record.name: chosen[record.field] for record in describe()}

    def _by_field(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self)}


@cache
def _records() -> tuple[SwitchRecord, ...]:
    types = get_type_hints(Switches)
    return tuple(
        SwitchRecord(
            name=_external(each.name),
            field=each.name,
            values=get_args(types[each.name]),
            default=str(each.default),
            **each.metadata,
        )
        for each in fields(Switches)
    )


def describe() -> list[SwitchRecord]:
    """All switches, in the order of their declaration."""
    return list(_records())


def _external(field_name: str) -> str:
    first, *rest = field_name.split("_")
    return first + "".join(word.capitalize() for word in rest)
