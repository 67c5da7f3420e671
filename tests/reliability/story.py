"""What a story is made of: stack files, the steps that people take with them, and the end that they lead to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from inspect import cleandoc
from typing import Any

Config = Mapping[str, Any]
"""A stack file; ``$collaboration`` in it stands for the id of the one collaboration that there is when it is put in place."""


@dataclass(frozen=True)
class Edit:
    """From now on the stack file of a stack reads so."""

    stack: str
    config: Config


@dataclass(frozen=True)
class Up:
    """A run of a stack: ``pulumi up --skip-preview --continue-on-error``."""

    stack: str


@dataclass(frozen=True)
class Acknowledge:
    """Every danger that a preview of the stack now refuses is acknowledged in its file, under the entry of a key.

    ``section`` is where the entry is; the dangers of a membership's budgets are its own.
    """

    stack: str
    key: str
    section: str = "collaborations"


@dataclass(frozen=True)
class LoseState:
    """The state of a stack is lost."""

    stack: str


class Deed(Enum):
    """What somebody does in the console; where there is nothing to do it with, nothing happens."""

    JOIN = "joins"
    LEAVE = "leaves"
    APPROVE = "approves everything that waits for its vote"
    DENY = "denies everything that waits for its vote"
    CANCEL = "cancels every open change request"
    COMMIT = "commits every approved change request"
    FILE = "files a change request that no stack file asks for"
    DELETE = "deletes the collaboration"


@dataclass(frozen=True)
class Console:
    """An account does something in the console."""

    account: str
    deed: Deed


Step = Edit | Up | Acknowledge | LoseState | Console


@dataclass(frozen=True)
class Story:
    """One thing that happens to a collaboration, from a start that earlier steps have brought about.

    Parameters: ``begin`` are the steps before it; ``steps`` are those during which things may go wrong; ``end`` is the world
    afterwards, in the lines of ``world_view.lines``.
    """

    name: str
    begin: tuple[Step, ...]
    steps: tuple[Step, ...]
    end: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "end", cleandoc(self.end))

    def __str__(self) -> str:
        return self.name.replace(" ", "-")
