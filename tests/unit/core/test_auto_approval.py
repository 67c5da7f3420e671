from dataclasses import replace

import pytest

from cleanrooms_governance.change_requests.filing import Draft
from cleanrooms_governance.change_requests.judging import Verdict, judge
from cleanrooms_governance.change_requests.next_move import CommitRequest, FileRequest, Outcome, decide
from cleanrooms_governance.desired import DesiredMember
from cleanrooms_governance.model import CollaborationChange
from cleanrooms_governance.planning.atoms import State
from cleanrooms_governance.planning.auto_approval import in_steps, steps
from cleanrooms_governance.planning.changes import SetAutoApproval
from cleanrooms_governance.planning.plan_collaboration import plan_collaboration
from tests.unit.core.builders import (
    RECEIVE,
    SHOP,
    collaboration,
    filed,
    member,
    request,
    situation,
    stack_file,
    wanted_member,
)
from tests.unit.core.decisions import of_kind, rules

ADD, GRANT, REVOKE = "ADD_MEMBER", "GRANT_RECEIVE_RESULTS_ABILITY", "REVOKE_RECEIVE_RESULTS_ABILITY"
LIVE = collaboration(member(SHOP), auto_approved=frozenset({ADD, REVOKE}))
BOTH_WAYS = stack_file(wanted_member(SHOP), auto_approve=frozenset({REVOKE, GRANT}))
"""One type is to go and another one to come."""

(DANGER,) = plan_collaboration(BOTH_WAYS, LIVE).dangers
ACKNOWLEDGED = replace(BOTH_WAYS, acknowledge=frozenset({DANGER.fingerprint}))


def listing(*types: str) -> CollaborationChange:
    return CollaborationChange(frozenset(types))


def drafted(*types: str) -> FileRequest:
    change = replace(listing(*types), types=frozenset({"EDIT_AUTO_APPROVED_CHANGE_TYPES"}))
    return FileRequest(Draft((change,)))


@pytest.mark.parametrize(
    ("live", "wanted", "expected"),
    [
        ("", "", []),
        ("A", "A", []),
        ("AB", "A", [("AB", "A")]),
        ("A", "AB", [("A", "AB")]),
        ("AB", "BC", [("AB", "B"), ("B", "BC")]),
        ("A", "B", [("A", ""), ("", "B")]),
    ],
)
def test_the_list_becomes_narrower_first_and_wider_last(live: str, wanted: str, expected: list[tuple[str, str]]) -> None:
    assert [tuple(map(frozenset, step)) for step in expected] == [*steps(frozenset(live), frozenset(wanted))]


def test_the_plan_shows_both_steps_and_only_the_second_is_dangerous() -> None:
    narrower, wider = (each.change for each in plan_collaboration(BOTH_WAYS, LIVE).changes)
    assert SetAutoApproval(frozenset({ADD, REVOKE}), frozenset({REVOKE})) == narrower
    assert SetAutoApproval(frozenset({REVOKE}), frozenset({REVOKE, GRANT})) == wider
    assert f"+{GRANT}" in DANGER.message


def test_the_second_step_and_its_danger_are_the_same_before_and_after_the_first() -> None:
    before, after = (
        plan_collaboration(ACKNOWLEDGED, live) for live in (LIVE, replace(LIVE, auto_approved=frozenset({REVOKE})))
    )
    assert ([DANGER.fingerprint], ()) == ([each.fingerprint for each in after.dangers], after.refusals)
    assert [before.changes[1].id] == [each.id for each in after.changes]


def test_the_narrower_list_is_filed_first_and_the_wider_one_is_said_to_come_last() -> None:
    decision = decide(situation(ACKNOWLEDGED, LIVE))
    assert ((drafted(REVOKE),), {"widening-last"}) == (decision.moves, rules(decision))


def test_the_wider_list_is_filed_once_the_narrower_one_is_in_effect() -> None:
    decision = decide(situation(ACKNOWLEDGED, replace(LIVE, auto_approved=frozenset({REVOKE}))))
    assert ((drafted(REVOKE, GRANT),), set()) == (decision.moves, rules(decision))


def test_the_wider_list_waits_for_all_else_that_is_planned() -> None:
    desired = replace(ACKNOWLEDGED, members=stack_file(wanted_member(SHOP, RECEIVE)).members)
    narrowed = replace(LIVE, auto_approved=frozenset({REVOKE}))
    filed_now = [move.draft.subjects for move in of_kind(decide(situation(desired, narrowed)), FileRequest)]
    assert [{SHOP}] == filed_now


@pytest.mark.parametrize(
    ("wanted", "commits"), [(wanted_member(SHOP), 1), (wanted_member(SHOP, RECEIVE), 0)], ids=["alone", "with more to come"]
)
def test_a_request_that_does_both_at_once_is_committed_last_too(wanted: DesiredMember, commits: int) -> None:
    desired = replace(ACKNOWLEDGED, members=stack_file(wanted).members)
    approved = request(1, listing(REVOKE, GRANT), live=LIVE, status="APPROVED")
    assert commits == len(of_kind(decide(situation(desired, LIVE, approved)), CommitRequest))


def test_a_narrower_list_that_was_denied_holds_the_wider_one_back() -> None:
    denied = request(1, listing(REVOKE), live=LIVE, status="DENIED", approvals={SHOP: "DENIED"})
    decision = decide(situation(ACKNOWLEDGED, replace(LIVE, tags={**LIVE.tags, **filed(1)}), denied))
    assert ((), Outcome.DENIED) == (decision.moves, decision.outcome)
    assert "denied" in rules(decision)


@pytest.mark.parametrize(
    ("types", "verdict"),
    [
        pytest.param([REVOKE], Verdict.WANTED, id="the narrower list"),
        pytest.param([REVOKE, GRANT], Verdict.WANTED, id="all at once"),
        pytest.param([ADD, REVOKE, GRANT], Verdict.UNWANTED, id="wider before it is narrower"),
        pytest.param([], Verdict.UNWANTED, id="narrower than wanted"),
        pytest.param([ADD], Verdict.UNWANTED, id="without what is to stay"),
        pytest.param([ADD, REVOKE], Verdict.WITHOUT_EFFECT, id="as it is"),
    ],
)
def test_a_request_about_the_list_is_wanted_if_all_that_it_does_is(types: list[str], verdict: Verdict) -> None:
    asked = request(1, listing(*types), live=LIVE)
    assert verdict == judge(
        asked, LIVE, {each.atom: each.after for each in plan_collaboration(BOTH_WAYS, LIVE).request_changes}
    )


def test_a_part_of_the_narrowing_is_wanted_and_a_part_of_the_widening_is_not() -> None:
    live = collaboration(auto_approved=frozenset({ADD, REVOKE}))
    atom = SetAutoApproval(frozenset(), frozenset()).atom
    assert Verdict.WANTED == judge(request(1, listing(REVOKE), live=live), live, {atom: frozenset()})
    everything: State = {atom: frozenset({ADD, REVOKE, GRANT, "GRANT_EXPORT_QUERY_ANALYSIS_LOG_ABILITY"})}
    assert Verdict.UNWANTED == judge(request(1, listing(ADD, REVOKE, GRANT), live=live), live, everything)


def test_other_settings_are_not_taken_in_steps() -> None:
    planned = {
        each.atom: each.after for each in plan_collaboration(stack_file(wanted_member(SHOP, RECEIVE)), LIVE).request_changes
    }
    assert planned == in_steps(planned, LIVE)
