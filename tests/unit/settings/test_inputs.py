"""The inputs of resources: complete, in one order, and read back as the values they were made from."""

import json
import random
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanrooms_governance.desired import (
    DesiredCollaboration,
    DesiredMember,
    DesiredMembership,
    Expectations,
    Limits,
    Unmanaged,
)
from cleanrooms_governance.model import Ability, AccountId, CostType
from cleanrooms_governance.settings.budget_inputs import budget_inputs, parse_budget_inputs
from cleanrooms_governance.settings.inputs import (
    collaboration_inputs,
    membership_inputs,
    parse_collaboration_inputs,
    parse_membership_inputs,
)
from cleanrooms_governance.settings.stack_file import StackFile
from tests.unit.settings.drawn_stacks import rearranged, stacks
from tests.unit.settings.meanings import maybe_set, meant_access, meant_budgets, meant_names, meant_policy, parts, rule_accounts
from tests.unit.settings.stacks import BANK, FOREIGN_ID, MEDIA, OTHER_ID, RETAILER, Stack, a_stack, load_stack

OWNER = "governance/production"


def meant_limits(written: dict[str, Any]) -> Limits:
    return Limits(written.get("removals", 1), written.get("removalShare", 0.2))


def all_inputs(stack_file: StackFile) -> list[dict[str, Any]]:
    return [
        *(collaboration_inputs(stack_file, key, OWNER) for key in stack_file.collaborations),
        *(membership_inputs(stack_file, key, OWNER) for key in stack_file.memberships),
        *(
            budget_inputs(stack_file, key, name, OWNER)
            for key, membership in stack_file.memberships.items()
            for name in sorted(membership.privacy_budgets or {})
        ),
    ]


@given(stack=stacks())
@settings(max_examples=25)
def test_a_collaboration_read_back_from_its_inputs_is_what_the_stack_file_says(stack: Stack) -> None:
    written = stack["collaborations"]["rm"]
    desired, access, voters = parse_collaboration_inputs(collaboration_inputs(load_stack(stack), "rm", OWNER))
    voting = {
        membership["account"]: membership
        for key, membership in stack["memberships"].items()
        if key != "foreign" and meant_access(stack, membership["account"]).write
    }
    owners = [each["account"] for key, each in stack["memberships"].items() if key != "foreign" and "privacyBudgets" in each]
    expected = DesiredCollaboration(
        key="rm",
        owner="governance/production/rm",
        name=written.get("name"),
        creator=AccountId(RETAILER),
        region=written["region"],
        members={
            account: DesiredMember(
                account,
                frozenset(member["abilities"]),
                member["displayName"],
                maybe_set(member, "mlAbilities"),
                maybe_set(member, "payerFor"),
                date.fromisoformat(member["until"]) if "until" in member else None,
                member.get("why"),
            )
            for account, member in written["members"].items()
        },
        id=OTHER_ID,
        former_owners=frozenset(f"governance/production/{key}" for key in written.get("previously", ())),
        description=written.get("description"),
        query_log=written.get("queryLog"),
        job_log=written.get("jobLog"),
        metrics=written.get("metrics"),
        encryption=written.get("encryption"),
        result_regions=maybe_set(written, "resultRegions"),
        analytics_engine=written.get("analyticsEngine"),
        tags=written.get("tags"),
        auto_approve=maybe_set(written, "autoApprove"),
        removed=frozenset(written.get("removed", [])),
        limits=meant_limits(written.get("limits", {})),
        acknowledge=frozenset(written.get("acknowledge", [])),
        until_notice=written.get("untilNotice", 30),
        deadline=written.get("deadline"),
        paused=written.get("paused", False),
        unmanaged=Unmanaged(written.get("unmanaged", "report")),
        cancel_requests=frozenset(written.get("cancelRequests", [])),
        voters=desired.voters,
        budget_owners=frozenset(owners) if owners else None,
        names=meant_names(stack, *written["members"], *rule_accounts(*voting.values())),
    )
    assert expected == desired
    assert {account: meant_policy(voter) for account, voter in voting.items()} == {
        account: parts(policy) for account, policy in desired.voters.items()
    }
    assert meant_access(stack, RETAILER) == access
    assert {account: meant_access(stack, account) for account in voting} == voters


@given(stack=stacks())
@settings(max_examples=25)
def test_a_membership_read_back_from_its_inputs_is_what_the_stack_file_says(stack: Stack) -> None:
    stack_file = load_stack(stack)
    own = stack["collaborations"]["rm"]
    for key, written in stack["memberships"].items():
        desired, access = parse_membership_inputs(membership_inputs(stack_file, key, OWNER))
        foreign = key == "foreign"
        expects = written.get("expects", {})
        results, job_results = written.get("defaultResultConfiguration"), written.get("defaultJobResultConfiguration")
        concerned = [BANK] if foreign else [RETAILER, *own["members"]]
        expected = DesiredMembership(
            key=key,
            owner=f"governance/production/{key}",
            account=written["account"],
            collaboration=FOREIGN_ID if foreign else None,
            region="eu-central-1" if foreign else own["region"],
            foreign=foreign,
            expects=Expectations(
                creator=expects.get("creator"),
                abilities=maybe_set(expects, "abilities"),
                ml_abilities=maybe_set(expects, "mlAbilities"),
                payer_for=maybe_set(expects, "payerFor"),
                query_log=expects.get("queryLog"),
                job_log=expects.get("jobLog"),
                encryption=expects.get("encryption"),
            ),
            query_log=written.get("queryLog"),
            job_log=written.get("jobLog"),
            metrics=written.get("metrics"),
            result_configuration=results and {"outputConfiguration": {"s3": results["s3"]}, "roleArn": results["roleArn"]},
            job_result_configuration=job_results
            and {"outputConfiguration": {"s3": job_results["s3"]}, "roleArn": job_results["roleArn"]},
            payer_for=maybe_set(written, "payerFor"),
            default_payer={CostType(cost): account for cost, account in written.get("defaultPayer", {}).items()},
            policy=desired.policy,
            acknowledge=frozenset(written.get("acknowledge", [])),
            paused=written.get("paused", False),
            tags=written.get("tags"),
            budgets=meant_budgets(written),
            names=meant_names(stack, written["account"], *concerned, *rule_accounts(written)),
        )
        assert expected == desired
        for name in desired.budgets or {}:
            budget, through = parse_budget_inputs(budget_inputs(stack_file, key, name, OWNER))
            assert replace(desired.budget(name), names=budget.names) == budget
            assert access == through
        assert meant_policy(written) == parts(desired.policy)
        pinned = written.get("changeRequests", {}).get("pinned", [])
        assert sorted({(pin["request"], pin["content"]) for pin in pinned}) == [
            (pin.request, pin.content) for pin in desired.policy.pinned
        ]
        assert written.get("paused", False) == desired.policy.paused
        assert meant_access(stack, written["account"]) == access


@given(stack=stacks(), seed=st.integers())
@settings(max_examples=25)
def test_the_order_of_the_stack_file_never_matters(stack: Stack, seed: int) -> None:
    moved = rearranged(stack, random.Random(seed))
    assert json.dumps(all_inputs(load_stack(stack))) == json.dumps(all_inputs(load_stack(moved)))


def test_it_makes_no_difference_in_which_file_an_entry_stands(tmp_path: Path) -> None:
    stack = a_stack()
    inline = {"accounts": stack["accounts"], "include": ["*.yaml"]}
    (tmp_path / "one.yaml").write_text(json.dumps({"memberships": stack["memberships"]}), encoding="utf-8")
    (tmp_path / "two.yaml").write_text(json.dumps({"collaborations": stack["collaborations"]}), encoding="utf-8")
    assert all_inputs(load_stack(stack)) == all_inputs(load_stack(inline, tmp_path))


@pytest.mark.parametrize("paused", [True, False, None])
def test_a_paused_membership_is_a_voter_that_does_not_vote(paused: bool | None) -> None:
    stack = a_stack()
    stack["memberships"]["media"] |= {} if paused is None else {"paused": paused}
    inputs = collaboration_inputs(load_stack(stack), "retail-media", OWNER)
    desired, _, _ = parse_collaboration_inputs(inputs)
    assert (bool(paused), bool(paused)) == (desired.voters[AccountId(MEDIA)].paused, "paused" in inputs["voters"][MEDIA])


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        pytest.param({}, Limits(1, 0.2), id="none"),
        pytest.param({"limits": {}}, Limits(1, 0.2), id="empty"),
        pytest.param({"limits": {"removals": 0}}, Limits(0, 0.2), id="removals"),
        pytest.param({"limits": {"removals": 3, "removalShare": 1}}, Limits(3, 1.0), id="both"),
    ],
)
def test_removals_and_their_limits_are_carried_through_the_engine(limits: dict[str, Any], expected: Limits) -> None:
    stack = a_stack()
    stack["collaborations"]["retail-media"] |= {"removed": ["777788889999"], **limits}
    inputs = collaboration_inputs(load_stack(stack), "retail-media", OWNER)
    # The engine gives every number back as a float.
    given_back = json.loads(json.dumps(inputs), parse_int=float)
    desired, _, _ = parse_collaboration_inputs(given_back)
    assert (frozenset({"777788889999"}), expected) == (desired.removed, desired.limits)


@pytest.mark.parametrize(("key", "days"), [("deadline", 14), ("untilNotice", 0)])
def test_days_are_carried_through_the_engine(key: str, days: int) -> None:
    stack = a_stack()
    stack["collaborations"]["retail-media"] |= {key: days}
    inputs = collaboration_inputs(load_stack(stack), "retail-media", OWNER)
    # The engine gives every number back as a float.
    desired, _, _ = parse_collaboration_inputs(json.loads(json.dumps(inputs), parse_int=float))
    assert days == {"deadline": desired.deadline, "untilNotice": desired.until_notice}[key]


def test_what_the_file_says_nothing_about_is_not_in_the_inputs() -> None:
    inputs = collaboration_inputs(load_stack(a_stack()), "retail-media", OWNER)
    assert not {"untilNotice", "deadline", "paused", "unmanaged", "cancelRequests"} & inputs.keys()


def test_the_inputs_of_a_collaboration_are_complete() -> None:
    stack = a_stack()
    stack["collaborations"]["retail-media"] |= {"autoApprove": ["ADD_MEMBER"], "queryLog": False, "id": OTHER_ID}
    stack["memberships"]["retailer"] = {
        "account": RETAILER,
        "collaboration": "retail-media",
        "changeRequests": {"ownPlan": "approve", "deny": [{"types": ["REMOVE_PAYER_CANDIDATE", "ADD_PAYER_CANDIDATE"]}]},
    }
    assert {
        "key": "retail-media",
        "owner": "governance/production/retail-media",
        "creator": RETAILER,
        "region": "eu-west-1",
        "adopt": OTHER_ID,
        "queryLog": False,
        "autoApprove": ["ADD_MEMBER"],
        "members": {
            RETAILER: {"abilities": ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]},
            MEDIA: {"abilities": []},
            BANK: {"abilities": []},
        },
        "removed": [],
        "acknowledge": [],
        "access": {"account": RETAILER, "read": {"profile": "retailer"}, "write": {"profile": "retailer"}},
        "voters": {
            RETAILER: {
                "access": {"account": RETAILER, "read": {"profile": "retailer"}, "write": {"profile": "retailer"}},
                "changeRequests": {
                    "ownPlan": "approve",
                    "approve": [],
                    "deny": [{"types": ["ADD_PAYER_CANDIDATE", "REMOVE_PAYER_CANDIDATE"]}],
                },
            },
            MEDIA: {
                "access": {"account": MEDIA, "read": {"profile": "media-read"}, "write": {"environment": True}},
                "changeRequests": {"ownPlan": "wait", "approve": [], "deny": []},
            },
        },
        "names": {RETAILER: "Retailer", MEDIA: "Media", BANK: "Bank"},
    } == collaboration_inputs(load_stack(stack), "retail-media", OWNER)


def test_the_inputs_of_a_membership_are_complete() -> None:
    assert {
        "key": "foreign",
        "owner": "governance/production/foreign",
        "account": MEDIA,
        "region": "eu-west-1",
        "collaboration": FOREIGN_ID,
        "foreign": True,
        "expects": {"creator": BANK},
        "changeRequests": {"ownPlan": "wait", "approve": [], "deny": []},
        "acknowledge": [],
        "access": {"account": MEDIA, "read": {"profile": "media-read"}, "write": {"environment": True}},
        "names": {MEDIA: "Media", BANK: "Bank"},
    } == membership_inputs(load_stack(a_stack()), "foreign", OWNER)


def test_an_account_that_is_only_read_does_not_vote() -> None:
    stack = a_stack()
    del stack["accounts"][MEDIA]["write"]
    stack_file = load_stack(stack)
    assert {} == collaboration_inputs(stack_file, "retail-media", OWNER)["voters"]
    assert parse_membership_inputs(membership_inputs(stack_file, "media", OWNER))[1].write is None


def test_an_unknown_ability_is_carried_through() -> None:
    stack = a_stack()
    stack["collaborations"]["retail-media"]["members"][BANK] = {
        "abilities": ["CAN_SHARE_SEGMENTS"],
        "mlAbilities": ["CAN_SHARE_DREAMS"],
    }
    desired, _, _ = parse_collaboration_inputs(collaboration_inputs(load_stack(stack), "retail-media", OWNER))
    assert frozenset({Ability("CAN_SHARE_SEGMENTS")}) == desired.members[AccountId(BANK)].abilities
    assert frozenset({"CAN_SHARE_DREAMS"}) == desired.members[AccountId(BANK)].ml_abilities


@pytest.mark.parametrize(
    ("settings", "name"),
    [({}, "retail-media"), ({"name": "Retail"}, "Retail"), ({"id": OTHER_ID}, None), ({"id": OTHER_ID, "name": "R"}, "R")],
    ids=["the key", "its own", "adopted as it is called", "adopted with a new name"],
)
def test_without_a_name_the_key_is_it_unless_the_collaboration_is_adopted(settings: dict[str, str], name: str | None) -> None:
    stack = a_stack()
    stack["collaborations"]["retail-media"] |= settings
    inputs = collaboration_inputs(load_stack(stack), "retail-media", OWNER)
    assert (name, name) == (inputs.get("name"), parse_collaboration_inputs(inputs)[0].name)


def test_a_member_without_a_key_is_not_one_with_an_empty_list() -> None:
    stack = a_stack()
    stack["collaborations"]["retail-media"]["members"][BANK] |= {"mlAbilities": [], "payerFor": []}
    inputs = collaboration_inputs(load_stack(stack), "retail-media", OWNER)
    assert {"abilities": [], "mlAbilities": [], "payerFor": []} == inputs["members"][BANK]
    assert {"abilities": []} == inputs["members"][MEDIA]
    desired, _, _ = parse_collaboration_inputs(inputs)
    assert (frozenset(), None) == (desired.members[AccountId(BANK)].payer_for, desired.members[AccountId(MEDIA)].payer_for)
