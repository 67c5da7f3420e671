"""A runner's entry names it for what it pays by default, so it is not open beside a request that names another payer."""

from dataclasses import replace

import pytest

from cleanrooms_governance.change_requests.next_move import CommitRequest, Outcome
from cleanrooms_governance.model import CostType
from tests.unit.core.builders import (
    BANK,
    NEWCOMER,
    QUERY,
    RECEIVE,
    RUNNER,
    SHOP,
    change,
    collaboration,
    filed,
    member,
    pays,
    request,
    stack_file,
    wanted_member,
)
from tests.unit.core.decisions import decided, filed_accounts, of_kind, rules
from tests.unit.core.governed import Service, create
from tests.unit.core.strategies import acknowledging

PAYING = pays(queryCompute=True)
SHOP_PAYS = wanted_member(SHOP, pays_for=["queryCompute"])
ANOTHER_PAYER = stack_file(wanted_member(RUNNER, QUERY), wanted_member(BANK), SHOP_PAYS)
AND_RESULTS = stack_file(wanted_member(RUNNER, QUERY, RECEIVE), wanted_member(BANK), SHOP_PAYS)
"""The shop pays, and the runner receives results."""

LIVE = collaboration(member(RUNNER, QUERY, payments=PAYING), member(BANK), member(SHOP), tags=filed(1))
"""The runner pays, as it does where nobody is named."""

SHOP_ASKED = request(1, change(SHOP, payments=PAYING), live=LIVE)
RUNNER_ASKED = request(1, change(RUNNER, RECEIVE, payments=PAYING), live=LIVE)


@pytest.mark.parametrize("cancel_approved", ["allowed", "409"])
def test_no_votes_are_asked_for_what_the_next_commit_makes_unwanted(service: Service, cancel_approved: str) -> None:
    service.start({"cancelApproved": cancel_approved})
    governed = create(service, collaboration(member(RUNNER, QUERY), member(BANK), member(SHOP)))
    governed.run(acknowledging(ANOTHER_PAYER, governed.live))
    wants = acknowledging(AND_RESULTS, governed.live)
    governed.run(wants)
    assert ["PENDING"] == governed.statuses
    governed.approve(RUNNER, BANK, SHOP)
    governed.run(wants)
    assert ["COMMITTED", "PENDING"] == governed.statuses
    governed.approve(RUNNER, BANK, SHOP)
    assert Outcome.CONVERGED == governed.run(wants).outcome
    assert ["COMMITTED", "COMMITTED"] == governed.statuses
    assert {RECEIVE, QUERY} == governed.abilities(RUNNER)
    assert [SHOP] == [account for account, each in governed.live.members.items() if each.payments.get(CostType.QUERY_COMPUTE)]


def test_a_runners_entry_waits_for_the_request_that_names_another_payer() -> None:
    decision = decided(AND_RESULTS, LIVE, SHOP_ASKED)
    assert ([], Outcome.WAITING) == (filed_accounts(decision), decision.outcome)
    (said,) = [each.message for each in decision.remarks if each.rule == "follows" and "CAN_RECEIVE_RESULTS" in each.message]
    assert f"is filed once change request {SHOP_ASKED.id} (+payer for queryCompute {SHOP} (shop)) is over" in said


def test_the_naming_of_another_payer_waits_for_the_runners_entry() -> None:
    decision = decided(AND_RESULTS, LIVE, RUNNER_ASKED)
    assert [] == filed_accounts(decision)
    assert "follows" in rules(decision)


def test_a_new_member_that_is_to_pay_waits_whole() -> None:
    newcomer = wanted_member(NEWCOMER, RECEIVE, pays_for=["queryCompute"])
    wants = stack_file(wanted_member(RUNNER, QUERY, RECEIVE), wanted_member(BANK), wanted_member(SHOP), newcomer)
    assert [] == filed_accounts(decided(wants, LIVE, RUNNER_ASKED))


def test_what_is_about_neither_the_runner_nor_a_payer_does_not_wait() -> None:
    wants = stack_file(wanted_member(RUNNER, QUERY, RECEIVE), wanted_member(BANK, RECEIVE), SHOP_PAYS)
    assert [[BANK]] == filed_accounts(decided(wants, LIVE, SHOP_ASKED))
    assert [[BANK]] == filed_accounts(decided(wants, LIVE, RUNNER_ASKED))


def test_a_runner_that_pays_beside_others_pays_by_name_and_waits_for_nobody() -> None:
    bank = member(BANK, payments=PAYING)
    live = replace(LIVE, members={**LIVE.members, BANK: bank})
    runner, payers = wanted_member(RUNNER, QUERY, RECEIVE, pays_for=["queryCompute"]), ["queryCompute"]
    wants = stack_file(runner, wanted_member(BANK, pays_for=payers), SHOP_PAYS)
    assert [[RUNNER]] == filed_accounts(decided(wants, live, SHOP_ASKED))


def test_what_is_approved_is_committed_and_makes_way() -> None:
    approved = replace(SHOP_ASKED, status="APPROVED")
    assert [CommitRequest(approved)] == of_kind(decided(AND_RESULTS, LIVE, approved), CommitRequest)
