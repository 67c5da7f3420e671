import pytest

from cleanrooms_emulator.handlers.budgets import views
from tests.emulator.budgets.budgets_world import OTHER_PROVIDER, BudgetsWorld, moment, part


def test_a_use_takes_one_unit_of_every_part() -> None:
    world = BudgetsWorld()
    arn = world.table()
    world.limit(arn, part("WEEK", 5, "ENABLED"), part("LIFETIME", 3))
    world.use(arn)

    assert ([4, 2], 2) == (world.parts_left(arn), world.left(arn))


def test_a_table_named_twice_is_used_once() -> None:
    world = BudgetsWorld()
    arn = world.table()
    world.limit(arn, part("LIFETIME", 5))
    world.use(arn, arn)

    assert 4 == world.left(arn)


def test_every_table_of_a_query_is_charged() -> None:
    world = BudgetsWorld()
    own, other = world.table(), world.table(OTHER_PROVIDER)
    world.limit(own, part("LIFETIME", 5))
    world.limit(other, part("LIFETIME", 7), by=OTHER_PROVIDER)
    world.use(own, other)

    assert [4, 6] == [world.left(own), world.left(other)]


def test_a_table_without_a_budget_is_free() -> None:
    world = BudgetsWorld()
    arn = world.table()
    world.use(arn, times=3)

    assert ([], []) == (world.exhausted(arn), world.all_budgets())


def test_a_table_is_exhausted_when_its_lower_part_is() -> None:
    world = BudgetsWorld()
    arn = world.table()
    world.limit(arn, part("DAY", 2, "ENABLED"), part("LIFETIME", 5))
    world.use(arn, times=2)

    assert [arn] == world.exhausted(arn)


def test_only_the_exhausted_tables_are_named() -> None:
    world = BudgetsWorld()
    empty, full, free = world.table(), world.table(), world.table()
    world.limit(empty, part("LIFETIME", 0))
    world.limit(full, part("LIFETIME", 1))

    assert [empty] == world.exhausted(full, empty, free)


def test_a_use_in_another_collaboration_is_not_charged() -> None:
    world = BudgetsWorld()
    arn = world.table()
    world.limit(arn, part("LIFETIME", 0))
    world.id = world.create()

    assert [] == world.exhausted(arn)


def test_taking_from_an_exhausted_budget_takes_nothing_at_all() -> None:
    world = BudgetsWorld()
    empty, full = world.table(), world.table()
    world.limit(empty, part("LIFETIME", 0))
    world.limit(full, part("LIFETIME", 5))

    with pytest.raises(ValueError, match="nothing is left of the budget"):
        world.use(full, empty)

    assert [5, 0] == [world.left(full), world.left(empty)]


@pytest.mark.parametrize(("reading", "left"), [("no", 4), ("yes", 5)])
def test_whether_a_failed_use_is_given_back_is_a_reading(reading: str, left: int) -> None:
    world = BudgetsWorld({"budgetRefund": reading})
    arn = world.table()
    world.limit(arn, part("LIFETIME", 5))
    world.use(arn)
    world.give_back()

    assert left == world.left(arn)


def test_a_refund_never_raises_a_balance_above_its_budget() -> None:
    world = BudgetsWorld({"budgetRefund": "yes"})
    arn = world.table()
    world.limit(arn, part("DAY", 5, "ENABLED"), part("LIFETIME", 9))
    world.use(arn)
    world.go_to("2027-03-11T00:00:00")
    world.give_back()

    assert [5, 9] == world.parts_left(arn)


def test_a_use_from_before_there_was_a_budget_gives_nothing_back() -> None:
    world = BudgetsWorld({"budgetRefund": "yes"})
    arn = world.table()
    world.use(arn)
    before = world.charged
    world.limit(arn, part("LIFETIME", 5))
    world.use(arn)
    world.charged = before
    world.give_back()

    assert 4 == world.left(arn)


def test_a_deleted_budget_takes_nothing_back() -> None:
    world = BudgetsWorld({"budgetRefund": "yes"})
    arn = world.table()
    template = world.limit(arn, part("LIFETIME", 5))
    world.use(arn)
    world.delete(template["id"])
    world.give_back()

    assert [] == world.all_budgets()


def test_a_refund_of_the_last_unit_makes_the_table_usable() -> None:
    world = BudgetsWorld({"budgetRefund": "yes"})
    arn = world.table()
    world.limit(arn, part("LIFETIME", 1))
    world.use(arn)
    world.give_back()

    assert [] == world.exhausted(arn)


def test_what_a_failing_use_took_comes_back_when_it_fails() -> None:
    world = BudgetsWorld({"budgetRefund": "yes"})
    arn = world.table()
    world.limit(arn, part("LIFETIME", 5))
    world.use(arn)
    world.promise_back(60)
    before = world.left(arn)
    world.clock.advance(60)

    assert (4, 5) == (before, world.left(arn))


def test_a_failure_before_a_boundary_lets_a_used_up_budget_renew_at_it() -> None:
    world = BudgetsWorld({"budgetRefund": "yes"})
    arn = world.table()
    world.limit(arn, part("DAY", 4, "ENABLED"), part("LIFETIME", 1))
    world.use(arn)
    world.promise_back(60)
    world.go_to("2027-03-11T00:00:00")

    assert [4, 1] == world.parts_left(arn)


def test_a_failure_after_a_boundary_comes_too_late_for_a_used_up_budget_to_renew_at_it() -> None:
    world = BudgetsWorld({"budgetRefund": "yes"})
    arn = world.table()
    world.limit(arn, part("DAY", 4, "ENABLED"), part("LIFETIME", 1))
    world.use(arn)
    world.promise_back(86_400)
    world.go_to("2027-03-11T00:00:00")

    assert [3, 0] == world.parts_left(arn)


def test_a_cancelled_use_comes_back_once_though_it_would_have_failed() -> None:
    world = BudgetsWorld({"budgetRefund": "yes"})
    arn = world.table()
    world.limit(arn, part("LIFETIME", 5))
    world.use(arn, times=2)
    world.promise_back(60)
    world.give_back()
    world.clock.advance(60)

    assert 4 == world.left(arn)


def test_what_came_back_is_counted_once() -> None:
    world = BudgetsWorld({"budgetRefund": "yes"})
    arn = world.table()
    world.limit(arn, part("LIFETIME", 5))
    world.use(arn)
    world.promise_back(60)
    world.clock.advance(60)
    world.use(arn, times=2)

    assert 3 == world.left(arn)


def test_a_use_moves_the_update_time_of_the_budget_and_not_of_the_template() -> None:
    world = BudgetsWorld()
    arn = world.table()
    template = world.limit(arn, part("LIFETIME", 5))
    world.go_to("2027-03-10T15:00:00")
    world.use(arn)
    (budget,) = world.budgets()

    assert (template["createTime"], moment("2027-03-10T15:00:00")) == (
        budget["createTime"],
        budget["updateTime"].timestamp(),
    )
    assert template == world.get(template["id"])


def test_the_view_for_others_is_what_the_lists_show() -> None:
    world = BudgetsWorld()
    arn = world.table()
    world.limit(arn, part("WEEK", 5, "ENABLED"), part("LIFETIME", 9))
    world.use(arn)
    with world.call() as ctx:
        view = views.access_budget(ctx, arn)

    assert view is not None
    shown = world.access(arn)
    assert (shown["resourceArn"], shown["aggregateRemainingBudget"]) == (view["resourceArn"], view["aggregateRemainingBudget"])
    assert [(each["budgetType"], each["remainingBudget"]) for each in shown["details"]] == [
        (each["budgetType"], each["remainingBudget"]) for each in view["details"]
    ]


def test_a_table_without_a_budget_has_no_view() -> None:
    world = BudgetsWorld()
    arn = world.table()
    with world.call() as ctx:
        assert views.access_budget(ctx, arn) is None
