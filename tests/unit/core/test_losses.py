from dataclasses import replace

import pytest

from cleanrooms_governance.model import ChangeRequest, Collaboration, Member
from cleanrooms_governance.running.losses import lost_by_commits, newly_committed
from tests.unit.core.builders import BANK, EXPORT, QUERY, RECEIVE, RUNNER, SHOP, change, collaboration, member, pays, request

BEFORE = collaboration(member(RUNNER, QUERY, payments=pays(queryCompute=True)), member(BANK, EXPORT))
GRANT = request(1, change(RUNNER, RECEIVE), status="COMMITTED")


def lost(after: Collaboration, *committed: ChangeRequest) -> list[str]:
    return [str(atom) for atom in lost_by_commits(BEFORE, after, committed)]


@pytest.mark.parametrize(
    ("runner", "expected"),
    [
        pytest.param(
            member(RUNNER, RECEIVE, payments=pays(queryCompute=True)), [f"CAN_QUERY of {RUNNER}"], id="the runner's ability"
        ),
        pytest.param(member(RUNNER, QUERY, RECEIVE), [f"queryCompute of {RUNNER}"], id="a payment flag"),
        pytest.param(member(RUNNER, QUERY, RECEIVE, payments=pays(queryCompute=True)), [], id="nothing"),
        pytest.param(member(RUNNER, status="LEFT"), [], id="a member that left"),
    ],
)
def test_what_a_commit_took_without_being_asked_is_named(runner: Member, expected: list[str]) -> None:
    after = replace(BEFORE, members={**BEFORE.members, RUNNER: runner})
    assert expected == lost(after, GRANT)


def test_what_was_asked_for_is_no_loss() -> None:
    after = replace(BEFORE, members={**BEFORE.members, BANK: member(BANK, RECEIVE)})
    assert [] == lost(after, request(1, change(BANK, RECEIVE), status="COMMITTED"))


def test_what_went_without_any_commit_is_not_blamed_on_one() -> None:
    after = replace(BEFORE, members={**BEFORE.members, BANK: member(BANK)})
    assert [] == lost(after)


def test_what_another_accounts_commit_took_is_a_loss() -> None:
    after = replace(BEFORE, members={**BEFORE.members, BANK: member(BANK)})
    assert [f"CAN_EXPORT_QUERY_ANALYSIS_LOG of {BANK}"] == lost(after, GRANT)


def test_a_payer_by_default_that_is_relieved_by_a_new_one_is_no_loss() -> None:
    after = replace(BEFORE, members={**BEFORE.members, RUNNER: member(RUNNER, QUERY)})
    named = request(1, change(SHOP, payments=pays(queryCompute=True)), status="COMMITTED")
    assert [] == lost(after, named)


def test_only_requests_that_were_not_committed_before_count() -> None:
    pending = request(2, change(BANK))
    before = [GRANT, pending]
    after = [GRANT, replace(pending, status="COMMITTED"), request(3, change(BANK), status="DENIED")]
    assert (after[1],) == newly_committed(before, after)
