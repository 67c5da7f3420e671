"""What a stack file means, said a second time and straight from its text."""

from datetime import date
from typing import Any

from cleanrooms_governance.desired import Access, Credentials, OwnPlan, Rule, VotingPolicy
from cleanrooms_governance.model import AccountId, CostType
from cleanrooms_governance.privacy_budgets import (
    Allowance,
    DeclaredBudget,
    PrivacyParameters,
    TemplateRefresh,
    WantedAccess,
    WantedPrivacy,
)
from tests.unit.settings.stacks import Stack


def meant_credentials(written: dict[str, Any]) -> Credentials:
    return Credentials(
        written.get("environment", False), written.get("profile"), written.get("role"), written.get("externalId")
    )


def meant_access(stack: Stack, account: str) -> Access:
    written = stack["accounts"][account]
    if "read" in written:
        write = meant_credentials(written["write"]) if "write" in written else None
        return Access(AccountId(account), meant_credentials(written["read"]), write)
    return Access(AccountId(account), meant_credentials(written), meant_credentials(written))


def meant_rule(written: dict[str, Any]) -> Rule:
    return Rule(
        types=frozenset(written.get("types", [])),
        accounts=frozenset(written.get("accounts", [])),
        abilities=frozenset(written.get("abilities", [])),
        ml_abilities=frozenset(written.get("mlAbilities", [])),
        payer_for=frozenset(CostType(cost) for cost in written.get("payerFor", [])),
        auto_approve=frozenset(written.get("autoApprove", [])),
        until=date.fromisoformat(written["until"]) if "until" in written else None,
    )


def meant_policy(written: dict[str, Any]) -> tuple[OwnPlan, list[Rule], list[Rule]]:
    policy = written.get("changeRequests", {})
    return (
        OwnPlan(policy.get("ownPlan", "wait")),
        sorted(map(meant_rule, policy.get("approve", [])), key=in_some_order),
        sorted(map(meant_rule, policy.get("deny", [])), key=in_some_order),
    )


def meant_budgets(written: dict[str, Any]) -> dict[str, DeclaredBudget] | None:
    if "privacyBudgets" not in written:
        return None
    return {name: DeclaredBudget(meant_budget(each)) for name, each in written["privacyBudgets"].items()}


def meant_budget(written: dict[str, Any]) -> WantedPrivacy | WantedAccess:
    if written["type"] == "DIFFERENTIAL_PRIVACY":
        parameters = PrivacyParameters(written["epsilon"], written["usersNoisePerQuery"])
        return WantedPrivacy(parameters, TemplateRefresh(written["autoRefresh"]))
    amounts = {each["type"]: Allowance(each["budget"], each.get("autoRefresh")) for each in written["budgets"]}
    return WantedAccess(written["resource"], amounts)


def parts(policy: VotingPolicy) -> tuple[OwnPlan, list[Rule], list[Rule]]:
    return policy.own_plan, sorted(policy.approve, key=in_some_order), sorted(policy.deny, key=in_some_order)


def in_some_order(rule: Rule) -> str:
    sets = (rule.types, rule.accounts, rule.abilities, rule.ml_abilities, rule.payer_for, rule.auto_approve)
    return str([*map(sorted, sets), rule.until])


def meant_names(stack: Stack, *accounts: str) -> dict[AccountId, str]:
    written = stack["accounts"]
    return {AccountId(a): written[a]["name"] for a in sorted(set(accounts)) if "name" in written.get(a, {})}


def rule_accounts(*memberships: dict[str, Any]) -> list[str]:
    policies = [membership.get("changeRequests", {}) for membership in memberships]
    rules = [rule for policy in policies for rule in [*policy.get("approve", []), *policy.get("deny", [])]]
    return [account for rule in rules for account in rule.get("accounts", [])]


def maybe_set(written: dict[str, Any], key: str) -> frozenset[Any] | None:
    return frozenset(written[key]) if key in written else None
