"""Intermediate tables in queries: what populating and using them takes, and the query behind a population."""

from typing import Any

from tests.emulator.analyses.analysis_world import AnalysisWorld
from tests.emulator.world import RUNNER


def with_intermediate_table() -> tuple[AnalysisWorld, str, str, dict[str, Any]]:
    """A world with `sums`, which is populated from `visits`; both have budgets of 5. Also what Populate answered."""
    world = AnalysisWorld()
    visits = world.table("visits")
    world.budget(visits, 5, "LIFETIME")
    client, own = world.of(RUNNER), {"membershipIdentifier": world.memberships[RUNNER]}
    sql = "select user_id, sum(amount) as total from visits group by user_id"
    table = client.create_intermediate_table(
        **own, name="sums", populationAnalysisConfiguration={"sqlParameters": {"queryString": sql}}
    )["intermediateTable"]
    populated = client.populate_intermediate_table(**own, intermediateTableIdentifier=table["id"])
    world.clock.advance(10)
    client.create_intermediate_table_analysis_rule(
        **own,
        intermediateTableIdentifier=table["id"],
        analysisRuleType="CUSTOM",
        analysisRulePolicy={"v1": {"custom": {"allowedAnalyses": ["ANY_QUERY"], "allowedAnalysisProviders": [RUNNER]}}},
    )
    world.budget(table["arn"], 5, "LIFETIME", RUNNER)
    return world, visits, table["arn"], populated


def test_populating_takes_from_the_base_table() -> None:
    world, visits, _, _ = with_intermediate_table()

    assert 4 == world.left(visits)


def test_the_query_behind_a_population_is_read_like_any_other() -> None:
    world, _, sums, populated = with_intermediate_table()

    query = world.read({"id": populated["analysisId"]})
    (listed,) = world.of(RUNNER).list_protected_queries(membershipIdentifier=world.memberships[RUNNER])["protectedQueries"]

    assert ("SUCCESS", sums, False) == (
        query["status"],
        query["resultConfiguration"]["outputConfiguration"]["intermediateTable"]["arn"],
        "result" in query,
    )
    assert ([], "sums") == (listed["receiverConfigurations"], listed["intermediateTableConfiguration"]["name"])


def test_using_an_intermediate_table_takes_from_it_and_from_its_base_table() -> None:
    world, visits, sums, _ = with_intermediate_table()
    world.query("select max(total) as most from sums")

    assert (3, 4) == (world.left(visits), world.left(sums))


def test_a_base_table_that_is_named_besides_is_charged_once() -> None:
    world, visits, sums, _ = with_intermediate_table()
    world.query("select max(total) as most from sums join visits using (user_id)")

    assert (3, 4) == (world.left(visits), world.left(sums))
