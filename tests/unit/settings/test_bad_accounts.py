"""Accounts of a stack file that cannot be: the exact finding."""

import pytest

from tests.unit.settings.edits import Edit, drop, edited, put
from tests.unit.settings.stacks import MEDIA, RETAILER, findings_in

ROLE = f"arn:aws:iam::{MEDIA}:role/governance"

ONE_FINDING: dict[str, tuple[Edit, str]] = {
    "no-way-in-to-read": (
        put("accounts 222233334444 read", {}),
        "cleanrooms:accounts.222233334444.read: says no way in: give one of environment, profile and role",
    ),
    "two-ways-in": (
        put("accounts 111122223333 environment", True),
        "cleanrooms:accounts.111122223333: has environment and profile: keep one of them",
    ),
    "a-way-in-beside-read": (
        put("accounts 222233334444 profile", "media"),
        "cleanrooms:accounts.222233334444: has profile beside read and write: keep either one way in for everything,"
        " or read and"
        " write with one each",
    ),
    "external-id-without-a-role": (
        put("accounts 111122223333 externalId", "a1"),
        "cleanrooms:accounts.111122223333.externalId: goes with a role: add role or remove it",
    ),
    "external-id-of-a-partner": (
        put("accounts 444455556666 externalId", "a1"),
        "cleanrooms:accounts.444455556666.externalId: goes with a role: add role or remove it",
    ),
    "only-write": (
        drop("accounts 222233334444 read"),
        "cleanrooms:accounts.222233334444.read: is missing: a preview only reads, so give it credentials of its own",
    ),
    "environment-false": (
        put("accounts 222233334444 write environment", False),
        "cleanrooms:accounts.222233334444.write.environment: can only be true, not false: write true or remove the key",
    ),
    "role-of-another-account": (
        put("accounts 111122223333", {"name": "Retailer", "role": ROLE}),
        f"cleanrooms:accounts.111122223333.role: is a role of {MEDIA}, which cannot act as {RETAILER}: give a role of"
        f" {RETAILER}",
    ),
    "role-that-is-no-arn": (
        put("accounts 222233334444 write", {"role": "role/collaboration-governance"}),
        "cleanrooms:accounts.222233334444.write.role: 'role/collaboration-governance' is no role ARN: write it whole, such as"
        " arn:aws:iam::111122223333:role/governance",
    ),
}


@pytest.mark.parametrize(("edit", "expected"), ONE_FINDING.values(), ids=ONE_FINDING)
def test_a_mistake_is_one_finding_with_its_path_and_what_to_do(edit: Edit, expected: str) -> None:
    assert [expected] == findings_in(edited(edit))
