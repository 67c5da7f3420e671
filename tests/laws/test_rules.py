"""Laws of the rules of ``changeRequests`` over random collaborations and change requests."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cleanrooms_governance.change_requests.judging import content_fingerprint
from cleanrooms_governance.change_requests.next_move import CastVote, CommitRequest, decide
from cleanrooms_governance.change_requests.votes import Ballot, decide_vote
from cleanrooms_governance.desired import OwnPlan, Pin, Rule, VotingPolicy
from cleanrooms_governance.model import (
    AUTO_APPROVABLE_TYPES,
    Ability,
    AccountId,
    ChangeRequest,
    ChangeType,
    Collaboration,
    CollaborationChange,
    CostType,
    MemberChange,
    RequestedChange,
)
from cleanrooms_governance.planning.atoms import derived_types
from cleanrooms_governance.service import Action
from tests.unit.core.builders import BANK, CREATOR, EXPORT, FUTURE, RECEIVE, TODAY, filed, request, request_id, situation
from tests.unit.core.strategies import (
    ML_ABILITIES,
    PARTNERS,
    auto_approval,
    collaborations,
    cost_types,
    ml_abilities,
    mutable_abilities,
    partners,
    payments,
    shuffled,
    small_numbers,
    subsets,
    worlds,
    yes_or_no,
)

LAW = settings(max_examples=60)
LIVES = collaborations()
TYPES = subsets(tuple(sorted(map(str, ChangeType))))


@st.composite
def asked(draw: st.DrawFn, live: Collaboration, number: int = 1) -> ChangeRequest:
    """A pending request of which this version knows everything, and every change of which has an effect."""
    changes: list[RequestedChange] = [
        MemberChange(
            account=account,
            abilities=draw(mutable_abilities),
            ml_abilities=draw(ml_abilities) if draw(yes_or_no) else None,
            payments=draw(payments) if draw(yes_or_no) else None,
        )
        for account in sorted(draw(partners))[:3]
    ]
    changes += [CollaborationChange(draw(auto_approval))]
    typed = [each for each in changes if derived_types(each, live)] or [
        CollaborationChange(live.auto_approved ^ {"ADD_MEMBER"})
    ]
    return request(number, *typed, live=live)


def covering(asked_for: ChangeRequest, live: Collaboration) -> Rule:
    """The rule that lists what a request is and states, and nothing else."""
    entries = [each for each in asked_for.changes if isinstance(each, MemberChange)]
    lists = [each for each in asked_for.changes if isinstance(each, CollaborationChange)]
    return Rule(
        types=frozenset(type_ for each in asked_for.changes for type_ in derived_types(each, live)),
        accounts=frozenset(each.account for each in entries),
        abilities=frozenset(ability for each in entries for ability in each.abilities),
        ml_abilities=frozenset(ability for each in entries for ability in each.ml_abilities or ()),
        payer_for=frozenset(cost for each in entries for cost, pays in (each.payments or {}).items() if pays),
        auto_approve=frozenset(type_ for each in lists for type_ in each.auto_approved),
    )


RULES = st.builds(
    Rule,
    types=TYPES,
    accounts=subsets((CREATOR, *PARTNERS)),
    abilities=mutable_abilities,
    ml_abilities=ml_abilities,
    payer_for=cost_types,
    auto_approve=auto_approval,
    until=st.sampled_from([None, None, TODAY, TODAY + timedelta(days=1), TODAY - timedelta(days=1)]),
)


@st.composite
def policies(draw: st.DrawFn, asked_for: ChangeRequest, live: Collaboration) -> VotingPolicy:
    """Any policy, in which now and then something covers the request."""
    approve = draw(st.lists(RULES | st.just(covering(asked_for, live)), max_size=3))
    pins = st.sampled_from([Pin(asked_for.id, content_fingerprint(asked_for.changes)), Pin(asked_for.id, "fp-other")])
    return VotingPolicy(
        own_plan=draw(st.sampled_from(OwnPlan)),
        approve=tuple(approve),
        deny=tuple(draw(st.lists(RULES, max_size=2))),
        pinned=tuple(draw(st.lists(pins, max_size=2))),
    )


def approving(rule: Rule, asked_for: ChangeRequest, live: Collaboration) -> Ballot:
    return decide_vote(VotingPolicy(approve=(rule,)), asked_for, live, TODAY, own_plan=False)


def without(rule: Rule, key: str, value: Any) -> Rule:
    return replace(rule, **{key: getattr(rule, key) - {value}})


KEYS = ("types", "accounts", "abilities", "ml_abilities", "payer_for", "auto_approve")


@LAW
@given(st.data())
def test_a_rule_passes_a_request_that_it_covers_exactly_and_no_request_of_which_it_lists_one_thing_less(
    data: st.DataObject,
) -> None:
    live = data.draw(LIVES)
    asked_for = data.draw(asked(live))
    rule = covering(asked_for, live)
    assert Action.APPROVE == approving(rule, asked_for, live).action
    for key in KEYS:
        for value in getattr(rule, key):
            assert approving(without(rule, key, value), asked_for, live).action is None


@LAW
@given(st.data())
def test_listing_more_never_costs_an_approval_and_the_narrower_rule_is_named(data: st.DataObject) -> None:
    live = data.draw(LIVES)
    asked_for = data.draw(asked(live))
    rule, more = covering(asked_for, live), data.draw(RULES)
    wider = replace(rule, **{key: getattr(rule, key) | getattr(more, key) for key in KEYS})
    narrow, wide = approving(rule, asked_for, live), approving(wider, asked_for, live)
    assert Action.APPROVE == wide.action
    for rules in ((rule, wider), (wider, rule)):
        assert narrow == decide_vote(VotingPolicy(approve=rules), asked_for, live, TODAY, own_plan=False)


@LAW
@given(st.data())
def test_a_rule_never_passes_a_request_that_holds_one_thing_beyond_it(data: st.DataObject) -> None:
    live = data.draw(LIVES)
    asked_for = data.draw(asked(live))
    rule = covering(asked_for, live)
    beyond = data.draw(one_thing_beyond(asked_for, rule, live))
    assert approving(rule, beyond, live).action is None


@st.composite
def one_thing_beyond(draw: st.DrawFn, asked_for: ChangeRequest, rule: Rule, live: Collaboration) -> ChangeRequest:
    """The request with a change, type, account, ability, ML ability, cost type or auto-approved type more than listed.

    The service gives it the types that it would give: only what the rule does not list stands in the way.
    """
    position = draw(st.integers(0, len(asked_for.changes) - 1))
    one = asked_for.changes[position]
    ways: list[RequestedChange] = []
    if isinstance(one, MemberChange):
        ways += [replace(one, abilities=one.abilities | {each}) for each in {RECEIVE, EXPORT, FUTURE} - rule.abilities]
        unlisted = {*ML_ABILITIES, "CAN_DREAM"} - rule.ml_abilities
        ways += [replace(one, ml_abilities=(one.ml_abilities or frozenset()) | {each}) for each in sorted(unlisted)]
        costs = set(CostType) - rule.payer_for
        ways += [replace(one, payments={**(one.payments or {}), cost: True}) for cost in sorted(costs)]
    else:
        types = {*AUTO_APPROVABLE_TYPES, "ADD_SOMETHING"} - rule.auto_approve
        ways += [replace(one, auto_approved=one.auto_approved | {each}) for each in sorted(types)]
    changed = [[*asked_for.changes[:position], way, *asked_for.changes[position + 1 :]] for way in ways]
    for account in (AccountId("000000000001"), *PARTNERS):
        if account not in rule.accounts:
            changed.append([*asked_for.changes, MemberChange(account, frozenset())])
    if CollaborationChange not in {type(each) for each in asked_for.changes}:
        changed.append([*asked_for.changes, CollaborationChange(live.auto_approved ^ {"ADD_MEMBER"})])
    return request(1, *draw(st.sampled_from(changed)), live=live)


@LAW
@given(st.data())
def test_types_that_differ_from_ours_or_from_the_services_are_never_approved_by_a_rule(data: st.DataObject) -> None:
    live = data.draw(LIVES)
    asked_for = data.draw(asked(live))
    everything = replace(covering(asked_for, live), types=frozenset(map(str, ChangeType)) | {"ADD_SOMETHING"})
    position = data.draw(st.integers(0, len(asked_for.changes) - 1))
    theirs = asked_for.changes[position].types
    other = data.draw((TYPES | TYPES.map(lambda types: types | {"ADD_SOMETHING"})).filter(lambda types: types != theirs))
    changes = [replace(each, types=other) if place == position else each for place, each in enumerate(asked_for.changes)]
    assert approving(everything, replace(asked_for, changes=tuple(changes)), live).action is None


@LAW
@given(st.data())
def test_a_deny_rule_that_matches_any_change_wins_over_everything(data: st.DataObject) -> None:
    live = data.draw(LIVES)
    asked_for = data.draw(asked(live))
    policy = data.draw(policies(asked_for, live))
    one = data.draw(st.sampled_from(asked_for.changes))
    touching = covering(replace(asked_for, changes=(one,)), live)
    key = data.draw(st.sampled_from([key for key in KEYS if getattr(touching, key)]))
    value = data.draw(st.sampled_from(sorted(getattr(touching, key))))
    listed = data.draw(st.sampled_from([{value}, {value, "OTHER"}]))
    lists: dict[str, Any] = {key: frozenset(listed)}
    deny = Rule(**lists)
    place = data.draw(st.integers(0, len(policy.deny)))
    policy = replace(policy, deny=(*policy.deny[:place], deny, *policy.deny[place:]))
    assert Action.DENY == decide_vote(policy, asked_for, live, TODAY, own_plan=True).action


@LAW
@given(st.data())
def test_what_nobody_knows_is_approved_by_nothing(data: st.DataObject) -> None:
    live = data.draw(LIVES)
    asked_for = data.draw(asked(live))
    policy = replace(data.draw(policies(asked_for, live)), deny=())
    member_unknown = replace(asked_for, unknown=("changes[0].specification.member.when",))
    assert decide_vote(policy, member_unknown, live, TODAY, own_plan=True).action is None
    one, *others = asked_for.changes
    type_unknown = replace(asked_for, changes=(replace(one, types=one.types | {"ADD_SOMETHING"}), *others))
    assert decide_vote(policy, type_unknown, live, TODAY, own_plan=True).action is None


@LAW
@given(st.data())
def test_an_ability_or_a_type_that_nobody_knows_is_in_no_rule_of_a_file(data: st.DataObject) -> None:
    live = data.draw(LIVES)
    asked_for = data.draw(asked(live))
    rules = data.draw(st.lists(RULES, max_size=3))
    one = asked_for.changes[0]
    unheard: RequestedChange
    if isinstance(one, MemberChange):
        unheard = data.draw(
            st.sampled_from(
                [
                    replace(one, abilities=one.abilities | {Ability("CAN_DREAM")}),
                    replace(one, ml_abilities=frozenset({"CAN_DREAM"})),
                ]
            )
        )
    else:
        unheard = replace(one, auto_approved=one.auto_approved | {"ADD_SOMETHING"})
    strange = request(1, unheard, *asked_for.changes[1:], live=live)
    policy = VotingPolicy(approve=tuple(rules))
    assert decide_vote(policy, strange, live, TODAY, own_plan=False).action is None


UNHEARD = st.sampled_from(["status", "type", "member of the JSON"])


@LAW
@given(st.data())
def test_no_held_account_approves_and_nobody_commits_what_is_not_understood(data: st.DataObject) -> None:
    live, desired = data.draw(worlds())
    asked_for = replace(data.draw(asked(live)), approvals={BANK: "PENDING", PARTNERS[0]: "PENDING", CREATOR: "PENDING"})
    asked_for = replace(asked_for, status=data.draw(st.sampled_from(["PENDING", "APPROVED"])))
    one, *others = asked_for.changes
    match data.draw(UNHEARD):
        case "status":
            asked_for = replace(asked_for, status="POSTPONED")
        case "type":
            asked_for = replace(asked_for, changes=(replace(one, types=one.types | {"ADD_SOMETHING"}), *others))
        case _:
            asked_for = replace(asked_for, unknown=("changes[0].when",))
    policy = replace(data.draw(policies(asked_for, live)), deny=(), own_plan=OwnPlan.APPROVE)
    live = replace(live, tags={**live.tags, **filed(*data.draw(st.sampled_from([(), (1,)])))})
    case = situation(replace(desired, voters={PARTNERS[0]: policy, BANK: policy}), live, asked_for)
    assert [] == [move for move in decide(case).moves if isinstance(move, CastVote | CommitRequest)]


@LAW
@given(st.data(), st.integers(-3, 3))
def test_a_rule_holds_through_its_last_day_and_then_for_nothing(data: st.DataObject, days: int) -> None:
    live = data.draw(LIVES)
    asked_for = data.draw(asked(live))
    until = TODAY + timedelta(days=days)
    approve = replace(covering(asked_for, live), until=until)
    assert (Action.APPROVE if days >= 0 else None) == approving(approve, asked_for, live).action
    deny = VotingPolicy(OwnPlan.APPROVE, deny=(Rule(types=approve.types, until=until),))
    ends = Action.DENY if days >= 0 else Action.APPROVE
    assert ends == decide_vote(deny, asked_for, live, TODAY, own_plan=True).action


@LAW
@given(st.data())
def test_a_pinned_request_with_other_content_or_another_id_waits(data: st.DataObject) -> None:
    live = data.draw(LIVES)
    read, other = data.draw(asked(live)), data.draw(asked(live))
    policy = VotingPolicy(pinned=(Pin(read.id, content_fingerprint(read.changes)),))
    assert Action.APPROVE == decide_vote(policy, read, live, TODAY, own_plan=True).action
    assert decide_vote(policy, replace(read, id=request_id(2)), live, TODAY, own_plan=True).action is None
    same = content_fingerprint(read.changes) == content_fingerprint(other.changes)
    assert (Action.APPROVE if same else None) == decide_vote(policy, other, live, TODAY, own_plan=True).action


@LAW
@given(st.data())
def test_every_vote_names_what_casts_it(data: st.DataObject) -> None:
    live = data.draw(LIVES)
    asked_for = data.draw(asked(live))
    policy = data.draw(policies(asked_for, live))
    ballot = decide_vote(policy, asked_for, live, TODAY, own_plan=data.draw(yes_or_no))
    if ballot.action is Action.DENY:
        assert ballot.rule.startswith("deny rule (")
        rules = policy.deny
    elif ballot.action is Action.APPROVE and ballot.rule.startswith("approve rule ("):
        rules = policy.approve
    else:
        assert ballot.rule in {"pinned", "ownPlan: approve"} if ballot.action else "rule" in ballot.rule
        return
    listed = {name for rule in rules for key in KEYS for name in getattr(rule, key)}
    named = ballot.rule.partition("(")[2].removesuffix(")").replace(";", ",").split(", ")
    assert set(named) <= listed


@LAW
@given(st.data())
def test_the_order_of_rules_and_of_changes_never_matters(data: st.DataObject) -> None:
    live = data.draw(LIVES)
    asked_for = data.draw(asked(live))
    policy = data.draw(policies(asked_for, live))
    other = replace(
        policy,
        approve=tuple(data.draw(st.permutations(policy.approve))),
        deny=tuple(data.draw(st.permutations(policy.deny))),
        pinned=tuple(data.draw(st.permutations(policy.pinned))),
    )
    changes = tuple(data.draw(st.permutations(asked_for.changes)))
    own_plan = data.draw(yes_or_no)
    shuffled_live = replace(live, members=data.draw(shuffled(live.members)))
    one = decide_vote(policy, asked_for, live, TODAY, own_plan=own_plan)
    assert one == decide_vote(other, replace(asked_for, changes=changes), shuffled_live, TODAY, own_plan=own_plan)


@LAW
@given(st.data())
def test_nobody_is_asked_about_what_the_collaboration_approves_by_itself(data: st.DataObject) -> None:
    live, desired = data.draw(worlds())
    asked_for = data.draw(asked(live))
    by_itself = replace(asked_for, status="APPROVED", approvals={}, auto_approved=True)
    policy = data.draw(policies(asked_for, live))
    voters = dict.fromkeys([CREATOR, *PARTNERS][: data.draw(small_numbers)], policy)
    decision = decide(situation(replace(desired, voters=voters), live, by_itself))
    assert [] == [move for move in decision.moves if isinstance(move, CastVote)]
    assert () == decision.waiting_for
