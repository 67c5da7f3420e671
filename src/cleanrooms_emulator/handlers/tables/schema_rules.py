"""The analysis rules of a collaboration's tables as its members see them.

GetSchemaAnalysisRule and BatchGetSchemaAnalysisRule.
"""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers.refusals import CONFIGURED_TABLE_ASSOCIATION, not_found
from cleanrooms_emulator.handlers.tables.analysis_rules import CUSTOM, body, policy_of
from cleanrooms_emulator.handlers.tables.collaboration_analysis_templates import NOT_FOUND_CODE
from cleanrooms_emulator.handlers.tables.consolidated_rules import collaboration_body, consolidated
from cleanrooms_emulator.handlers.tables.directory import UsableTable
from cleanrooms_emulator.handlers.tables.schemas import missing_schema, tables_by_name
from cleanrooms_emulator.handlers.visibility import visible_collaboration
from cleanrooms_emulator.registry import operation


@operation("GetSchemaAnalysisRule")
def get_rule(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read the rule of a table: its owner's, the one for this collaboration, and both together."""
    collaboration = visible_collaboration(ctx, params["collaborationIdentifier"])
    name, type = params["name"], params["type"]
    table = tables_by_name(ctx, collaboration).get(name.lower())
    if table is None:
        raise missing_schema(name)
    if type not in table.rules:
        raise not_found(CONFIGURED_TABLE_ASSOCIATION, name, f"Table {name} has no analysis rule of type {type}")
    return {"analysisRule": _shown(table, type)}


@operation("BatchGetSchemaAnalysisRule")
def get_rules(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read several, each once; those that are not found are reported beside the others."""
    tables = tables_by_name(ctx, visible_collaboration(ctx, params["collaborationIdentifier"]))
    found, errors = [], []
    for name, type in dict.fromkeys((each["name"], each["type"]) for each in params["schemaAnalysisRuleRequests"]):
        table = tables.get(name.lower())
        if table is not None and type in table.rules:
            found.append(_shown(table, type))
        else:
            message = f"There is no analysis rule of type {type} for a table {name}"
            errors.append({"name": name, "type": type, "code": NOT_FOUND_CODE, "message": message})
    return {"analysisRules": found, "errors": errors}


def _shown(table: UsableTable, type: str) -> dict[str, Any]:
    rule = table.rules[type]
    own = body(rule["policy"], type)
    if type == CUSTOM:
        own = {"allowedAnalyses": [], **own}
    collaboration = collaboration_body(table, type)
    return {
        "collaborationId": table.document["collaborationId"],
        "type": type,
        "name": table.name,
        "createTime": rule["createTime"],
        "updateTime": rule["updateTime"],
        "policy": policy_of(type, own),
        "collaborationPolicy": policy_of(type, collaboration) if collaboration is not None else None,
        "consolidatedPolicy": policy_of(type, consolidated(own, collaboration)),
    }
