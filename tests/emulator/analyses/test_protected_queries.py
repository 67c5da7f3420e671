"""Queries: who may run them, their text and tables, their course, who sees them."""

from typing import Any

import pytest

from tests.emulator.analyses.analysis_world import (
    ANALYSIS_NOT_FOUND,
    INVALID_QUERY,
    AnalysisWorld,
    payer,
    usual_members,
)
from tests.emulator.world import (
    ACCESS_DENIED,
    CREATOR,
    INVALID_FIELD,
    MEMBERSHIP_NOT_FOUND,
    MEMBERSHIP_STATE,
    NO_SUCH_ID,
    QUOTA,
    READER,
    RUNNER,
    member,
    refusal,
)


def test_a_query_is_answered_as_submitted() -> None:
    world = AnalysisWorld()

    query = world.query("select 1 as one", computeConfiguration={"worker": {"type": "CR.4X", "number": 8}})

    assert ("SUBMITTED", world.memberships[RUNNER], {"queryString": "select 1 as one"}, {"type": "CR.4X", "number": 8}) == (
        query["status"],
        query["membershipId"],
        query["sqlParameters"],
        query["computeConfiguration"]["worker"],
    )


@pytest.mark.parametrize("account", [CREATOR, READER])
def test_a_member_that_cannot_query_is_denied(account: str) -> None:
    assert ACCESS_DENIED == AnalysisWorld().querying(by=account).kind


def test_another_accounts_membership_does_not_exist() -> None:
    world = AnalysisWorld()

    assert MEMBERSHIP_NOT_FOUND == world.querying(membershipIdentifier=world.memberships[READER]).kind


def test_a_removed_runner_is_denied() -> None:
    world = AnalysisWorld()
    world.of(CREATOR).delete_member(collaborationIdentifier=world.collaboration_id, accountId=RUNNER)

    assert ACCESS_DENIED == world.querying().kind


def test_a_deleted_collaboration_takes_no_queries() -> None:
    world = AnalysisWorld()
    world.of(CREATOR).delete_collaboration(collaborationIdentifier=world.collaboration_id)

    assert ACCESS_DENIED == world.querying().kind


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        pytest.param({}, "sqlParameters", id="neither text nor template"),
        pytest.param({"queryString": "select 1 as x", "analysisTemplateArn": "{template}"}, "sqlParameters", id="both"),
        pytest.param(
            {"queryString": "select 1 as x", "parameters": {"a": "1"}}, "sqlParameters.parameters", id="parameters of a text"
        ),
        pytest.param({"analysisTemplateArn": "{template}"}, "sqlParameters.parameters", id="parameter without value"),
        pytest.param(
            {"analysisTemplateArn": "{template}", "parameters": {"least": "1", "most": "2"}},
            "sqlParameters.parameters",
            id="unknown parameter",
        ),
        pytest.param(
            {"analysisTemplateArn": "{template}", "parameters": {"least": "few"}},
            "sqlParameters.parameters",
            id="parameter of another type",
        ),
        pytest.param({"analysisTemplateArn": "{script}"}, "sqlParameters.analysisTemplateArn", id="template of a job"),
    ],
)
def test_a_query_has_either_a_text_or_a_template_with_its_parameters(parameters: dict[str, Any], field: str) -> None:
    world = AnalysisWorld()
    world.table("visits")
    arns = {"{template}": world.template(), "{script}": world.script("visits", name="script")}
    given = {name: arns.get(value, value) if isinstance(value, str) else value for name, value in parameters.items()}

    refused = world.querying(sqlParameters=given)

    assert (INVALID_FIELD, [field]) == (refused.kind, refused.fields)


def test_a_template_of_any_active_member_can_be_run() -> None:
    world = AnalysisWorld()
    world.table("visits")
    template = {"analysisTemplateArn": world.template(READER), "parameters": {"least": "10"}}

    query = world.query(sqlParameters=template)

    assert template == query["sqlParameters"]


def test_a_parameter_with_a_default_can_be_left_out() -> None:
    world = AnalysisWorld()
    world.table("visits")
    least = {"name": "least", "type": "INTEGER", "defaultValue": "1"}

    query = world.query(sqlParameters={"analysisTemplateArn": world.template(analysisParameters=[least])})

    assert "SUBMITTED" == query["status"]


def test_an_unknown_template_is_not_found() -> None:
    world = AnalysisWorld()
    world.table("visits")
    arn = world.template().rpartition("/")[0] + "/" + NO_SUCH_ID

    assert ANALYSIS_NOT_FOUND == world.querying(sqlParameters={"analysisTemplateArn": arn}).kind


def test_the_template_of_a_removed_member_is_not_found() -> None:
    world = AnalysisWorld([*usual_members(), member("444455556666")])
    world.table("visits")
    arn = world.template("444455556666")
    world.of(CREATOR).delete_member(collaborationIdentifier=world.collaboration_id, accountId="444455556666")

    refused = world.querying(sqlParameters={"analysisTemplateArn": arn, "parameters": {"least": "1"}})

    assert ANALYSIS_NOT_FOUND == refused.kind


@pytest.mark.parametrize(
    "sql",
    ["select * from elsewhere", "select ((", "drop table visits", "select 1 as a; select 2 as b"],
    ids=["unknown table", "syntax", "no query", "two queries"],
)
def test_a_text_that_cannot_be_run_is_an_invalid_query(sql: str) -> None:
    world = AnalysisWorld()
    world.table("visits")

    refused = world.querying(sql)

    assert (INVALID_QUERY, ["sqlParameters.queryString"]) == (refused.kind, refused.fields)


def test_the_tables_of_all_members_can_be_joined() -> None:
    world = AnalysisWorld()
    world.table("visits")
    world.table("buys", RUNNER)

    query = world.query("with v as (select * from Visits) select count(*) as n from v join `BUYS` b on v.user_id = b.user_id")

    assert "SUBMITTED" == query["status"]


def test_the_tables_of_a_removed_member_cannot_be_queried() -> None:
    world = AnalysisWorld([*usual_members(), member("444455556666")])
    world.table("visits", "444455556666")
    before = world.query("select count(*) as n from visits")["status"]
    world.of(CREATOR).delete_member(collaborationIdentifier=world.collaboration_id, accountId="444455556666")

    assert ("SUBMITTED", INVALID_QUERY) == (before, world.querying("select count(*) as n from visits").kind)


def test_a_query_uses_fifteen_tables_at_most() -> None:
    world = AnalysisWorld()
    names = [f"t{number}" for number in range(16)]
    for name in names:
        world.table(name)
    accepted = world.query("select 1 as one from " + ", ".join(names[:15]))["status"]

    refused = world.querying("select 1 as one from " + ", ".join(names))

    assert ("SUBMITTED", QUOTA, ("Configured tables per protected query", 15)) == (accepted, refused.kind, refused.quota)


def test_a_query_moves_from_submitted_over_started_to_success() -> None:
    world = AnalysisWorld()
    query = world.query()
    seen = [world.read(query)["status"]]
    for seconds in (1, 3, 1):
        world.clock.advance(seconds)
        seen.append(world.read(query)["status"])

    assert ["SUBMITTED", "STARTED", "STARTED", "SUCCESS"] == seen


def test_statistics_come_with_the_end() -> None:
    world = AnalysisWorld()
    query = world.query(computeConfiguration={"worker": {"type": "CR.1X", "number": 36}})
    before = "statistics" in world.read(query)
    world.clock.advance(10)

    statistics = world.read(query)["statistics"]

    assert (False, 5000, {"units": 0.05}) == (
        before,
        statistics["totalDurationInMillis"],
        statistics["billedResourceUtilization"],
    )


def test_a_query_that_raises_an_error_fails_with_it() -> None:
    world = AnalysisWorld()
    query = world.query("select raise_error('no') as problem")
    world.clock.advance(10)

    failed = world.read(query)

    assert ("FAILED", "MALFORMED_QUERY", False, False) == (
        failed["status"],
        failed["error"]["code"],
        failed["error"]["retry"]["retryable"],
        "result" in failed,
    )


def test_a_cancelled_query_is_cancelling_and_then_cancelled() -> None:
    world = AnalysisWorld()
    query = world.query()

    seen = [world.cancel(query)["status"], world.cancel(query)["status"]]
    world.clock.advance(1)

    assert ["CANCELLING", "CANCELLING", "CANCELLED"] == [*seen, world.read(query)["status"]]


@pytest.mark.parametrize("how", ["SUCCESS", "CANCELLED"])
def test_a_query_that_has_ended_cannot_be_cancelled(how: str) -> None:
    world = AnalysisWorld()
    query = world.query()
    if how == "CANCELLED":
        world.cancel(query)
    world.clock.advance(10)

    refused = refusal(
        world.of(RUNNER).update_protected_query,
        membershipIdentifier=world.memberships[RUNNER],
        protectedQueryIdentifier=query["id"],
        targetStatus="CANCELLED",
    )

    assert (MEMBERSHIP_STATE, query["id"], how) == (refused.kind, refused.resource_id, world.read(query)["status"])


def test_a_removed_runner_cannot_cancel_but_still_reads() -> None:
    world = AnalysisWorld()
    query = world.query()
    world.of(CREATOR).delete_member(collaborationIdentifier=world.collaboration_id, accountId=RUNNER)

    refused = refusal(
        world.of(RUNNER).update_protected_query,
        membershipIdentifier=world.memberships[RUNNER],
        protectedQueryIdentifier=query["id"],
        targetStatus="CANCELLED",
    )

    assert (MEMBERSHIP_STATE, "SUBMITTED") == (refused.kind, world.read(query)["status"])


def reading(world: AnalysisWorld, query: dict[str, Any], by: str) -> Any:
    return refusal(
        world.of(by).get_protected_query,
        membershipIdentifier=world.memberships[by],
        protectedQueryIdentifier=query["id"],
    ).kind


@pytest.mark.parametrize("account", [CREATOR, READER], ids=["the creator", "the receiver"])
def test_only_the_membership_that_ran_a_query_sees_it(account: str) -> None:
    world = AnalysisWorld()
    query = world.query()

    listed = world.of(account).list_protected_queries(membershipIdentifier=world.memberships[account])["protectedQueries"]

    assert (ANALYSIS_NOT_FOUND, []) == (reading(world, query, account), listed)


@pytest.mark.parametrize(("readers", "seen"), [("runner", 0), ("runner+payer", 1)])
def test_whether_the_payer_sees_a_query_is_a_switch(readers: str, seen: int) -> None:
    world = AnalysisWorld(
        [member(RUNNER, "CAN_QUERY"), payer(READER, "CAN_RECEIVE_RESULTS", queryCompute=True)],
        accepting={READER: ["queryCompute"]},
        switches={"analysisReaders": readers},
    )
    query = world.query()

    listed = world.of(READER).list_protected_queries(membershipIdentifier=world.memberships[READER])["protectedQueries"]
    can_get = world.read(query, READER)["id"] == query["id"] if seen else reading(world, query, READER) != ANALYSIS_NOT_FOUND

    assert (seen, bool(seen)) == (len(listed), can_get)


def test_an_unknown_query_is_not_found() -> None:
    assert ANALYSIS_NOT_FOUND == reading(AnalysisWorld(), {"id": NO_SUCH_ID}, RUNNER)


def test_queries_are_listed_with_the_most_recent_first() -> None:
    world = AnalysisWorld()
    queries = [world.query()["id"], world.query()["id"]]

    listed = world.of(RUNNER).list_protected_queries(membershipIdentifier=world.memberships[RUNNER])["protectedQueries"]

    assert queries[::-1] == [each["id"] for each in listed]


def test_a_summary_names_the_receivers() -> None:
    world = AnalysisWorld()
    world.query()

    (listed,) = world.of(RUNNER).list_protected_queries(membershipIdentifier=world.memberships[RUNNER])["protectedQueries"]

    details = {"directAnalysisConfigurationDetails": {"receiverAccountIds": [READER]}}
    assert [{"analysisType": "DIRECT_ANALYSIS", "configurationDetails": details}] == listed["receiverConfigurations"]


def test_a_list_can_be_filtered_by_the_status_of_the_moment() -> None:
    world = AnalysisWorld()
    cancelled, _ = world.query(), world.query()
    world.cancel(cancelled)
    world.clock.advance(2)

    listed = {
        status: [
            each["id"]
            for each in world.of(RUNNER).list_protected_queries(membershipIdentifier=world.memberships[RUNNER], status=status)[
                "protectedQueries"
            ]
        ]
        for status in ("CANCELLED", "SUBMITTED")
    }

    assert {"CANCELLED": [cancelled["id"]], "SUBMITTED": []} == listed


def test_pages_follow_one_another() -> None:
    world = AnalysisWorld(region="us-east-1")
    queries = [world.query()["id"] for _ in range(5)]

    pages = (
        world.of(RUNNER)
        .get_paginator("list_protected_queries")
        .paginate(membershipIdentifier=world.memberships[RUNNER], PaginationConfig={"PageSize": 2})
    )

    assert [queries[:2:-1], queries[2:0:-1], queries[:1]] == [
        [each["id"] for each in page["protectedQueries"]] for page in pages
    ]
