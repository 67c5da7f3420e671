"""What queries and jobs take from budgets, when there is nothing left, and the story of a day."""

from typing import Any

import pytest

from tests.emulator.analyses.analysis_world import INVALID_QUERY, AnalysisWorld, usual_members
from tests.emulator.world import CREATOR, INVALID_CONFIGURATION, NEWCOMER, QUOTA, READER, RUNNER, member

A_DAY = 86_400
COUNT_VISITS = "select count(*) as n from visits"
PROTECTED = {
    "allowedAnalyses": ["ANY_QUERY"],
    "allowedAnalysisProviders": [RUNNER],
    "differentialPrivacy": {"columns": [{"name": "user_id"}]},
}
EXHAUSTED = ("ValidationException", "INVALID_CONFIGURATION", None)


def budgeted(amount: int, *, switches: dict[str, str] | None = None, **creates: Any) -> tuple[AnalysisWorld, str]:
    """A world with a table `visits` that can be used so many times."""
    world = AnalysisWorld(switches=switches, **creates)
    arn = world.table("visits")
    world.budget(arn, amount, "LIFETIME")
    return world, arn


def test_a_query_takes_one_unit_when_it_is_accepted() -> None:
    world, arn = budgeted(5)
    world.query(COUNT_VISITS)

    assert 4 == world.left(arn)


def test_a_table_named_several_times_costs_one_unit() -> None:
    world, arn = budgeted(5)
    world.query("select count(*) as n from visits a join VISITS b on a.user_id = b.user_id union all select 1 as n from visits")

    assert 4 == world.left(arn)


def test_each_table_of_a_query_costs_one_unit() -> None:
    world, visits = budgeted(5)
    buys = world.table("buys", RUNNER)
    world.budget(buys, 3, "LIFETIME", RUNNER)
    world.query("select count(*) as n from visits join buys using (user_id)")

    assert (4, 2) == (world.left(visits), world.left(buys))


def test_a_job_takes_one_unit_of_each_table_of_its_template() -> None:
    world, arn = budgeted(5)
    world.job(world.script("visits"))

    assert 4 == world.left(arn)


def test_nothing_left_refuses_queries_and_jobs() -> None:
    world, arn = budgeted(1)
    script = world.script("visits")
    world.query(COUNT_VISITS)

    assert (EXHAUSTED, EXHAUSTED, 0) == (world.querying(COUNT_VISITS).kind, world.jobbing(script).kind, world.left(arn))


def test_a_refused_query_takes_nothing_from_the_other_tables() -> None:
    world, empty = budgeted(0)
    full = world.table("buys")
    world.budget(full, 3, "LIFETIME")
    refused = world.querying("select count(*) as n from visits join buys using (user_id)")

    assert (EXHAUSTED, 0, 3) == (refused.kind, world.left(empty), world.left(full))


def test_a_query_without_a_place_to_run_takes_nothing() -> None:
    world, arn = budgeted(5)
    world.query(COUNT_VISITS)
    world.query(COUNT_VISITS)
    refused = world.querying(COUNT_VISITS)

    assert (QUOTA, 3) == (refused.kind, world.left(arn))


def test_nothing_left_lets_a_query_fail_under_the_reading_failed() -> None:
    world, arn = budgeted(0, switches={"budgetExhausted": "FAILED"})
    query = world.query(COUNT_VISITS)
    world.clock.advance(1)

    failed = world.read(query)

    assert ("SUBMITTED", "FAILED", "INVALID_RESOURCE", False, 0) == (
        query["status"],
        failed["status"],
        failed["error"]["code"],
        "statistics" in failed,
        world.left(arn),
    )


def test_nothing_left_lets_a_job_fail_under_the_reading_failed() -> None:
    world, _ = budgeted(0, switches={"budgetExhausted": "FAILED"})
    job = world.job(world.script("visits"))
    world.clock.advance(1)

    assert "FAILED" == world.read_job(job)["status"]


@pytest.mark.parametrize(("refund", "left"), [("no", 4), ("yes", 5)])
def test_whether_a_cancelled_query_gives_back_is_a_switch(refund: str, left: int) -> None:
    world, arn = budgeted(5, switches={"budgetRefund": refund})
    world.cancel(world.query(COUNT_VISITS))

    assert left == world.left(arn)


def test_cancelling_twice_gives_back_once() -> None:
    world, arn = budgeted(5, switches={"budgetRefund": "yes"})
    world.query(COUNT_VISITS)
    query = world.query(COUNT_VISITS)
    world.cancel(query)
    world.cancel(query)

    assert 4 == world.left(arn)


@pytest.mark.parametrize(("refund", "left"), [("no", 4), ("yes", 5)])
def test_whether_a_failed_query_gives_back_is_a_switch(refund: str, left: int) -> None:
    world, arn = budgeted(5, switches={"budgetRefund": refund})
    query = world.query("select raise_error('no') as problem from visits")
    world.clock.advance(10)
    seen = [world.read(query)["status"], world.read(query)["status"]]

    assert (["FAILED", "FAILED"], left) == (seen, world.left(arn))


def test_a_failed_query_that_nobody_looked_at_gives_back_before_the_next_is_charged() -> None:
    world, arn = budgeted(1, switches={"budgetRefund": "yes"})
    world.query("select raise_error('no') as problem from visits")
    world.clock.advance(10)

    assert ("SUBMITTED", 0) == (world.query(COUNT_VISITS)["status"], world.left(arn))


def test_a_protected_table_cannot_be_queried_without_a_privacy_budget() -> None:
    world = AnalysisWorld()
    world.table("visits", rule=PROTECTED)

    assert EXHAUSTED == world.querying(COUNT_VISITS).kind


def test_a_protected_query_takes_its_aggregations_from_the_privacy_budget() -> None:
    world = AnalysisWorld()
    world.table("visits", rule=PROTECTED)
    world.protect()
    before = world.aggregations_left()
    world.query("select count(*) as n, avg(amount) as m from visits")

    assert 2 == before - world.aggregations_left()


def test_a_privacy_budget_that_does_not_suffice_takes_nothing_from_access_budgets() -> None:
    world = AnalysisWorld()
    arn = world.table("visits", rule=PROTECTED)
    world.budget(arn, 5, "LIFETIME")
    world.protect(epsilon=1, noise=10)
    counts = ", ".join(f"count(*) as n{number}" for number in range(world.aggregations_left() + 1))

    refused = world.querying(f"select {counts} from visits")

    assert (EXHAUSTED, 5) == (refused.kind, world.left(arn))


def test_an_unprotected_query_leaves_the_privacy_budget_alone() -> None:
    world = AnalysisWorld()
    world.table("visits")
    world.protect()
    before = world.aggregations_left()
    world.query(COUNT_VISITS)

    assert before == world.aggregations_left()


def test_a_protected_query_ends_with_its_sensitivity_parameters() -> None:
    world = AnalysisWorld()
    world.table("visits", rule=PROTECTED)
    world.protect()
    query = world.query("select count(distinct user_id) as n, avg(amount * 2) as m from visits")
    world.clock.advance(10)

    shown = world.read(query)["differentialPrivacy"]["sensitivityParameters"]

    assert [("COUNT_DISTINCT", "user_id"), ("AVG", "amount * 2")] == [
        (each["aggregationType"], each["aggregationExpression"]) for each in shown
    ]


def test_tables_that_two_members_protect_cannot_be_joined() -> None:
    world = AnalysisWorld([*usual_members(), member(NEWCOMER)])
    world.table("visits", rule=PROTECTED)
    world.table("buys", NEWCOMER, rule=PROTECTED)
    world.protect()

    assert INVALID_QUERY == world.querying("select count(*) as n from visits join buys using (user_id)").kind


def test_two_queries_a_day_and_the_next_day_anew() -> None:
    world = AnalysisWorld()
    visits = world.table("visits")
    world.table("buys", RUNNER)
    world.budget(visits, 2)
    joined = "select count(*) as n from visits v join buys b on v.user_id = b.user_id"

    first = world.query(joined)
    world.clock.advance(10)
    second = world.query(COUNT_VISITS)
    world.clock.advance(10)
    third = world.querying(joined)
    unlimited = world.query("select count(*) as n from buys")["status"]
    world.clock.advance(A_DAY)
    renewed = world.left(visits)
    fourth = world.query(joined)

    assert ("SUCCESS", "SUCCESS", INVALID_CONFIGURATION, "SUBMITTED", 2, "SUBMITTED", 1) == (
        world.read(first)["status"],
        world.read(second)["status"],
        third.kind,
        unlimited,
        renewed,
        fourth["status"],
        world.left(visits),
    )
    assert {READER} == {each["accountId"] for each in world.read(first)["result"]["output"]["memberList"]}
    assert 3 == len(world.members(world.collaboration_id, CREATOR))
