"""Many changes at once on the embedded service: what goes together, what goes first, and what waits for what."""

from dataclasses import replace

import pytest

from cleanrooms_governance.change_requests.next_move import Outcome
from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.model import AccountId, ChangeRequest
from tests.unit.core.builders import BANK, EXPORT, NEWCOMER, RECEIVE, SHOP, collaboration, member, stack_file, wanted_member
from tests.unit.core.governed import Governed, Service, create
from tests.unit.core.strategies import acknowledging

GRANT = "GRANT_RECEIVE_RESULTS_ABILITY"
START = collaboration(member(BANK), member(SHOP))
PEOPLE = (wanted_member(BANK), wanted_member(SHOP))
BRANCHES = [AccountId(f"7000000000{number:02d}") for number in range(1, 12)]
LAST = BRANCHES[-1]
ELEVEN = stack_file(
    *PEOPLE,
    *(wanted_member(account, name="Branch") for account in BRANCHES[:-1]),
    wanted_member(LAST, RECEIVE, name="Branch", ml=["CAN_RECEIVE_MODEL_OUTPUT"], pays_for=["modelTraining"]),
)
"""Ten new members that do nothing, and one that does a lot."""
WIDER = stack_file(*PEOPLE, auto_approve=frozenset({GRANT}))


@pytest.fixture
def governed(service: Service) -> Governed:
    return create(service, START)


def wider(governed: Governed, desired: DesiredCollaboration = WIDER) -> DesiredCollaboration:
    """The file with what is dangerous about it acknowledged."""
    return acknowledging(desired, governed.live)


def about(request: ChangeRequest) -> set[str]:
    return {getattr(change, "account", "*") for change in request.changes}


def test_eleven_new_members_are_two_requests_and_both_are_open_at_once(governed: Governed) -> None:
    assert Outcome.WAITING == governed.run(ELEVEN).outcome
    first, second = governed.requests.values()
    assert ({*BRANCHES[:-1]}, {LAST}) == (about(first), about(second))
    assert ["PENDING", "PENDING"] == governed.statuses
    assert [] == governed.writes_of(ELEVEN)


def test_all_that_a_new_member_brings_is_one_change(governed: Governed) -> None:
    governed.run(ELEVEN)
    (change,) = [*governed.requests.values()][-1].changes
    assert {
        "ADD_MEMBER",
        "GRANT_RECEIVE_RESULTS_ABILITY",
        "GRANT_CAN_RECEIVE_MODEL_OUTPUT",
        "ADD_PAYER_CANDIDATE",
    } == change.types


def test_each_request_is_decided_on_its_own(governed: Governed) -> None:
    governed.run(ELEVEN)
    first, second = governed.requests
    governed.act(BANK, first, "DENY")
    governed.act(BANK, second, "APPROVE")
    governed.act(SHOP, second, "APPROVE")
    assert Outcome.DENIED == governed.run(ELEVEN).outcome
    assert (["DENIED", "COMMITTED"], {RECEIVE}) == (governed.statuses, governed.abilities(LAST))


def test_where_only_one_may_be_open_the_second_waits_for_the_first(service: Service) -> None:
    service.start({"concurrency": "one-per-collaboration"})
    governed = create(service, START)
    assert (Outcome.WAITING, ["PENDING"]) == (governed.run(ELEVEN).outcome, governed.statuses)
    governed.approve(BANK, SHOP)
    assert (Outcome.WAITING, ["COMMITTED", "PENDING"]) == (governed.run(ELEVEN).outcome, governed.statuses)
    governed.approve(BANK, SHOP, *BRANCHES)
    assert (Outcome.CONVERGED, ["COMMITTED", "COMMITTED"]) == (governed.run(ELEVEN).outcome, governed.statuses)


def test_what_was_denied_stays_so_when_the_rest_of_the_same_entry_is_committed(governed: Governed) -> None:
    desired = stack_file(wanted_member(BANK, RECEIVE), wanted_member(SHOP))
    governed.run(desired)
    governed.act(SHOP, next(iter(governed.requests)), "DENY")
    more = stack_file(wanted_member(BANK, RECEIVE, EXPORT), wanted_member(SHOP))
    governed.run(more)
    governed.approve(BANK, SHOP)
    assert Outcome.DENIED == governed.run(more).outcome
    assert (["DENIED", "COMMITTED"], {EXPORT}) == (governed.statuses, governed.abilities(BANK))
    assert [] == governed.writes_of(more)


def test_an_approved_wider_list_is_committed_after_everything_else(governed: Governed) -> None:
    governed.run(wider(governed))
    governed.approve(BANK, SHOP)
    both = wider(governed, replace(WIDER, members=stack_file(*PEOPLE, wanted_member(NEWCOMER)).members))
    report = governed.run(both)
    assert (Outcome.WAITING, ["APPROVED", "PENDING"]) == (report.outcome, governed.statuses)
    assert ["widening-last"] == [each.rule for each in report.decision.remarks if each.rule == "widening-last"]
    assert [] == governed.writes_of(both)
    governed.approve(BANK, SHOP)
    assert (Outcome.CONVERGED, ["COMMITTED", "COMMITTED"]) == (governed.run(both).outcome, governed.statuses)
    assert [line.split()[0] for line in governed.told[-2:]] == ["committed", "committed"]
    assert next(iter(governed.requests)) in governed.told[-1]


def test_what_was_denied_does_not_hold_up_the_wider_list_and_is_not_slipped_through_by_it(governed: Governed) -> None:
    receiving = replace(WIDER, members=stack_file(wanted_member(BANK, RECEIVE), wanted_member(SHOP)).members)
    governed.run(wider(governed, receiving))
    governed.act(SHOP, next(iter(governed.requests)), "DENY")
    governed.run(wider(governed, receiving))
    governed.approve(BANK, SHOP)
    report = governed.run(wider(governed, receiving))
    assert (Outcome.DENIED, ["DENIED", "COMMITTED"]) == (report.outcome, governed.statuses)
    assert (set(), {GRANT}) == (governed.abilities(BANK), {*governed.live.auto_approved})
    assert [] == governed.writes_of(receiving)
