"""The accounts of the story, and the roles in them."""

from __future__ import annotations

from datetime import date

from cleanrooms_governance.model import AccountId

PIPELINE = "999988887777"
CREATOR, MEDIA, BANK = AccountId("111122223333"), AccountId("222233334444"), AccountId("444455556666")
NEWCOMER = AccountId("555566667777")
REGION = "eu-west-1"
READ_ROLE, WRITE_ROLE, RESULTS_ROLE, RESULTS_BUCKET = "collaboration-read", "collaboration-write", "results", "bank-results"
USER = f"arn:aws:iam::{PIPELINE}:user/pipeline"
TODAY = date(2026, 11, 22)


def role_arn(account: str, name: str) -> str:
    """The ARN of a role."""
    return f"arn:aws:iam::{account}:role/{name}"


def values(account: str) -> dict[str, str]:
    """What fills the placeholders of a policy for one account."""
    return {
        "account": account,
        "region": REGION,
        "creator": CREATOR,
        "results_role": RESULTS_ROLE,
        "results_bucket": RESULTS_BUCKET,
        "read_role": READ_ROLE,
        "write_role": WRITE_ROLE,
    }
