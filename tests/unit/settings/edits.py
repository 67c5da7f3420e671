"""Edits of the valid stack of these tests, one mistake each."""

from collections.abc import Callable
from typing import Any

from tests.unit.settings.stacks import RETAILER, Stack, a_stack

Edit = Callable[[Stack], None]

OURS = "collaborations retail-media"
"""The path of the collaboration, for edits."""

SHOWN = "cleanrooms:collaborations.retail-media"
"""The path of the collaboration, in findings."""

ANOTHER = {
    "creator": RETAILER,
    "region": "eu-west-1",
    "members": {RETAILER: {"displayName": "Retailer", "abilities": []}},
}
"""Another collaboration."""


def put(path: str, value: Any) -> Edit:
    """Return the edit of a stack that sets the value at a path of keys separated by blanks."""

    def edit(stack: Stack) -> None:
        *steps, last = path.split()
        place: Any = stack
        for step in steps:
            place = place.setdefault(step, {}) if isinstance(place, dict) else place[int(step)]
        place[last] = value

    return edit


def drop(path: str) -> Edit:
    """Return the edit of a stack that removes the key at a path."""

    def edit(stack: Stack) -> None:
        *steps, last = path.split()
        place: Any = stack
        for step in steps:
            place = place[step]
        del place[last]

    return edit


def edited(*edits: Edit) -> Stack:
    stack = a_stack()
    for edit in edits:
        edit(stack)
    return stack


def both(*edits: Edit) -> Edit:
    """Return one edit that makes several."""

    def edit(stack: Stack) -> None:
        for each in edits:
            each(stack)

    return edit
