"""What is unknown about privacy budgets."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class BudgetReadings:
    """How budgets are counted, renewed and reset."""
