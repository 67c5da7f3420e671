"""What a privacy budget template may say."""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers.budgets.balances import LIFETIME, Parameter
from cleanrooms_emulator.handlers.budgets.differential_privacy import Parameters
from cleanrooms_emulator.handlers.budgets.lookup import ACCESS_BUDGET, DIFFERENTIAL_PRIVACY
from cleanrooms_emulator.handlers.budgets.periods import CALENDAR_KINDS, MONTH
from cleanrooms_emulator.handlers.collaborations import roster
from cleanrooms_emulator.handlers.refusals import COLLABORATION, invalid_configuration, invalid_state
from cleanrooms_emulator.world.store import Document

NO_REFRESH = "NONE"
_MEMBER_OF = {DIFFERENTIAL_PRIVACY: "differentialPrivacy", ACCESS_BUDGET: "accessBudget"}
_BUDGET_PARAMETERS = "parameters.accessBudget.budgetParameters"


def parameters_for(budget_type: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """The member of the union `parameters` that belongs to the type. Raises ValidationException on the other one."""
    member = _MEMBER_OF[budget_type]
    found: dict[str, Any] | None = parameters.get(member)
    if found is None:
        raise invalid_configuration("parameters", f"privacyBudgetType {budget_type} needs parameters.{member}")
    return found


def template_refresh(ctx: Context, budget_type: str, given: str | None) -> str:
    """The template's `autoRefresh`, which has a meaning for differential privacy only."""
    if budget_type == DIFFERENTIAL_PRIVACY:
        return given or ctx.switches.privacy_default_refresh
    if given == MONTH and ctx.switches.access_template_auto_refresh == "400":
        raise invalid_configuration(
            "autoRefresh",
            f"{MONTH} is for differential privacy; an access budget has autoRefresh in each budget parameter",
        )
    return given or NO_REFRESH


def budget_parameters(ctx: Context, given: list[Parameter]) -> list[Parameter]:
    """The parameters of an access budget with `autoRefresh` filled in.

    Allowed are one calendar kind, LIFETIME, or both (service guide, adding a data access budget).
    """
    kinds = [parameter["type"] for parameter in given]
    if len(set(kinds)) < len(kinds):
        raise invalid_configuration(_BUDGET_PARAMETERS, f"The budget type {kinds[0]} is given twice")
    if sum(kind in CALENDAR_KINDS for kind in kinds) > 1:
        raise invalid_configuration(_BUDGET_PARAMETERS, f"Only one calendar type is possible, not {' and '.join(kinds)}")
    return [_completed(ctx, parameter, number) for number, parameter in enumerate(given, 1)]


def _completed(ctx: Context, parameter: Parameter, number: int) -> Parameter:
    refresh, plain = parameter.get("autoRefresh"), {"type": parameter["type"], "budget": parameter["budget"]}
    if parameter["type"] != LIFETIME:
        return {**plain, "autoRefresh": refresh or ctx.switches.calendar_default_refresh}
    if refresh is not None and ctx.switches.lifetime_auto_refresh == "400":
        raise invalid_configuration(
            f"{_BUDGET_PARAMETERS}.{number}.member.autoRefresh", "A LIFETIME budget is never refreshed; leave autoRefresh out"
        )
    return plain


def check_provider(ctx: Context, collaboration: Document) -> None:
    """Differential privacy is for members that provide data only (service guide, differential privacy)."""
    if ctx.switches.receiver_privacy_template == "accept":
        return
    if roster.CAN_RECEIVE_RESULTS in roster.entry(collaboration, ctx.account)["abilities"]:
        raise invalid_configuration(
            "privacyBudgetType",
            f"Account {ctx.account} can receive results, so it cannot protect data by differential privacy",
        )


def check_epsilon(ctx: Context, template: Document, changed: Parameters) -> None:
    """Epsilon may rise at any time, and fall until the first query (service guide, differential privacy policy)."""
    used = template["_budget"]["spending"]["used"]
    if not used or changed["epsilon"] >= template["parameters"]["differentialPrivacy"]["epsilon"]:
        return
    message = "epsilon cannot be lowered any more: queries have used the budget"
    if ctx.switches.epsilon_decrease_after_use == "400":
        raise invalid_configuration("parameters.differentialPrivacy.epsilon", message)
    raise invalid_state(COLLABORATION, template["collaborationId"], message)
