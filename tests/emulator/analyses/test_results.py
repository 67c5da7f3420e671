"""Where results go: who may receive them, what is done by default, and what a finished run says of it."""

from typing import Any

import pytest

from tests.emulator.analyses.analysis_world import JOB_RESULTS_TO, TO_READER, TO_S3, AnalysisWorld
from tests.emulator.world import (
    CREATOR,
    INVALID_CONFIGURATION,
    NEWCOMER,
    OUTSIDER,
    READER,
    RESULTS_TO,
    RUNNER,
    World,
    member,
)

NEVER = "00000000-0000-0000-0000-000000000000"


def to(account: str) -> dict[str, Any]:
    return {"outputConfiguration": {"member": {"accountId": account}}}


def to_all(*locations: dict[str, Any]) -> dict[str, Any]:
    return {"outputConfiguration": {"distribute": {"locations": [each["outputConfiguration"] for each in locations]}}}


def receiving_runner() -> AnalysisWorld:
    return AnalysisWorld(
        [
            member(RUNNER, "CAN_QUERY", "CAN_RUN_JOB", "CAN_RECEIVE_RESULTS"),
            member(READER, "CAN_RECEIVE_RESULTS"),
            member(NEWCOMER),
        ]
    )


def test_the_only_receiver_gets_the_results_of_a_runner_that_may_not() -> None:
    assert TO_READER == AnalysisWorld().query()["resultConfiguration"]


def test_a_runner_that_may_receive_results_gets_them_where_its_membership_says() -> None:
    assert {"outputConfiguration": RESULTS_TO["outputConfiguration"]} == receiving_runner().query()["resultConfiguration"]


def test_a_runner_without_a_default_has_to_say_where_to() -> None:
    world = AnalysisWorld()
    other = world.create(member(RUNNER, "CAN_QUERY", "CAN_RECEIVE_RESULTS"))
    membership = world.join(RUNNER, other)

    refused = world.querying(membershipIdentifier=membership)
    told = world.query(membershipIdentifier=membership, resultConfiguration=TO_S3)

    assert (INVALID_CONFIGURATION, ["resultConfiguration"], TO_S3) == (
        refused.kind,
        refused.fields,
        told["resultConfiguration"],
    )


def test_several_receivers_and_none_named_is_refused() -> None:
    world = AnalysisWorld(
        [member(RUNNER, "CAN_QUERY"), member(READER, "CAN_RECEIVE_RESULTS"), member(NEWCOMER, "CAN_RECEIVE_RESULTS")]
    )

    assert INVALID_CONFIGURATION == world.querying().kind


@pytest.mark.parametrize(
    "configuration",
    [
        pytest.param(TO_S3, id="S3"),
        pytest.param(TO_READER, id="a member"),
        pytest.param(to(RUNNER), id="the runner as a member"),
        pytest.param(to_all(TO_S3, TO_READER), id="both"),
        pytest.param(to_all(TO_READER), id="distributed to one"),
    ],
)
def test_results_can_go_to_those_that_may_receive_them(configuration: dict[str, Any]) -> None:
    assert configuration == receiving_runner().query(resultConfiguration=configuration)["resultConfiguration"]


@pytest.mark.parametrize(
    "configuration",
    [
        pytest.param(to(NEWCOMER), id="a member without the ability"),
        pytest.param(to(OUTSIDER), id="no member"),
        pytest.param(to_all(TO_S3, to(NEWCOMER)), id="distributed to one without the ability"),
        pytest.param(to_all(TO_S3, TO_S3), id="two places in S3"),
        pytest.param(to_all(TO_READER, TO_READER), id="one member twice"),
        pytest.param(to_all(TO_READER, to(RUNNER)), id="the runner as one of several members"),
        pytest.param(
            {
                "outputConfiguration": {
                    "intermediateTable": {
                        "id": NEVER,
                        "arn": f"arn:aws:cleanrooms:eu-west-1:{RUNNER}:membership/{NEVER}/intermediatetable/{NEVER}",
                        "name": "sums",
                    }
                }
            },
            id="an intermediate table",
        ),
    ],
)
def test_results_cannot_go_anywhere_else(configuration: dict[str, Any]) -> None:
    refused = receiving_runner().querying(resultConfiguration=configuration)

    assert (INVALID_CONFIGURATION, ["resultConfiguration"]) == (refused.kind, refused.fields)


def test_a_runner_that_may_not_receive_results_cannot_send_them_to_s3() -> None:
    assert INVALID_CONFIGURATION == AnalysisWorld().querying(resultConfiguration=TO_S3).kind


def test_a_receiver_that_has_not_joined_gets_nothing() -> None:
    world = AnalysisWorld()
    other = world.create(member(RUNNER, "CAN_QUERY"), member(READER, "CAN_RECEIVE_RESULTS"))
    membership = world.join(RUNNER, other)

    refused = world.querying(membershipIdentifier=membership, resultConfiguration=TO_READER)

    assert INVALID_CONFIGURATION == refused.kind


def test_a_receiver_whose_membership_does_not_say_where_to_gets_nothing() -> None:
    world = AnalysisWorld([member(RUNNER, "CAN_QUERY"), member(READER, "CAN_RUN_JOB", "CAN_RECEIVE_RESULTS")])
    plain = World.create(world, member(RUNNER, "CAN_QUERY"), member(READER, "CAN_RUN_JOB", "CAN_RECEIVE_RESULTS"))
    membership = world.join(RUNNER, plain)
    world.join(READER, plain)

    refused = world.querying(membershipIdentifier=membership, resultConfiguration=TO_READER)

    assert INVALID_CONFIGURATION == refused.kind


@pytest.mark.parametrize(
    ("configuration", "output"),
    [
        pytest.param(TO_S3, {"s3": {"location": "s3://results-of-queries/daily/{id}"}}, id="S3"),
        pytest.param(TO_READER, {"memberList": [{"accountId": READER}]}, id="a member"),
        pytest.param(
            to_all(TO_S3, TO_READER),
            {
                "distribute": {
                    "s3": {"location": "s3://results-of-queries/daily/{id}"},
                    "memberList": [{"accountId": READER}],
                }
            },
            id="both",
        ),
    ],
)
def test_a_finished_query_says_where_its_results_are(configuration: dict[str, Any], output: dict[str, Any]) -> None:
    world = receiving_runner()
    query = world.query(resultConfiguration=configuration)
    world.clock.advance(10)

    found = world.read(query)["result"]["output"]

    assert output == _with_id_hidden(found, query["id"])


def test_a_job_names_a_member_that_has_a_place_for_results_of_jobs() -> None:
    world = AnalysisWorld()
    world.table("visits")

    assert TO_READER == world.job(world.script("visits"), resultConfiguration=TO_READER)["resultConfiguration"]


def test_a_job_of_a_receiving_runner_goes_where_its_membership_says() -> None:
    world = receiving_runner()
    world.table("visits")
    job = world.job(world.script("visits"))
    world.clock.advance(10)

    expected = ({"outputConfiguration": JOB_RESULTS_TO["outputConfiguration"]}, f"s3://results-of-jobs/{job['id']}")
    assert expected == (job["resultConfiguration"], world.read_job(job)["result"]["output"]["s3"]["location"])


def test_a_job_cannot_send_its_results_to_a_member_that_may_not_receive_them() -> None:
    world = AnalysisWorld()
    world.table("visits")

    assert INVALID_CONFIGURATION == world.jobbing(world.script("visits"), resultConfiguration=to(CREATOR)).kind


def _with_id_hidden(value: Any, id: str) -> Any:
    if isinstance(value, dict):
        return {name: _with_id_hidden(each, id) for name, each in value.items()}
    return value.replace(id, "{id}") if isinstance(value, str) else value
