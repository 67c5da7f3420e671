import pytest

from cleanrooms_emulator.handlers import quotas
from tests.emulator.budgets.budgets_world import (
    OTHER_PROVIDER,
    PROVIDER,
    TABLE_HAS_BUDGET,
    TABLE_NOT_FOUND,
    BudgetsWorld,
    Part,
    part,
)
from tests.emulator.world import INVALID_CONFIGURATION, INVALID_FIELD, NO_SUCH_ID, QUOTA, member

COMBINATIONS = [
    [part("DAY", 5, "ENABLED")],
    [part("WEEK", 5, "DISABLED")],
    [part("MONTH", 5, "ENABLED")],
    [part("LIFETIME", 5)],
    [part("DAY", 5, "ENABLED"), part("LIFETIME", 50)],
    [part("LIFETIME", 50), part("MONTH", 5, "DISABLED")],
]
IMPOSSIBLE = [
    [part("DAY", 5, "ENABLED"), part("WEEK", 9, "ENABLED")],
    [part("WEEK", 5, "ENABLED"), part("MONTH", 9, "ENABLED")],
    [part("DAY", 5, "ENABLED"), part("DAY", 9, "ENABLED")],
    [part("LIFETIME", 5), part("LIFETIME", 9)],
]
OUT_OF_BOUNDS = [[part("DAY", 1_000_001)], [part("YEAR", 1)], [part("DAY", 1, "SOMETIMES")]]
BUDGET_PARAMETERS = "parameters.accessBudget.budgetParameters"


def named(parts: list[Part]) -> str:
    return "+".join(each["type"].removeprefix("CALENDAR_") for each in parts)


@pytest.mark.parametrize("parts", COMBINATIONS, ids=named)
def test_a_budget_has_one_calendar_type_or_a_lifetime_or_both(parts: list[Part]) -> None:
    world = BudgetsWorld()
    arn = world.table()

    template = world.limit(arn, *parts)

    assert {"accessBudget": {"budgetParameters": parts, "resourceArn": arn}} == template["parameters"]


@pytest.mark.parametrize("parts", IMPOSSIBLE, ids=named)
def test_other_combinations_are_refused(parts: list[Part]) -> None:
    world = BudgetsWorld()
    refused = world.limiting(world.table(), *parts)

    assert (INVALID_CONFIGURATION, [BUDGET_PARAMETERS]) == (refused.kind, refused.fields)


def test_three_parts_are_too_many() -> None:
    world = BudgetsWorld()
    refused = world.limiting(world.table(), part("DAY", 1), part("WEEK", 2), part("LIFETIME", 3))

    assert (INVALID_FIELD, [BUDGET_PARAMETERS]) == (refused.kind, refused.fields)


@pytest.mark.parametrize("parts", OUT_OF_BOUNDS, ids=["above 1000000", "unknown type", "unknown refresh"])
def test_values_outside_the_model_are_refused(parts: list[Part]) -> None:
    world = BudgetsWorld()

    assert INVALID_FIELD == world.limiting(world.table(), *parts).kind


def test_the_largest_budget_is_possible() -> None:
    world = BudgetsWorld()
    arn = world.table()
    world.limit(arn, part("LIFETIME", 1_000_000))

    assert 1_000_000 == world.left(arn)


def test_a_budget_of_zero_blocks_the_table() -> None:
    world = BudgetsWorld()
    arn = world.table()
    world.limit(arn, part("DAY", 0, "ENABLED"))

    assert (0, [arn]) == (world.left(arn), world.exhausted(arn))


def test_the_whole_budget_is_there_at_once() -> None:
    world = BudgetsWorld()
    arn = world.table()
    world.limit(arn, part("WEEK", 7, "ENABLED"), part("LIFETIME", 5))

    assert ([7, 5], 5) == (world.parts_left(arn), world.left(arn))


@pytest.mark.parametrize(("reading", "shown"), [("DISABLED", "DISABLED"), ("ENABLED", "ENABLED")])
def test_an_omitted_refresh_of_a_calendar_part_has_a_default(reading: str, shown: str) -> None:
    world = BudgetsWorld({"calendarDefaultRefresh": reading})
    arn = world.table()
    template = world.limit(arn, part("DAY", 5))

    configured = template["parameters"]["accessBudget"]["budgetParameters"][0]["autoRefresh"]
    assert (shown, shown) == (configured, world.details(arn, "DAY")["autoRefresh"])


def test_a_lifetime_part_shows_no_refresh() -> None:
    world = BudgetsWorld()
    arn = world.table()
    template = world.limit(arn, part("LIFETIME", 5))

    configured = template["parameters"]["accessBudget"]["budgetParameters"][0]
    assert [False, False] == ["autoRefresh" in each for each in (configured, world.details(arn, "LIFETIME"))]


@pytest.mark.parametrize("refresh", ["ENABLED", "DISABLED"])
def test_a_refresh_of_a_lifetime_part_is_refused(refresh: str) -> None:
    world = BudgetsWorld()
    refused = world.limiting(world.table(), part("DAY", 5), part("LIFETIME", 5, refresh))

    assert (INVALID_CONFIGURATION, [f"{BUDGET_PARAMETERS}.2.member.autoRefresh"]) == (refused.kind, refused.fields)


def test_under_the_other_reading_a_refresh_of_a_lifetime_part_is_ignored() -> None:
    world = BudgetsWorld({"lifetimeAutoRefresh": "ignore"})
    arn = world.table()
    world.limit(arn, part("LIFETIME", 5, "ENABLED"))

    assert "autoRefresh" not in world.details(arn, "LIFETIME")


@pytest.mark.parametrize("more", [{}, {"autoRefresh": "NONE"}], ids=["omitted", "NONE"])
def test_an_access_template_shows_no_refresh_of_its_own(more: dict[str, str]) -> None:
    world = BudgetsWorld()

    assert "NONE" == world.limit(world.table(), part("DAY", 5), **more)["autoRefresh"]


def test_a_monthly_refresh_of_an_access_template_is_refused() -> None:
    world = BudgetsWorld()
    refused = world.limiting(world.table(), part("DAY", 5), autoRefresh="CALENDAR_MONTH")

    assert (INVALID_CONFIGURATION, ["autoRefresh"]) == (refused.kind, refused.fields)


def test_under_the_other_reading_a_monthly_refresh_of_an_access_template_is_shown_and_inert() -> None:
    world = BudgetsWorld({"accessTemplateAutoRefresh": "accept"})
    arn = world.table()
    template = world.limit(arn, part("LIFETIME", 5), autoRefresh="CALENDAR_MONTH")
    world.use(arn)
    world.go_to("2027-06-01T00:00:00")

    assert ("CALENDAR_MONTH", 4) == (template["autoRefresh"], world.left(arn))


def test_a_table_has_one_access_budget() -> None:
    world = BudgetsWorld()
    arn = world.table()
    world.limit(arn, part("DAY", 5))
    refused = world.limiting(arn, part("LIFETIME", 5))

    assert (TABLE_HAS_BUDGET, arn.rpartition("/")[2]) == (refused.kind, refused.resource_id)


def test_every_table_can_have_a_budget_of_its_own() -> None:
    world = BudgetsWorld()
    first, second = world.table(), world.table()
    world.limit(first, part("LIFETIME", 1))
    world.limit(second, part("LIFETIME", 2))

    assert [1, 2] == [world.left(first), world.left(second)]


def test_a_table_can_get_another_budget_when_the_old_one_was_deleted() -> None:
    world = BudgetsWorld()
    arn = world.table()
    world.delete(world.limit(arn, part("LIFETIME", 1))["id"])
    world.limit(arn, part("LIFETIME", 2))

    assert 2 == world.left(arn)


def test_a_table_that_does_not_exist_cannot_be_limited() -> None:
    world = BudgetsWorld()
    arn = world.table().rpartition("/")[0] + f"/{NO_SUCH_ID}"
    refused = world.limiting(arn, part("DAY", 5))

    assert (TABLE_NOT_FOUND, arn) == (refused.kind, refused.resource_id)


def test_a_table_of_another_member_cannot_be_limited() -> None:
    world = BudgetsWorld()

    assert TABLE_NOT_FOUND == world.limiting(world.table(OTHER_PROVIDER), part("DAY", 5), by=PROVIDER).kind


def test_a_table_of_the_same_account_in_another_collaboration_cannot_be_limited() -> None:
    world = BudgetsWorld()
    arn = world.table()
    elsewhere = world.join(PROVIDER, world.create())
    world.memberships[PROVIDER] = elsewhere

    assert TABLE_NOT_FOUND == world.limiting(arn, part("DAY", 5)).kind


def test_an_arn_that_names_no_table_is_refused() -> None:
    world = BudgetsWorld()
    membership = world.membership(world.memberships[PROVIDER], PROVIDER)["arn"]
    refused = world.limiting(f"{membership}/analysistemplate/{NO_SUCH_ID}", part("DAY", 5))

    assert (INVALID_FIELD, ["parameters.accessBudget.resourceArn"]) == (refused.kind, refused.fields)


def test_access_budgets_of_a_collaboration_are_limited() -> None:
    world = BudgetsWorld()
    for _ in range(25):
        world.limit(world.table(), part("DAY", 5))
    refused = world.limiting(world.table(), part("DAY", 5))

    assert (QUOTA, ("Privacy budget templates for access budgets per collaboration", 25)) == (refused.kind, refused.quota)


def test_the_quota_of_access_budgets_is_shared_by_all_members() -> None:
    world = BudgetsWorld()
    quotas.adjust(world.store, quotas.ACCESS_BUDGET_TEMPLATES, 1)
    world.limit(world.table(), part("DAY", 5))
    arn = world.table(OTHER_PROVIDER)

    assert QUOTA == world.limiting(arn, part("DAY", 5), by=OTHER_PROVIDER).kind


def test_neither_deleted_templates_nor_privacy_templates_count_for_the_quota() -> None:
    world = BudgetsWorld()
    quotas.adjust(world.store, quotas.ACCESS_BUDGET_TEMPLATES, 1)
    world.set_policy(1, 10)
    world.delete(world.limit(world.table(), part("DAY", 5))["id"])

    assert "ACCESS_BUDGET" == world.limit(world.table(), part("DAY", 5))["privacyBudgetType"]


def test_budgets_of_another_collaboration_do_not_count_for_the_quota() -> None:
    world = BudgetsWorld()
    quotas.adjust(world.store, quotas.ACCESS_BUDGET_TEMPLATES, 1)
    world.limit(world.table(), part("DAY", 5))
    world.memberships[PROVIDER] = world.join(PROVIDER, world.create(member(OTHER_PROVIDER)))

    assert "ACCESS_BUDGET" == world.limit(world.table(), part("DAY", 5))["privacyBudgetType"]


def test_a_refused_template_leaves_nothing_behind() -> None:
    world = BudgetsWorld()
    world.limiting(world.table(), part("DAY", 5), tags={"aws:reserved": "1"})

    assert [] == world.templates()
