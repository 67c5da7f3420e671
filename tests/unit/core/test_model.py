import pytest

from cleanrooms_governance.model import CAN_RUN_JOB, Ability
from tests.unit.core.builders import BANK, EXPORT, QUERY, RECEIVE, SHOP, member, request


@pytest.mark.parametrize(
    ("status", "belongs"),
    [("INVITED", True), ("ACTIVE", True), ("LEFT", False), ("REMOVED", False), ("SOMETHING_NEW", False)],
)
def test_only_the_invited_and_the_active_belong(status: str, belongs: bool) -> None:
    assert belongs == member(BANK, status=status).belongs


@pytest.mark.parametrize(
    ("abilities", "runs"),
    [([QUERY], True), ([CAN_RUN_JOB, RECEIVE], True), ([RECEIVE, EXPORT], False), ([], False)],
    ids=["queries", "jobs", "neither", "nothing"],
)
def test_whoever_runs_queries_or_jobs_is_a_runner(abilities: list[Ability], runs: bool) -> None:
    assert runs == member(BANK, *abilities).is_runner


@pytest.mark.parametrize(
    ("status", "is_open"),
    [("PENDING", True), ("APPROVED", True), ("COMMITTED", False), ("DENIED", False), ("CANCELLED", False), ("EXPIRED", False)],
)
def test_a_request_is_open_until_it_is_decided_and_committed(status: str, is_open: bool) -> None:
    assert is_open == request(1, status=status).is_open


def test_the_pending_voters_are_those_the_service_names() -> None:
    asked = request(1, approvals={SHOP: "PENDING", BANK: "PENDING", "1": "APPROVED", "2": "DENIED", "3": "SOMETHING_NEW"})
    assert (BANK, SHOP) == asked.pending_voters
