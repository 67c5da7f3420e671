import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleanrooms_emulator.handlers.budgets import differential_privacy as privacy

epsilons = st.integers(1, 20)
noises = st.integers(10, 100)
START = 1_804_680_000.0


def parameters(epsilon: int, noise: int) -> dict[str, int]:
    return {"epsilon": epsilon, "usersNoisePerQuery": noise}


@given(epsilons, epsilons, noises)
def test_more_epsilon_allows_more_aggregations(one: int, other: int, noise: int) -> None:
    low, high = (privacy.max_count(parameters(each, noise)) for each in sorted((one, other)))

    assert (one == other) == (low == high)
    assert low <= high


@given(epsilons, noises, noises)
def test_more_noise_allows_more_aggregations(epsilon: int, one: int, other: int) -> None:
    low, high = (privacy.max_count(parameters(epsilon, each)) for each in sorted((one, other)))

    assert (one == other) == (low == high)
    assert low <= high


@given(epsilons, noises)
def test_an_untouched_budget_has_all_its_aggregations_left(epsilon: int, noise: int) -> None:
    whole = parameters(epsilon, noise)

    assert privacy.max_count(whole) == privacy.remaining_count(whole, privacy.opened("NONE", START))


@given(epsilons, noises, st.lists(st.tuples(st.integers(1, 9), noises), max_size=20))
def test_the_balance_is_never_negative_nor_above_the_budget_whatever_the_noise_becomes(
    epsilon: int, noise: int, queries: list[tuple[int, int]]
) -> None:
    spending, now = privacy.opened("NONE", START), parameters(epsilon, noise)
    for counts, other_noise in queries:
        if privacy.cost({"COUNT": counts}) <= privacy.remaining_count(now, spending):
            spending = privacy.charged(now, spending, {"COUNT": counts})
        now = parameters(epsilon, other_noise)
        assert 0 <= privacy.remaining_count(now, spending) <= privacy.max_count(now)


@given(epsilons, noises)
def test_a_budget_allows_exactly_as_many_aggregations_as_it_says(epsilon: int, noise: int) -> None:
    now, spending = parameters(epsilon, noise), privacy.opened("NONE", START)
    spending = privacy.charged(now, spending, {"SUM": privacy.max_count(now) - 1})
    spending = privacy.charged(now, spending, {"AVG": 1})

    assert 0 == privacy.remaining_count(now, spending)


def test_taking_more_than_is_left_is_a_fault() -> None:
    with pytest.raises(ValueError, match="not enough is left of the privacy budget"):
        privacy.charged(parameters(1, 10), privacy.opened("NONE", START), {"COUNT": 11})
