"""What an analysis takes from the privacy budgets of the tables it uses.

Sources: service guide, pages on access budgets, intermediate tables and differential privacy. One unit for each
table, whatever the number of mentions, taken when the analysis is accepted (assumptions).
"""

from __future__ import annotations

from collections.abc import Iterable

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.handlers.analyses.sql_tables import aggregations_in
from cleanrooms_emulator.handlers.budgets import charging
from cleanrooms_emulator.handlers.tables.directory import UsableTable


def charged_by(tables: Iterable[UsableTable]) -> list[str]:
    """The ARNs of which using these tables takes one unit each: theirs and, nested, those of their base tables."""
    return sorted({arn for table in tables for arn in table.charged})


def charge_use(ctx: Context, collaboration_id: str, tables: Iterable[UsableTable], sql: str | None) -> list[str] | None:
    """Take what using `tables` costs from all budgets on them, or nothing at all.

    `sql` is the query, which the differential privacy budget is charged for; None for jobs.

    Returns what `charging.give_back` needs. When a budget is used up, or protected tables have none: raises
    ValidationException, or takes nothing and returns None, so that the caller lets the analysis fail (assumption,
    switch budgetExhausted).
    """
    used = list(tables)
    arns = charged_by(used)
    protected = any(table.differentially_private for table in used)
    aggregations = aggregations_in(sql) if protected and sql is not None else {}
    problem = _problem(charging.exhausted(ctx, collaboration_id, arns))
    if problem is None and protected and charging.privacy_exhausted(ctx, collaboration_id, aggregations):
        problem = "The differential privacy budget of the collaboration does not suffice"
    if problem is not None:
        if ctx.switches.budget_exhausted == "FAILED":
            return None
        raise ServiceError("ValidationException", problem, reason="INVALID_CONFIGURATION")
    if protected:
        charging.take_privacy(ctx, collaboration_id, aggregations)
    return charging.take(ctx, collaboration_id, arns)


def _problem(exhausted: list[str]) -> str | None:
    return f"The access budget is used up of {', '.join(sorted(exhausted))}" if exhausted else None
