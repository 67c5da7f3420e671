"""All quotas by name, for those who list and adjust them from outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cleanrooms_emulator.handlers import kinds, quotas
from cleanrooms_emulator.handlers.quotas import Quota
from cleanrooms_emulator.world.store import Store

_REGIONAL = (quotas.concurrent_queries_of_account, quotas.concurrent_jobs)
_ANY_REGION = "us-east-1"
_HIGHEST = 1_000_000_000


@dataclass(frozen=True, slots=True)
class QuotaSetting:
    """One quota of a world; a `default` of None depends on the Region, a `value` of None is the default."""

    name: str
    default: int | None
    value: int | None


def settings(store: Store) -> list[QuotaSetting]:
    """Every quota, in alphabetical order."""
    defaults: dict[str, int | None] = {each.name: each.default for each in vars(quotas).values() if isinstance(each, Quota)}
    defaults |= {regional(_ANY_REGION).name: None for regional in _REGIONAL}
    adjusted = {name: store.get(kinds.QUOTA, name) for name in defaults}
    return [
        QuotaSetting(name, defaults[name], None if found is None else int(found["value"]))
        for name, found in sorted(adjusted.items())
    ]


def adjust_by_name(store: Store, values: Mapping[str, Any]) -> None:
    """Give the named quotas other values in this world; None is the default again, and those not named stay.

    Raises ValueError, and changes nothing, when a name is unknown or a value is no quota.
    """
    known = [each.name for each in settings(store)]
    for name, value in values.items():
        if name not in known:
            raise ValueError(f"unknown quota {name!r}; there are {', '.join(known)}")
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _HIGHEST):
            raise ValueError(f"quota {name}: {value!r} is not a whole number from 0 to {_HIGHEST}, nor null")
    with store.transaction():
        for name, value in values.items():
            if value is None:
                store.delete(kinds.QUOTA, name)
            else:
                store.put(kinds.QUOTA, name, {"value": value})
