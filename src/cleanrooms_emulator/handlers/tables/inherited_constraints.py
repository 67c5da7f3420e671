"""The controls that an intermediate table takes over from the tables it was made of, and which rules they allow it.

They are captured when a table is populated and stay with that version. Source: service guide, intermediate tables and
their analysis rule; model, IntermediateTableInheritedConstraints. That a disallowed column is recognised by its name
alone is an assumption.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.tables import intermediate_state
from cleanrooms_emulator.handlers.tables.consolidated_rules import effective_rule
from cleanrooms_emulator.handlers.tables.directory import UsableTable

Constraints = dict[str, Any]

TABLE, INTERMEDIATE_TABLE = "TABLE", "INTERMEDIATE_TABLE"
_RESTRICTIVENESS = ("NOT_ALLOWED", "ALLOWED", "REQUIRED")
"""In the order that the service guide gives, the most restrictive last."""


def inherited(ctx: Context, bases: Sequence[UsableTable], columns: Collection[str]) -> Constraints:
    """The constraints of a version that was made of these tables and has these columns."""
    rules = {base.arn: _controls(ctx, base) for base in bases}
    constraints: Constraints = {}
    analyses = _sources(bases, rules, "additionalAnalyses")
    if analyses:
        value = max((each["value"] for each in analyses), key=_RESTRICTIVENESS.index)
        constraints["additionalAnalyses"] = {"value": value, "sources": analyses}
    for control in ("allowedAdditionalAnalyses", "allowedResultReceivers"):
        sources = _sources(bases, rules, control)
        if sources:
            constraints[control] = {"value": _in_all(each["value"] for each in sources), "sources": sources}
    lineage = [
        {**_source_column(base), "column": name, "sourceColumn": name}
        for base in bases
        for name in rules[base.arn].get("disallowedOutputColumns") or []
        if name in columns
    ]
    if lineage:
        value = list(dict.fromkeys(each["column"] for each in lineage))
        constraints["disallowedOutputColumns"] = {"value": value, "columnLineage": lineage}
    return constraints


def violation(constraints: Constraints, said: Mapping[str, Any]) -> str | None:
    """Why a CUSTOM rule is less restrictive than the constraints, or None. Controls that it leaves out are inherited."""
    analyses = constraints.get("additionalAnalyses")
    chosen = said.get("additionalAnalyses")
    if analyses and chosen and _RESTRICTIVENESS.index(chosen) < _RESTRICTIVENESS.index(analyses["value"]):
        return f"additionalAnalyses must be {analyses['value']} or more restrictive, as the base tables say"
    for control in ("allowedAdditionalAnalyses", "allowedResultReceivers"):
        allowed = constraints.get(control)
        if allowed and set(said.get(control) or []) - set(allowed["value"]):
            return f"{control} must be among those that all base tables allow"
    columns = constraints.get("disallowedOutputColumns")
    kept_out = said.get("disallowedOutputColumns")
    if columns and kept_out is not None and set(columns["value"]) - set(kept_out):
        return f"disallowedOutputColumns must hold {', '.join(columns['value'])}, as the base tables say"
    return None


def is_multi_party(table: UsableTable) -> bool:
    """Whether others than the owner of an intermediate table own what it was made of."""
    return any(base.owner != table.owner or is_multi_party(base) for base in table.base)


def _controls(ctx: Context, base: UsableTable) -> dict[str, Any]:
    """What a base table demands: its rules, and for an intermediate table what it has inherited itself."""
    controls = effective_rule(base)
    version = intermediate_state.active_version(ctx, base.document) if base.base else None
    for control, constraint in (version["inheritedConstraints"] if version else {}).items():
        controls.setdefault(control, constraint["value"])
    return controls


def _sources(bases: Sequence[UsableTable], rules: Mapping[str, Mapping[str, Any]], control: str) -> list[dict[str, Any]]:
    return [
        {
            "name": base.name,
            "id": base.document["id"],
            "type": type_of(base),
            "value": rules[base.arn][control],
            "sourceAccountId": base.owner,
        }
        for base in bases
        if rules[base.arn].get(control) is not None
    ]


def type_of(table: UsableTable) -> str:
    """What the model calls a base table."""
    return INTERMEDIATE_TABLE if "_versions" in table.document else TABLE


def kind_of(table: UsableTable) -> str:
    """What the store calls it."""
    return kinds.INTERMEDIATE_TABLE if "_versions" in table.document else kinds.CONFIGURED_TABLE_ASSOCIATION


def _source_column(base: UsableTable) -> dict[str, Any]:
    return {
        "sourceName": base.name,
        "sourceId": base.document["id"],
        "sourceType": type_of(base),
        "sourceAccountId": base.owner,
    }


def _in_all(lists: Iterable[list[str]]) -> list[str]:
    first, *others = lists
    return [each for each in first if all(each in other for other in others)]
