"""Inputs that anybody's own program gives to the resources."""

from typing import Any

import pytest

from cleanrooms_governance.errors import InvalidInput
from cleanrooms_governance.settings.budget_inputs import budget_inputs, parse_budget_inputs
from cleanrooms_governance.settings.inputs import (
    collaboration_inputs,
    membership_inputs,
    parse_collaboration_inputs,
    parse_membership_inputs,
)
from tests.unit.settings.stacks import BANK, MEDIA, OTHER_ID, RETAILER, a_stack, load_stack

OWNER = "governance/production"
LIFETIME = {"type": "LIFETIME", "budget": 9}
OTHERS_TABLE = f"arn:aws:cleanrooms:eu-west-1:{BANK}:membership/m/configuredtableassociation/t"


def collaboration_of_a_program(**changed: Any) -> dict[str, Any]:
    return collaboration_inputs(load_stack(a_stack()), "retail-media", OWNER) | changed


def membership_of_a_program(**changed: Any) -> dict[str, Any]:
    return membership_inputs(load_stack(a_stack()), "foreign", OWNER) | changed


def test_what_the_provider_and_the_engine_add_is_no_part_of_the_inputs() -> None:
    added = {"plan": {"changes": []}, "fingerprint": "fp-x", "refused": [], "collaborationId": OTHER_ID, "__provider": "p"}
    assert parse_collaboration_inputs(collaboration_of_a_program()) == parse_collaboration_inputs(
        collaboration_of_a_program(**added)
    )
    assert parse_membership_inputs(membership_of_a_program()) == parse_membership_inputs(membership_of_a_program(**added))


def test_a_key_that_a_program_leaves_none_is_absent() -> None:
    silent = collaboration_of_a_program(description=None, queryLog=None)
    silent["members"][BANK]["displayName"] = None
    assert parse_collaboration_inputs(collaboration_of_a_program()) == parse_collaboration_inputs(silent)


def test_a_membership_whose_collaboration_is_not_known_yet_is_read() -> None:
    inputs = membership_inputs(load_stack(a_stack()), "media", OWNER)
    assert parse_membership_inputs(inputs)[0].collaboration is None
    assert OTHER_ID == parse_membership_inputs(inputs | {"collaboration": OTHER_ID})[0].collaboration


READ_MEDIA = {"account": MEDIA, "read": {"environment": True}}

BAD_COLLABORATIONS = {
    "unknown-key": ({"queryLogs": True}, ["queryLogs: unknown key: did you mean `queryLog`?"]),
    "number": ({"creator": float(RETAILER)}, [f'creator: {RETAILER} is a number: quote it, "{RETAILER}"']),
    "missing-access": ({"access": None}, ["access: is missing: give account, read and write of the creator"]),
    "access-of-another": (
        {"access": READ_MEDIA},
        [f"access.account: is {MEDIA}, but must be {RETAILER}: give the access of {RETAILER}"],
    ),
    "no-display-name": (
        {"names": {}},
        [
            f"members.{account}.displayName: is missing, and {account} has no name under names: give one of the two, the"
            " collaboration is to be created with it"
            for account in (RETAILER, MEDIA, BANK)
        ],
    ),
    "owner": (
        {"owner": "a,b"},
        ["owner: 'a,b' is no owner: it becomes a tag value, which takes letters, digits, blanks and + - = . _ : / @"],
    ),
    "adopt": ({"adopt": "x"}, ["adopt: 'x' is too short: collaboration id has at least 36 characters"]),
    "voter-that-cannot-write": (
        {"voters": {MEDIA: {"access": READ_MEDIA}}},
        [f"voters.{MEDIA}.access.write: is missing: who votes must be able to write"],
    ),
    "voter-of-another-account": (
        {"voters": {BANK: {"access": {**READ_MEDIA, "write": {"environment": True}}}}},
        [f"voters.{BANK}.access.account: is {MEDIA}, but must be {BANK}: give the access of {BANK}"],
    ),
    "voter-without-a-way-in": (
        {"voters": {MEDIA: {"access": {"account": MEDIA, "read": {}, "write": {"environment": True}}}}},
        [f"voters.{MEDIA}.access.read: says no way in: give one of environment, profile and role"],
    ),
    "voter-who-denies-nothing": (
        {
            "voters": {
                MEDIA: {"access": {**READ_MEDIA, "write": {"environment": True}}, "changeRequests": {"deny": [{}]}},
            }
        },
        [
            f"voters.{MEDIA}.changeRequests.deny[0]: says nothing that could be denied: list types, accounts, abilities,"
            " mlAbilities, payerFor or autoApprove, or remove the rule"
        ],
    ),
    "creator-no-member": (
        {"members": {BANK: {"abilities": ["CAN_QUERRY"]}}},
        [
            f"creator: {RETAILER} is not among the members; add it under members (the creator is a member too)",
            f"members.{BANK}.abilities[0]: 'CAN_QUERRY' is no ability that this version knows: did you mean CAN_QUERY?",
        ],
    ),
}


@pytest.mark.parametrize(("changed", "expected"), BAD_COLLABORATIONS.values(), ids=BAD_COLLABORATIONS)
def test_wrong_inputs_of_a_collaboration_are_refused(changed: dict[str, Any], expected: list[str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_collaboration_inputs(collaboration_of_a_program(**changed))
    assert expected == [str(finding) for finding in refused.value.findings]


BAD_MEMBERSHIPS = {
    "a-budget-of-another-account": (
        {"privacyBudgets": {"orders": {"type": "ACCESS_BUDGET", "resource": OTHERS_TABLE, "budgets": [LIFETIME]}}},
        [
            f"privacyBudgets.orders.resource: is a table of {BANK}, and an access budget is for one of {MEDIA} itself: give one"
            " of those"
        ],
    ),
    "foreign-without-an-id": (
        {"collaboration": ""},
        ["collaboration: is missing: give the id of somebody else's collaboration"],
    ),
    "foreign-without-a-creator": (
        {"expects": {}},
        [
            "expects.creator: is missing: give the account whose collaboration this must be, an id alone does not say"
            " whose it is"
        ],
    ),
    "foreign-own-plan": (
        {"changeRequests": {"ownPlan": "approve"}},
        [
            "changeRequests.ownPlan: approve needs a plan of this stack, and somebody else's collaboration has none"
            " here: remove it"
            " and write approve rules"
        ],
    ),
    "receiver-without-a-bucket": (
        {"expects": {"creator": BANK, "abilities": ["CAN_RECEIVE_RESULTS"]}},
        [
            "defaultResultConfiguration: is missing: a member with CAN_RECEIVE_RESULTS and without CAN_QUERY cannot"
            " join without,"
            " give s3 (bucket and resultFormat) and roleArn"
        ],
    ),
    "access-of-another": (
        {"account": BANK},
        [f"access.account: is {MEDIA}, but must be {BANK}: give the access of {BANK}"],
    ),
    "everything-wrong": (
        {"account": 7, "region": "x", "foreign": "yes", "owner": None},
        [
            "account: 7 is a number of 1 digits: write the account id in quotes with all its 12 digits (a number"
            " loses its leading"
            " zeros)",
            "foreign: must be true or false, not 'yes'",
            "owner: is missing: give <project>/<stack>/<key>, the owner's mark on the membership",
            "region: 'x' is no Region name: write one such as eu-west-1",
        ],
    ),
}


@pytest.mark.parametrize(("changed", "expected"), BAD_MEMBERSHIPS.values(), ids=BAD_MEMBERSHIPS)
def test_wrong_inputs_of_a_membership_are_refused(changed: dict[str, Any], expected: list[str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_membership_inputs(membership_of_a_program(**changed))
    assert expected == [str(finding) for finding in refused.value.findings]


PRIVACY = {"type": "DIFFERENTIAL_PRIVACY", "epsilon": 3, "usersNoisePerQuery": 50, "autoRefresh": "NONE"}


def budget_of_a_program(**changed: Any) -> dict[str, Any]:
    stack = a_stack()
    stack["memberships"]["foreign"]["privacyBudgets"] = {"noise": PRIVACY}
    return budget_inputs(load_stack(stack), "foreign", "noise", OWNER) | changed


BAD_BUDGETS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "key-without-a-membership": (
        {"key": "noise"},
        ["key: 'noise' is no key of a budget: write <membership>/<budget>"],
    ),
    "key-that-is-too-long": (
        {"key": f"foreign/{'b' * 47}"},
        [f"key: 'foreign/{'b' * 47}' has 55 characters: 54 are the most, shorten one of its two keys"],
    ),
    "key-that-is-none": (
        {"key": "foreign/"},
        ["key: '' is no key: take up to 54 letters, digits, dots, hyphens and underscores, a letter or digit first"],
    ),
    "access-of-another": (
        {"account": BANK},
        [f"access.account: is {MEDIA}, but must be {BANK}: give the access of {BANK}"],
    ),
    "everything-wrong": (
        {"type": "PRIVACY", "epsilon": 21.0, "usersNoisePerQuery": 9, "autoRefresh": "WEEKLY", "acknowledge": ["x"]},
        [
            "acknowledge[0]: 'x' is no fingerprint: copy it from the plan, fp- and 16 digits of 0-9 and a-f",
            "autoRefresh: 'WEEKLY' is no way to renew a budget: use one of CALENDAR_MONTH, NONE",
            "epsilon: must be a whole number from 1 to 20, not the number 21",
            "type: 'PRIVACY' is no type of privacy budget: use one of ACCESS_BUDGET, DIFFERENTIAL_PRIVACY",
            "usersNoisePerQuery: must be a whole number from 10 to 100, not the number 9",
        ],
    ),
    "an-access-budget-without-anything": (
        {"type": "ACCESS_BUDGET"},
        [
            "autoRefresh: only goes with DIFFERENTIAL_PRIVACY: give each calendar amount under `budgets` its own",
            "budgets: is missing: give one or two amounts, each with type and budget",
            "epsilon: only goes with DIFFERENTIAL_PRIVACY: remove it",
            "resource: is missing: give the name of a table that the account has associated, or its ARN",
            "usersNoisePerQuery: only goes with DIFFERENTIAL_PRIVACY: remove it",
        ],
    ),
}


@pytest.mark.parametrize(("changed", "expected"), BAD_BUDGETS.values(), ids=BAD_BUDGETS)
def test_wrong_inputs_of_a_budget_are_refused(changed: dict[str, Any], expected: list[str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_budget_inputs(budget_of_a_program(**changed))
    assert expected == [str(finding) for finding in refused.value.findings]


def test_numbers_of_a_budget_come_back_from_the_engine_as_floats() -> None:
    floats = budget_of_a_program(epsilon=3.0, usersNoisePerQuery=50.0)
    assert parse_budget_inputs(budget_of_a_program()) == parse_budget_inputs(floats)


def test_a_budget_whose_collaboration_is_not_known_yet_is_read() -> None:
    assert parse_budget_inputs(budget_of_a_program(collaboration=""))[0].collaboration is None
