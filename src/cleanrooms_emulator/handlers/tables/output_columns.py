"""The columns of what a Spark SQL query returns, as far as its text tells.

There is no data here, so types come from the tables' columns where a column is passed on as it is, and are `string`
everywhere else. An expression without a usable name becomes `_c` and its position (assumptions).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

Columns = Mapping[str, str]
"""Name of a column -> its type."""

UNKNOWN_TYPE = "string"
_NAME = re.compile(r"[a-z0-9_](([a-z0-9_ ]+-)*([a-z0-9_ ]+))?")


def output_columns(sql: str, tables: Mapping[str, Columns]) -> dict[str, str]:
    """The columns that a query returns, in order.

    `tables` are those it reads, by lower-case name. The text must be a query; `sql_tables.tables_in` refuses others.
    """
    return _of_query(_parsed(sql), dict(tables))


@lru_cache(maxsize=32)
def _parsed(sql: str) -> Expr:
    from sqlglot import parse_one

    return parse_one(sql, read="spark")


def _of_query(query: Expr, known: dict[str, Columns]) -> dict[str, str]:
    from sqlglot import exp

    clause = query.args.get("with_")
    for cte in clause.expressions if clause is not None else ():
        known = {**known, cte.alias.lower(): _of_query(cte.this, known)}
    if isinstance(query, exp.SetOperation):
        return _of_query(query.left, known)
    if isinstance(query, exp.Subquery):
        return _of_query(query.this, known)
    sources = dict(_sources(query, known))
    columns: dict[str, str] = {}
    for position, projection in enumerate(query.expressions if isinstance(query, exp.Select) else ()):
        for name, type in _of_projection(projection, sources, position):
            columns.setdefault(name, type)
    return columns


def _sources(select: Expr, known: dict[str, Columns]) -> Iterator[tuple[str, Columns]]:
    """What a SELECT reads from, by the names that its expressions use."""
    from sqlglot import exp

    start = select.args.get("from_")
    for clause in ([start] if start is not None else []) + list(select.args.get("joins") or []):
        source = clause.this
        if isinstance(source, exp.Table):
            yield source.alias_or_name.lower(), known.get(source.name.lower(), {})
        elif isinstance(source, exp.Subquery):
            yield source.alias_or_name.lower(), _of_query(source.this, known)


def _of_projection(projection: Expr, sources: dict[str, Columns], position: int) -> Iterator[tuple[str, str]]:
    from sqlglot import exp

    if isinstance(projection, exp.Star):
        for columns in sources.values():
            yield from columns.items()
        return
    column = projection.this if isinstance(projection, exp.Alias) else projection
    if not isinstance(column, exp.Column):
        yield _usable(projection.alias_or_name, position), UNKNOWN_TYPE
        return
    origin = [sources.get(column.table.lower(), {})] if column.table else list(sources.values())
    if isinstance(column.this, exp.Star):
        for columns in origin:
            yield from columns.items()
        return
    name = column.name.lower()
    type = next((columns[name] for columns in origin if name in columns), UNKNOWN_TYPE)
    yield _usable(projection.alias_or_name, position), type


def _usable(name: str, position: int) -> str:
    lowered = name.lower()
    return lowered if _NAME.fullmatch(lowered) and len(lowered) <= 128 else f"_c{position}"
