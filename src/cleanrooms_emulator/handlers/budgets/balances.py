"""Balances of access budgets: how they begin, renew with time, and change with use.

A balance is the list of `details` of an access budget under the wire names of AccessBudgetDetails, one entry for
each budget parameter, in the order given. Every function takes a balance and gives a new one.
"""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.handlers.budgets.periods import period_end, period_start

LIFETIME = "LIFETIME"
ENABLED, DISABLED = "ENABLED", "DISABLED"

Detail = dict[str, Any]
Balance = list[Detail]
Parameter = dict[str, Any]
"""A BudgetParameter under its wire names, with `autoRefresh` if and only if it is not LIFETIME."""


def opened(parameters: list[Parameter], moment: float, first_start: str) -> Balance:
    """The full balance of a budget that is created or replaced at `moment` (epoch seconds).

    The first period of a calendar kind ends on the next boundary; it begins at `moment`, or where its calendar
    period began (`first_start`, a value of switch firstPeriodStart).
    """
    return [_opened(parameter, moment, first_start) for parameter in parameters]


def reopened(parameters: list[Parameter], old: Balance, moment: float, first_start: str) -> Balance:
    """Like `opened`, but what was used of the old lifetime part stays used."""
    return [_keeping_use(detail, old) for detail in opened(parameters, moment, first_start)]


def at(balance: Balance, moment: float, after_disabled: str) -> Balance:
    """The balance as it is at `moment`: renewed if a boundary was passed since.

    A calendar part with autoRefresh ENABLED is full again in each new period, without carry-over, until the lifetime
    part is used up (service guide, adding a data access budget). One that is DISABLED keeps its remainder or loses
    it (`after_disabled`, a value of switch calendarDisabledAfterPeriod).
    """
    used_up = any(detail["budgetType"] == LIFETIME and detail["remainingBudget"] == 0 for detail in balance)
    return [_at(detail, moment, after_disabled, is_renewed=not used_up) for detail in balance]


def usable(balance: Balance) -> int:
    """How many uses are left: the lower one of the parts (model, AccessBudget.aggregateRemainingBudget)."""
    return min(int(detail["remainingBudget"]) for detail in balance)


def charged(balance: Balance) -> Balance:
    """The balance after one use, which takes one unit of every part. Raises ValueError when nothing is left."""
    if usable(balance) == 0:
        raise ValueError("nothing is left of the budget; ask for exhausted budgets before taking from them")
    return [{**detail, "remainingBudget": detail["remainingBudget"] - 1} for detail in balance]


def refunded(balance: Balance) -> Balance:
    """The balance with one use given back; no part rises above its budget, be it renewed or reset meanwhile."""
    return [{**detail, "remainingBudget": min(detail["remainingBudget"] + 1, detail["budget"])} for detail in balance]


def _opened(parameter: Parameter, moment: float, first_start: str) -> Detail:
    kind, budget = parameter["type"], parameter["budget"]
    opened = {"budgetType": kind, "budget": budget, "remainingBudget": budget, "startTime": moment}
    if kind == LIFETIME:
        return opened
    return {
        **opened,
        "startTime": period_start(kind, moment) if first_start == "boundary" else moment,
        "endTime": period_end(kind, moment),
        "autoRefresh": parameter["autoRefresh"],
    }


def _keeping_use(detail: Detail, old: Balance) -> Detail:
    if detail["budgetType"] != LIFETIME:
        return detail
    before = next((each for each in old if each["budgetType"] == LIFETIME), None)
    if before is None:
        return detail
    used = before["budget"] - before["remainingBudget"]
    return {**detail, "remainingBudget": max(0, detail["budget"] - used), "startTime": before["startTime"]}


def _at(detail: Detail, moment: float, after_disabled: str, *, is_renewed: bool) -> Detail:
    kind = detail["budgetType"]
    if kind == LIFETIME or moment < detail["endTime"]:
        return detail
    if detail["autoRefresh"] == DISABLED:
        return {**detail, "remainingBudget": 0} if after_disabled == "nothing" else detail
    if not is_renewed:
        return detail
    return {
        **detail,
        "startTime": period_start(kind, moment),
        "endTime": period_end(kind, moment),
        "remainingBudget": detail["budget"],
    }
