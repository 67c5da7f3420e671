"""What the stack files of the story want."""

from __future__ import annotations

from typing import Any

from cleanrooms_governance.desired import DesiredCollaboration, DesiredMember, DesiredMembership, OwnPlan, Rule, VotingPolicy
from cleanrooms_governance.model import Ability, AccountId
from tests.policies.accounts import (
    BANK,
    CREATOR,
    MEDIA,
    NEWCOMER,
    READ_ROLE,
    REGION,
    RESULTS_BUCKET,
    RESULTS_ROLE,
    WRITE_ROLE,
    role_arn,
)
from tests.scenarios.walk import configuration

RESULTS = {
    "outputConfiguration": {"s3": {"resultFormat": "CSV", "bucket": RESULTS_BUCKET}},
    "roleArn": role_arn(BANK, RESULTS_ROLE),
}
JOB_RESULTS = {"outputConfiguration": {"s3": {"bucket": RESULTS_BUCKET}}, "roleArn": role_arn(BANK, RESULTS_ROLE)}
BANK_VOTES = VotingPolicy(approve=(Rule(types=frozenset({"ADD_MEMBER"}), accounts=frozenset({NEWCOMER})),))


def member(account: AccountId, *abilities: Ability) -> DesiredMember:
    """A member as the file wants it."""
    return DesiredMember(account, frozenset(abilities), f"Name of {account}")


def wanted(*members: DesiredMember) -> DesiredCollaboration:
    """The creator's stack file."""
    return DesiredCollaboration(
        key="sales",
        owner="acme/prod/sales",
        name="Sales",
        creator=CREATOR,
        region=REGION,
        query_log=True,
        members={each.account: each for each in members},
        voters={MEDIA: VotingPolicy(OwnPlan.APPROVE)},
    )


def membership(account: AccountId, id: str, *, foreign: bool, **wishes: Any) -> DesiredMembership:
    """The stack file of a member."""
    return DesiredMembership(
        key=account, owner=f"acme/prod/{account}", account=account, collaboration=id, region=REGION, foreign=foreign, **wishes
    )


def by_hand(id: str) -> dict[str, str]:
    """The configuration of a stack that holds creator and bank, for the commands that end something."""
    members: dict[str, Any] = {CREATOR: {"abilities": []}, BANK: {"abilities": []}}
    adopted = {"creator": CREATOR, "region": REGION, "id": id, "name": "Made by hand", "members": members}
    return configuration(
        {
            "accounts": _held(CREATOR, BANK),
            "collaborations": {"adopted": adopted},
            "memberships": {"bank": {"account": BANK, "collaboration": "adopted"}},
        }
    )


def runner_by_hand(id: str) -> dict[str, str]:
    """The configuration of a stack that holds media, which runs queries and jobs in somebody else's collaboration."""
    media = {"account": MEDIA, "collaboration": id, "region": REGION, "expects": {"creator": CREATOR}}
    return configuration({"accounts": _held(MEDIA), "memberships": {"media": media}})


def bank_by_hand(id: str) -> dict[str, str]:
    """The configuration of a stack that holds the bank, which is a member of somebody else's collaboration."""
    bank = {"account": BANK, "collaboration": id, "region": REGION, "expects": {"creator": CREATOR}}
    return configuration({"accounts": _held(BANK), "memberships": {"bank": bank}})


def creator_by_hand(id: str) -> dict[str, str]:
    """The configuration of a stack that holds the creator alone."""
    sales = {"creator": CREATOR, "region": REGION, "id": id, "members": {CREATOR: {"abilities": []}}}
    return configuration({"accounts": _held(CREATOR), "collaborations": {"sales": sales}})


def _held(*accounts: AccountId) -> dict[str, Any]:
    return {
        account: {way: {"role": role_arn(account, name)} for way, name in (("read", READ_ROLE), ("write", WRITE_ROLE))}
        for account in accounts
    }
