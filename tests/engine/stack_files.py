"""Stack files of the stories: a retailer that governs and holds the media agency's account too, and partners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

RETAILER = "111122223333"
MEDIA = "222233334444"
BANK = "444455556666"
INSURER = "555566667777"
REGION = "eu-west-1"

Config = dict[str, Any]

ACCOUNTS: Mapping[str, Mapping[str, Any]] = {
    RETAILER: {"name": "Retailer", "environment": True},
    MEDIA: {"name": "Media", "role": f"arn:aws:iam::{MEDIA}:role/governance"},
    BANK: {"name": "Bank"},
    INSURER: {"name": "Insurer"},
}

RECEIVES = ["CAN_RECEIVE_RESULTS"]


def results_of(account: str) -> Config:
    """Where an account has its results written."""
    return {
        "s3": {"bucket": f"results-{account}", "resultFormat": "CSV"},
        "roleArn": f"arn:aws:iam::{account}:role/results",
    }


def collaboration(bank: Sequence[str] = (), members: Mapping[str, Sequence[str]] | None = None, **settings: Any) -> Config:
    """A collaboration that the retailer governs; ``bank`` are the bank's abilities, ``members`` are further ones."""
    abilities: dict[str, Sequence[str]] = {RETAILER: RECEIVES, MEDIA: ["CAN_QUERY"], BANK: bank, **(members or {})}
    return {
        "creator": RETAILER,
        "region": REGION,
        "members": {account: {"abilities": list(each)} for account, each in abilities.items()},
        **settings,
    }


def memberships(own_plan: str = "approve", key: str = "retail-media") -> Config:
    """The memberships of the two accounts that the retailer's stack holds."""
    return {
        "retailer": {"account": RETAILER, "collaboration": key, "defaultResultConfiguration": results_of(RETAILER)},
        "media": {
            "account": MEDIA,
            "collaboration": key,
            "payerFor": ["queryCompute"],
            "changeRequests": {"ownPlan": own_plan},
        },
    }


def governing(own_plan: str = "approve", **settings: Any) -> Config:
    """The retailer's stack file: one collaboration, of which it holds two accounts."""
    return {
        "accounts": ACCOUNTS,
        "collaborations": {"retail-media": collaboration(**settings)},
        "memberships": memberships(own_plan),
    }


def only_governing(**collaborations: Config) -> Config:
    """A stack file of collaborations alone."""
    return {"accounts": ACCOUNTS, "collaborations": collaborations}


def bank_stack(collaboration_id: str, **change_requests: Any) -> Config:
    """The stack file of the bank's own repository."""
    return {
        "accounts": {BANK: {"name": "Bank", "environment": True}, RETAILER: {"name": "Retailer"}},
        "memberships": {
            "bank": {
                "account": BANK,
                "collaboration": collaboration_id,
                "region": REGION,
                "expects": {"creator": RETAILER},
                "changeRequests": change_requests,
            }
        },
    }


def approves(types: Sequence[str], accounts: Sequence[str], abilities: Sequence[str] = ()) -> Config:
    """A rule that approves."""
    return {"types": list(types), "accounts": list(accounts), "abilities": list(abilities)}
