"""What queries, jobs and input channels take from budgets.

Callers ask what is exhausted first and take only when nothing is, within one transaction. Taking from a budget with
nothing left is a fault of the caller and raises ValueError, so that no balance ever falls below zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.budgets import balances, differential_privacy
from cleanrooms_emulator.handlers.budgets.balances import Balance
from cleanrooms_emulator.handlers.budgets.lookup import access_template, privacy_template
from cleanrooms_emulator.handlers.budgets.views import balance_now, spending_now
from cleanrooms_emulator.world.store import Document


def exhausted(ctx: Context, collaboration_id: str, arns: Iterable[str]) -> list[str]:
    """Which of these associations and intermediate tables have an access budget with nothing left now."""
    return [
        arn
        for arn, template in _limited(ctx, collaboration_id, arns).items()
        if balances.usable(balance_now(ctx, template)) == 0
    ]


def take(ctx: Context, collaboration_id: str, arns: Iterable[str]) -> list[str]:
    """Take one unit of every part of the access budget of each resource; the ids of the templates that were charged.

    An ARN given twice counts once, and resources without a budget are free. Raises ValueError when one of the budgets
    is exhausted.
    """
    limited = _limited(ctx, collaboration_id, arns).values()
    for template in limited:
        _put_balance(ctx, template, balances.charged(balance_now(ctx, template)))
    return [template["id"] for template in limited]


def promise_back(ctx: Context, charged: Iterable[str], use: str, moment: float) -> None:
    """What `take` took will come back when the use fails at `moment` (assumption: it does not, switch budgetRefund).

    `charged` is what `take` gave, `use` the id of what it was taken for. A balance that is renewed or reset in between
    does not rise above its budget; a template that was deleted takes nothing back.
    """
    for template in _refundable(ctx, charged):
        budget = template["_budget"]
        promises = sorted([*budget.get("promises", []), {"use": use, "moment": moment}], key=lambda each: each["moment"])
        ctx.store.put(kinds.PRIVACY_BUDGET_TEMPLATE, template["id"], {**template, "_budget": {**budget, "promises": promises}})


def give_back(ctx: Context, charged: Iterable[str], use: str) -> None:
    """What `take` took comes back now, because the use was cancelled; so nothing more comes back when it would fail."""
    for template in _refundable(ctx, charged):
        budget = template["_budget"]
        kept = [each for each in budget.get("promises", []) if each["use"] != use]
        without = {**template, "_budget": {**budget, "promises": kept}}
        _put_balance(ctx, without, balances.refunded(balance_now(ctx, without)))


def privacy_exhausted(ctx: Context, collaboration_id: str, aggregations: Mapping[str, int]) -> bool:
    """Whether a query on protected tables is impossible: without a template, or with too little left for it.

    `aggregations` says how often the query uses each type of aggregation.
    """
    template = privacy_template(ctx, collaboration_id)
    if template is None:
        return True
    parameters = template["parameters"]["differentialPrivacy"]
    left = differential_privacy.remaining_count(parameters, spending_now(ctx, template))
    return differential_privacy.cost(aggregations) > left


def take_privacy(ctx: Context, collaboration_id: str, aggregations: Mapping[str, int]) -> None:
    """Take what the query costs from the differential privacy budget. Raises ValueError when it is exhausted."""
    template = privacy_template(ctx, collaboration_id)
    if template is None:
        raise ValueError(f"collaboration {collaboration_id} has no differential privacy budget to take from")
    parameters = template["parameters"]["differentialPrivacy"]
    spending = differential_privacy.charged(parameters, spending_now(ctx, template), aggregations)
    budget = {**template["_budget"], "spending": spending, "updateTime": ctx.now}
    ctx.store.put(kinds.PRIVACY_BUDGET_TEMPLATE, template["id"], {**template, "_budget": budget})


def _limited(ctx: Context, collaboration_id: str, arns: Iterable[str]) -> dict[str, Document]:
    """Those of the resources that have an access budget in the collaboration, with its template."""
    found = {arn: access_template(ctx, arn) for arn in arns}
    return {
        arn: template
        for arn, template in found.items()
        if template is not None and template["collaborationId"] == collaboration_id
    }


def _refundable(ctx: Context, charged: Iterable[str]) -> list[Document]:
    if ctx.switches.budget_refund == "no":
        return []
    found = [ctx.store.get(kinds.PRIVACY_BUDGET_TEMPLATE, id) for id in charged]
    return [template for template in found if template is not None]


def _put_balance(ctx: Context, template: Document, balance: Balance) -> None:
    budget = {**template["_budget"], "balance": balance, "updateTime": ctx.now}
    budget["promises"] = [each for each in budget.get("promises", []) if each["moment"] > ctx.now]
    ctx.store.put(kinds.PRIVACY_BUDGET_TEMPLATE, template["id"], {**template, "_budget": budget})
