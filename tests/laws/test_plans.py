"""Laws of plans and drafts over random collaborations and stack files."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from cleanrooms_governance.change_requests.filing import Draft, Filings, plan_filings, subject_of
from cleanrooms_governance.change_requests.judging import Verdict, judge
from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.model import (
    RUNNER_ABILITIES,
    Collaboration,
    CollaborationChange,
    CostType,
    MemberChange,
    RequestedChange,
)
from cleanrooms_governance.planning.atoms import Atom, Setting, State, attainable, standing, stated, value_in
from cleanrooms_governance.planning.auto_approval import in_steps
from cleanrooms_governance.planning.changes import RemoveMember, RequestChange
from cleanrooms_governance.planning.hand_over import awaiting_acceptance, handed_over
from cleanrooms_governance.planning.payers import candidates
from cleanrooms_governance.planning.plan_collaboration import plan_collaboration, predicted
from cleanrooms_governance.planning.removals import endings, sort_removals
from cleanrooms_governance.planning.setting_changes import SettingChange
from cleanrooms_governance.tagging import is_reserved, own_tags
from tests.laws.pure_apply import applied, with_settings, without
from tests.unit.core.builders import EXPORT, FUTURE, RECEIVE, request
from tests.unit.core.strategies import shuffled, worlds

Step = Callable[[Collaboration], Collaboration]

WORLDS = worlds()
LAW = settings(max_examples=25)


def planned(desired: DesiredCollaboration, live: Collaboration) -> State:
    return in_steps({change.atom: change.after for change in plan_collaboration(desired, live).request_changes}, live)


def member_changes(draft: Draft) -> list[MemberChange]:
    return [change for change in draft.changes if isinstance(change, MemberChange)]


def removals(desired: DesiredCollaboration, live: Collaboration) -> list[RemoveMember]:
    changes = plan_collaboration(desired, live).changes
    return [each.change for each in changes if isinstance(each.change, RemoveMember)]


def removals_now(desired: DesiredCollaboration, live: Collaboration) -> tuple[RemoveMember, ...]:
    """The removals that wait for nothing."""
    leaving = removals(desired, live)
    ends = planned(desired, live) | endings(leaving, live)
    found = sort_removals(leaving, ends, handed_over(ends, live), awaiting_acceptance(ends, live), live, desired)
    return found.now


def filings(desired: DesiredCollaboration, live: Collaboration) -> Filings:
    left = planned(desired, live)
    ends = left | endings(removals(desired, live), live)
    return plan_filings(left, live, desired, handed_over(ends, live))


def drafts(desired: DesiredCollaboration, live: Collaboration) -> tuple[Draft, ...]:
    return filings(desired, live).drafts


def possible_now(desired: DesiredCollaboration, live: Collaboration) -> list[Step]:
    """What a run may do to the collaboration: requests that others approve in any order, and removals between them."""
    removing: list[Step] = [partial(without, removals=(each,)) for each in removals_now(desired, live)]
    return [*removing, *(partial(applied, changes=draft.changes) for draft in drafts(desired, live))]


def carried_out(desired: DesiredCollaboration, live: Collaboration) -> Collaboration:
    """The collaboration after everything that can be filed took effect, and then what had to wait for it."""
    live = with_settings(live, plan_collaboration(desired, live).setting_changes)
    for _ in range(3):
        live = without(live, removals_now(desired, live))
        for draft in drafts(desired, live):
            live = applied(live, draft.changes)
    return live


@LAW
@given(st.data())
def test_carrying_out_the_drafts_brings_about_all_that_the_file_decides(data: st.DataObject) -> None:
    live, desired = data.draw(WORLDS)
    after = standing(carried_out(desired, live))
    wanted = attainable(desired, live)
    assert wanted == {atom: value_in(after, atom) for atom in wanted}


@LAW
@given(st.data())
def test_carrying_out_a_plan_brings_about_name_description_and_tags_and_touches_no_others(data: st.DataObject) -> None:
    live, desired = data.draw(WORLDS)
    after = carried_out(desired, live)
    assert (desired.name or live.name) == after.name
    assert (live.description if desired.description is None else desired.description) == after.description
    if desired.tags is None:
        assert live.tags == after.tags
    else:
        theirs = {key: value for key, value in live.tags.items() if not is_reserved(key) and key not in own_tags(live.tags)}
        assert {**theirs, **desired.tags} == {key: value for key, value in after.tags.items() if not is_reserved(key)}


@LAW
@given(st.data())
def test_what_the_file_does_not_decide_stays_as_it_is(data: st.DataObject) -> None:
    live, desired = data.draw(WORLDS)
    after, wanted = standing(carried_out(desired, live)), attainable(desired, live)
    before = standing(live)
    gone = {removal.account for removal in removals(desired, live)}
    undecided = {atom for atom in before.keys() | after.keys() if atom.subject not in gone} - wanted.keys()
    assert {atom: value_in(before, atom) for atom in undecided} == {atom: value_in(after, atom) for atom in undecided}


@LAW
@given(st.data())
def test_the_plan_of_the_world_that_was_carried_out_is_empty(data: st.DataObject) -> None:
    live, desired = data.draw(WORLDS)
    assert () == plan_collaboration(desired, carried_out(desired, live)).changes


@LAW
@given(st.data())
def test_the_predicted_collaboration_needs_only_what_needs_votes(data: st.DataObject) -> None:
    live, desired = data.draw(WORLDS)
    changes = plan_collaboration(desired, live).changes
    after = predicted(live, desired, [each for each in changes if not each.needs_votes])
    left = [each for each in plan_collaboration(desired, after).changes if not isinstance(each.change, SettingChange)]
    assert [each for each in changes if each.needs_votes] == left


@LAW
@given(st.data())
def test_the_order_in_which_things_are_written_never_matters(data: st.DataObject) -> None:
    live, desired = data.draw(WORLDS)
    other_live = replace(live, members=data.draw(shuffled(live.members)))
    other = replace(desired, members=data.draw(shuffled(desired.members)), names=data.draw(shuffled(desired.names)))
    other = replace(other, tags=None if desired.tags is None else data.draw(shuffled(desired.tags)))
    one, two = plan_collaboration(desired, live), plan_collaboration(other, other_live)
    assert one == two
    assert one.fingerprint == two.fingerprint
    assert drafts(desired, live) == drafts(other, other_live)
    assert plan_collaboration(desired, None).fingerprint == plan_collaboration(other, None).fingerprint


@LAW
@given(st.data())
def test_names_never_matter_to_a_fingerprint(data: st.DataObject) -> None:
    live, desired = data.draw(WORLDS)
    renamed = replace(desired, names={account: f"{name}!" for account, name in desired.names.items()})
    assert plan_collaboration(desired, live).fingerprint == plan_collaboration(renamed, live).fingerprint


@LAW
@given(st.data())
def test_no_plan_removes_a_member_that_the_file_does_not_name_under_removed(data: st.DataObject) -> None:
    live, desired = data.draw(WORLDS)
    leaving = {removal.account for removal in removals(desired, live)}
    belonging = {account for account, each in live.members.items() if each.belongs}
    assert (desired.removed & belonging) - desired.members.keys() == leaving
    changes = [each.change for each in plan_collaboration(replace(desired, removed=frozenset()), live).changes]
    assert all(isinstance(change, RequestChange | SettingChange) for change in changes)
    operations = {"CreateCollaborationChangeRequest", "UpdateCollaboration", "TagResource"}
    assert operations >= {change.operation for change in changes}


@LAW
@given(st.data())
def test_no_draft_removes_a_member_or_names_what_the_runner_has(data: st.DataObject) -> None:
    live, desired = data.draw(WORLDS)
    for draft in drafts(desired, live):
        for change in member_changes(draft):
            assert not change.abilities & RUNNER_ABILITIES
            assert all(value for atom, value in stated(change, live).items() if atom.setting == "member")


@LAW
@given(st.data())
def test_every_draft_has_one_change_an_account_and_ten_at_most(data: st.DataObject) -> None:
    live, desired = data.draw(WORLDS)
    found = drafts(desired, live)
    accounts = [subject_of(change) for draft in found for change in draft.changes]
    assert len(set(accounts)) == len(accounts)
    assert all(1 <= len(draft.changes) <= 10 for draft in found)


@LAW
@given(st.data())
def test_a_draft_needs_votes_exactly_where_the_plan_says_so(data: st.DataObject) -> None:
    live, desired = data.draw(WORLDS)
    plan = plan_collaboration(desired, live)
    needs_votes = {each.change.subject: each.needs_votes for each in plan.changes if each.change.types}
    if filings(desired, live).postponed:
        return
    for draft in drafts(desired, live):
        asked = {type_ for change in draft.changes for type_ in change.types}
        assert {not asked <= live.auto_approved} == {needs_votes[subject] for subject in draft.subjects}


@LAW
@given(st.data())
def test_results_have_a_receiver_at_every_moment_whatever_is_approved_first(data: st.DataObject) -> None:
    live, desired = data.draw(WORLDS)
    if not _receivers(live) or not _receivers(carried_out(desired, live)):
        return
    for step in data.draw(st.permutations(possible_now(desired, live))):
        live = step(live)
        assert _receivers(live)


def _receivers(live: Collaboration) -> set[str]:
    return {member.account for member in live.members.values() if member.belongs and RECEIVE in member.abilities}


@LAW
@given(st.data())
def test_each_cost_type_has_a_payer_at_every_moment_whatever_is_approved_first(data: st.DataObject) -> None:
    live, desired = data.draw(WORLDS)
    ends = carried_out(desired, live)
    costs = [cost for cost in CostType if candidates(cost, live) and candidates(cost, ends)]
    for step in data.draw(st.permutations(possible_now(desired, live))):
        live = step(live)
        assert all(candidates(cost, live) for cost in costs)


@LAW
@given(st.data())
def test_an_entry_states_what_is_shown_and_what_is_wanted_and_nothing_else(data: st.DataObject) -> None:
    live, desired = data.draw(WORLDS)
    plan = planned(desired, live)
    for draft in drafts(desired, live):
        for change in member_changes(draft):
            present = live.members.get(change.account)
            shown = present.payments.keys() if present and present.belongs else set[CostType]()
            named = {atom.name for atom in plan if atom.subject == change.account and atom.setting is Setting.PAYS}
            spoken = set(change.payments or ())
            assert spoken == (shown | named | {CostType.QUERY_COMPUTE} if shown or named & spoken else set())


@LAW
@given(st.data())
def test_a_wider_auto_approval_list_is_filed_last(data: st.DataObject) -> None:
    live, desired = data.draw(WORLDS)
    found = drafts(desired, live)
    wider = [place for place, draft in enumerate(found) for change in draft.changes if _widens(change, live)]
    assert wider in ([], [len(found) - 1])


@LAW
@given(st.data())
def test_no_list_is_filed_that_approves_more_and_less_at_once(data: st.DataObject) -> None:
    live, desired = data.draw(WORLDS)
    lists = [
        each.auto_approved for draft in drafts(desired, live) for each in draft.changes if isinstance(each, CollaborationChange)
    ]
    assert all(listed < live.auto_approved or listed > live.auto_approved for listed in lists)


def _widens(change: RequestedChange, live: Collaboration) -> bool:
    return isinstance(change, CollaborationChange) and not change.auto_approved <= live.auto_approved


@LAW
@given(st.data())
def test_a_request_made_from_our_own_draft_is_wanted(data: st.DataObject) -> None:
    live, desired = data.draw(WORLDS)
    for draft in drafts(desired, live):
        assert Verdict.WANTED == judge(request(1, *draft.changes), live, attainable(desired, live))


@LAW
@given(st.data())
def test_one_change_more_than_our_own_draft_is_unwanted(data: st.DataObject) -> None:
    live, desired = data.draw(WORLDS)
    wanted = attainable(desired, live)
    for draft in drafts(desired, live):
        entries = member_changes(draft)
        if not entries:
            continue
        position = data.draw(st.integers(0, len(entries) - 1))
        more = list[RequestedChange](entries)
        more[position] = data.draw(one_thing_more(entries[position], live, planned(desired, live)))
        assert Verdict.UNWANTED == judge(request(1, *more), live, wanted)
        widened = CollaborationChange(live.auto_approved ^ {"OTHER"})
        assert Verdict.UNWANTED == judge(request(1, *draft.changes, widened), live, wanted)


_UNPAID = CostType.SYNTHETIC_DATA_GENERATION
"""Of the payers of which no drawn file speaks."""


@st.composite
def one_thing_more(draw: st.DrawFn, change: MemberChange, live: Collaboration, plan: State) -> MemberChange:
    """A change that does one thing which its original does not do and the file does not want."""
    present = live.members.get(change.account)
    costs = {cost for cost, pays in (present.payments if present and present.belongs else {}).items() if pays}
    untouched = [ability for ability in (RECEIVE, EXPORT) if Atom(change.account, Setting.ABILITY, ability) not in plan]
    ways = [
        replace(change, abilities=change.abilities ^ {FUTURE}),
        replace(change, payments={**(change.payments or {}), _UNPAID: _UNPAID not in costs}),
        *(replace(change, abilities=change.abilities ^ {ability}) for ability in untouched),
    ]
    return draw(st.sampled_from(ways))
