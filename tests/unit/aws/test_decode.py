from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from cleanrooms_governance.aws import decode
from cleanrooms_governance.model import CostType, MemberChange
from tests.unit.aws.world import CREATOR, PARTNER, REGION

YES, NO = {"isResponsible": True}, {"isResponsible": False}
SUMMER = datetime(2026, 6, 1, 14, 0, tzinfo=timezone(timedelta(hours=2)))
ID = "11111111-2222-3333-4444-555555555555"

MEMBER: dict[str, Any] = {
    "accountId": PARTNER,
    "status": "ACTIVE",
    "displayName": "Bank",
    "abilities": ["CAN_RECEIVE_RESULTS"],
    "createTime": SUMMER,
    "updateTime": SUMMER,
    "paymentConfiguration": {"queryCompute": NO},
}
COLLABORATION: dict[str, Any] = {
    "id": ID,
    "arn": f"arn:aws:cleanrooms:{REGION}:{CREATOR}:collaboration/{ID}",
    "name": "Sales",
    "creatorAccountId": CREATOR,
    "queryLogStatus": "DISABLED",
}
MEMBERSHIP: dict[str, Any] = {
    "id": ID,
    "arn": f"arn:aws:cleanrooms:{REGION}:{PARTNER}:membership/{ID}",
    "collaborationId": ID,
    "status": "ACTIVE",
    "memberAbilities": [],
    "queryLogStatus": "DISABLED",
    "paymentConfiguration": {"queryCompute": YES, "machineLearning": {"modelTraining": NO}},
}
REQUEST: dict[str, Any] = {
    "id": ID,
    "status": "COMMITTED",
    "createTime": SUMMER,
    "updateTime": SUMMER,
    "isAutoApproved": True,
    "changes": [],
}


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ({"queryCompute": NO}, {CostType.QUERY_COMPUTE: False}),
        ({"queryCompute": YES, "jobCompute": YES}, {CostType.QUERY_COMPUTE: True, CostType.JOB_COMPUTE: True}),
        (
            {"queryCompute": NO, "machineLearning": {"modelInference": YES, "syntheticDataGeneration": NO}},
            {
                CostType.QUERY_COMPUTE: False,
                CostType.MODEL_INFERENCE: True,
                CostType.SYNTHETIC_DATA_GENERATION: False,
            },
        ),
        ({"queryCompute": NO, "machineLearning": {}}, {CostType.QUERY_COMPUTE: False}),
    ],
    ids=["queries only", "jobs", "machine learning", "machine learning empty"],
)
def test_a_member_pays_for_what_the_service_shows(shown: dict[str, Any], expected: dict[CostType, bool]) -> None:
    assert expected == decode.member({**MEMBER, "paymentConfiguration": shown}).payments


def test_times_are_in_utc() -> None:
    assert datetime(2026, 6, 1, 12, 0, tzinfo=UTC) == decode.member(MEMBER).created
    assert timedelta(0) == decode.member(MEMBER).created.utcoffset()


@pytest.mark.parametrize("missing", ["accountId", "status", "displayName", "abilities", "createTime", "paymentConfiguration"])
def test_a_member_that_lacks_what_it_must_have_is_not_read(missing: str) -> None:
    with pytest.raises(KeyError, match=missing):
        decode.member({name: value for name, value in MEMBER.items() if name != missing})


def test_what_a_collaboration_does_not_say_is_off_or_not_restricted() -> None:
    read = decode.collaboration(COLLABORATION, [], REGION)

    assert ("", False, False, False, None, None, None, frozenset()) == (
        read.description,
        read.query_log,
        read.job_log,
        read.metrics,
        read.encryption,
        read.result_regions,
        read.analytics_engine,
        read.auto_approved,
    )


def test_what_a_collaboration_says_is_read() -> None:
    said = {
        "description": "Who buys what",
        "queryLogStatus": "ENABLED",
        "jobLogStatus": "ENABLED",
        "isMetricsEnabled": True,
        "dataEncryptionMetadata": {"allowCleartext": True},
        "allowedResultRegions": [],
        "analyticsEngine": "SPARK",
        "autoApprovedChangeTypes": ["ADD_MEMBER"],
    }
    read = decode.collaboration({**COLLABORATION, **said}, [], REGION)

    assert ("Who buys what", True, True, True, {"allowCleartext": True}, frozenset(), "SPARK", frozenset({"ADD_MEMBER"})) == (
        read.description,
        read.query_log,
        read.job_log,
        read.metrics,
        read.encryption,
        read.result_regions,
        read.analytics_engine,
        read.auto_approved,
    )


def test_members_are_kept_in_the_order_of_their_accounts() -> None:
    members = [decode.member({**MEMBER, "accountId": account}) for account in (PARTNER, CREATOR)]

    assert [CREATOR, PARTNER] == list(decode.collaboration(COLLABORATION, members, REGION).members)


def test_a_member_change_is_silent_about_what_it_leaves_out() -> None:
    member = {"accountId": PARTNER, "memberAbilities": []}
    change = {"specificationType": "MEMBER", "specification": {"member": member}, "types": ["REVOKE_RECEIVE_RESULTS_ABILITY"]}
    (read,) = decode.change_request({**REQUEST, "changes": [change]}, ()).changes

    assert MemberChange(PARTNER, frozenset(), types=frozenset({"REVOKE_RECEIVE_RESULTS_ABILITY"})) == read


def test_a_request_without_votes_has_none() -> None:
    assert {} == decode.change_request(REQUEST, ()).approvals


def test_a_membership_belongs_to_the_account_in_its_arn() -> None:
    read = decode.membership(MEMBERSHIP)

    assert (PARTNER, {CostType.QUERY_COMPUTE: True, CostType.MODEL_TRAINING: False}) == (read.account, read.payments)
