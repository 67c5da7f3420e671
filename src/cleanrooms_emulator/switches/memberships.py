"""What is unknown about memberships and payers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cleanrooms_emulator.switches.reading import switch


@dataclass(frozen=True, kw_only=True)
class MembershipReadings:
    """What a member may accept and decline."""

    decline: Literal["allowed", "error"] = switch(
        "allowed",
        meaning="UpdateMembership with isResponsible FALSE by a payer: declines, or is refused.",
        known="The guide lets a payer clear the box later; the shape's text announces an error.",
        source="service guide, updating a membership; model, MembershipQueryComputePaymentConfig",
    )
