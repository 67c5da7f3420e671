"""What analysis methods and analysis rules of tables allow."""

from typing import Any

import pytest

from tests.emulator.analyses.analysis_world import ANY, INVALID_QUERY, AnalysisWorld
from tests.emulator.world import CREATOR, READER, RUNNER

COUNT_VISITS = "select count(*) as n from visits"


def by_template(world: AnalysisWorld, owner: str = CREATOR) -> dict[str, Any]:
    return {"sqlParameters": {"analysisTemplateArn": world.template(owner), "parameters": {"least": "1"}}}


def test_a_table_without_an_analysis_rule_cannot_be_queried() -> None:
    world = AnalysisWorld()
    world.table("visits", rule=None)

    refused = world.querying(COUNT_VISITS)

    assert (INVALID_QUERY, ["sqlParameters.queryString"]) == (refused.kind, refused.fields)


@pytest.mark.parametrize("account", [CREATOR, READER])
def test_a_runner_that_a_rule_does_not_name_cannot_query_by_hand(account: str) -> None:
    world = AnalysisWorld()
    world.table("visits", rule={"allowedAnalyses": ["ANY_QUERY"], "allowedAnalysisProviders": [account]})

    assert INVALID_QUERY == world.querying(COUNT_VISITS).kind


def test_a_rule_for_one_template_allows_that_template_alone() -> None:
    world = AnalysisWorld()
    world.table("visits")
    template = world.template()
    table = world.of(CREATOR).list_configured_tables()["configuredTableSummaries"][0]["id"]
    world.of(CREATOR).update_configured_table_analysis_rule(
        configuredTableIdentifier=table,
        analysisRuleType="CUSTOM",
        analysisRulePolicy={"v1": {"custom": {"allowedAnalyses": [template]}}},
    )
    other = world.template(name="other")

    allowed = world.query(sqlParameters={"analysisTemplateArn": template, "parameters": {"least": "1"}})
    refused = world.querying(sqlParameters={"analysisTemplateArn": other, "parameters": {"least": "1"}})

    assert ("SUBMITTED", INVALID_QUERY, INVALID_QUERY) == (
        allowed["status"],
        refused.kind,
        world.querying(COUNT_VISITS).kind,
    )


@pytest.mark.parametrize(("owner", "refused"), [(READER, False), (CREATOR, True)])
def test_under_any_query_a_template_counts_as_its_owners(owner: str, refused: bool) -> None:
    world = AnalysisWorld()
    world.table("visits", rule={"allowedAnalyses": ["ANY_QUERY"], "allowedAnalysisProviders": [READER]})
    given = by_template(world, owner)

    outcome = world.querying(**given).kind if refused else world.query(**given)["status"]

    assert (INVALID_QUERY if refused else "SUBMITTED") == outcome


def test_a_rule_for_queries_allows_no_jobs() -> None:
    world = AnalysisWorld()
    world.table("visits", rule={"allowedAnalyses": ["ANY_QUERY"], "allowedAnalysisProviders": [CREATOR]})

    assert INVALID_QUERY == world.jobbing(world.script("visits")).kind


@pytest.mark.parametrize(("method", "query", "job"), [("DIRECT_QUERY", True, False), ("DIRECT_JOB", False, True)])
def test_the_analysis_method_of_a_table_says_what_runs_on_it(method: str, query: bool, job: bool) -> None:
    world = AnalysisWorld()
    world.table("visits", method=method)
    script = world.script("visits")

    ran = world.query(COUNT_VISITS)["status"] if query else world.querying(COUNT_VISITS).kind
    worked = world.job(script)["status"] if job else world.jobbing(script).kind

    assert ("SUBMITTED" if query else INVALID_QUERY, "SUBMITTED" if job else INVALID_QUERY) == (ran, worked)


def with_collaboration_rule(receivers: list[str]) -> AnalysisWorld:
    world = AnalysisWorld()
    association = world.table("visits").rpartition("/")[2]
    world.of(CREATOR).create_configured_table_association_analysis_rule(
        membershipIdentifier=world.memberships[CREATOR],
        configuredTableAssociationIdentifier=association,
        analysisRuleType="CUSTOM",
        analysisRulePolicy={"v1": {"custom": {"allowedResultReceivers": receivers}}},
    )
    return world


def test_a_collaboration_rule_names_who_may_receive_results() -> None:
    allowed = with_collaboration_rule([READER]).query(COUNT_VISITS)["status"]
    refused = with_collaboration_rule([RUNNER]).querying(COUNT_VISITS).kind

    assert ("SUBMITTED", INVALID_QUERY) == (allowed, refused)


def test_a_table_for_additional_analyses_alone_gives_no_direct_results() -> None:
    world = AnalysisWorld()
    world.table("visits", rule={**ANY, "additionalAnalyses": "REQUIRED"})

    assert INVALID_QUERY == world.querying(COUNT_VISITS).kind


@pytest.mark.parametrize("template", [False, True], ids=["by hand", "by template"])
def test_a_list_rule_allows_queries_by_hand_only(template: bool) -> None:
    world = AnalysisWorld()
    world.table("visits", rule=None)
    table = world.of(CREATOR).list_configured_tables()["configuredTableSummaries"][0]["id"]
    world.of(CREATOR).create_configured_table_analysis_rule(
        configuredTableIdentifier=table,
        analysisRuleType="LIST",
        analysisRulePolicy={"v1": {"list": {"joinColumns": ["user_id"], "listColumns": ["amount"]}}},
    )

    outcome = world.querying(**by_template(world)).kind if template else world.query("select amount from visits")["status"]

    assert (INVALID_QUERY if template else "SUBMITTED") == outcome
