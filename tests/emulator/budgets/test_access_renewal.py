import pytest

from tests.emulator.budgets.budgets_world import BudgetsWorld, moment, part

BOUNDARIES = [
    ("DAY", "2027-03-10T23:59:59.999", "2027-03-11T00:00:00", "2027-03-12"),
    ("WEEK", "2027-03-13T23:59:59.999", "2027-03-14T00:00:00", "2027-03-21"),
    ("MONTH", "2027-03-31T23:59:59.999", "2027-04-01T00:00:00", "2027-05-01"),
]
SWITCHES = {"remainder": 2, "nothing": 0}


def period(world: BudgetsWorld, arn: str, kind: str) -> tuple[float, float]:
    details = world.details(arn, kind)
    return details["startTime"].timestamp(), details["endTime"].timestamp()


@pytest.mark.parametrize(("kind", "last", "next_", "end"), BOUNDARIES, ids=[each[0] for each in BOUNDARIES])
def test_a_budget_is_not_renewed_a_millisecond_before_the_boundary(kind: str, last: str, next_: str, end: str) -> None:
    world = BudgetsWorld()
    arn = world.table()
    world.limit(arn, part(kind, 5, "ENABLED"))
    world.use(arn, times=3)
    world.go_to(last)

    assert 2 == world.left(arn)


@pytest.mark.parametrize(("kind", "last", "next_", "end"), BOUNDARIES, ids=[each[0] for each in BOUNDARIES])
def test_a_budget_is_renewed_exactly_on_the_boundary(kind: str, last: str, next_: str, end: str) -> None:
    world = BudgetsWorld()
    arn = world.table()
    world.limit(arn, part(kind, 5, "ENABLED"))
    world.use(arn, times=3)
    world.go_to(next_)

    assert (5, (moment(next_), moment(end))) == (world.left(arn), period(world, arn, kind))


@pytest.mark.parametrize(("kind", "last", "next_", "end"), BOUNDARIES, ids=[each[0] for each in BOUNDARIES])
def test_the_first_period_goes_from_the_creation_to_the_boundary(kind: str, last: str, next_: str, end: str) -> None:
    world = BudgetsWorld()
    arn = world.table()
    created = world.limit(arn, part(kind, 5, "ENABLED"))["createTime"].timestamp()

    assert (created, moment(next_)) == period(world, arn, kind)


@pytest.mark.parametrize(("kind", "start"), [("DAY", "2027-03-10"), ("WEEK", "2027-03-07"), ("MONTH", "2027-03-01")])
def test_under_the_other_reading_the_first_period_begins_on_a_boundary(kind: str, start: str) -> None:
    world = BudgetsWorld({"firstPeriodStart": "boundary"})
    arn = world.table()
    world.limit(arn, part(kind, 5, "ENABLED"))

    assert moment(start) == period(world, arn, kind)[0]


def test_a_lifetime_part_begins_with_its_creation_and_has_no_end() -> None:
    world = BudgetsWorld({"firstPeriodStart": "boundary"})
    arn = world.table()
    created = world.limit(arn, part("LIFETIME", 5))["createTime"]
    details = world.details(arn, "LIFETIME")

    assert (created, False) == (details["startTime"], "endTime" in details)


def test_an_unused_budget_is_not_carried_over() -> None:
    world = BudgetsWorld()
    arn = world.table()
    world.limit(arn, part("DAY", 5, "ENABLED"))
    world.go_to("2027-03-20T00:00:00")

    assert 5 == world.left(arn)


def test_periods_in_which_nobody_looked_are_skipped() -> None:
    world = BudgetsWorld()
    arn = world.table()
    world.limit(arn, part("WEEK", 5, "ENABLED"))
    world.use(arn, times=5)
    world.go_to("2028-02-29T18:00:00")

    assert (5, (moment("2028-02-27"), moment("2028-03-05"))) == (world.left(arn), period(world, arn, "WEEK"))


def test_a_renewed_budget_can_be_used_again() -> None:
    world = BudgetsWorld()
    arn = world.table()
    world.limit(arn, part("DAY", 2, "ENABLED"))
    world.use(arn, times=2)
    world.go_to("2027-03-11T00:00:00")
    world.use(arn)

    assert ([], 1) == (world.exhausted(arn), world.left(arn))


def test_renewal_leaves_the_lifetime_part_alone() -> None:
    world = BudgetsWorld()
    arn = world.table()
    world.limit(arn, part("DAY", 5, "ENABLED"), part("LIFETIME", 8))
    world.use(arn, times=3)
    world.go_to("2027-03-11T00:00:00")

    assert ([5, 5], 5) == (world.parts_left(arn), world.left(arn))


def test_renewal_stops_for_good_when_the_lifetime_part_is_used_up() -> None:
    world = BudgetsWorld()
    arn = world.table()
    world.limit(arn, part("DAY", 5, "ENABLED"), part("LIFETIME", 3))
    world.use(arn, times=3)
    before = world.access(arn)
    world.go_to("2027-06-01T00:00:00")

    assert (before, [2, 0], [arn]) == (world.access(arn), world.parts_left(arn), world.exhausted(arn))


def test_the_last_unit_of_the_lifetime_part_can_be_used_after_a_renewal() -> None:
    world = BudgetsWorld()
    arn = world.table()
    world.limit(arn, part("DAY", 2, "ENABLED"), part("LIFETIME", 3))
    world.use(arn, times=2)
    world.go_to("2027-03-11T00:00:00")
    usable = world.left(arn)
    world.use(arn)

    assert (1, 0) == (usable, world.left(arn))


@pytest.mark.parametrize("reading", SWITCHES)
def test_what_a_disabled_budget_leaves_after_its_period_is_a_reading(reading: str) -> None:
    world = BudgetsWorld({"calendarDisabledAfterPeriod": reading})
    arn = world.table()
    world.limit(arn, part("DAY", 5, "DISABLED"))
    world.use(arn, times=3)
    before = period(world, arn, "DAY")
    world.go_to("2027-03-12T00:00:00")

    assert (SWITCHES[reading], before) == (world.left(arn), period(world, arn, "DAY"))


def test_a_disabled_budget_that_leaves_nothing_blocks_the_table() -> None:
    world = BudgetsWorld({"calendarDisabledAfterPeriod": "nothing"})
    arn = world.table()
    world.limit(arn, part("DAY", 5, "DISABLED"), part("LIFETIME", 9))
    world.go_to("2027-03-11T00:00:00")

    assert [arn] == world.exhausted(arn)


def test_an_update_refreshes_a_disabled_budget_by_hand() -> None:
    world = BudgetsWorld()
    arn = world.table()
    template = world.limit(arn, part("DAY", 5, "DISABLED"))["id"]
    world.use(arn, times=5)
    world.go_to("2027-03-12T10:00:00")
    world.change_limit(template, part("DAY", 5, "DISABLED"))

    assert (5, moment("2027-03-13")) == (world.left(arn), period(world, arn, "DAY")[1])


def test_a_budget_created_on_the_boundary_has_a_whole_first_period() -> None:
    world = BudgetsWorld(start="2027-02-27T23:00:00")
    arn = world.table()
    world.go_to("2027-03-01T00:00:00")
    world.limit(arn, part("MONTH", 5, "ENABLED"))

    assert (moment("2027-03-01"), moment("2027-04-01")) == period(world, arn, "MONTH")


def test_a_leap_day_is_a_day_of_its_own() -> None:
    world = BudgetsWorld(start="2028-02-28T12:00:00")
    arn = world.table()
    world.limit(arn, part("DAY", 1, "ENABLED"))
    left = []
    for day in ("2028-02-29T00:00:00", "2028-03-01T00:00:00"):
        world.use(arn)
        world.go_to(day)
        left.append(world.left(arn))

    assert [1, 1] == left


def test_a_month_is_renewed_with_the_new_year() -> None:
    world = BudgetsWorld(start="2027-12-31T23:59:59")
    arn = world.table()
    world.limit(arn, part("MONTH", 1, "ENABLED"))
    world.use(arn)
    world.go_to("2028-01-01T00:00:00")

    assert (1, (moment("2028-01-01"), moment("2028-02-01"))) == (world.left(arn), period(world, arn, "MONTH"))


def test_a_budget_summary_was_updated_when_its_period_began() -> None:
    world = BudgetsWorld()
    world.limit(world.table(), part("DAY", 5, "ENABLED"))
    world.go_to("2027-03-11T09:00:00")

    assert moment("2027-03-11") == world.budgets()[0]["updateTime"].timestamp()
