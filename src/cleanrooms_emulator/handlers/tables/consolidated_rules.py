"""A table's own analysis rule and its collaboration analysis rule taken together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cleanrooms_emulator.handlers.tables.analysis_rules import body
from cleanrooms_emulator.handlers.tables.directory import UsableTable

_COLLABORATION_CONTROLS = ("allowedResultReceivers", "allowedAdditionalAnalyses")


def consolidated(own: Mapping[str, Any], collaboration: Mapping[str, Any] | None) -> dict[str, Any]:
    """The body of the rule with the controls of the collaboration's; what both name is what both allow (assumption)."""
    together = dict(own)
    for control in _COLLABORATION_CONTROLS:
        given = (collaboration or {}).get(control)
        if given is None:
            continue
        present = own.get(control)
        together[control] = given if present is None else [each for each in given if each in present]
    return together


def effective_rule(table: UsableTable) -> dict[str, Any]:
    """What the rules of a table say together; empty without one."""
    for type, rule in table.rules.items():
        return consolidated(body(rule["policy"], type), collaboration_body(table, type))
    return {}


def collaboration_body(table: UsableTable, type: str) -> dict[str, Any] | None:
    """What an association's own rule of this type says."""
    if table.base or "_versions" in table.document:
        return None
    rule = table.document["_rules"].get(type)
    return body(rule["policy"], type) if rule is not None else None
