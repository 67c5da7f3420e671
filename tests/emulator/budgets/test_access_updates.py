import pytest

from tests.emulator.budgets.budgets_world import BudgetsWorld, Part, moment, part
from tests.emulator.world import INVALID_CONFIGURATION

WEEKLY = [part("WEEK", 10, "ENABLED"), part("LIFETIME", 20)]


def used(times: int, switches: dict[str, str] | None = None, parts: list[Part] | None = None) -> tuple[BudgetsWorld, str, str]:
    """A world, a table with a budget of which so much was used (WEEKLY unless given), and the template."""
    world = BudgetsWorld(switches)
    arn = world.table()
    template = world.limit(arn, *(parts or WEEKLY))["id"]
    world.use(arn, times=times)
    return world, arn, template


def test_an_update_replaces_all_budget_parameters() -> None:
    world, arn, template = used(0)
    updated = world.change_limit(template, part("DAY", 3, "DISABLED"))

    assert {"budgetParameters": [part("DAY", 3, "DISABLED")], "resourceArn": arn} == updated["parameters"]["accessBudget"]
    assert ["CALENDAR_DAY"] == [each["budgetType"] for each in world.access(arn)["details"]]


def test_an_update_resets_the_balance() -> None:
    world, arn, template = used(4)
    world.change_limit(template, part("WEEK", 12, "ENABLED"), part("LIFETIME", 30))

    assert [12, 30] == world.parts_left(arn)


def test_an_update_makes_an_exhausted_table_usable() -> None:
    world, arn, template = used(5, parts=[part("LIFETIME", 5)])
    world.change_limit(template, part("LIFETIME", 6))

    assert ([], 6) == (world.exhausted(arn), world.left(arn))


def test_an_update_can_lower_a_budget() -> None:
    world, arn, template = used(0)
    world.change_limit(template, part("DAY", 0))

    assert [arn] == world.exhausted(arn)


def test_an_update_begins_a_new_period() -> None:
    world, arn, template = used(0)
    world.go_to("2027-03-11T08:00:00")
    world.change_limit(template, part("WEEK", 12, "ENABLED"))
    details = world.details(arn, "WEEK")

    assert (moment("2027-03-11T08:00:00"), moment("2027-03-14")) == (
        details["startTime"].timestamp(),
        details["endTime"].timestamp(),
    )


@pytest.mark.parametrize(("reading", "left"), [("yes", [10, 20]), ("no", [6, 16])])
def test_whether_equal_values_reset_the_balance_is_a_reading(reading: str, left: list[int]) -> None:
    world, arn, template = used(4, {"equalUpdateResets": reading})
    world.change_limit(template, *WEEKLY)

    assert left == world.parts_left(arn)


@pytest.mark.parametrize(
    ("name", "parts", "resets"),
    [
        ("the order", [WEEKLY[1], WEEKLY[0]], False),
        ("an amount", [part("WEEK", 11, "ENABLED"), part("LIFETIME", 20)], True),
        ("the refresh", [part("WEEK", 10, "DISABLED"), part("LIFETIME", 20)], True),
        ("the period", [part("DAY", 10, "ENABLED"), part("LIFETIME", 20)], True),
        ("a missing part", [part("WEEK", 10, "ENABLED")], True),
    ],
    ids=["order", "amount", "refresh", "period", "missing part"],
)
def test_where_equal_values_do_not_reset_any_other_value_does(name: str, parts: list[Part], resets: bool) -> None:
    world, arn, template = used(4, {"equalUpdateResets": "no"})
    world.change_limit(template, *parts)

    assert resets == (world.left(arn) > 6)


def test_an_omitted_refresh_is_equal_to_its_default() -> None:
    world, arn, template = used(4, {"equalUpdateResets": "no"}, [part("DAY", 10)])
    world.change_limit(template, part("DAY", 10, "DISABLED"))

    assert 6 == world.left(arn)


@pytest.mark.parametrize(("reading", "left"), [("yes", [10, 30]), ("no", [10, 26])])
def test_whether_the_lifetime_part_is_reset_is_a_reading(reading: str, left: list[int]) -> None:
    world, arn, template = used(4, {"lifetimeResetOnUpdate": reading})
    world.change_limit(template, part("WEEK", 10, "ENABLED"), part("LIFETIME", 30))

    assert left == world.parts_left(arn)


def test_a_lifetime_part_that_keeps_its_use_is_used_up_below_it() -> None:
    world, arn, template = used(4, {"lifetimeResetOnUpdate": "no"})
    world.change_limit(template, part("LIFETIME", 3))

    assert 0 == world.left(arn)


def test_a_lifetime_part_that_keeps_its_use_keeps_its_start() -> None:
    world, arn, template = used(4, {"lifetimeResetOnUpdate": "no"})
    start = world.details(arn, "LIFETIME")["startTime"]
    world.clock.advance(3600)
    world.change_limit(template, part("LIFETIME", 9))

    assert start == world.details(arn, "LIFETIME")["startTime"]


def test_a_lifetime_part_that_is_new_is_whole_in_every_reading() -> None:
    world, arn, template = used(4, {"lifetimeResetOnUpdate": "no"}, [part("DAY", 9)])
    world.change_limit(template, part("DAY", 9), part("LIFETIME", 5))

    assert [9, 5] == world.parts_left(arn)


def test_a_refused_update_leaves_the_balance_alone() -> None:
    world, arn, template = used(4)
    refused = world.changing_limit(template, part("DAY", 5), part("MONTH", 9))

    assert (INVALID_CONFIGURATION, [6, 16]) == (refused.kind, world.parts_left(arn))


def test_without_its_template_a_table_is_unlimited() -> None:
    world, arn, template = used(5, parts=[part("LIFETIME", 5)])
    before = world.exhausted(arn)
    world.delete(template)

    assert ([arn], []) == (before, world.exhausted(arn))


def test_a_new_template_for_a_table_begins_anew() -> None:
    world, arn, template = used(5, parts=[part("LIFETIME", 5)])
    world.delete(template)
    world.limit(arn, part("LIFETIME", 5))

    assert 5 == world.left(arn)
