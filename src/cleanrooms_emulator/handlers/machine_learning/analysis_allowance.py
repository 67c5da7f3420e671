"""Whether the tables let an input channel be made of them: as a query, and as machine learning.

Sources: service guide, IAM behaviors for custom models; model, additionalAnalyses and allowedAdditionalAnalyses of the
analysis rules. An owner states the first with its table and lists algorithm associations, by ARN or with wildcards, in
the rule of the table association; an intermediate table inherits both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers.analyses.rule_permission import ANY_QUERY, Analysis, check_permitted
from cleanrooms_emulator.handlers.machine_learning.channel_source import ChannelSource
from cleanrooms_emulator.handlers.machine_learning.ml_refusals import invalid
from cleanrooms_emulator.handlers.tables.analysis_rules import Rule, body, policy_of
from cleanrooms_emulator.handlers.tables.consolidated_rules import effective_rule
from cleanrooms_emulator.handlers.tables.directory import UsableTable

_STANCE, _LIST = "additionalAnalyses", "allowedAdditionalAnalyses"


def check_allowed(ctx: Context, source: ChannelSource, associations: Sequence[str]) -> None:
    """Raise ValidationException unless all tables allow the query, and learning with these algorithm associations."""
    tables = [_without_demand(table) for table in source.tables]
    check_permitted(ctx, tables, Analysis(ANY_QUERY, source.template_arn, source.author, (), source.member))
    for table in source.tables:
        for arn in associations:
            if not _allows(ctx, table, arn):
                raise invalid(source.member, f"The analysis rules of table {table.name} do not allow {arn}")


def _allows(ctx: Context, table: UsableTable, association_arn: str) -> bool:
    own, inherited = effective_rule(table), _inherited(table)
    stances = {each[_STANCE] for each in (own, inherited) if each.get(_STANCE) is not None}
    lists = [each[_LIST] for each in (own, inherited) if each.get(_LIST) is not None]
    if "NOT_ALLOWED" in stances:
        return False
    if not stances and not lists:
        return bool(ctx.switches.silent_analysis_rule == "allows")
    return all(any(fnmatchcase(association_arn, pattern) for pattern in patterns) for patterns in lists)


def _inherited(table: UsableTable) -> dict[str, Any]:
    """What an intermediate table has taken over from its base tables."""
    versions = table.document.get("_versions") or [{"inheritedConstraints": {}}]
    return {control: constraint.get("value") for control, constraint in versions[-1]["inheritedConstraints"].items()}


def _without_demand(table: UsableTable) -> UsableTable:
    """The table as the channel's query meets it: a demand for additional analyses is fulfilled by the channel."""
    return replace(table, rules={type: _silent(type, rule) for type, rule in table.rules.items()})


def _silent(type: str, rule: Rule) -> Rule:
    said = {name: value for name, value in body(rule["policy"], type).items() if name != _STANCE}
    return {**rule, "policy": policy_of(type, said)}
