"""Jobs: who may run them, from which templates and on which tables, their course, their payer, how many can run."""

from typing import Any

import pytest

from tests.emulator.analyses.analysis_world import ANALYSIS_NOT_FOUND, INVALID_QUERY, AnalysisWorld, payer
from tests.emulator.world import (
    ACCESS_DENIED,
    CREATOR,
    INVALID_CONFIGURATION,
    INVALID_FIELD,
    MEMBERSHIP_STATE,
    QUOTA,
    READER,
    RUNNER,
    member,
    pays,
    refusal,
)

PAYER = "jobComputePayerAccountId"


def with_table(**given: Any) -> tuple[AnalysisWorld, str]:
    """A world with the script of a job on one table."""
    world = AnalysisWorld(**given)
    world.table("visits")
    return world, world.script("visits")


def test_a_job_is_answered_as_submitted() -> None:
    world, script = with_table()

    job = world.job(script, computeConfiguration={"worker": {"type": "CR.1X", "number": 16}})

    assert ("SUBMITTED", world.memberships[RUNNER], {"analysisTemplateArn": script}, 16) == (
        job["status"],
        job["membershipId"],
        job["jobParameters"],
        job["computeConfiguration"]["worker"]["number"],
    )


@pytest.mark.parametrize("account", [CREATOR, READER])
def test_a_member_that_cannot_run_jobs_is_denied(account: str) -> None:
    world, script = with_table()

    assert ACCESS_DENIED == world.jobbing(script, by=account).kind


def test_a_member_that_can_only_query_cannot_run_jobs() -> None:
    world, script = with_table(members=[member(RUNNER, "CAN_QUERY"), member(READER, "CAN_RUN_JOB", "CAN_RECEIVE_RESULTS")])

    assert ACCESS_DENIED == world.jobbing(script).kind


def test_a_template_of_a_query_is_no_job() -> None:
    world, _ = with_table()

    refused = world.jobbing(world.template(name="query"))

    assert (INVALID_FIELD, ["jobParameters.analysisTemplateArn"]) == (refused.kind, refused.fields)


@pytest.mark.parametrize(
    "values",
    [{}, {"day": "x", "more": "y"}, {"day": "x", "count": "many"}],
    ids=["missing", "unknown", "of another type"],
)
def test_the_parameters_of_a_job_are_those_of_its_template(values: dict[str, str]) -> None:
    world, _ = with_table()
    defined = [{"name": "day", "type": "STRING"}, {"name": "count", "type": "INTEGER", "defaultValue": "7"}]
    script = world.script("visits", name="daily", format="PYSPARK_2_0", analysisParameters=defined)

    refused = world.jobbing(script, jobParameters={"analysisTemplateArn": script, "parameters": values})
    accepted = world.job(script, jobParameters={"analysisTemplateArn": script, "parameters": {"day": "x", "count": "8"}})

    assert (INVALID_FIELD, "SUBMITTED") == (refused.kind, accepted["status"])


def test_a_job_needs_the_tables_of_its_template() -> None:
    world = AnalysisWorld()
    world.table("visits")
    script = world.script("visits")
    associations = world.of(CREATOR).list_configured_table_associations(membershipIdentifier=world.memberships[CREATOR])
    world.of(CREATOR).delete_configured_table_association(
        membershipIdentifier=world.memberships[CREATOR],
        configuredTableAssociationIdentifier=associations["configuredTableAssociationSummaries"][0]["id"],
    )

    refused = world.jobbing(script)

    assert (INVALID_QUERY, ["jobParameters.analysisTemplateArn"]) == (refused.kind, refused.fields)


def test_a_job_cannot_use_tables_under_differential_privacy() -> None:
    world = AnalysisWorld()
    rule = {"allowedAnalyses": ["ANY_JOB"], "differentialPrivacy": {"columns": [{"name": "user_id"}]}}
    world.table("visits", rule=rule)

    assert INVALID_CONFIGURATION == world.jobbing(world.script("visits")).kind


def test_a_job_runs_and_ends_with_its_results() -> None:
    world, script = with_table()
    job = world.job(script)
    seen = [world.read_job(job)["status"]]
    for seconds in (1, 4):
        world.clock.advance(seconds)
        seen.append(world.read_job(job)["status"])

    assert (["SUBMITTED", "STARTED", "SUCCESS"], {"memberList": [{"accountId": READER}]}) == (
        seen,
        world.read_job(job)["result"]["output"],
    )


def cancelling(world: AnalysisWorld, job: dict[str, Any]) -> dict[str, Any]:
    return {
        "membershipIdentifier": world.memberships[RUNNER],
        "protectedJobIdentifier": job["id"],
        "targetStatus": "CANCELLED",
    }


def test_a_job_can_be_cancelled_until_it_has_ended() -> None:
    world, script = with_table()
    job = world.job(script)
    first = world.of(RUNNER).update_protected_job(**cancelling(world, job))["protectedJob"]["status"]
    world.clock.advance(1)

    refused = refusal(world.of(RUNNER).update_protected_job, **cancelling(world, job))

    assert ("CANCELLING", "CANCELLED", MEMBERSHIP_STATE) == (first, world.read_job(job)["status"], refused.kind)


def test_jobs_are_listed_with_the_most_recent_first_and_by_status() -> None:
    world, script = with_table()
    jobs = [world.job(script)["id"], world.job(script)["id"]]
    client = world.of(RUNNER)

    listed = client.list_protected_jobs(membershipIdentifier=world.memberships[RUNNER])["protectedJobs"]
    ended = client.list_protected_jobs(membershipIdentifier=world.memberships[RUNNER], status="SUCCESS")["protectedJobs"]

    receivers = listed[0]["receiverConfigurations"][0]["configurationDetails"]["directAnalysisConfigurationDetails"]
    assert (jobs[::-1], [], [READER]) == ([each["id"] for each in listed], ended, receivers["receiverAccountIds"])


def test_only_the_membership_that_ran_a_job_sees_it() -> None:
    world, script = with_table()
    job = world.job(script)

    refused = refusal(
        world.of(READER).get_protected_job,
        membershipIdentifier=world.memberships[READER],
        protectedJobIdentifier=job["id"],
    )

    assert ANALYSIS_NOT_FOUND == refused.kind


def test_the_runner_pays_for_jobs_when_nobody_is_configured() -> None:
    world, script = with_table()

    assert RUNNER == world.job(script)[PAYER]


def test_the_candidate_for_jobs_pays_for_them() -> None:
    world, script = with_table(
        members=[member(RUNNER, "CAN_QUERY", "CAN_RUN_JOB"), payer(READER, "CAN_RECEIVE_RESULTS", jobCompute=True)],
        accepting={READER: ["jobCompute"]},
    )

    assert (READER, RUNNER) == (world.job(script)[PAYER], world.query()["queryComputePayerAccountId"])


def test_several_candidates_for_jobs_and_none_named_is_refused() -> None:
    world, script = with_table(
        members=[member(RUNNER, "CAN_QUERY", "CAN_RUN_JOB"), payer(READER, "CAN_RECEIVE_RESULTS", jobCompute=True)],
        accepting={READER: ["jobCompute"], CREATOR: ["jobCompute"]},
        creatorPaymentConfiguration=pays(jobCompute=True),
    )

    refused = world.jobbing(script)
    named = world.job(script, jobComputePayerAccountId=CREATOR)

    assert (INVALID_FIELD, [PAYER], CREATOR) == (refused.kind, refused.fields, named[PAYER])


@pytest.mark.parametrize(("region", "allowed"), [("us-east-1", 5), ("eu-west-1", 5), ("eu-north-1", 1)])
def test_so_many_jobs_run_at_the_same_time(region: str, allowed: int) -> None:
    world, script = with_table(region=region)
    jobs = [world.job(script) for _ in range(allowed)]

    refused = world.jobbing(script)
    world.clock.advance(5)

    assert (QUOTA, ("Concurrent jobs per membership", allowed), "SUBMITTED", "SUCCESS") == (
        refused.kind,
        refused.quota,
        world.job(script)["status"],
        world.read_job(jobs[0])["status"],
    )
