from dataclasses import replace

import pytest

from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.model import CAN_RUN_JOB, Collaboration
from cleanrooms_governance.planning.changes import AddMember, ClaimOwnership, CreateCollaboration, GrantAbility, RevokeAbility
from cleanrooms_governance.planning.plan import Level, Plan
from cleanrooms_governance.planning.plan_collaboration import creation_settings, plan_collaboration, predicted, predicted_voters
from cleanrooms_governance.settings.text_shapes import ENCRYPTION_SETTINGS
from cleanrooms_governance.tagging import OWNER_TAG
from tests.unit.core.builders import (
    BANK,
    CREATOR,
    EXPORT,
    FUTURE,
    ID,
    NEWCOMER,
    OWNER,
    QUERY,
    RECEIVE,
    RUNNER,
    SHOP,
    collaboration,
    member,
    pays,
    stack_file,
    wanted_member,
    wanting_what_is,
)


def changes_of(plan: Plan) -> list[str]:
    return [str(planned) for planned in plan.changes]


def remarks_of(plan: Plan) -> list[tuple[str, str]]:
    return [(remark.rule, remark.subject) for remark in plan.remarks]


def refusals_of(plan: Plan) -> list[tuple[str, str]]:
    return [(refusal.rule, refusal.subject) for refusal in plan.refusals]


def test_a_file_that_asks_for_what_is_has_an_empty_plan() -> None:
    live = collaboration(member(RUNNER, QUERY), member(BANK, RECEIVE, FUTURE))
    assert Plan(ID) == plan_collaboration(wanting_what_is(live), live)


def test_a_new_member_is_planned_with_each_of_its_abilities() -> None:
    plan = plan_collaboration(stack_file(wanted_member(NEWCOMER, RECEIVE, EXPORT)), collaboration())
    assert [
        f"add member {NEWCOMER} (newcomer)",
        f"grant CAN_EXPORT_QUERY_ANALYSIS_LOG to {NEWCOMER} (newcomer)",
        f"grant CAN_RECEIVE_RESULTS to {NEWCOMER} (newcomer)",
    ] == changes_of(plan)


def test_abilities_are_granted_and_revoked_ability_by_ability() -> None:
    live = collaboration(member(BANK, RECEIVE), member(SHOP, RECEIVE))
    plan = plan_collaboration(stack_file(wanted_member(BANK, EXPORT), wanted_member(SHOP, RECEIVE)), live)
    assert (GrantAbility(BANK, EXPORT), RevokeAbility(BANK, RECEIVE)) == tuple(planned.change for planned in plan.changes)


@pytest.mark.parametrize(
    ("auto_approved", "needs_votes"),
    [
        pytest.param(frozenset(), True, id="nothing is auto-approved"),
        pytest.param(frozenset({"GRANT_RECEIVE_RESULTS_ABILITY"}), True, id="one of two types is"),
        pytest.param(frozenset({"GRANT_RECEIVE_RESULTS_ABILITY", "ADD_MEMBER"}), False, id="both are"),
    ],
)
def test_an_account_is_approved_as_a_whole_or_not_at_all(auto_approved: frozenset[str], needs_votes: bool) -> None:
    live = collaboration(auto_approved=auto_approved)
    plan = plan_collaboration(stack_file(wanted_member(NEWCOMER, RECEIVE)), live)
    assert [needs_votes, needs_votes] == [planned.needs_votes for planned in plan.changes]


def test_the_votes_on_one_account_do_not_depend_on_another() -> None:
    live = collaboration(member(BANK), auto_approved=frozenset({"ADD_MEMBER"}))
    plan = plan_collaboration(stack_file(wanted_member(NEWCOMER), wanted_member(BANK, RECEIVE)), live)
    assert {NEWCOMER: False, BANK: True} == {planned.change.subject: planned.needs_votes for planned in plan.changes}


def test_a_member_that_the_file_does_not_name_stays_and_is_shown() -> None:
    plan = plan_collaboration(stack_file(), collaboration(member(SHOP, RECEIVE)))
    assert [] == changes_of(plan)
    assert [("unmanaged", SHOP)] == remarks_of(plan)
    assert Level.WARNING == plan.remarks[0].level
    assert "not managed, it stays" in plan.remarks[0].message


@pytest.mark.parametrize(("status", "said"), [("LEFT", "has left"), ("REMOVED", "was removed"), ("SUSPENDED", "does not know")])
def test_a_member_that_is_out_is_explained_and_not_planned(status: str, said: str) -> None:
    plan = plan_collaboration(stack_file(wanted_member(BANK, RECEIVE)), collaboration(member(BANK, status=status)))
    assert [] == changes_of(plan)
    assert [("cannot-be-added-again", BANK)] == remarks_of(plan)
    assert said in plan.remarks[0].message


def test_a_member_that_is_out_and_not_in_the_file_is_not_even_mentioned() -> None:
    assert Plan(ID) == plan_collaboration(stack_file(), collaboration(member(BANK, status="REMOVED")))


@pytest.mark.parametrize(
    ("desired", "live", "rule", "subject"),
    [
        pytest.param(
            stack_file(wanted_member(BANK, name="Other Bank")),
            collaboration(member(BANK)),
            "fixed-at-creation",
            f"{BANK} displayName",
            id="display name",
        ),
        pytest.param(
            stack_file(wanted_member(BANK, QUERY)),
            collaboration(member(BANK)),
            "fixed-at-creation",
            f"{BANK} CAN_QUERY",
            id="a runner that is none",
        ),
        pytest.param(
            stack_file(wanted_member(BANK)),
            collaboration(member(BANK, CAN_RUN_JOB)),
            "fixed-at-creation",
            f"{BANK} CAN_RUN_JOB",
            id="a runner that is one",
        ),
        pytest.param(
            stack_file(wanted_member(BANK)),
            collaboration(member(BANK, FUTURE)),
            "unmanaged",
            f"{BANK} CAN_TELL_THE_FUTURE",
            id="an ability that this version does not know",
        ),
    ],
)
def test_what_cannot_be_changed_is_explained_and_not_planned(
    desired: DesiredCollaboration, live: Collaboration, rule: str, subject: str
) -> None:
    plan = plan_collaboration(desired, live)
    assert [] == changes_of(plan)
    assert [(rule, subject)] == remarks_of(plan)
    assert () == plan.refusals


def test_what_the_file_is_silent_about_is_no_difference() -> None:
    live = collaboration(
        member(BANK), name="Sales", description="Old", query_log=True, auto_approved=frozenset({"ADD_MEMBER"}), metrics=True
    )
    assert Plan(ID) == plan_collaboration(stack_file(wanted_member(BANK)), live)


@pytest.mark.parametrize(
    "live", [None, collaboration(), collaboration(member(NEWCOMER))], ids=["creation", "new member", "member"]
)
def test_an_unknown_ability_that_the_account_does_not_have_is_refused(live: Collaboration | None) -> None:
    plan = plan_collaboration(stack_file(wanted_member(NEWCOMER, FUTURE)), live)
    assert [("unknown-ability", f"{NEWCOMER} CAN_TELL_THE_FUTURE")] == refusals_of(plan)
    assert f"collaborations.sales.members.{NEWCOMER}.abilities" in plan.refusals[0].message


def test_an_unknown_ability_that_the_account_has_may_be_listed() -> None:
    live = collaboration(member(BANK, FUTURE))
    assert Plan(ID) == plan_collaboration(stack_file(wanted_member(BANK, FUTURE)), live)


def test_a_new_member_cannot_become_the_runner() -> None:
    plan = plan_collaboration(stack_file(wanted_member(NEWCOMER, QUERY)), collaboration())
    assert [("runner-fixed-at-creation", NEWCOMER)] == refusals_of(plan)


@pytest.mark.parametrize("live", [None, collaboration()], ids=["creation", "new member"])
def test_an_invitation_without_a_name_is_refused(live: Collaboration | None) -> None:
    desired = stack_file(wanted_member(NEWCOMER), names={CREATOR: "creator"})
    assert [("display-name-missing", NEWCOMER)] == refusals_of(plan_collaboration(desired, live))


def test_a_display_name_is_a_name() -> None:
    desired = stack_file(wanted_member(NEWCOMER, name="New"), names={})
    assert [] == refusals_of(plan_collaboration(desired, collaboration()))


def test_a_collaboration_that_is_not_there_is_created_with_all_that_is_fixed_then() -> None:
    bank = wanted_member(BANK, RECEIVE, name="Bank AG", ml=["CAN_RECEIVE_MODEL_OUTPUT"], pays_for=["queryCompute"])
    desired = stack_file(bank, description="d", auto_approve=frozenset({"ADD_MEMBER"}))
    plan = plan_collaboration(desired, None)
    assert (CreateCollaboration("Sales", "eu-west-1", creation_settings(desired)),) == tuple(p.change for p in plan.changes)
    assert OWNER == plan.target
    assert {
        "name": "Sales",
        "creator": CREATOR,
        "region": "eu-west-1",
        "description": "d",
        "queryLog": False,
        "jobLog": False,
        "metrics": False,
        "encryption": frozenset(),
        "resultRegions": frozenset(),
        "analyticsEngine": "",
        "tags": {},
        "autoApprove": frozenset({"ADD_MEMBER"}),
        "owner": OWNER,
        "members": {
            CREATOR: {"displayName": "creator", "abilities": frozenset(), "mlAbilities": frozenset(), "payments": {}},
            BANK: {
                "displayName": "Bank AG",
                "abilities": frozenset({RECEIVE}),
                "mlAbilities": frozenset({"CAN_RECEIVE_MODEL_OUTPUT"}),
                "payments": pays(queryCompute=True),
            },
        },
    } == creation_settings(desired)


def test_every_setting_of_a_creation_is_part_of_its_fingerprint() -> None:
    desired = stack_file(wanted_member(BANK))
    variants = [
        desired,
        replace(desired, description="d"),
        replace(desired, query_log=True),
        replace(desired, job_log=True),
        replace(desired, metrics=True),
        replace(desired, encryption=dict.fromkeys(ENCRYPTION_SETTINGS, True)),
        replace(desired, encryption=dict.fromkeys(ENCRYPTION_SETTINGS, False)),
        replace(desired, result_regions=frozenset({"eu-west-1"})),
        replace(desired, analytics_engine="SPARK"),
        replace(desired, tags={"team": "sales"}),
        replace(desired, auto_approve=frozenset({"ADD_MEMBER"})),
        replace(desired, members={**desired.members, BANK: wanted_member(BANK, RECEIVE)}),
        replace(desired, members={**desired.members, BANK: wanted_member(BANK, name="B")}),
        replace(desired, members={**desired.members, BANK: wanted_member(BANK, ml=["CAN_RECEIVE_MODEL_OUTPUT"])}),
        replace(desired, members={**desired.members, BANK: wanted_member(BANK, pays_for=["queryCompute"])}),
    ]
    assert len(variants) == len({plan_collaboration(each, None).fingerprint for each in variants})


def test_a_collaboration_without_an_owner_is_adopted_visibly() -> None:
    live = replace(collaboration(), tags={})
    assert (ClaimOwnership(None, OWNER),) == tuple(p.change for p in plan_collaboration(stack_file(), live).changes)


def test_a_collaboration_of_another_stack_is_taken_over_only_by_acknowledgement() -> None:
    live = collaboration(tags={OWNER_TAG: "acme/prod/other"})
    plan = plan_collaboration(stack_file(), live)
    assert (ClaimOwnership("acme/prod/other", OWNER),) == tuple(p.change for p in plan.changes)
    assert ["take-over"] == [refusal.rule for refusal in plan.refusals]


def test_the_predicted_voters_are_the_active_members_but_the_creator() -> None:
    live = collaboration(member(BANK), member(SHOP, status="INVITED"), member(RUNNER, status="LEFT"))
    assert f"{BANK} (bank)" == predicted_voters(live, {BANK: "bank"})
    assert "" == predicted_voters(collaboration(), {})


def test_the_predicted_collaboration_has_nothing_left_to_plan() -> None:
    live = collaboration(member(BANK, RECEIVE))
    desired = stack_file(wanted_member(BANK, EXPORT), wanted_member(NEWCOMER, RECEIVE))
    after = predicted(live, desired, plan_collaboration(desired, live).changes)
    assert Plan(ID) == plan_collaboration(desired, after)
    assert (AddMember(NEWCOMER).account, "INVITED") == (NEWCOMER, after.members[NEWCOMER].status)
