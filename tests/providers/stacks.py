"""Stack files for the tests with the provider process: a retailer that governs, and accounts that it holds or does not hold.

The environment's credentials are a fifth account's, and every account that is held has a role to look with and one to act with,
so that the service's journal tells who did what.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

RETAILER = "111122223333"
MEDIA = "222233334444"
BANK = "444455556666"
INSURER = "555566667777"
CALLER = "999900001111"
REGION = "eu-west-1"

RECEIVES = ("CAN_RECEIVE_RESULTS",)

Config = dict[str, Any]


def role(account: str, name: str) -> str:
    """The ARN of a role."""
    return f"arn:aws:iam::{account}:role/{name}"


def held(account: str, name: str) -> Config:
    """An account that the stack looks at with one role and acts as with another."""
    return {"name": name, "read": {"role": role(account, "look")}, "write": {"role": role(account, "act")}}


def only_seen(account: str, name: str) -> Config:
    """An account that the stack may only look at."""
    return {"name": name, "read": {"role": role(account, "look")}}


ACCOUNTS: Mapping[str, Config] = {
    RETAILER: held(RETAILER, "Retailer"),
    MEDIA: held(MEDIA, "Media"),
    BANK: {"name": "Bank"},
    INSURER: {"name": "Insurer"},
}


def collaboration(members: Mapping[str, Sequence[str]] | None = None, **settings: Any) -> Config:
    """A collaboration that the retailer governs; ``members`` come beside or instead of the usual three."""
    abilities = {RETAILER: RECEIVES, MEDIA: ("CAN_QUERY",), BANK: (), **(members or {})}
    return {
        "creator": RETAILER,
        "region": REGION,
        "members": {account: {"abilities": list(each)} for account, each in abilities.items()},
        **settings,
    }


def membership(account: str, key: str = "sales", **settings: Any) -> Config:
    """A membership in a collaboration of the same stack, with what joining needs."""
    return {"account": account, "collaboration": key, **settings}


RETAILERS = membership(
    RETAILER,
    defaultResultConfiguration={"s3": {"bucket": "results", "resultFormat": "CSV"}, "roleArn": role(RETAILER, "results")},
)
MEDIAS = membership(MEDIA, payerFor=["queryCompute"], changeRequests={"ownPlan": "approve"})


def governing(
    members: Mapping[str, Sequence[str]] | None = None,
    accounts: Mapping[str, Config] | None = None,
    memberships: Mapping[str, Config] | None = None,
    **settings: Any,
) -> Config:
    """The retailer's stack file: one collaboration, ``sales``, and the memberships of the two accounts that it holds."""
    return {
        "accounts": {**ACCOUNTS, **(accounts or {})},
        "collaborations": {"sales": collaboration(members, **settings)},
        "memberships": {"media": MEDIAS, "retailer": RETAILERS} if memberships is None else memberships,
    }


def paying(config: Config, **payers: list[str]) -> Config:
    """The stack file with these cost types under ``payerFor`` of the named members."""
    members = config["collaborations"]["sales"]["members"]
    for name, costs in payers.items():
        account = {"bank": BANK, "media": MEDIA, "retailer": RETAILER}[name]
        members[account] = {**members[account], "payerFor": costs}
    return config


def only_governing(
    members: Mapping[str, Sequence[str]] | None = None, accounts: Mapping[str, Config] | None = None, **settings: Any
) -> Config:
    """A stack file with one collaboration, ``sales``, and no membership."""
    return governing(members, accounts, {}, **settings)


def bank_stack(collaboration_id: str, access: Config | None = None, **change_requests: Any) -> Config:
    """The stack file of the bank, which governs nothing and votes for itself."""
    return {
        "accounts": {BANK: access or held(BANK, "Bank"), RETAILER: {"name": "Retailer"}},
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
