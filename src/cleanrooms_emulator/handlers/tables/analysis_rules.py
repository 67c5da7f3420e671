"""Analysis rules as they are kept with a table: `_rules`, by type, and the operations' common ways with them.

A rule is `{policy, createTime, updateTime}`, its policy in the form of the wire. An association has its own rules,
which the console calls collaboration analysis rules, beside those of its configured table.
"""

from __future__ import annotations

import json
from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds, quotas
from cleanrooms_emulator.handlers.refusals import invalid_configuration
from cleanrooms_emulator.world.store import Document

Rule = dict[str, Any]
Rules = dict[str, Rule]

AGGREGATION, LIST, CUSTOM = "AGGREGATION", "LIST", "CUSTOM"
_MEMBERS = {AGGREGATION: "aggregation", LIST: "list", CUSTOM: "custom"}
"""The member of a policy that holds a rule of a type."""


def rules_of(ctx: Context, table: Document) -> Rules:
    """The rules by which an association (those of its configured table) or intermediate table is analysed."""
    if "configuredTableId" not in table:
        return dict(table["_rules"])
    configured = ctx.store.get(kinds.CONFIGURED_TABLE, table["configuredTableId"])
    return {} if configured is None else dict(configured["_rules"])


def body(policy: dict[str, Any], type: str) -> dict[str, Any]:
    """What a policy of this type says."""
    found: dict[str, Any] = policy["v1"][_MEMBERS[type]]
    return found


def policy_of(type: str, said: dict[str, Any]) -> dict[str, Any]:
    """The policy of this type that says so."""
    return {"v1": {_MEMBERS[type]: said}}


def checked_body(policy: dict[str, Any], type: str) -> dict[str, Any]:
    """The same; raises ValidationException when the policy is one of another type."""
    if _MEMBERS[type] not in policy["v1"]:
        raise invalid_configuration("analysisRulePolicy", f"The policy is not one of an analysis rule of type {type}")
    return body(policy, type)


def new_rule(policy: dict[str, Any], moment: float) -> Rule:
    """A rule created at `moment`."""
    return {"policy": policy, "createTime": moment, "updateTime": moment}


def with_rule(table: Document, type: str, rule: Rule) -> Document:
    """The table with this rule, changed when the rule was."""
    return {**table, "_rules": {**table["_rules"], type: rule}, "updateTime": rule["updateTime"]}


def without_rule(table: Document, type: str, moment: float) -> Document:
    """The table without its rule of this type."""
    return {
        **table,
        "_rules": {each: rule for each, rule in table["_rules"].items() if each != type},
        "updateTime": moment,
    }


def check_size(ctx: Context, policy: dict[str, Any]) -> None:
    """Raise ServiceQuotaExceededException for a policy of more than 100 KB (service guide, quotas page)."""
    size = len(json.dumps(policy, separators=(",", ":")).encode())
    quotas.ensure_within(ctx.store, quotas.ANALYSIS_RULE_SIZE, size)
