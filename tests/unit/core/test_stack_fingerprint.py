import pytest

from cleanrooms_governance.planning.stack_fingerprint import stack_fingerprint

PLANS = {"collaboration sales": "fp-1111111111111111", "membership media": "fp-2222222222222222"}


def test_the_order_of_resources_makes_no_difference() -> None:
    assert stack_fingerprint(PLANS) == stack_fingerprint(dict(reversed(PLANS.items())))


@pytest.mark.parametrize(
    "other",
    [
        {**PLANS, "membership media": "fp-3333333333333333"},
        {**PLANS, "membership media": ""},
        {"collaboration sales": "fp-1111111111111111"},
        {"collaboration sales": "fp-2222222222222222", "membership media": "fp-1111111111111111"},
    ],
    ids=["another plan", "one that is not known yet", "a resource less", "plans exchanged"],
)
def test_another_plan_of_any_resource_makes_another_one(other: dict[str, str]) -> None:
    assert stack_fingerprint(PLANS) != stack_fingerprint(other)


def test_it_stays_the_same_from_one_version_to_the_next() -> None:
    assert "fp-0619ff90f844a453" == stack_fingerprint(PLANS)
