"""The arithmetic of the differential privacy budget. Its numbers are NOT those of AWS, whose formula is not public.

Documented is only that more epsilon and more noise both allow more aggregations (service guide, differential privacy
policy). Here `maxCount = floor(C * epsilon * usersNoisePerQuery)` for every type of aggregation.

All types share one budget, measured in epsilon. Each aggregation, of whatever type, takes 1 / (C * usersNoisePerQuery)
of it, so that a count of one type lowers what is left of all others by as much. A query without any aggregation takes
what one aggregation takes: every query on protected tables costs something. What was taken stays taken when the
parameters change: raised epsilon is added to what is left, and other noise changes only the price from then on.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import floor
from typing import Any

from cleanrooms_emulator.handlers.budgets.periods import MONTH, period_end, period_start

AGGREGATION_TYPES = ("AVG", "COUNT", "COUNT_DISTINCT", "SUM", "STDDEV")
AGGREGATIONS_PER_UNIT = 1
"""C: aggregations for one unit of epsilon and one user of noise. Freely chosen, small enough to be used up in a test."""

Parameters = Mapping[str, int]
"""`epsilon` and `usersNoisePerQuery`."""
Spending = dict[str, Any]
"""`spent`: epsilon taken in this period, as the text of an exact fraction; `used`: whether anything was ever taken;
`startTime` of the period, and `endTime` if the budget is renewed every month."""


def opened(auto_refresh: str, moment: float) -> Spending:
    """The untouched budget of a template created at `moment` (epoch seconds)."""
    untouched: Spending = {"spent": "0", "used": False, "startTime": moment}
    return {**untouched, "endTime": period_end(MONTH, moment)} if auto_refresh == MONTH else untouched


def at(spending: Spending, moment: float) -> Spending:
    """The budget as it is at `moment`: whole again if a new month has begun (the boundary is an assumption)."""
    end = spending.get("endTime")
    if end is None or moment < end:
        return spending
    renewed = {"startTime": period_start(MONTH, moment), "endTime": period_end(MONTH, moment)}
    return {**spending, **renewed, "spent": "0"}


def max_count(parameters: Parameters) -> int:
    """How many aggregations of one type the whole budget allows."""
    return _count(Fraction(parameters["epsilon"]), parameters)


def remaining_count(parameters: Parameters, spending: Spending) -> int:
    """How many aggregations of one type are left, if it is used for no other."""
    return _count(parameters["epsilon"] - Fraction(spending["spent"]), parameters)


def cost(aggregations: Mapping[str, int]) -> int:
    """What a query costs, in aggregations."""
    return max(1, sum(aggregations.values()))


def charged(parameters: Parameters, spending: Spending, aggregations: Mapping[str, int]) -> Spending:
    """The budget after a query with these aggregations. Raises ValueError when not so much is left."""
    price = cost(aggregations)
    if price > remaining_count(parameters, spending):
        raise ValueError("not enough is left of the privacy budget; ask whether it is exhausted before taking from it")
    spent = Fraction(spending["spent"]) + price * _price(parameters)
    return {**spending, "spent": str(spent), "used": True}


def _price(parameters: Parameters) -> Fraction:
    return Fraction(1, AGGREGATIONS_PER_UNIT * parameters["usersNoisePerQuery"])


def _count(epsilon: Fraction, parameters: Parameters) -> int:
    return floor(epsilon / _price(parameters))
