"""Configured tables: Create, Get, List, Update and DeleteConfiguredTable.

What a table refers to (Glue, Athena, Snowflake, Databricks) is taken as it is: nothing of that is played here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.handlers import kinds, quotas, tags
from cleanrooms_emulator.handlers.refusals import (
    CONFIGURED_TABLE,
    invalid_configuration,
    invalid_field,
    subresources_exist,
)
from cleanrooms_emulator.handlers.tables import rule_checks
from cleanrooms_emulator.handlers.tables.analysis_rules import CUSTOM, body
from cleanrooms_emulator.handlers.tables.own_resources import missing, oldest_first, own_configured_table
from cleanrooms_emulator.pagination import paginate
from cleanrooms_emulator.registry import operation
from cleanrooms_emulator.world.store import Document

_GIVEN = ("name", "description", "tableReference", "allowedColumns", "analysisMethod", "selectedAnalysisMethods")
_MULTIPLE = "MULTIPLE"
_OUTSIDE_S3 = ("snowflake", "databricks")


@operation("CreateConfiguredTable")
def create_configured_table(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Describe a table of the caller's, to be used in collaborations later."""
    id = ctx.new_id()
    table: Document = {
        "id": id,
        "arn": ctx.arn("configuredtable", id),
        **{name: params.get(name) for name in _GIVEN},
        "createTime": ctx.now,
        "updateTime": ctx.now,
        "_account": ctx.account,
        "_region": ctx.region,
        "_rules": {},
    }
    _check(ctx, table)
    quotas.ensure_within(ctx.store, quotas.CONFIGURED_TABLES, len(_own_tables(ctx)) + 1)
    tags.attach(ctx, table["arn"], params.get("tags"))
    ctx.store.put(kinds.CONFIGURED_TABLE, id, table)
    return {"configuredTable": _shown(table)}


@operation("GetConfiguredTable")
def get_configured_table(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read one of the caller's tables."""
    return {"configuredTable": _shown(own_configured_table(ctx, params["configuredTableIdentifier"]))}


@operation("ListConfiguredTables")
def list_configured_tables(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """List the caller's tables, oldest first (the order is an assumption)."""
    return paginate(
        ctx,
        [_shown(each) for each in _own_tables(ctx)],
        params,
        result_key="configuredTableSummaries",
        key=oldest_first,
        operation="ListConfiguredTables",
    )


@operation("UpdateConfiguredTable")
def update_configured_table(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Change what is given; all of a table can be changed, and what is absent stays."""
    found = own_configured_table(ctx, params["configuredTableIdentifier"])
    given = {name: params[name] for name in _GIVEN if params.get(name) is not None}
    if given.get("analysisMethod", _MULTIPLE) != _MULTIPLE and "selectedAnalysisMethods" not in given:
        given["selectedAnalysisMethods"] = None
    table = {**found, **given, "updateTime": ctx.now}
    _check(ctx, table)
    ctx.store.put(kinds.CONFIGURED_TABLE, table["id"], table)
    return {"configuredTable": _shown(table)}


@operation("DeleteConfiguredTable")
def delete_configured_table(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Delete a table with its analysis rule; refused while it is associated to a collaboration (assumption)."""
    id = params["configuredTableIdentifier"]
    try:
        table = own_configured_table(ctx, id)
    except ServiceError as error:
        return missing(ctx, error)
    if any(each["configuredTableId"] == id for each in ctx.store.all(kinds.CONFIGURED_TABLE_ASSOCIATION)):
        raise subresources_exist(
            CONFIGURED_TABLE, id, "The table is associated to collaborations; delete the associations first"
        )
    ctx.store.delete(kinds.CONFIGURED_TABLE, id)
    tags.detach(ctx, table["arn"])
    return {}


def check_rule_suits(table: Document, type: str, said: Mapping[str, Any]) -> None:
    """Whether a table can have such an analysis rule; raises ValidationException.

    Tables outside S3 take CUSTOM rules only (service guide, adding an analysis rule).
    """
    if type != CUSTOM and any(each in table["tableReference"] for each in _OUTSIDE_S3):
        raise invalid_configuration(
            "analysisRuleType", "A table that is not in S3 can have an analysis rule of type CUSTOM only"
        )
    rule_checks.check_columns(type, said, table["allowedColumns"])
    if type == CUSTOM:
        rule_checks.check_custom(said)


def _check(ctx: Context, table: Document) -> None:
    methods = table.get("selectedAnalysisMethods")
    if methods is not None and len(set(methods)) < 2:
        raise invalid_field("selectedAnalysisMethods", "At least two analysis methods must be selected")
    if methods is not None and table["analysisMethod"] != _MULTIPLE:
        raise invalid_configuration("selectedAnalysisMethods", "Several methods need analysisMethod MULTIPLE")
    if len(set(table["allowedColumns"])) < len(table["allowedColumns"]):
        raise invalid_field("allowedColumns", "A column is named twice")
    quotas.ensure_within(ctx.store, quotas.COLUMNS, len(table["allowedColumns"]))
    for type, rule in table["_rules"].items():
        check_rule_suits(table, type, body(rule["policy"], type))


def _own_tables(ctx: Context) -> list[Document]:
    return [
        each
        for each in ctx.store.all(kinds.CONFIGURED_TABLE)
        if each["_account"] == ctx.account and each["_region"] == ctx.region
    ]


def _shown(table: Document) -> Document:
    (reference,) = (name for name, value in table["tableReference"].items() if value is not None)
    return {**table, "tableType": reference.upper(), "analysisRuleTypes": list(table["_rules"])}
