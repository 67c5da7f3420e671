"""The analysis rule of an intermediate table: Create, Get, Update and DeleteIntermediateTableAnalysisRule."""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.memberships.own_memberships import moment_in
from cleanrooms_emulator.handlers.refusals import MEMBERSHIP, invalid_configuration
from cleanrooms_emulator.handlers.tables import analysis_rules, inherited_constraints, intermediate_state, rule_checks
from cleanrooms_emulator.handlers.tables.analysis_rules import Rule
from cleanrooms_emulator.handlers.tables.columns import columns_of
from cleanrooms_emulator.handlers.tables.directory import usable_table
from cleanrooms_emulator.handlers.tables.intermediate_tables import own_intermediate_table
from cleanrooms_emulator.handlers.tables.own_resources import active_membership
from cleanrooms_emulator.handlers.tables.rule_keeping import RuleKeeping
from cleanrooms_emulator.registry import operation
from cleanrooms_emulator.world.store import Document


@operation("CreateIntermediateTableAnalysisRule")
def create_rule(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Give a table its rule, without which it cannot be used."""
    active_membership(ctx, params["membershipIdentifier"])
    table = own_intermediate_table(ctx, params)
    _RULES.check_has_none(table)
    _check(ctx, table, params)
    analysis_rules.check_size(ctx, params["analysisRulePolicy"])
    return _RULES.create(ctx, table, params)


@operation("GetIntermediateTableAnalysisRule")
def get_rule(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read the rule."""
    return _RULES.read(own_intermediate_table(ctx, params), params["analysisRuleType"])


@operation("UpdateIntermediateTableAnalysisRule")
def update_rule(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Replace the policy of the rule."""
    active_membership(ctx, params["membershipIdentifier"])
    table = own_intermediate_table(ctx, params)
    _RULES.rule(table, params["analysisRuleType"])
    _check(ctx, table, params)
    return _RULES.update(ctx, table, params)


@operation("DeleteIntermediateTableAnalysisRule")
def delete_rule(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Take the rule away; the table cannot be used until it has a new one."""
    return _RULES.delete(ctx, own_intermediate_table(ctx, params), params["analysisRuleType"])


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


def _shown(table: Document, type: str, rule: Rule) -> Document:
    return {
        "intermediateTableIdentifier": table["id"],
        "intermediateTableArn": table["arn"],
        "analysisRulePolicy": rule["policy"],
        "analysisRuleType": type,
        "createTime": rule["createTime"],
        "updateTime": rule["updateTime"],
    }


_RULES = RuleKeeping(kinds.INTERMEDIATE_TABLE, MEMBERSHIP, "intermediate table", _shown, moment_in)
