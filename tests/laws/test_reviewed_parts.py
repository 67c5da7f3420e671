"""Laws of parts: a plan is part of itself, what is left of it is part of it, and more than it is not."""

from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cleanrooms_governance.change_requests.filing import Draft
from cleanrooms_governance.model import CollaborationChange
from cleanrooms_governance.planning.plan import Plan
from cleanrooms_governance.planning.plan_collaboration import plan_collaboration
from cleanrooms_governance.planning.reviewed import unreviewed
from tests.laws.pure_apply import applied
from tests.laws.test_plans import drafts
from tests.unit.core.strategies import worlds

WORLDS = worlds()
LAW = settings(max_examples=50)


def part(data: st.DataObject, plan: Plan) -> Plan:
    """The plan with some of its changes and dangers left out."""
    kept = [each for each in plan.changes if data.draw(st.booleans())]
    return replace(plan, changes=tuple(kept), dangers=tuple(each for each in plan.dangers if data.draw(st.booleans())))


@LAW
@given(st.data())
def test_a_plan_is_part_of_itself_and_every_part_of_it_too(data: st.DataObject) -> None:
    live, desired = data.draw(WORLDS)
    plan = plan_collaboration(desired, live)
    assert () == unreviewed(plan, plan.document())
    assert () == unreviewed(part(data, plan), plan.document())


@LAW
@given(st.data())
def test_a_plan_with_more_than_the_reviewed_one_is_not_part_of_it(data: st.DataObject) -> None:
    live, desired = data.draw(WORLDS)
    plan = plan_collaboration(desired, live)
    reviewed = part(data, plan)
    assume(len(reviewed.changes) < len(plan.changes))
    missing = {each.id for each in plan.changes} - {each.id for each in reviewed.changes}
    expected = [str(each) for each in plan.changes if each.id in missing]
    assert expected == list(unreviewed(replace(plan, dangers=()), reviewed.document()))


def edits_the_list(draft: Draft) -> bool:
    return any(isinstance(change, CollaborationChange) for change in draft.changes)


@LAW
@given(st.data())
def test_what_is_left_when_others_have_agreed_to_a_part_is_part_of_the_plan(data: st.DataObject) -> None:
    live, desired = data.draw(WORLDS)
    reviewed = plan_collaboration(desired, live).document()
    for draft in drafts(desired, live):
        if not edits_the_list(draft) and data.draw(st.booleans()):
            live = applied(live, draft.changes)
    assert () == unreviewed(plan_collaboration(desired, live), reviewed)
