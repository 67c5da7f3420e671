"""What a Spark SQL query reads and aggregates.

The parser is imported when the first query comes, so that the service starts as quickly without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

_AGGREGATES_BY_NAME = {"mean": "AVG", "std": "STDDEV", "try_avg": "AVG", "try_sum": "SUM"}
"""Spark's other names for the same functions, which the parser does not know as aggregates."""

_RAISES_ERROR = "raise_error"


@dataclass(frozen=True, slots=True)
class Aggregation:
    """One use of an aggregate function: `type` is a DifferentialPrivacyAggregationType, `expression` its argument."""

    type: str
    expression: str


def tables_in(sql: str) -> frozenset[str]:
    """The lower-case names of the tables that a query reads, each once.

    Names of common table expressions are no tables where they are in scope; of `db.table` the last part counts.
    Raises ValueError, with what is wrong, when the text is not one query in Spark SQL.
    """
    return _read(sql).tables


def aggregations(sql: str) -> tuple[Aggregation, ...]:
    """The uses of aggregate functions that differential privacy knows (model, DifferentialPrivacyAggregationType).

    Raises ValueError as `tables_in` does.
    """
    return _read(sql).aggregations


def aggregations_in(sql: str) -> dict[str, int]:
    """How often a query uses which type of aggregation. Raises ValueError as `tables_in` does."""
    counted: dict[str, int] = {}
    for each in aggregations(sql):
        counted[each.type] = counted.get(each.type, 0) + 1
    return counted


def raises_error(sql: str) -> bool:
    """Whether a query calls Spark's `raise_error`, and so fails when it runs. Raises ValueError as `tables_in` does."""
    return _read(sql).raises_error


@dataclass(frozen=True, slots=True)
class _Reading:
    tables: frozenset[str]
    aggregations: tuple[Aggregation, ...]
    raises_error: bool


@lru_cache(maxsize=32)
def _read(sql: str) -> _Reading:
    try:
        query = _parsed(sql)
        return _Reading(
            tables=frozenset(_table_names(query)),
            aggregations=tuple(_aggregations(query)),
            raises_error=any(name == _RAISES_ERROR for name in _unknown_functions(query)),
        )
    except RecursionError:
        raise ValueError("The query is nested too deeply") from None


def _parsed(sql: str) -> Expr:
    from sqlglot import exp, parse
    from sqlglot.errors import SqlglotError

    try:
        statements = [each for each in parse(sql, read="spark") if each is not None and not isinstance(each, exp.Semicolon)]
    except SqlglotError as error:
        raise ValueError(f"The query is not Spark SQL: {_first_problem(error)}") from None
    if len(statements) != 1:
        raise ValueError(f"The text holds {len(statements)} statements; give one query")
    (statement,) = statements
    if not isinstance(statement, exp.Query) or (isinstance(statement, exp.Select) and not statement.expressions):
        raise ValueError("The text is not a query: it has to begin with SELECT or WITH")
    return statement


def _first_problem(error: Exception) -> str:
    found = getattr(error, "errors", None)
    if not found:
        return str(error).splitlines()[0]
    description = str(found[0]["description"]).partition(" for <class")[0]
    return f"{description} (line {found[0]['line']}, column {found[0]['col']})"


@dataclass(frozen=True, slots=True)
class _Scope:
    """The common table expressions that are visible: of `names` those before `limit`, and those of `outer`."""

    names: Mapping[str, int]
    limit: int
    outer: _Scope | None

    def holds(self, name: str) -> bool:
        scope: _Scope | None = self
        while scope is not None:
            if scope.names.get(name, scope.limit) < scope.limit:
                return True
            scope = scope.outer
        return False


def _table_names(query: Expr) -> Iterator[str]:
    """Walks with the scope of each place; an expression sees those defined before it, a recursive one itself too."""
    from sqlglot import exp

    waiting = [(query, _Scope({}, 0, None))]
    while waiting:
        node, scope = waiting.pop()
        clause = node.args.get("with_")
        if clause is not None:
            names: dict[str, int] = {}
            for position, cte in enumerate(clause.expressions):
                names.setdefault(cte.alias.lower(), position)
                limit = position + 1 if clause.args.get("recursive") else position
                waiting.append((cte.this, _Scope(names, limit, scope)))
            scope = _Scope(names, len(clause.expressions), scope)
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Parameter | exp.Placeholder):
            raise ValueError("The name of a table cannot be a parameter")
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            name = node.name.lower()
            if node.db or not scope.holds(name):
                yield name
        waiting += [(child, scope) for child in node.iter_expressions() if child is not clause]


def _aggregations(query: Expr) -> Iterator[Aggregation]:
    from sqlglot import exp

    types: tuple[tuple[type[Expr], str], ...] = (
        (exp.Avg, "AVG"),
        (exp.Sum, "SUM"),
        (exp.Stddev, "STDDEV"),
        (exp.StddevSamp, "STDDEV"),
        (exp.StddevPop, "STDDEV"),
    )
    for node in query.walk(bfs=False):
        if isinstance(node, exp.Count):
            type_ = "COUNT_DISTINCT" if isinstance(node.this, exp.Distinct) else "COUNT"
        elif isinstance(node, exp.Anonymous):
            type_ = _AGGREGATES_BY_NAME.get(node.name.lower(), "")
        else:
            type_ = next((name for kind, name in types if isinstance(node, kind)), "")
        if type_:
            yield Aggregation(type_, _argument(node))


def _argument(call: Expr) -> str:
    from sqlglot import exp

    arguments = list(call.expressions) if isinstance(call, exp.Anonymous) else [call.this]
    if arguments and isinstance(arguments[0], exp.Distinct):
        arguments = list(arguments[0].expressions)
    return ", ".join(each.sql(dialect="spark") for each in arguments) or "*"


def _unknown_functions(query: Expr) -> Iterator[str]:
    from sqlglot import exp

    return (str(node.name).lower() for node in query.find_all(exp.Anonymous))
