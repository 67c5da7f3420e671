"""Collaboration analysis rules: Create, Get, Update and DeleteConfiguredTableAssociationAnalysisRule.

They say for one collaboration who may get results and which further analyses are allowed.
"""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.refusals import CONFIGURED_TABLE_ASSOCIATION, already_exists, not_found
from cleanrooms_emulator.handlers.tables import analysis_rules
from cleanrooms_emulator.handlers.tables.analysis_rules import Rule
from cleanrooms_emulator.handlers.tables.associations import own_association
from cleanrooms_emulator.handlers.tables.own_resources import active_membership, missing, moment_in
from cleanrooms_emulator.registry import operation
from cleanrooms_emulator.world.store import Document


@operation("CreateConfiguredTableAssociationAnalysisRule")
def create_rule(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Give an association its rule; it can have one only (CloudFormation schema of the association)."""
    active_membership(ctx, params["membershipIdentifier"])
    association = own_association(ctx, params)
    if association["_rules"]:
        raise already_exists(
            CONFIGURED_TABLE_ASSOCIATION,
            association["id"],
            f"The association has an analysis rule: {', '.join(association['_rules'])}",
        )
    analysis_rules.checked_body(params["analysisRulePolicy"], params["analysisRuleType"])
    rule = analysis_rules.new_rule(params["analysisRulePolicy"], moment_in(ctx, association))
    return _kept(ctx, association, params["analysisRuleType"], rule)


@operation("GetConfiguredTableAssociationAnalysisRule")
def get_rule(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read the rule of that type."""
    association = own_association(ctx, params)
    type = params["analysisRuleType"]
    return {"analysisRule": _shown(association, type, _rule(association, type))}


@operation("UpdateConfiguredTableAssociationAnalysisRule")
def update_rule(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Replace the policy of the rule."""
    active_membership(ctx, params["membershipIdentifier"])
    association = own_association(ctx, params)
    rule = _rule(association, params["analysisRuleType"])
    analysis_rules.checked_body(params["analysisRulePolicy"], params["analysisRuleType"])
    changed = {**rule, "policy": params["analysisRulePolicy"], "updateTime": moment_in(ctx, association)}
    return _kept(ctx, association, params["analysisRuleType"], changed)


@operation("DeleteConfiguredTableAssociationAnalysisRule")
def delete_rule(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Take the rule away."""
    association = own_association(ctx, params)
    type = params["analysisRuleType"]
    try:
        _rule(association, type)
    except ServiceError as error:
        return missing(ctx, error)
    changed = analysis_rules.without_rule(association, type, moment_in(ctx, association))
    ctx.store.put(kinds.CONFIGURED_TABLE_ASSOCIATION, association["id"], changed)
    return {}


def _rule(association: Document, type: str) -> Rule:
    rule: Rule | None = association["_rules"].get(type)
    if rule is None:
        raise not_found(CONFIGURED_TABLE_ASSOCIATION, association["id"], f"The association has no analysis rule of type {type}")
    return rule


def _kept(ctx: Context, association: Document, type: str, rule: Rule) -> dict[str, Any]:
    changed = analysis_rules.with_rule(association, type, rule)
    ctx.store.put(kinds.CONFIGURED_TABLE_ASSOCIATION, association["id"], changed)
    return {"analysisRule": _shown(association, type, rule)}


def _shown(association: Document, type: str, rule: Rule) -> Document:
    return {
        **rule,
        "type": type,
        "membershipIdentifier": association["membershipId"],
        "configuredTableAssociationId": association["id"],
        "configuredTableAssociationArn": association["arn"],
    }
