"""The analysis rule of a configured table: Create, Get, Update and DeleteConfiguredTableAnalysisRule."""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.refusals import CONFIGURED_TABLE, already_exists, not_found
from cleanrooms_emulator.handlers.tables import analysis_rules
from cleanrooms_emulator.handlers.tables.analysis_rules import Rule
from cleanrooms_emulator.handlers.tables.configured_tables import check_rule_suits
from cleanrooms_emulator.handlers.tables.own_resources import missing, own_configured_table
from cleanrooms_emulator.registry import operation
from cleanrooms_emulator.world.store import Document


@operation("CreateConfiguredTableAnalysisRule")
def create_rule(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Give a table its analysis rule; it can have one only (model, CreateConfiguredTableAnalysisRule)."""
    table = own_configured_table(ctx, params["configuredTableIdentifier"])
    if table["_rules"]:
        raise already_exists(CONFIGURED_TABLE, table["id"], f"The table has an analysis rule: {', '.join(table['_rules'])}")
    _check(ctx, table, params)
    rule = analysis_rules.new_rule(params["analysisRulePolicy"], ctx.now)
    return _kept(ctx, table, params["analysisRuleType"], rule)


@operation("GetConfiguredTableAnalysisRule")
def get_rule(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read the rule of that type."""
    table = own_configured_table(ctx, params["configuredTableIdentifier"])
    return {"analysisRule": _shown(table, params["analysisRuleType"], _rule(table, params["analysisRuleType"]))}


@operation("UpdateConfiguredTableAnalysisRule")
def update_rule(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Replace the policy of the rule."""
    table = own_configured_table(ctx, params["configuredTableIdentifier"])
    rule = _rule(table, params["analysisRuleType"])
    _check(ctx, table, params)
    changed = {**rule, "policy": params["analysisRulePolicy"], "updateTime": ctx.now}
    return _kept(ctx, table, params["analysisRuleType"], changed)


@operation("DeleteConfiguredTableAnalysisRule")
def delete_rule(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Take the rule away; the table cannot be analysed without one, wherever it is associated."""
    table = own_configured_table(ctx, params["configuredTableIdentifier"])
    try:
        _rule(table, params["analysisRuleType"])
    except ServiceError as error:
        return missing(ctx, error)
    changed = analysis_rules.without_rule(table, params["analysisRuleType"], ctx.now)
    ctx.store.put(kinds.CONFIGURED_TABLE, table["id"], changed)
    return {}


def _check(ctx: Context, table: Document, params: dict[str, Any]) -> None:
    type = params["analysisRuleType"]
    said = analysis_rules.checked_body(params["analysisRulePolicy"], type)
    check_rule_suits(table, type, said)
    analysis_rules.check_size(ctx, params["analysisRulePolicy"])


def _rule(table: Document, type: str) -> Rule:
    rule: Rule | None = table["_rules"].get(type)
    if rule is None:
        raise not_found(CONFIGURED_TABLE, table["id"], f"The table has no analysis rule of type {type}")
    return rule


def _kept(ctx: Context, table: Document, type: str, rule: Rule) -> dict[str, Any]:
    ctx.store.put(kinds.CONFIGURED_TABLE, table["id"], analysis_rules.with_rule(table, type, rule))
    return {"analysisRule": _shown(table, type, rule)}


def _shown(table: Document, type: str, rule: Rule) -> Document:
    return {**rule, "type": type, "configuredTableId": table["id"], "configuredTableArn": table["arn"]}
