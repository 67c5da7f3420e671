"""Intermediate tables: Create, Get, List, Update and DeleteIntermediateTable, and DisallowIntermediateTable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.handlers import kinds, quotas, tags
from cleanrooms_emulator.handlers.analyses.runners import runner_with
from cleanrooms_emulator.handlers.collaborations.roster import CAN_QUERY
from cleanrooms_emulator.handlers.memberships.own_memberships import moment_in
from cleanrooms_emulator.handlers.refusals import (
    MEMBERSHIP,
    access_denied,
    invalid_field,
    invalid_query,
    invalid_state,
    not_found,
    subresources_exist,
)
from cleanrooms_emulator.handlers.tables import departure, intermediate_state
from cleanrooms_emulator.handlers.tables.associations import check_name_is_free, child_resources
from cleanrooms_emulator.handlers.tables.columns import columns_of, listed
from cleanrooms_emulator.handlers.tables.directory import UsableTable, tables_of, usable_table
from cleanrooms_emulator.handlers.tables.inherited_constraints import kind_of, type_of
from cleanrooms_emulator.handlers.tables.intermediate_state import DISALLOWED, STARTED
from cleanrooms_emulator.handlers.tables.own_resources import (
    active_membership,
    children_of,
    find_child,
    membership_in_use,
    new_child,
    oldest_first,
)
from cleanrooms_emulator.handlers.tables.population_source import population_source
from cleanrooms_emulator.pagination import paginate
from cleanrooms_emulator.registry import operation
from cleanrooms_emulator.world.store import Document

DEFAULT_RETENTION_DAYS = 30
"""Service guide, creating an intermediate table."""

_KIND = kinds.INTERMEDIATE_TABLE
_TABLE_NAME = re.compile(r"[a-zA-Z0-9_](([a-zA-Z0-9_ ]+-)*([a-zA-Z0-9_ ]+))?")
_RESERVED = """
all and any as between by case cast create cross delete distinct drop else end except exists false from full group having in
inner insert intersect into is join left like limit natural not null on or order outer right select set table then true
union unique update using values when where with
"""
_RESERVED_WORDS = frozenset(_RESERVED.split())
_LONGEST_SHOWN_TYPE = 255


@operation("CreateIntermediateTable")
def create_intermediate_table(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Define a table by a query on other tables of the collaboration; it has no data until it is populated.

    For the member that can query. Name, query and retention are fixed from then on.
    """
    membership = active_membership(ctx, params["membershipIdentifier"])
    runner = runner_with(ctx, membership["id"], CAN_QUERY)
    _check_name(params["name"])
    check_name_is_free(ctx, membership["collaborationId"], params["name"])
    source = population_source(ctx, runner.collaboration, params["populationAnalysisConfiguration"])
    bases = _existing_tables(ctx, membership["collaborationId"], source.names, source.field)
    quotas.ensure_within(ctx.store, quotas.INTERMEDIATE_TABLES, len(children_of(ctx, _KIND, membership["id"])) + 1)
    table = {
        **new_child(ctx, membership, "intermediatetable"),
        **{name: params.get(name) for name in ("name", "description", "kmsKeyArn", "populationAnalysisConfiguration")},
        "retentionInDays": params.get("retentionInDays") or DEFAULT_RETENTION_DAYS,
        "tableDependencies": _dependencies(bases),
        "_base": [{"_kind": kind_of(each), "id": each.document["id"]} for each in bases],
        "_versions": [],
        "_columnTypes": {},
        "_ended": None,
        "_rules": {},
    }
    tags.attach(ctx, table["arn"], params.get("tags"))
    ctx.store.put(_KIND, table["id"], table)
    return {"intermediateTable": _shown(ctx, table)}


@operation("GetIntermediateTable")
def get_intermediate_table(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read one of the caller's tables."""
    return {"intermediateTable": _shown(ctx, own_intermediate_table(ctx, params))}


@operation("ListIntermediateTables")
def list_intermediate_tables(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """List the caller's tables under a membership, oldest first (the order is an assumption)."""
    return paginate(
        ctx,
        [_summary(ctx, each) for each in children_of(ctx, _KIND, params["membershipIdentifier"])],
        params,
        result_key="intermediateTableSummaries",
        key=oldest_first,
        operation="ListIntermediateTables",
    )


@operation("UpdateIntermediateTable")
def update_intermediate_table(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Change description, key, or the types of existing columns; everything else is fixed."""
    membership_in_use(ctx, params["membershipIdentifier"])
    found = own_intermediate_table(ctx, params)
    types = {each["name"]: each["type"] for each in params.get("columns") or []}
    strange = sorted(types.keys() - columns_of(ctx, found).keys())
    if strange:
        raise invalid_field("columns", f"The table has no columns {', '.join(strange)}; only types of existing ones can change")
    if any(len(each) > _LONGEST_SHOWN_TYPE for each in types.values()):
        raise invalid_field("columns", f"A type has at most {_LONGEST_SHOWN_TYPE} characters")
    given = {name: params[name] for name in ("description", "kmsKeyArn") if params.get(name) is not None}
    table = {
        **found,
        **given,
        "_columnTypes": {**found["_columnTypes"], **types},
        "updateTime": moment_in(ctx, found),
    }
    ctx.store.put(_KIND, table["id"], table)
    return {"intermediateTable": _shown(ctx, table)}


@operation("DeleteIntermediateTable")
def delete_intermediate_table(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Delete a table and its data. The call can be repeated (model, DeleteIntermediateTable).

    Refused while it is being populated (assumption). Tables made of it become BASE_TABLE_REMOVED, or it is refused
    because of them (assumption, switch deleteBaseTable).
    """
    table = find_child(ctx, _KIND, params["membershipIdentifier"], params["intermediateTableIdentifier"])
    if table is None:
        return {}
    if intermediate_state.status(ctx, table) == STARTED:
        raise invalid_state(MEMBERSHIP, table["id"], "The table is being populated; wait for it or cancel the query")
    if ctx.switches.delete_base_table == "409" and departure.children(ctx, table):
        raise subresources_exist(MEMBERSHIP, table["id"], "Intermediate tables were made of this table; delete them first")
    departure.remove_table(ctx, _KIND, table, moment_in(ctx, table))
    return {}


@operation("DisallowIntermediateTable")
def disallow_intermediate_table(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """End the use of a partner's intermediate table that was made of the caller's data, and of its descendants.

    For owners of one of its base tables, direct or not; the membership is the caller's own (assumption). A table
    that has ended already stays as it is.
    """
    membership = active_membership(ctx, params["membershipIdentifier"])
    table = _named(ctx, membership, params["intermediateTableName"])
    if all(each["creatorAccountId"] != ctx.account for each in table["tableDependencies"]):
        raise access_denied(f"Intermediate table {table['name']} uses no table of account {ctx.account}")
    cascades = params.get("includeDescendants") is not False
    descendants = departure.dependents(ctx, table) if cascades else []
    moment = moment_in(ctx, table)
    for each in [table, *descendants]:
        departure.end(
            ctx, each, DISALLOWED, f"Account {ctx.account}, owner of a base table, disallowed {table['name']}", moment
        )
    return {}


def own_intermediate_table(ctx: Context, params: dict[str, Any]) -> Document:
    """The table that the parameters name; to all but its owner it does not exist (model: only the owner can call)."""
    id = params["intermediateTableIdentifier"]
    table = find_child(ctx, _KIND, params["membershipIdentifier"], id)
    if table is None:
        raise missing_table(params["membershipIdentifier"], id)
    return table


def missing_table(membership_id: str, name: str) -> ServiceError:
    """404; the model knows no type for intermediate tables, so that of what they are under is given."""
    return not_found(MEMBERSHIP, name, f"Membership {membership_id} has no intermediate table {name}")


def _check_name(name: str) -> None:
    """A name must do as a table's name in SQL and in GetSchema (model, TableAlias), and be no reserved word.

    Source of the latter: service guide, creating an intermediate table; which words those are is an assumption.
    """
    if not _TABLE_NAME.fullmatch(name):
        raise invalid_field("name", "A name consists of letters, digits, underscores, blanks and hyphens")
    if name.lower() in _RESERVED_WORDS:
        raise invalid_field("name", f"{name} is a reserved word of SQL")


def _existing_tables(ctx: Context, collaboration_id: str, names: Iterable[str], field: str) -> list[UsableTable]:
    """The tables with these names, whether they can be used now or not."""
    present = {each["name"].lower(): each for each in tables_of(ctx, collaboration_id)}
    strange = sorted(set(names) - present.keys())
    if strange:
        raise invalid_query(field, f"The collaboration has no table {', '.join(strange)}")
    return [usable_table(ctx, present[name]) for name in sorted(names)]


def _dependencies(bases: Iterable[UsableTable]) -> list[dict[str, Any]]:
    direct = list(bases)
    arns = {each.arn for each in direct}
    indirect = {each.arn: each for base in direct for each in _nested(base) if each.arn not in arns}
    return [_dependency(each, "DIRECT") for each in direct] + [_dependency(each, "INDIRECT") for each in indirect.values()]


def _nested(table: UsableTable) -> Iterator[UsableTable]:
    for base in table.base:
        yield base
        yield from _nested(base)


def _dependency(table: UsableTable, parent_type: str) -> dict[str, Any]:
    return {
        "id": table.document["id"],
        "name": table.name,
        "type": type_of(table),
        "parentType": parent_type,
        "creatorAccountId": table.owner,
    }


def _named(ctx: Context, membership: Document, name: str) -> Document:
    for table in tables_of(ctx, membership["collaborationId"]):
        if "_versions" in table and table["name"].lower() == name.lower():
            return table
    raise missing_table(membership["id"], name)


def _shown(ctx: Context, table: Document) -> Document:
    populated = intermediate_state.latest_success(ctx, table) is not None
    return {
        **_summary(ctx, table),
        "childResources": child_resources(ctx, table),
        "intermediateTableVersion": intermediate_state.active_version(ctx, table),
        "schema": {"columns": listed(columns_of(ctx, table))} if populated else None,
    }


def _summary(ctx: Context, table: Document) -> Document:
    return {
        **table,
        "status": intermediate_state.status(ctx, table),
        "analysisRuleTypes": list(table["_rules"]),
    }
