"""How many queries run at the same time: by membership, account and Region, until they have ended."""

import pytest

from cleanrooms_emulator.handlers import quotas
from tests.emulator.analyses.analysis_world import AnalysisWorld
from tests.emulator.world import QUOTA, READER, RUNNER, member


@pytest.mark.parametrize(
    ("region", "allowed", "name"),
    [
        ("eu-west-1", 2, "Concurrent SQL queries per account"),
        ("us-east-1", 5, "Concurrent queries per membership"),
    ],
)
def test_so_many_queries_run_at_the_same_time(region: str, allowed: int, name: str) -> None:
    world = AnalysisWorld(region=region)
    for _ in range(allowed):
        world.query()

    refused = world.querying()

    assert (QUOTA, (name, allowed)) == (refused.kind, refused.quota)


def test_a_granted_increase_lets_an_account_run_more() -> None:
    world = AnalysisWorld()
    quotas.adjust(world.store, quotas.concurrent_queries_of_account("eu-west-1"), 9)
    for _ in range(5):
        world.query()

    assert ("Concurrent queries per membership", 5) == world.querying().quota


@pytest.mark.parametrize("how", ["succeeded", "cancelled"])
def test_a_query_that_has_ended_frees_its_place(how: str) -> None:
    world = AnalysisWorld()
    first, _ = world.query(), world.query()
    if how == "cancelled":
        world.cancel(first)
        world.clock.advance(1)
    else:
        world.clock.advance(5.01)

    assert "SUBMITTED" == world.query()["status"]


def test_a_query_being_cancelled_still_holds_its_place() -> None:
    world = AnalysisWorld()
    world.cancel(world.query())
    world.query()

    assert QUOTA == world.querying().kind


def test_places_are_counted_by_region_and_account() -> None:
    world = AnalysisWorld([member(RUNNER, "CAN_QUERY", "CAN_RECEIVE_RESULTS")])
    world.query()
    world.query()
    other = world.create(member(READER, "CAN_QUERY", "CAN_RECEIVE_RESULTS"))
    world.memberships[READER] = world.join(READER, other)

    results = {"outputConfiguration": {"s3": {"resultFormat": "CSV", "bucket": "mine"}}}

    assert "SUBMITTED" == world.query(by=READER, resultConfiguration=results)["status"]
