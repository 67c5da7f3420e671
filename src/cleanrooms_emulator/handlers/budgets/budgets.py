"""Budgets with what is left of them: ListPrivacyBudgets, ListCollaborationPrivacyBudgets, PreviewPrivacyImpact."""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.budgets.lookup import resource_of, templates_in_force
from cleanrooms_emulator.handlers.budgets.views import aggregation_limits, summary
from cleanrooms_emulator.handlers.tables.own_resources import children_of, membership_in_use, oldest_first
from cleanrooms_emulator.handlers.visibility import visible_collaboration
from cleanrooms_emulator.pagination import paginate
from cleanrooms_emulator.registry import operation
from cleanrooms_emulator.world.store import Document


@operation("ListPrivacyBudgets")
def list_budgets(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """List the budgets of one type of the caller's membership, one for each template."""
    templates = children_of(ctx, kinds.PRIVACY_BUDGET_TEMPLATE, params["membershipIdentifier"])
    return paginate(
        ctx,
        _summaries(ctx, templates, params),
        params,
        result_key="privacyBudgetSummaries",
        key=oldest_first,
        operation="ListPrivacyBudgets",
    )


@operation("ListCollaborationPrivacyBudgets")
def list_collaboration_budgets(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """List the budgets of one type of all members; everybody who sees the collaboration may (assumption)."""
    collaboration = visible_collaboration(ctx, params["collaborationIdentifier"])
    return paginate(
        ctx,
        _summaries(ctx, templates_in_force(ctx, collaboration["id"]), params),
        params,
        result_key="collaborationPrivacyBudgetSummaries",
        key=oldest_first,
        operation="ListCollaborationPrivacyBudgets",
    )


@operation("PreviewPrivacyImpact")
def preview_privacy_impact(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Estimate how many aggregations a policy would allow; changes nothing. The numbers are not those of AWS."""
    membership_in_use(ctx, params["membershipIdentifier"])
    limits = aggregation_limits(params["parameters"]["differentialPrivacy"])
    return {"privacyImpact": {"differentialPrivacy": {"aggregations": limits}}}


def _summaries(ctx: Context, templates: list[Document], params: dict[str, Any]) -> list[Document]:
    """The budgets of the type asked for, and of the resource if one is named (differential privacy has none)."""
    arn = params.get("accessBudgetResourceArn")
    return [
        summary(ctx, template)
        for template in templates
        if template["privacyBudgetType"] == params["privacyBudgetType"] and arn in (None, resource_of(template))
    ]
