"""A request of ours that waits for what cannot be filed before it is over is cancelled, and all is filed together."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from cleanrooms_governance.change_requests.ledger import FILED_TAG
from cleanrooms_governance.change_requests.next_move import CancelRequest, Outcome
from cleanrooms_governance.change_requests.standstill import at_a_standstill
from cleanrooms_governance.model import CostType
from cleanrooms_governance.planning.atoms import Setting
from cleanrooms_governance.planning.hand_over import Kind
from tests.unit.core.builders import (
    BANK,
    CREATOR,
    EXPORT,
    NEWCOMER,
    RECEIVE,
    SHOP,
    change,
    collaboration,
    filed,
    member,
    pays,
    request,
    request_id,
    stack_file,
    wanted_member,
)
from tests.unit.core.decisions import decided, filed_accounts, of_kind, rules
from tests.unit.core.governed import Service, create

RESULTS: Kind = (Setting.ABILITY, RECEIVE)
PAYING: Kind = (Setting.PAYS, "queryCompute")

LIVE = collaboration(member(CREATOR, RECEIVE), member(SHOP), member(BANK), tags=filed(1))
OURS = request(1, change(CREATOR), change(SHOP, EXPORT), live=LIVE)
"""Takes results from the only one who receives them, and is about the shop."""
SHOP_RECEIVES = stack_file(wanted_member(SHOP, EXPORT, RECEIVE), wanted_member(BANK))
BANK_RECEIVES = stack_file(wanted_member(SHOP, EXPORT), wanted_member(BANK, RECEIVE))


@pytest.mark.parametrize(
    ("expected", "waiting", "holders"),
    [
        pytest.param({"one"}, {"one": {RESULTS}}, {RESULTS: ["one"]}, id="a request that waits for itself"),
        pytest.param(set(), {"one": {RESULTS}}, {RESULTS: ["one", None]}, id="another grant will do"),
        pytest.param(set(), {"one": {RESULTS}}, {RESULTS: ["two"]}, id="a request that waits for nobody"),
        pytest.param(set(), {"one": {RESULTS}}, {}, id="nobody plans a grant"),
        pytest.param({"one"}, {"one": {RESULTS, PAYING}}, {RESULTS: [None], PAYING: ["one"]}, id="all kinds are needed"),
        pytest.param(
            {"one", "two"},
            {"one": {RESULTS}, "two": {PAYING}},
            {RESULTS: ["two"], PAYING: ["one"]},
            id="each waits for the other",
        ),
        pytest.param(set(), {"one": {RESULTS}, "two": {PAYING}}, {RESULTS: ["two"], PAYING: [None]}, id="one after the other"),
    ],
)
def test_who_waits_for_good(
    expected: set[str], waiting: Mapping[str, set[Kind]], holders: Mapping[Kind, list[str | None]]
) -> None:
    assert expected == at_a_standstill({id_: frozenset(kinds) for id_, kinds in waiting.items()}, holders)


@pytest.mark.parametrize("status", ["PENDING", "APPROVED"])
def test_a_request_that_waits_for_a_grant_behind_itself_is_cancelled_and_all_is_filed_together(status: str) -> None:
    asked = replace(OURS, status=status)
    decision = decided(SHOP_RECEIVES, LIVE, asked)
    assert [CancelRequest(asked)] == of_kind(decision, CancelRequest)
    assert [[SHOP, CREATOR]] == filed_accounts(decision)
    assert ({"standstill"}, Outcome.WAITING) == (rules(decision) & {"standstill", "hand-over"}, decision.outcome)


def test_a_request_that_waits_for_a_grant_to_somebody_else_is_kept() -> None:
    decision = decided(BANK_RECEIVES, LIVE, OURS)
    assert ([], [[BANK]]) == (of_kind(decision, CancelRequest), filed_accounts(decision))
    assert "standstill" not in rules(decision)


def test_a_request_of_somebody_else_is_not_cancelled() -> None:
    live = replace(LIVE, tags={key: value for key, value in LIVE.tags.items() if key != FILED_TAG})
    assert [] == of_kind(decided(SHOP_RECEIVES, live, OURS), CancelRequest)


def test_where_it_cannot_be_cancelled_somebody_has_to_commit_it_by_hand() -> None:
    live = replace(LIVE, tags={**LIVE.tags, FILED_TAG: "=" + request_id(1).replace("-", "")})
    decision = decided(SHOP_RECEIVES, live, replace(OURS, status="APPROVED"))
    assert () == decision.moves
    (said,) = [each.message for each in decision.remarks if each.rule == "standstill"]
    assert "commit it by hand, after which nobody receives results" in said


def test_a_payer_removal_does_not_wait_for_a_payer_that_is_named_after_it() -> None:
    old, new = pays(queryCompute=True), pays(queryCompute=False)
    seen = {SHOP: frozenset[CostType]()}
    live = collaboration(member(BANK, payments=old), member(SHOP, payments=new), member(NEWCOMER), tags=filed(1), accepted=seen)
    asked = request(1, change(BANK, payments=new), change(SHOP, EXPORT, payments=new), live=live)
    wants = stack_file(wanted_member(BANK), wanted_member(SHOP, EXPORT, pays_for=["queryCompute"]), wanted_member(NEWCOMER))
    decision = decided(wants, live, asked)
    assert [CancelRequest(asked)] == of_kind(decision, CancelRequest)
    assert [[SHOP]] == filed_accounts(decision)


def test_a_standstill_ends_with_the_next_run(service: Service) -> None:
    governed = create(service, collaboration(member(CREATOR, RECEIVE), member(BANK, RECEIVE), member(SHOP)))
    governed.run(stack_file(wanted_member(BANK, RECEIVE), wanted_member(SHOP, EXPORT)))
    governed.remove(BANK)
    wants = stack_file(wanted_member(SHOP, EXPORT, RECEIVE))
    assert Outcome.WAITING == governed.run(wants).outcome
    assert ["CANCELLED", "PENDING"] == governed.statuses
    governed.approve(SHOP)
    assert Outcome.CONVERGED == governed.run(wants).outcome
    assert (set(), {EXPORT, RECEIVE}) == (governed.abilities(CREATOR), governed.abilities(SHOP))
