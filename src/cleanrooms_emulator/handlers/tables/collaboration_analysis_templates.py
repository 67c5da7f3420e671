"""Analysis templates as the members of a collaboration see them.

ListCollaborationAnalysisTemplates, GetCollaborationAnalysisTemplate and BatchGetCollaborationAnalysisTemplate.
"""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.collaborations import roster
from cleanrooms_emulator.handlers.refusals import COLLABORATION, not_found
from cleanrooms_emulator.handlers.tables.analysis_templates import SQL, summary
from cleanrooms_emulator.handlers.tables.own_resources import oldest_first
from cleanrooms_emulator.handlers.visibility import visible_collaboration
from cleanrooms_emulator.pagination import paginate
from cleanrooms_emulator.registry import operation
from cleanrooms_emulator.world.store import Document

NOT_FOUND_CODE = "ResourceNotFoundException"
"""What `code` says for each thing that a batch does not find (assumption)."""


@operation("ListCollaborationAnalysisTemplates")
def list_templates(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """List the templates of all ACTIVE members, oldest first (the order is an assumption)."""
    collaboration = visible_collaboration(ctx, params["collaborationIdentifier"])
    return paginate(
        ctx,
        [_seen(ctx, summary(each)) for each in _templates(ctx, collaboration).values()],
        params,
        result_key="collaborationAnalysisTemplateSummaries",
        key=oldest_first,
        operation="ListCollaborationAnalysisTemplates",
    )


@operation("GetCollaborationAnalysisTemplate")
def get_template(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read one of them."""
    collaboration = visible_collaboration(ctx, params["collaborationIdentifier"])
    arn = params["analysisTemplateArn"]
    template = _templates(ctx, collaboration).get(arn)
    if template is None:
        raise not_found(COLLABORATION, arn, f"Collaboration {collaboration['id']} has no analysis template {arn}")
    return {"collaborationAnalysisTemplate": _seen(ctx, template)}


@operation("BatchGetCollaborationAnalysisTemplate")
def get_templates(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read several, each once; those that are not found are reported beside the others."""
    templates = _templates(ctx, visible_collaboration(ctx, params["collaborationIdentifier"]))
    wanted = list(dict.fromkeys(params["analysisTemplateArns"]))
    return {
        "collaborationAnalysisTemplates": [_seen(ctx, templates[arn]) for arn in wanted if arn in templates],
        "errors": [
            {"arn": arn, "code": NOT_FOUND_CODE, "message": f"There is no analysis template {arn}"}
            for arn in wanted
            if arn not in templates
        ],
    }


def _templates(ctx: Context, collaboration: Document) -> dict[str, Document]:
    """By ARN. Templates of members that are gone are gone with them (assumption)."""
    active = {each["accountId"] for each in roster.members(collaboration) if each["status"] == roster.ACTIVE}
    return {
        each["arn"]: each
        for each in ctx.store.all(kinds.ANALYSIS_TEMPLATE)
        if each["collaborationId"] == collaboration["id"] and each["_account"] in active
    }


def _seen(ctx: Context, template: Document) -> Document:
    """Assumption, switch templateSource: partners see the text of SQL, which they have to approve, but no places."""
    shown = template["format"] == SQL or template["_account"] == ctx.account or ctx.switches.template_source == "all"
    return {
        **template,
        "creatorAccountId": template["_account"],
        "source": template["source"] if shown else None,
    }
