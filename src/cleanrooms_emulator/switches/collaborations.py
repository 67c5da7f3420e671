"""What is unknown about collaborations and their members."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cleanrooms_emulator.switches.reading import switch


@dataclass(frozen=True, kw_only=True)
class CollaborationReadings:
    """Who sees what, and what belongs to the creator."""

    not_found: Literal["403", "404"] = switch(
        "403",
        meaning="A collaboration that the caller cannot see: AccessDeniedException, or "
        "ResourceNotFoundException where the operation declares it.",
        known="Get, Update and DeleteCollaboration declare no ResourceNotFoundException and answer 403.",
        source="model; acceptance tests of other tools",
    )
