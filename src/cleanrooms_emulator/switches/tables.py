"""What is unknown about tables and what is made of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class TableReadings:
    """What becomes of things when others go away."""
