"""Tables, templates and running analyses as the wire shows them, where the service in process shows no such thing."""

from typing import Any

from cleanrooms_governance.seen import DerivedTable, RunningAnalysis
from tests.unit.aws.wire import Script
from tests.unit.aws.world import CREATOR, PARTNER, REGION, FakeTime

MEMBERSHIP = "11111111-0000-4000-8000-000000000000"
STARTED = 1_790_000_000


def query(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"{number:08}-0000-4000-8000-000000000000",
        "membershipId": MEMBERSHIP,
        "membershipArn": f"arn:aws:cleanrooms:{REGION}:{CREATOR}:membership/{MEMBERSHIP}",
        "createTime": STARTED,
        "status": "STARTED",
        "receiverConfigurations": [],
        **more,
    }


def page(*queries: dict[str, Any], token: str | None = None) -> dict[str, Any]:
    return {"protectedQueries": [*queries], **({"nextToken": token} if token else {})}


def test_running_queries_are_those_submitted_and_started_on_all_pages(time: FakeTime) -> None:
    one, two, three = (query(number, queryComputePayerAccountId=PARTNER) for number in (1, 2, 3))
    script = Script([page(one, token="a"), page(two), page(three)])
    running = script.open(time.pace()).running_queries(MEMBERSHIP)
    assert [(each["id"], CREATOR, PARTNER) for each in (one, two, three)] == [
        (each.id, each.runner, each.payer) for each in running
    ]
    assert [
        ["maxResults=100", "status=SUBMITTED"],
        ["maxResults=100", "nextToken=a", "status=SUBMITTED"],
        ["maxResults=100", "status=STARTED"],
    ] == script.queries


def test_one_that_starts_between_the_two_lists_is_counted_once(time: FakeTime) -> None:
    script = Script([page(query(1, status="SUBMITTED")), page(query(1))])
    assert (RunningAnalysis(query(1)["id"], CREATOR, None),) == script.open(time.pace()).running_queries(MEMBERSHIP)


def test_an_intermediate_table_without_dependencies_is_made_of_nobodys_tables(time: FakeTime) -> None:
    about = {
        "id": MEMBERSHIP,
        "arn": "arn",
        "name": "heavy",
        "membershipArn": "arn",
        "membershipId": MEMBERSHIP,
        "collaborationArn": "arn",
        "collaborationId": MEMBERSHIP,
        "createTime": STARTED,
        "updateTime": STARTED,
        "status": "CREATED",
    }
    gone = {**about, "status": "BASE_TABLE_REMOVED"}
    whole = {"intermediateTable": {**about, "populationAnalysisConfiguration": {"sqlParameters": {"queryString": "select 1"}}}}
    script = Script([{"intermediateTableSummaries": [gone, about]}, whole])
    assert (DerivedTable("heavy", frozenset()),) == script.open(time.pace()).derived_tables(MEMBERSHIP)
