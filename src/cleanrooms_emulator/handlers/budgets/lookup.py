"""Which templates count in a collaboration."""

from __future__ import annotations

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.collaborations import roster
from cleanrooms_emulator.world.store import Document

DIFFERENTIAL_PRIVACY = "DIFFERENTIAL_PRIVACY"
ACCESS_BUDGET = "ACCESS_BUDGET"


def templates_in_force(ctx: Context, collaboration_id: str) -> list[Document]:
    """The templates that its members see and that queries are charged to."""
    return [
        template
        for template in ctx.store.all(kinds.PRIVACY_BUDGET_TEMPLATE)
        if template["collaborationId"] == collaboration_id and is_in_force(ctx, template)
    ]


def is_in_force(ctx: Context, template: Document) -> bool:
    """Whether the template has an effect: its owner is ACTIVE (what becomes of it then: switch removedMemberTemplates)."""
    if ctx.switches.removed_member_templates == "kept":
        return True
    membership = ctx.store.get(kinds.MEMBERSHIP, template["membershipId"])
    return membership is not None and membership["status"] == roster.ACTIVE


def access_template(ctx: Context, arn: str) -> Document | None:
    """The access budget template in force for an association or intermediate table."""
    return next(
        (
            template
            for template in ctx.store.all(kinds.PRIVACY_BUDGET_TEMPLATE)
            if resource_of(template) == arn and is_in_force(ctx, template)
        ),
        None,
    )


def privacy_template(ctx: Context, collaboration_id: str) -> Document | None:
    """The differential privacy template in force in a collaboration; there is at most one."""
    return next(
        (each for each in templates_in_force(ctx, collaboration_id) if each["privacyBudgetType"] == DIFFERENTIAL_PRIVACY),
        None,
    )


def resource_of(template: Document) -> str | None:
    """The ARN of what an access budget template limits; None for differential privacy."""
    parameters = template["parameters"].get("accessBudget")
    return None if parameters is None else str(parameters["resourceArn"])
