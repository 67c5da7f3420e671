"""What a campaign is, and where the campaigns are found.

A module of `soak.campaigns` offers its campaigns as `CAMPAIGNS`, an iterable of `Campaign`.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module

_PACKAGE = "soak.campaigns"

Counts = Mapping[str, int]
"""What a case has counted, by name, such as what was tried and how often it was recovered from."""


class CaseFailed(AssertionError):
    """A case has failed, and has counted something before."""

    def __init__(self, message: str, counts: Counts) -> None:
        super().__init__(message)
        self.counts = counts


@dataclass(frozen=True, slots=True)
class Campaign:
    """Cases of one sort, numbered from 0 to `cases - 1`.

    `run` plays the case of a number, which is all that it may take its chances from: the same number is the same case.
    It leaves nothing behind that a later case could notice, and raises when the case fails. What many cases need (a
    client, a compiled program) it makes at its first call and keeps. What it gives back, or what a `CaseFailed` carries,
    is added up over all cases and shown with the figures.
    """

    name: str
    cases: int
    run: Callable[[int], Counts | None]


def discover(package: str = _PACKAGE) -> dict[str, Campaign]:
    """All campaigns of the modules of a package by name, in alphabetical order.

    Raises ValueError when two have the same name.
    """
    found: dict[str, Campaign] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(import_module(package).__path__)):
        offered: Iterable[Campaign] = import_module(f"{package}.{module}").CAMPAIGNS
        for campaign in offered:
            if campaign.name in found:
                raise ValueError(f"two campaigns are called {campaign.name}; the second is in {package}.{module}")
            found[campaign.name] = campaign
    return dict(sorted(found.items()))
