from dataclasses import replace

import pytest

from cleanrooms_governance.model import CostType
from cleanrooms_governance.planning.changes import AddMember, AddPayer, GrantAbility, SetAutoApproval
from cleanrooms_governance.planning.plan import Danger, Plan, PlannedChange
from cleanrooms_governance.planning.reviewed import not_reviewed, unreviewed
from tests.unit.core.builders import BANK, NEWCOMER, RECEIVE, SHOP

ADD = PlannedChange(AddMember(NEWCOMER), needs_votes=True)
GRANT = PlannedChange(GrantAbility(BANK, RECEIVE), needs_votes=True)
PAYS = PlannedChange(AddPayer(BANK, CostType.QUERY_COMPUTE), needs_votes=True)
WIDER = PlannedChange(SetAutoApproval(frozenset(), frozenset({"ADD_MEMBER"})), needs_votes=True)
OF_ITSELF = PlannedChange(AddMember(SHOP), needs_votes=False)
DANGER = Danger("last-receiver", BANK, "nobody receives results any more", "Acknowledge it", "fp-0123456789abcdef", True)
REVIEWED = Plan("some-id", (ADD, GRANT, OF_ITSELF), (DANGER,))


@pytest.mark.parametrize(
    "fresh",
    [
        pytest.param(REVIEWED, id="the plan itself"),
        pytest.param(Plan("some-id"), id="nothing left"),
        pytest.param(replace(REVIEWED, changes=(ADD,), dangers=()), id="a part of it"),
        pytest.param(replace(REVIEWED, changes=(replace(OF_ITSELF, needs_votes=True),)), id="more votes"),
        pytest.param(replace(REVIEWED, changes=(replace(GRANT, needs_votes=False),)), id="a rest that needs no votes any more"),
    ],
)
def test_a_part_of_the_reviewed_plan_holds_nothing_unreviewed(fresh: Plan) -> None:
    assert () == unreviewed(fresh, REVIEWED.document())


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        pytest.param(replace(REVIEWED, changes=(ADD, PAYS)), (str(PAYS),), id="a change"),
        pytest.param(
            replace(REVIEWED, dangers=(replace(DANGER, fingerprint="fp-f", message="it burns"),)), ("it burns",), id="a danger"
        ),
        pytest.param(
            replace(REVIEWED, changes=(replace(ADD, needs_votes=False), GRANT)),
            (f"{ADD} without votes, which were needed when it was reviewed",),
            id="fewer votes, with nothing done that explains it",
        ),
    ],
)
def test_what_was_not_reviewed_is_named(more: Plan, expected: tuple[str, ...]) -> None:
    assert expected == unreviewed(more, REVIEWED.document())


def test_a_danger_that_was_reviewed_as_refused_does_not_pass_because_it_was_acknowledged_since() -> None:
    refused = replace(REVIEWED, dangers=(replace(DANGER, acknowledged=False),)).document()
    assert (f"{DANGER.message} (acknowledged since it was reviewed as refused)",) == unreviewed(REVIEWED, refused)


def test_a_wider_auto_approval_list_spares_no_votes_that_were_reviewed() -> None:
    reviewed = Plan("some-id", (ADD, WIDER))
    assert 1 == len(unreviewed(Plan("some-id", (replace(ADD, needs_votes=False),)), reviewed.document()))


def test_of_what_nobody_could_know_changes_pass_and_dangers_do_not() -> None:
    assert (DANGER.message,) == unreviewed(REVIEWED, None)


def test_a_refusal_says_what_was_not_reviewed_and_what_to_do() -> None:
    refusal = not_reviewed("some-id", "collaborations.sales", ("add member X", "grant Y"))
    assert ("not-reviewed", "some-id") == (refusal.rule, refusal.subject)
    assert refusal.message.startswith("collaborations.sales: not in the reviewed plan: add member X; grant Y.")
