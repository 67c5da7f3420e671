"""Exports of query logs: who may start them, of which queries, where to, their course, who sees them."""

from typing import Any

import pytest

from tests.emulator.analyses.analysis_world import ANALYSIS_NOT_FOUND, AnalysisWorld, payer
from tests.emulator.world import (
    ACCESS_DENIED,
    CREATOR,
    INVALID_CONFIGURATION,
    NO_SUCH_ID,
    QUOTA,
    READER,
    RESULTS_TO,
    RUNNER,
    Refusal,
    member,
    refusal,
)

EXPORTS = "CAN_EXPORT_QUERY_ANALYSIS_LOG"


def exporting_world(**switches: str) -> AnalysisWorld:
    """Everybody can export logs; RUNNER runs queries, READER pays for them, CREATOR does neither."""
    return AnalysisWorld(
        [member(RUNNER, "CAN_QUERY", EXPORTS), payer(READER, "CAN_RECEIVE_RESULTS", EXPORTS, queryCompute=True)],
        accepting={READER: ["queryCompute"]},
        abilities=[EXPORTS],
        switches=switches,
    )


def ended_query(world: AnalysisWorld, sql: str = "select 1 as one") -> dict[str, Any]:
    query = world.query(sql)
    world.clock.advance(10)
    return query


def request(world: AnalysisWorld, query: str, by: str = RUNNER, prefix: str = "logs/") -> dict[str, Any]:
    return {
        "membershipIdentifier": world.memberships[by],
        "analysisId": query,
        "analysisType": "PROTECTED_QUERY",
        "resultConfiguration": {"outputConfiguration": {"s3": {"bucket": "logs-of-queries", "keyPrefix": prefix}}},
    }


def export(world: AnalysisWorld, query: dict[str, Any], by: str = RUNNER, prefix: str = "logs/") -> dict[str, Any]:
    answer: dict[str, Any] = world.of(by).start_analysis_log_export(**request(world, query["id"], by, prefix))
    started: dict[str, Any] = answer["analysisLogExport"]
    return started


def exporting(world: AnalysisWorld, query: dict[str, Any], by: str = RUNNER, prefix: str = "logs/") -> Refusal:
    return refusal(world.of(by).start_analysis_log_export, **request(world, query["id"], by, prefix))


def read(world: AnalysisWorld, started: dict[str, Any], by: str = RUNNER) -> dict[str, Any]:
    answer: dict[str, Any] = world.of(by).get_analysis_log_export(
        membershipIdentifier=world.memberships[by], analysisLogExportIdentifier=started["analysisLogExportId"]
    )["analysisLogExport"]
    return answer


@pytest.mark.parametrize("account", [RUNNER, READER], ids=["runner", "payer"])
def test_runner_and_payer_can_export_the_logs_of_a_query(account: str) -> None:
    world = exporting_world()
    query = ended_query(world)

    started = export(world, query, account)

    assert ("IN_PROGRESS", query["id"], world.memberships[account]) == (
        started["status"],
        started["analysisId"],
        started["membershipId"],
    )


def test_the_ability_alone_is_not_enough() -> None:
    world = exporting_world()

    assert ACCESS_DENIED == exporting(world, ended_query(world), CREATOR).kind


def test_the_runner_needs_the_ability() -> None:
    world = AnalysisWorld()

    assert ACCESS_DENIED == exporting(world, ended_query(world)).kind


def test_an_export_succeeds_after_some_seconds() -> None:
    world = exporting_world()
    started = export(world, ended_query(world))
    before = read(world, started)["status"]
    world.clock.advance(5)

    assert ("IN_PROGRESS", "SUCCESS") == (before, read(world, started)["status"])


def test_the_logs_of_a_failed_query_can_be_exported() -> None:
    world = exporting_world()
    started = export(world, ended_query(world, "select raise_error('no') as problem"))
    world.clock.advance(5)

    assert "SUCCESS" == read(world, started)["status"]


def test_a_query_that_never_ran_has_no_logs() -> None:
    world = exporting_world()
    query = world.query()
    world.cancel(query)
    world.clock.advance(10)
    started = export(world, query)
    world.clock.advance(5)

    assert ("FAILED", "LOGS_NOT_AVAILABLE") == (read(world, started)["status"], read(world, started)["error"]["code"])


def test_a_query_that_was_cancelled_while_it_ran_has_logs() -> None:
    world = exporting_world()
    query = world.query()
    world.clock.advance(2)
    world.cancel(query)
    world.clock.advance(10)
    started = export(world, query)
    world.clock.advance(5)

    assert "SUCCESS" == read(world, started)["status"]


def test_a_query_that_runs_is_refused() -> None:
    world = exporting_world()

    refused = exporting(world, world.query())

    assert (INVALID_CONFIGURATION, ["analysisId"]) == (refused.kind, refused.fields)


def test_a_query_from_before_the_feature_is_refused() -> None:
    world = exporting_world()
    world.clock.set(1_780_000_000.0)
    query = ended_query(world)

    assert INVALID_CONFIGURATION == exporting(world, query).kind


def test_a_query_under_differential_privacy_is_refused() -> None:
    world = exporting_world()
    rule = {
        "allowedAnalyses": ["ANY_QUERY"],
        "allowedAnalysisProviders": [RUNNER],
        "differentialPrivacy": {"columns": [{"name": "user_id"}]},
    }
    world.table("visits", rule=rule)
    world.protect()
    query = ended_query(world, "select count(*) as n from visits")

    assert INVALID_CONFIGURATION == exporting(world, query).kind


def test_an_unknown_query_is_not_found() -> None:
    assert ANALYSIS_NOT_FOUND == exporting(exporting_world(), {"id": NO_SUCH_ID}).kind


def test_a_query_of_another_collaboration_is_not_found() -> None:
    world = exporting_world()
    query = ended_query(world)
    other = world.create(member(RUNNER, "CAN_QUERY", EXPORTS))
    world.memberships[RUNNER] = world.join(RUNNER, other)

    assert ANALYSIS_NOT_FOUND == exporting(world, query).kind


def test_one_export_at_a_time_goes_to_one_place() -> None:
    world = exporting_world()
    query = ended_query(world)
    export(world, query)
    refused = exporting(world, query)
    elsewhere = export(world, query, prefix="other/")["status"]
    world.clock.advance(5)

    assert (INVALID_CONFIGURATION, "IN_PROGRESS", "IN_PROGRESS") == (refused.kind, elsewhere, export(world, query)["status"])


def test_five_exports_run_at_the_same_time_for_one_membership() -> None:
    world = exporting_world()
    query = ended_query(world)
    for number in range(5):
        export(world, query, prefix=f"logs-{number}")

    refused = exporting(world, query, prefix="logs-5")

    assert (QUOTA, ("Log exports in progress per membership", 5)) == (refused.kind, refused.quota)


def test_ten_exports_run_at_the_same_time_for_one_account() -> None:
    world = AnalysisWorld([member(RUNNER, "CAN_QUERY", "CAN_RECEIVE_RESULTS", EXPORTS)])
    memberships = [world.memberships[RUNNER]]
    for _ in range(2):
        other = world.create(member(RUNNER, "CAN_QUERY", "CAN_RECEIVE_RESULTS", EXPORTS))
        memberships.append(world.join(RUNNER, other, defaultResultConfiguration=RESULTS_TO))
    queries = []
    for membership in memberships:
        queries.append(world.query(membershipIdentifier=membership))
        world.clock.advance(10)
    for membership, query in zip(memberships[:2], queries, strict=False):
        world.memberships[RUNNER] = membership
        for number in range(5):
            export(world, query, prefix=f"logs-{number}")
    world.memberships[RUNNER] = memberships[2]

    refused = exporting(world, queries[2])

    assert (QUOTA, ("Log exports in progress per account", 10)) == (refused.kind, refused.quota)


def test_exports_are_seen_by_their_membership_only() -> None:
    world = exporting_world()
    started = export(world, ended_query(world))

    refused = refusal(
        world.of(READER).get_analysis_log_export,
        membershipIdentifier=world.memberships[READER],
        analysisLogExportIdentifier=started["analysisLogExportId"],
    )
    listed = world.of(READER).list_analysis_log_exports(membershipIdentifier=world.memberships[READER])["analysisLogExports"]

    assert (ANALYSIS_NOT_FOUND, []) == (refused.kind, listed)


def test_exports_are_listed_with_the_most_recent_first_and_filtered() -> None:
    world = exporting_world()
    queries = [ended_query(world), ended_query(world)]
    exports = [export(world, query)["analysisLogExportId"] for query in queries]
    client = world.of(RUNNER)
    own = {"membershipIdentifier": world.memberships[RUNNER]}

    def listed(**filters: str) -> list[str]:
        return [
            each["analysisLogExportId"] for each in client.list_analysis_log_exports(**own, **filters)["analysisLogExports"]
        ]

    assert (exports[::-1], exports[:1], []) == (
        listed(),
        listed(analysisIdentifier=queries[0]["id"]),
        listed(status="FAILED"),
    )
