"""What is unknown about permissions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cleanrooms_emulator.switches.reading import switch


@dataclass(frozen=True, kw_only=True)
class PermissionReadings:
    """What conditions of policies see."""

    foreign_tags: Literal["hidden", "seen"] = switch(
        "hidden",
        meaning="Whether aws:ResourceTag in a policy sees the tags of another account's resource, "
        "such as those of the collaboration that a member acts on.",
        known="Collaborations support aws:ResourceTag; ListTagsForResource tells only the owner.",
        source="service authorization reference; assumption",
    )
