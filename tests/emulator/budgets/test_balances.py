from itertools import pairwise
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleanrooms_emulator.handlers.budgets import balances
from cleanrooms_emulator.handlers.budgets.balances import Balance, Parameter
from cleanrooms_emulator.handlers.budgets.periods import CALENDAR_KINDS

HOUR = 3_600.0
START = 1_804_680_000.0
refreshes = st.sampled_from(["ENABLED", "DISABLED"])
amounts = st.integers(0, 6)
calendar_parts = st.fixed_dictionaries({"type": st.sampled_from(CALENDAR_KINDS), "budget": amounts, "autoRefresh": refreshes})
lifetime_parts = st.fixed_dictionaries({"type": st.just("LIFETIME"), "budget": amounts})
budgets = st.one_of(st.tuples(calendar_parts), st.tuples(lifetime_parts), st.tuples(calendar_parts, lifetime_parts)).flatmap(
    lambda parts: st.permutations(parts)
)
histories = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.floats(0, 40 * 24 * HOUR)),
        st.tuples(st.just("use"), st.just(0.0)),
        st.tuples(st.just("refund"), st.just(0.0)),
    ),
    max_size=25,
)
readings = st.sampled_from(["remainder", "nothing"])


def lived(parameters: list[Parameter], history: list[tuple[str, float]], after_disabled: str) -> list[tuple[str, Balance]]:
    """What happened and the balance after it, step by step."""
    moment, balance = START, balances.opened(parameters, START, "creation")
    steps = [("open", balance)]
    for action, seconds in history:
        moment += seconds
        balance = balances.at(balance, moment, after_disabled)
        if action == "refund":
            balance = balances.refunded(balance)
        elif action == "use" and balances.usable(balance) > 0:
            balance, action = balances.charged(balance), "used"
        steps.append((action, balance))
    return steps


def lifetime_left(balance: Balance) -> float:
    return next((float(each["remainingBudget"]) for each in balance if each["budgetType"] == "LIFETIME"), inf)


@given(budgets, histories, readings)
def test_no_part_is_ever_negative_nor_above_its_budget(
    parameters: list[Parameter], history: list[tuple[str, float]], after_disabled: str
) -> None:
    parts = [part for _, balance in lived(parameters, history, after_disabled) for part in balance]

    assert [] == [part for part in parts if not 0 <= part["remainingBudget"] <= part["budget"]]


@given(budgets, histories, readings)
def test_what_is_usable_is_never_more_than_any_part(
    parameters: list[Parameter], history: list[tuple[str, float]], after_disabled: str
) -> None:
    for _, balance in lived(parameters, history, after_disabled):
        assert sorted(part["remainingBudget"] for part in balance)[0] == balances.usable(balance)


@given(budgets, histories, readings)
def test_a_lifetime_part_never_rises_by_waiting(
    parameters: list[Parameter], history: list[tuple[str, float]], after_disabled: str
) -> None:
    steps = lived(parameters, history, after_disabled)
    for (_, before), (action, after) in pairwise(steps):
        assert action == "refund" or lifetime_left(after) <= lifetime_left(before)


@given(budgets, histories, readings)
def test_the_uses_of_a_budget_never_pass_its_lifetime_part(
    parameters: list[Parameter], history: list[tuple[str, float]], after_disabled: str
) -> None:
    steps = lived(parameters, [each for each in history if each[0] != "refund"], after_disabled)

    assert sum(action == "used" for action, _ in steps) <= lifetime_left(steps[0][1])


@given(budgets, histories, st.floats(0, 40 * 24 * HOUR), st.floats(0, 40 * 24 * HOUR), readings)
def test_looking_at_a_balance_in_between_makes_no_difference(
    parameters: list[Parameter], history: list[tuple[str, float]], first: float, second: float, after_disabled: str
) -> None:
    balance = lived(parameters, history, after_disabled)[-1][1]
    moment = START + sum(seconds for _, seconds in history)
    looked_at = balances.at(balance, moment + first, after_disabled)

    assert balances.at(balance, moment + first + second, after_disabled) == balances.at(
        looked_at, moment + first + second, after_disabled
    )


@given(calendar_parts, st.floats(0, 400 * 24 * HOUR))
def test_a_part_that_renews_names_the_period_it_is_in(parameter: Parameter, seconds: float) -> None:
    renewing = {**parameter, "autoRefresh": "ENABLED"}
    (part,) = balances.at(balances.opened([renewing], START, "creation"), START + seconds, "remainder")

    assert part["startTime"] <= START + seconds < part["endTime"]


def test_time_that_goes_backwards_changes_nothing() -> None:
    balance = balances.charged(
        balances.opened([{"type": "CALENDAR_DAY", "budget": 3, "autoRefresh": "ENABLED"}], START, "creation")
    )

    assert balance == balances.at(balance, START - 48 * HOUR, "remainder")


def test_taking_from_an_exhausted_balance_is_a_fault() -> None:
    balance = balances.opened([{"type": "LIFETIME", "budget": 0}], START, "creation")

    with pytest.raises(ValueError, match="nothing is left of the budget"):
        balances.charged(balance)
