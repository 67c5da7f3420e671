"""Collaboration analysis rules: Create, Get, Update and DeleteConfiguredTableAssociationAnalysisRule.

They say for one collaboration who may get results and which further analyses are allowed. An association can have
one only (CloudFormation schema of the association).
"""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.memberships.own_memberships import moment_in
from cleanrooms_emulator.handlers.refusals import CONFIGURED_TABLE_ASSOCIATION
from cleanrooms_emulator.handlers.tables import analysis_rules
from cleanrooms_emulator.handlers.tables.analysis_rules import Rule
from cleanrooms_emulator.handlers.tables.associations import own_association
from cleanrooms_emulator.handlers.tables.own_resources import active_membership
from cleanrooms_emulator.handlers.tables.rule_keeping import RuleKeeping
from cleanrooms_emulator.registry import operation
from cleanrooms_emulator.world.store import Document


@operation("CreateConfiguredTableAssociationAnalysisRule")
def create_rule(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Give an association its rule."""
    active_membership(ctx, params["membershipIdentifier"])
    association = own_association(ctx, params)
    _RULES.check_has_none(association)
    analysis_rules.checked_body(params["analysisRulePolicy"], params["analysisRuleType"])
    return _RULES.create(ctx, association, params)


@operation("GetConfiguredTableAssociationAnalysisRule")
def get_rule(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read the rule of that type."""
    return _RULES.read(own_association(ctx, params), params["analysisRuleType"])


@operation("UpdateConfiguredTableAssociationAnalysisRule")
def update_rule(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Replace the policy of the rule."""
    active_membership(ctx, params["membershipIdentifier"])
    association = own_association(ctx, params)
    _RULES.rule(association, params["analysisRuleType"])
    analysis_rules.checked_body(params["analysisRulePolicy"], params["analysisRuleType"])
    return _RULES.update(ctx, association, params)


@operation("DeleteConfiguredTableAssociationAnalysisRule")
def delete_rule(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Take the rule away."""
    return _RULES.delete(ctx, own_association(ctx, params), params["analysisRuleType"])


def _shown(association: Document, type: str, rule: Rule) -> Document:
    return {
        **rule,
        "type": type,
        "membershipIdentifier": association["membershipId"],
        "configuredTableAssociationId": association["id"],
        "configuredTableAssociationArn": association["arn"],
    }


_RULES = RuleKeeping(kinds.CONFIGURED_TABLE_ASSOCIATION, CONFIGURED_TABLE_ASSOCIATION, "association", _shown, moment_in)
