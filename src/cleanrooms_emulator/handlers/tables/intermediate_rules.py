"""The analysis rule of an intermediate table: Create, Get, Update and DeleteIntermediateTableAnalysisRule."""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.refusals import MEMBERSHIP, already_exists, invalid_configuration, not_found
from cleanrooms_emulator.handlers.tables import analysis_rules, inherited_constraints, intermediate_state, rule_checks
from cleanrooms_emulator.handlers.tables.analysis_rules import Rule
from cleanrooms_emulator.handlers.tables.columns import columns_of
from cleanrooms_emulator.handlers.tables.directory import usable_table
from cleanrooms_emulator.handlers.tables.intermediate_tables import own_intermediate_table
from cleanrooms_emulator.handlers.tables.own_resources import active_membership, missing, moment_in
from cleanrooms_emulator.registry import operation
from cleanrooms_emulator.world.store import Document


@operation("CreateIntermediateTableAnalysisRule")
def create_rule(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Give a table its rule, without which it cannot be used."""
    active_membership(ctx, params["membershipIdentifier"])
    table = own_intermediate_table(ctx, params)
    if table["_rules"]:
        raise already_exists(MEMBERSHIP, table["id"], "The intermediate table has an analysis rule")
    _check(ctx, table, params)
    analysis_rules.check_size(ctx, params["analysisRulePolicy"])
    rule = analysis_rules.new_rule(params["analysisRulePolicy"], moment_in(ctx, table))
    return _kept(ctx, table, params["analysisRuleType"], rule)


@operation("GetIntermediateTableAnalysisRule")
def get_rule(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read the rule."""
    table = own_intermediate_table(ctx, params)
    type = params["analysisRuleType"]
    return {"analysisRule": _shown(table, type, _rule(table, type))}


@operation("UpdateIntermediateTableAnalysisRule")
def update_rule(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Replace the policy of the rule."""
    active_membership(ctx, params["membershipIdentifier"])
    table = own_intermediate_table(ctx, params)
    rule = _rule(table, params["analysisRuleType"])
    _check(ctx, table, params)
    changed = {**rule, "policy": params["analysisRulePolicy"], "updateTime": moment_in(ctx, table)}
    return _kept(ctx, table, params["analysisRuleType"], changed)


@operation("DeleteIntermediateTableAnalysisRule")
def delete_rule(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Take the rule away; the table cannot be used until it has a new one."""
    table = own_intermediate_table(ctx, params)
    type = params["analysisRuleType"]
    try:
        _rule(table, type)
    except ServiceError as error:
        return missing(ctx, error)
    changed = analysis_rules.without_rule(table, type, moment_in(ctx, table))
    ctx.store.put(kinds.INTERMEDIATE_TABLE, table["id"], changed)
    return {}


def _check(ctx: Context, table: Document, params: dict[str, Any]) -> None:
    """A rule names existing columns (once they are known) and, on others' data, loosens nothing that is inherited.

    Source of the latter: service guide, analysis rule of an intermediate table.
    """
    type = params["analysisRuleType"]
    said = analysis_rules.checked_body(params["analysisRulePolicy"], type)
    rule_checks.check_custom(said)
    columns = columns_of(ctx, table)
    if columns:
        rule_checks.check_columns(type, said, columns)
    version = intermediate_state.active_version(ctx, table)
    if version is not None and inherited_constraints.is_multi_party(usable_table(ctx, table)):
        problem = inherited_constraints.violation(version["inheritedConstraints"], said)
        if problem is not None:
            raise invalid_configuration("analysisRulePolicy", problem)


def _rule(table: Document, type: str) -> Rule:
    rule: Rule | None = table["_rules"].get(type)
    if rule is None:
        raise not_found(MEMBERSHIP, table["id"], f"The intermediate table has no analysis rule of type {type}")
    return rule


def _kept(ctx: Context, table: Document, type: str, rule: Rule) -> dict[str, Any]:
    ctx.store.put(kinds.INTERMEDIATE_TABLE, table["id"], analysis_rules.with_rule(table, type, rule))
    return {"analysisRule": _shown(table, type, rule)}


def _shown(table: Document, type: str, rule: Rule) -> Document:
    return {
        "intermediateTableIdentifier": table["id"],
        "intermediateTableArn": table["arn"],
        "analysisRulePolicy": rule["policy"],
        "analysisRuleType": type,
        "createTime": rule["createTime"],
        "updateTime": rule["updateTime"],
    }
