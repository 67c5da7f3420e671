"""Budgets as they are now, in the form the API shows them.

A template keeps the state of its budget under `_budget`: its `id`, when it was changed last (`updateTime`), and the
`spending` of differential privacy (see `differential_privacy`), or the `balance` of an access budget (see `balances`)
with the `promises` of what comes back to it (see `charging`). All are stored as of the last change; time is applied
whenever they are read.
"""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers.budgets import balances, differential_privacy
from cleanrooms_emulator.handlers.budgets.balances import Balance
from cleanrooms_emulator.handlers.budgets.differential_privacy import AGGREGATION_TYPES, Spending
from cleanrooms_emulator.handlers.budgets.lookup import ACCESS_BUDGET, access_template
from cleanrooms_emulator.world.store import Document


def access_budget(ctx: Context, arn: str) -> dict[str, Any] | None:
    """The access budget of an association or intermediate table; None when its use is not limited.

    The form is that of AccessBudget in both models: `resourceArn`, `details` and `aggregateRemainingBudget`.
    """
    template = access_template(ctx, arn)
    return None if template is None else _access_budget(ctx, template)


def balance_now(ctx: Context, template: Document) -> Balance:
    """The balance of an access budget template at this moment, with what was promised back until now."""
    balance, after_disabled = template["_budget"]["balance"], ctx.switches.calendar_disabled_after_period
    for promise in template["_budget"].get("promises", []):
        if promise["moment"] <= ctx.now:
            balance = balances.refunded(balances.at(balance, promise["moment"], after_disabled))
    return balances.at(balance, ctx.now, after_disabled)


def spending_now(ctx: Context, template: Document) -> Spending:
    """What was taken from a differential privacy template in the present period."""
    return differential_privacy.at(template["_budget"]["spending"], ctx.now)


def summary(ctx: Context, template: Document) -> Document:
    """The budget of a template with the members of both summary shapes.

    It is created with the template, and updated by each change and each renewal (assumption).
    """
    if template["privacyBudgetType"] == ACCESS_BUDGET:
        budget = {"accessBudget": _access_budget(ctx, template)}
        started = max(detail["startTime"] for detail in budget["accessBudget"]["details"])
    else:
        budget = {"differentialPrivacy": _privacy_budget(ctx, template)}
        started = spending_now(ctx, template)["startTime"]
    return {
        "id": template["_budget"]["id"],
        "privacyBudgetTemplateId": template["id"],
        "privacyBudgetTemplateArn": template["arn"],
        "membershipId": template["membershipId"],
        "membershipArn": template["membershipArn"],
        "collaborationId": template["collaborationId"],
        "collaborationArn": template["collaborationArn"],
        "creatorAccountId": template["_account"],
        "type": template["privacyBudgetType"],
        "createTime": template["createTime"],
        "updateTime": max(template["_budget"]["updateTime"], started),
        "budget": budget,
    }


def aggregation_limits(parameters: differential_privacy.Parameters) -> list[dict[str, Any]]:
    """The aggregations that an untouched budget with these parameters allows, for each type."""
    limit = differential_privacy.max_count(parameters)
    return [{"type": each, "maxCount": limit} for each in AGGREGATION_TYPES]


def _access_budget(ctx: Context, template: Document) -> dict[str, Any]:
    balance = balance_now(ctx, template)
    return {
        "resourceArn": template["parameters"]["accessBudget"]["resourceArn"],
        "details": balance,
        "aggregateRemainingBudget": balances.usable(balance),
    }


def _privacy_budget(ctx: Context, template: Document) -> dict[str, Any]:
    parameters = template["parameters"]["differentialPrivacy"]
    left = differential_privacy.remaining_count(parameters, spending_now(ctx, template))
    return {
        "epsilon": parameters["epsilon"],
        "aggregations": [{**each, "remainingCount": left} for each in aggregation_limits(parameters)],
    }
