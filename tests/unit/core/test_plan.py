from dataclasses import replace

import pytest

from cleanrooms_governance.errors import Refused
from cleanrooms_governance.planning.changes import AddMember, GrantAbility
from cleanrooms_governance.planning.plan import Danger, Plan, PlannedChange, Refusal, Remark, Reviewed
from tests.unit.core.builders import BANK, NEWCOMER, RECEIVE, SHOP

ADD = PlannedChange(AddMember(NEWCOMER), needs_votes=True)
GRANT = PlannedChange(GrantAbility(BANK, RECEIVE), needs_votes=True)
DANGER = Danger("last-receiver", BANK, "nobody receives results any more", "Acknowledge it", "fp-0123456789abcdef", True)
REFUSAL = Refusal("unknown-ability", BANK, "CAN_FLY is no ability")
PLAN = Plan("some-id", (ADD, GRANT), (DANGER,), (REFUSAL,), (Remark("unmanaged", SHOP, "it stays"),))


@pytest.mark.parametrize(
    "same",
    [
        pytest.param(replace(PLAN, changes=(GRANT, ADD)), id="order of changes"),
        pytest.param(replace(PLAN, changes=(PlannedChange(AddMember(NEWCOMER, {NEWCOMER: "n"}), True), GRANT)), id="names"),
        pytest.param(replace(PLAN, remarks=()), id="remarks"),
        pytest.param(replace(PLAN, refusals=(replace(REFUSAL, message="other words"),)), id="words of a refusal"),
        pytest.param(replace(PLAN, dangers=(replace(DANGER, message="other words"),)), id="words of a danger"),
    ],
)
def test_the_fingerprint_does_not_change_with(same: Plan) -> None:
    assert PLAN.fingerprint == same.fingerprint


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(PLAN, target="another-id"), id="another collaboration"),
        pytest.param(replace(PLAN, changes=(ADD,)), id="a change less"),
        pytest.param(replace(PLAN, changes=(ADD, replace(GRANT, needs_votes=False))), id="no votes needed"),
        pytest.param(replace(PLAN, dangers=()), id="a danger less"),
        pytest.param(replace(PLAN, dangers=(replace(DANGER, fingerprint="fp-f"),)), id="another danger"),
        pytest.param(replace(PLAN, refusals=()), id="a refusal less"),
        pytest.param(replace(PLAN, refusals=(replace(REFUSAL, subject=SHOP),)), id="another subject refused"),
    ],
)
def test_the_fingerprint_changes_with(other: Plan) -> None:
    assert PLAN.fingerprint != other.fingerprint


def test_the_document_is_keyed_by_step_and_by_danger() -> None:
    document = PLAN.document()
    assert {
        f"add member {NEWCOMER}": {
            "id": ADD.id,
            "operation": "CreateCollaborationChangeRequest",
            "types": ["ADD_MEMBER"],
            "votes": "needed",
        },
        f"grant CAN_RECEIVE_RESULTS to {BANK}": {
            "id": GRANT.id,
            "operation": "CreateCollaborationChangeRequest",
            "types": ["GRANT_RECEIVE_RESULTS_ABILITY"],
            "votes": "needed",
        },
    } == document["changes"]
    assert {DANGER.fingerprint} == set(document["dangers"])


def test_only_what_goes_by_change_request_is_a_request_change() -> None:
    assert (ADD.change, GRANT.change) == PLAN.request_changes


def reviewed_by_way_of_inputs(plan: Plan) -> Reviewed:
    refused = [{"rule": r.rule, "subject": r.subject, "message": r.message} for r in plan.refusals]
    return Reviewed.read(plan.document(), refused)


def test_what_the_inputs_record_is_what_there_was_to_see() -> None:
    assert Reviewed.of(PLAN) == reviewed_by_way_of_inputs(PLAN)


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(PLAN, id="the plan itself"),
        pytest.param(Plan("some-id"), id="nothing left to do"),
        pytest.param(replace(PLAN, changes=(GRANT,)), id="one change done"),
        pytest.param(replace(PLAN, dangers=(), refusals=()), id="nothing dangerous any more"),
    ],
)
def test_a_part_of_the_reviewed_plan_is_admitted(part: Plan) -> None:
    Reviewed.of(PLAN).admit(part)


@pytest.mark.parametrize(
    ("more", "named"),
    [
        pytest.param(replace(PLAN, changes=(*PLAN.changes, PlannedChange(AddMember(SHOP), True))), SHOP, id="a new change"),
        pytest.param(replace(PLAN, changes=(replace(ADD, needs_votes=False),)), NEWCOMER, id="the same change by another way"),
        pytest.param(
            replace(PLAN, dangers=(replace(DANGER, fingerprint="fp-f", message="it burns"),)), "it burns", id="a danger"
        ),
        pytest.param(replace(PLAN, refusals=(Refusal("rule", SHOP, "never"),)), "never", id="a new refusal"),
    ],
)
def test_what_nobody_reviewed_is_refused_by_name(more: Plan, named: str) -> None:
    with pytest.raises(Refused, match=named):
        Reviewed.of(PLAN).admit(more)


def test_a_change_that_is_going_on_is_admitted_with_votes_and_without() -> None:
    Reviewed.of(PLAN).either_way(PLAN).admit(replace(PLAN, changes=(replace(ADD, needs_votes=False), GRANT)))
    with pytest.raises(Refused, match=SHOP):
        Reviewed.of(PLAN).either_way(PLAN).admit(replace(PLAN, changes=(PlannedChange(AddMember(SHOP), False),)))
