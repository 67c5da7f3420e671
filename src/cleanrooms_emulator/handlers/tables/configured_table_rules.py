"""The analysis rule of a configured table: Create, Get, Update and DeleteConfiguredTableAnalysisRule."""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.refusals import CONFIGURED_TABLE
from cleanrooms_emulator.handlers.tables import analysis_rules
from cleanrooms_emulator.handlers.tables.analysis_rules import Rule
from cleanrooms_emulator.handlers.tables.configured_tables import check_rule_suits
from cleanrooms_emulator.handlers.tables.own_resources import own_configured_table
from cleanrooms_emulator.handlers.tables.rule_keeping import RuleKeeping
from cleanrooms_emulator.registry import operation
from cleanrooms_emulator.world.store import Document


@operation("CreateConfiguredTableAnalysisRule")
def create_rule(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Give a table its analysis rule; it can have one only (model, CreateConfiguredTableAnalysisRule)."""
    table = own_configured_table(ctx, params["configuredTableIdentifier"])
    _RULES.check_has_none(table)
    _check(ctx, table, params)
    return _RULES.create(ctx, table, params)


@operation("GetConfiguredTableAnalysisRule")
def get_rule(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read the rule of that type."""
    return _RULES.read(own_configured_table(ctx, params["configuredTableIdentifier"]), params["analysisRuleType"])


@operation("UpdateConfiguredTableAnalysisRule")
def update_rule(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Replace the policy of the rule."""
    table = own_configured_table(ctx, params["configuredTableIdentifier"])
    _RULES.rule(table, params["analysisRuleType"])
    _check(ctx, table, params)
    return _RULES.update(ctx, table, params)


@operation("DeleteConfiguredTableAnalysisRule")
def delete_rule(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Take the rule away; the table cannot be analysed without one, wherever it is associated."""
    table = own_configured_table(ctx, params["configuredTableIdentifier"])
    return _RULES.delete(ctx, table, params["analysisRuleType"])


def _check(ctx: Context, table: Document, params: dict[str, Any]) -> None:
    type = params["analysisRuleType"]
    said = analysis_rules.checked_body(params["analysisRulePolicy"], type)
    check_rule_suits(table, type, said)
    analysis_rules.check_size(ctx, params["analysisRulePolicy"])


def _shown(table: Document, type: str, rule: Rule) -> Document:
    return {**rule, "type": type, "configuredTableId": table["id"], "configuredTableArn": table["arn"]}


def _now(ctx: Context, table: Document) -> float:
    return ctx.now


_RULES = RuleKeeping(kinds.CONFIGURED_TABLE, CONFIGURED_TABLE, "table", _shown, _now)
