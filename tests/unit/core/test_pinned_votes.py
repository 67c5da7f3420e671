"""Votes for requests that a person has read, and no votes of paused memberships."""

from dataclasses import replace

import pytest

from cleanrooms_governance.change_requests.judging import content_fingerprint
from cleanrooms_governance.change_requests.next_move import CastVote, decide
from cleanrooms_governance.change_requests.votes import Ballot, decide_vote, stale_pins
from cleanrooms_governance.desired import OwnPlan, Pin, Rule, VotingPolicy
from cleanrooms_governance.memberships.joining import Invitation, decide_membership, plan_membership
from cleanrooms_governance.model import AccountId, CostType
from cleanrooms_governance.service import Action
from tests.unit.core.builders import (
    BANK,
    CREATOR,
    EXPORT,
    NEWCOMER,
    RECEIVE,
    SHOP,
    TODAY,
    change,
    collaboration,
    member,
    pays,
    request,
    situation,
    stack_file,
    wanted_member,
)
from tests.unit.core.test_joining import membership, wanted

LIVE = collaboration(member(BANK), member(SHOP))
ASKED = request(1, change(NEWCOMER, RECEIVE), live=LIVE)
PIN = Pin(ASKED.id, content_fingerprint(ASKED.changes))
PINNED = VotingPolicy(pinned=(PIN,))


def vote(policy: VotingPolicy, asked: object = None, *, own_plan: bool = False) -> Ballot:
    return decide_vote(policy, asked or ASKED, LIVE, TODAY, own_plan=own_plan)  # type: ignore[arg-type]


def test_a_pinned_request_is_approved() -> None:
    assert Ballot(Action.APPROVE, "pinned") == vote(PINNED)


def test_deny_comes_before_it_and_approve_after() -> None:
    everything = Rule(frozenset({"ADD_MEMBER", "GRANT_RECEIVE_RESULTS_ABILITY"}), frozenset({NEWCOMER}), frozenset({RECEIVE}))
    assert Action.DENY == vote(replace(PINNED, deny=(Rule(accounts=frozenset({NEWCOMER})),))).action
    assert "pinned" == vote(replace(PINNED, approve=(everything,), own_plan=OwnPlan.APPROVE), own_plan=True).rule


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(request(2, change(NEWCOMER, RECEIVE), live=LIVE), id="another request with the same content"),
        pytest.param(request(1, change(NEWCOMER, RECEIVE, EXPORT), live=LIVE), id="an ability more"),
        pytest.param(request(1, change(NEWCOMER, RECEIVE), change(SHOP, EXPORT), live=LIVE), id="a change more"),
        pytest.param(request(1, change(NEWCOMER, RECEIVE, payments=pays(queryCompute=True)), live=LIVE), id="a payer more"),
        pytest.param(replace(ASKED, unknown=("changes[0].specification.member.future",)), id="what nobody knows"),
    ],
)
def test_anything_else_than_what_was_read_waits(asked: object) -> None:
    assert vote(PINNED, asked).action is None


def test_a_request_that_does_more_than_it_states_was_not_read_whole() -> None:
    asked, *_ = ASKED.changes
    more = replace(asked, types=asked.types | {"REVOKE_CAN_RECEIVE_MODEL_OUTPUT"})
    assert vote(PINNED, replace(ASKED, changes=(more,))).action is None


def test_a_pin_that_no_longer_fits_says_so() -> None:
    assert "pinned" in vote(PINNED, request(1, change(NEWCOMER), live=LIVE)).rule


def test_names_and_types_are_no_part_of_what_was_read() -> None:
    assert Action.APPROVE == vote(PINNED, request(1, change(NEWCOMER, RECEIVE, display_name="N"))).action


def test_a_pin_whose_request_is_over_or_gone_is_stale() -> None:
    other = Pin("0a1b2c3d-0000-4000-8000-111122223333", PIN.content)
    policy = VotingPolicy(pinned=(PIN, other))
    assert (other,) == stale_pins(policy, [ASKED])
    assert (PIN, other) == stale_pins(policy, [replace(ASKED, status="COMMITTED")])


def test_a_membership_votes_for_what_is_pinned_and_reports_what_is_stale() -> None:
    desired = wanted(policy=PINNED)
    seen = Invitation(membership(), LIVE, (ASKED,))
    decision = decide_membership(desired, seen, plan_membership(desired, seen), TODAY, may_write=True)
    assert [(Action.APPROVE, "pinned")] == [(move.action, move.rule) for move in decision.moves if isinstance(move, CastVote)]
    seen = Invitation(membership(), LIVE, (replace(ASKED, status="DENIED"),))
    decision = decide_membership(desired, seen, plan_membership(desired, seen), TODAY, may_write=True)
    assert ["stale-pin"] == [remark.rule for remark in decision.remarks]


def test_a_pin_of_our_own_collaboration_that_is_over_is_reported() -> None:
    desired = stack_file(wanted_member(BANK), wanted_member(SHOP), voters={BANK: PINNED})
    over = replace(ASKED, status="CANCELLED")
    assert ["stale-pin"] == [remark.rule for remark in decide(situation(desired, LIVE, over)).remarks]


def test_what_waits_for_a_person_names_what_to_pin() -> None:
    desired = wanted()
    seen = Invitation(membership(), LIVE, (ASKED,))
    (remark,) = decide_membership(desired, seen, plan_membership(desired, seen), TODAY, may_write=True).remarks
    assert f"{{request: {PIN.request}, content: {PIN.content}}}" in remark.message


class TestPaused:
    everything = VotingPolicy(
        own_plan=OwnPlan.APPROVE,
        approve=(Rule(frozenset({"ADD_MEMBER"}), frozenset({NEWCOMER}), frozenset({RECEIVE}), payer_for=frozenset(CostType)),),
        deny=(Rule(accounts=frozenset({NEWCOMER})),),
        pinned=(PIN,),
        paused=True,
    )

    def test_neither_approves_nor_denies(self) -> None:
        assert Ballot(None, "its membership is paused") == vote(self.everything, own_plan=True)

    def test_a_paused_membership_of_a_partners_collaboration_casts_no_vote(self) -> None:
        desired = wanted(policy=PINNED, paused=True)
        seen = Invitation(membership(), LIVE, (ASKED,))
        decision = decide_membership(desired, seen, plan_membership(desired, seen), TODAY, may_write=True)
        assert ((), ["undecided"]) == (decision.moves, [remark.rule for remark in decision.remarks])

    @pytest.mark.parametrize("account", [BANK, CREATOR])
    def test_a_paused_membership_of_our_own_collaboration_casts_no_vote(self, account: AccountId) -> None:
        desired = stack_file(
            wanted_member(BANK), wanted_member(SHOP), wanted_member(NEWCOMER, RECEIVE), voters={account: self.everything}
        )
        asked = replace(ASKED, approvals={account: "PENDING"})
        decision = decide(situation(desired, LIVE, asked))
        assert () == decision.moves
        assert ["its membership is paused" in remark.message for remark in decision.remarks if remark.rule == "waits"] == [True]
