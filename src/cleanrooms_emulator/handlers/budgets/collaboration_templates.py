"""Templates as all members see them: Get- and ListCollaborationPrivacyBudgetTemplates.

These views name the account that made a template, and not its membership. Everybody who sees the collaboration may
read them (assumption).
"""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.budgets.lookup import is_in_force, templates_in_force
from cleanrooms_emulator.handlers.refusals import COLLABORATION, not_found
from cleanrooms_emulator.handlers.tables.own_resources import oldest_first
from cleanrooms_emulator.handlers.visibility import visible_collaboration
from cleanrooms_emulator.pagination import paginate
from cleanrooms_emulator.registry import operation


@operation("GetCollaborationPrivacyBudgetTemplate")
def get_collaboration_template(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read one template of any member of the collaboration."""
    collaboration = visible_collaboration(ctx, params["collaborationIdentifier"])
    id = params["privacyBudgetTemplateIdentifier"]
    template = ctx.store.get(kinds.PRIVACY_BUDGET_TEMPLATE, id)
    if template is None or template["collaborationId"] != collaboration["id"] or not is_in_force(ctx, template):
        raise not_found(COLLABORATION, id, f"Collaboration {collaboration['id']} has no privacy budget template {id}")
    return {"collaborationPrivacyBudgetTemplate": template}


@operation("ListCollaborationPrivacyBudgetTemplates")
def list_collaboration_templates(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """List the templates of all members, oldest first (the order is an assumption)."""
    collaboration = visible_collaboration(ctx, params["collaborationIdentifier"])
    return paginate(
        ctx,
        templates_in_force(ctx, collaboration["id"]),
        params,
        result_key="collaborationPrivacyBudgetTemplateSummaries",
        key=oldest_first,
        operation="ListCollaborationPrivacyBudgetTemplates",
    )
