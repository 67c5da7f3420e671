"""Which tables an analysis may use."""

from __future__ import annotations

from collections.abc import Iterable

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import quotas
from cleanrooms_emulator.handlers.refusals import invalid_query
from cleanrooms_emulator.handlers.tables.directory import UsableTable, usable_tables


def named_tables(ctx: Context, collaboration_id: str, names: Iterable[str], field: str) -> list[UsableTable]:
    """The tables of the collaboration with these lower-case names.

    Raises ValidationException INVALID_QUERY on `field` for names that no usable table has, and
    ServiceQuotaExceededException for more tables than one query may use (service guide, quotas page).
    """
    wanted = sorted(set(names))
    usable = usable_tables(ctx, collaboration_id)
    missing = [name for name in wanted if name not in usable]
    if missing:
        raise invalid_query(field, f"The collaboration has no usable table {', '.join(missing)}")
    quotas.ensure_within(ctx.store, quotas.TABLES_PER_QUERY, len(wanted))
    tables = [usable[name] for name in wanted]
    _check_protection(tables, field)
    return tables


def _check_protection(tables: Iterable[UsableTable], field: str) -> None:
    owners = sorted({owner for table in tables for owner in _protected_by(table)})
    if len(owners) > 1:
        raise invalid_query(
            field,
            f"Tables that {' and '.join(owners)} protect by differential privacy cannot be used in one analysis",
        )


def _protected_by(table: UsableTable) -> set[str]:
    """Who protects the table, or a table it was made of (service guide, differential privacy)."""
    below = {owner for base in table.base for owner in _protected_by(base)}
    return below or ({table.owner} if table.differentially_private else set())
