"""What is unknown about queries, jobs and machine learning."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class AnalysisReadings:
    """Who pays for an analysis, and what it takes from the budgets."""
