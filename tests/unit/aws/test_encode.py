from dataclasses import replace
from typing import Any

import pytest

from cleanrooms_governance.aws.encode import change_input, new_collaboration, payment_configuration
from cleanrooms_governance.desired import DesiredCollaboration, DesiredMember
from cleanrooms_governance.errors import InvalidInput
from cleanrooms_governance.model import (
    CAN_EXPORT_QUERY_ANALYSIS_LOG,
    CAN_RECEIVE_RESULTS,
    Ability,
    CollaborationChange,
    CostType,
    MemberChange,
    RequestedChange,
)
from tests.unit.aws.world import CREATOR, NEWCOMER, PARTNER, RECEIVER, collaboration

YES, NO = {"isResponsible": True}, {"isResponsible": False}


def member_specification(**additional: Any) -> dict[str, Any]:
    member = {"accountId": PARTNER, "memberAbilities": [], **additional}
    return {"specificationType": "MEMBER", "specification": {"member": member}}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (MemberChange(PARTNER, frozenset()), member_specification()),
        (
            MemberChange(PARTNER, frozenset({CAN_RECEIVE_RESULTS, CAN_EXPORT_QUERY_ANALYSIS_LOG, Ability("CAN_DANCE")})),
            member_specification(memberAbilities=["CAN_DANCE", "CAN_EXPORT_QUERY_ANALYSIS_LOG", "CAN_RECEIVE_RESULTS"]),
        ),
        (MemberChange(PARTNER, frozenset(), display_name="Bank"), member_specification(displayName="Bank")),
        (
            MemberChange(PARTNER, frozenset(), ml_abilities=frozenset()),
            member_specification(mlMemberAbilities={"customMLMemberAbilities": []}),
        ),
        (
            MemberChange(PARTNER, frozenset(), payments={}),
            member_specification(paymentConfiguration={"queryCompute": NO}),
        ),
        (
            CollaborationChange(frozenset({"B", "A"})),
            {"specificationType": "COLLABORATION", "specification": {"collaboration": {"autoApprovedChangeTypes": ["A", "B"]}}},
        ),
        (
            CollaborationChange(frozenset()),
            {"specificationType": "COLLABORATION", "specification": {"collaboration": {"autoApprovedChangeTypes": []}}},
        ),
    ],
    ids=[
        "only what is required",
        "abilities sorted, unknown ones carried",
        "display name",
        "machine learning abilities cleared",
        "payments cleared",
        "auto-approved types sorted",
        "auto-approved types cleared",
    ],
)
def test_a_change_says_what_it_speaks_of_and_no_more(change: RequestedChange, expected: dict[str, Any]) -> None:
    assert expected == change_input(change)


@pytest.mark.parametrize(
    ("payments", "expected"),
    [
        ({CostType.QUERY_COMPUTE: True}, {"queryCompute": YES}),
        ({CostType.JOB_COMPUTE: True}, {"queryCompute": NO, "jobCompute": YES}),
        (
            {CostType.QUERY_COMPUTE: True, CostType.MODEL_TRAINING: True, CostType.MODEL_INFERENCE: False},
            {"queryCompute": YES, "machineLearning": {"modelTraining": YES, "modelInference": NO}},
        ),
        (
            {CostType.SYNTHETIC_DATA_GENERATION: True},
            {"queryCompute": NO, "machineLearning": {"syntheticDataGeneration": YES}},
        ),
    ],
    ids=["queries", "jobs without queries", "machine learning", "synthetic data"],
)
def test_payments_always_speak_of_queries_because_the_service_wants_it(
    payments: dict[CostType, bool], expected: dict[str, Any]
) -> None:
    assert expected == payment_configuration(payments)


def test_a_collaboration_of_the_least_words_says_only_what_is_required() -> None:
    assert {
        "name": "Sales",
        "creatorDisplayName": f"Name of {CREATOR}",
        "creatorMemberAbilities": ["CAN_QUERY"],
        "members": [],
        "queryLogStatus": "DISABLED",
    } == new_collaboration(collaboration(description="", auto_approve=frozenset()), {})


def test_a_collaboration_of_many_words_says_them_all() -> None:
    newcomer = DesiredMember(NEWCOMER, frozenset())
    desired = collaboration(
        newcomer,
        RECEIVER,
        description="Who buys what",
        query_log=True,
        auto_approve=frozenset({"GRANT_RECEIVE_RESULTS_ABILITY", "ADD_MEMBER"}),
        names={NEWCOMER: "Newcomer", PARTNER: "not used"},
    )

    assert {
        "name": "Sales",
        "creatorDisplayName": f"Name of {CREATOR}",
        "creatorMemberAbilities": ["CAN_QUERY"],
        "members": [
            {"accountId": PARTNER, "displayName": f"Name of {PARTNER}", "memberAbilities": ["CAN_RECEIVE_RESULTS"]},
            {"accountId": NEWCOMER, "displayName": "Newcomer", "memberAbilities": []},
        ],
        "queryLogStatus": "ENABLED",
        "description": "Who buys what",
        "autoApprovedChangeRequestTypes": ["ADD_MEMBER", "GRANT_RECEIVE_RESULTS_ABILITY"],
        "tags": {"governed-by": "acme/prod/sales"},
    } == new_collaboration(desired, {"governed-by": "acme/prod/sales"})


def test_everything_that_is_fixed_at_creation_is_said_then() -> None:
    desired = collaboration(
        job_log=True,
        metrics=True,
        encryption={"allowCleartext": True, "preserveNulls": False},
        result_regions=frozenset({"eu-west-3", "eu-west-1"}),
        analytics_engine="SPARK",
    )
    least = new_collaboration(collaboration(), {})
    assert {
        "jobLogStatus": "ENABLED",
        "isMetricsEnabled": True,
        "dataEncryptionMetadata": {"allowCleartext": True, "preserveNulls": False},
        "allowedResultRegions": ["eu-west-1", "eu-west-3"],
        "analyticsEngine": "SPARK",
    } == {key: value for key, value in new_collaboration(desired, {}).items() if key not in least}


def test_what_is_wanted_off_is_not_said_at_creation() -> None:
    desired = collaboration(job_log=False, metrics=False, encryption={}, tags={})
    assert new_collaboration(collaboration(), {}) == new_collaboration(desired, {})


def test_ml_abilities_and_payers_are_said_at_creation_for_those_who_are_named() -> None:
    desired = collaboration(RECEIVER, DesiredMember(NEWCOMER, frozenset()), names={NEWCOMER: "Newcomer"})
    creator = replace(desired.members[CREATOR], ml_abilities=frozenset(), payer_for=frozenset({CostType.MODEL_INFERENCE}))
    partner = replace(RECEIVER, ml_abilities=frozenset({"CAN_B", "CAN_A"}), payer_for=frozenset({CostType.JOB_COMPUTE}))
    sent = new_collaboration(replace(desired, members={**desired.members, CREATOR: creator, PARTNER: partner}), {})
    assert {"queryCompute": YES, "machineLearning": {"modelInference": YES}} == sent["creatorPaymentConfiguration"]
    assert "creatorMLMemberAbilities" not in sent
    assert [
        {
            "accountId": PARTNER,
            "displayName": f"Name of {PARTNER}",
            "memberAbilities": ["CAN_RECEIVE_RESULTS"],
            "mlMemberAbilities": {"customMLMemberAbilities": ["CAN_A", "CAN_B"]},
            "paymentConfiguration": {"queryCompute": NO, "jobCompute": YES},
        },
        {"accountId": NEWCOMER, "displayName": "Newcomer", "memberAbilities": []},
    ] == sent["members"]


def without_names(desired: DesiredCollaboration) -> DesiredCollaboration:
    return replace(desired, members={each: replace(member, display_name=None) for each, member in desired.members.items()})


def test_a_member_without_a_name_is_refused_because_names_cannot_be_corrected() -> None:
    with pytest.raises(InvalidInput, match=rf"^collaborations\.sales\.members\.{CREATOR}: .*`displayName`"):
        new_collaboration(without_names(collaboration(RECEIVER)), {})
