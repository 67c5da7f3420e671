"""Whether a table can be queried, and what is missing (model, SchemaStatusDetail and SchemaStatusReasonCode).

One entry is given, for direct analysis: what additional analyses need is not played here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.budgets.lookup import privacy_template
from cleanrooms_emulator.handlers.collaborations import roster
from cleanrooms_emulator.handlers.tables import inherited_constraints, intermediate_state
from cleanrooms_emulator.handlers.tables.analysis_rules import CUSTOM, body
from cleanrooms_emulator.handlers.tables.consolidated_rules import effective_rule
from cleanrooms_emulator.handlers.tables.directory import UsableTable

_WILDCARDS = ("ANY_QUERY", "ANY_JOB")
_MESSAGES = {
    "ANALYSIS_RULE_MISSING": "The table has no analysis rule",
    "ANALYSIS_TEMPLATES_NOT_CONFIGURED": "The analysis rule allows no analyses",
    "ANALYSIS_PROVIDERS_NOT_CONFIGURED": "The analysis rule allows any analysis but names nobody who may provide it",
    "ANALYSIS_RULE_TYPES_NOT_COMPATIBLE": "The collaboration analysis rule is of another type than that of the table",
    "DIFFERENTIAL_PRIVACY_POLICY_NOT_CONFIGURED": "The collaboration has no differential privacy policy",
    "RESULT_RECEIVERS_NOT_ALLOWED": "No member that can receive results is among the allowed receivers",
    "INTERMEDIATE_TABLE_NOT_POPULATED": "The table has not been populated",
    "INTERMEDIATE_TABLE_ANALYSIS_RULE_MISSING": "The table has no analysis rule",
    "INTERMEDIATE_TABLE_BASE_TABLE_REMOVED": "A base table was removed",
    "INTERMEDIATE_TABLE_DISALLOWED_BY_DATA_PROVIDER": "The owner of a base table disallowed the table",
    "INTERMEDIATE_TABLE_RETENTION_PERIOD_EXPIRED": "The data has expired; populate the table again",
    "INTERMEDIATE_TABLE_INHERITED_CONSTRAINTS_VIOLATED": "The analysis rule is less restrictive than those of base tables",
}
_BY_STATE = {
    intermediate_state.BASE_REMOVED: "INTERMEDIATE_TABLE_BASE_TABLE_REMOVED",
    intermediate_state.DISALLOWED: "INTERMEDIATE_TABLE_DISALLOWED_BY_DATA_PROVIDER",
    intermediate_state.EXPIRED: "INTERMEDIATE_TABLE_RETENTION_PERIOD_EXPIRED",
}


def detail(ctx: Context, table: UsableTable) -> dict[str, Any]:
    """The status of a table for direct analysis."""
    codes = list(_reasons(ctx, table))
    entry: dict[str, Any] = {"status": "NOT_READY" if codes else "READY", "analysisType": "DIRECT_ANALYSIS"}
    if codes:
        entry["reasons"] = [{"code": code, "message": _MESSAGES[code]} for code in codes]
    for type in table.rules:
        entry["analysisRuleType"] = type
    if table.differentially_private:
        entry["configurations"] = ["DIFFERENTIAL_PRIVACY"]
    return entry


def _reasons(ctx: Context, table: UsableTable) -> Iterator[str]:
    if inherited_constraints.type_of(table) == inherited_constraints.TABLE:
        yield from _reasons_of_association(table)
    else:
        yield from _reasons_of_intermediate_table(ctx, table)
    yield from _reasons_of_rule(table)
    collaboration_id = table.document["collaborationId"]
    if table.differentially_private and privacy_template(ctx, collaboration_id) is None:
        yield "DIFFERENTIAL_PRIVACY_POLICY_NOT_CONFIGURED"
    allowed = effective_rule(table).get("allowedResultReceivers")
    if allowed is not None and not _receivers(ctx, collaboration_id) & set(allowed):
        yield "RESULT_RECEIVERS_NOT_ALLOWED"


def _reasons_of_association(table: UsableTable) -> Iterator[str]:
    if not table.rules:
        yield "ANALYSIS_RULE_MISSING"
    elif set(table.document["_rules"]) - set(table.rules):
        yield "ANALYSIS_RULE_TYPES_NOT_COMPATIBLE"


def _reasons_of_intermediate_table(ctx: Context, table: UsableTable) -> Iterator[str]:
    document = table.document
    if not intermediate_state.has_data(ctx, document):
        yield _BY_STATE.get(intermediate_state.status(ctx, document), "INTERMEDIATE_TABLE_NOT_POPULATED")
    if CUSTOM not in table.rules:
        yield "INTERMEDIATE_TABLE_ANALYSIS_RULE_MISSING"
        return
    version = intermediate_state.active_version(ctx, document)
    if version is not None and inherited_constraints.is_multi_party(table):
        said = body(table.rules[CUSTOM]["policy"], CUSTOM)
        if inherited_constraints.violation(version["inheritedConstraints"], said) is not None:
            yield "INTERMEDIATE_TABLE_INHERITED_CONSTRAINTS_VIOLATED"


def _reasons_of_rule(table: UsableTable) -> Iterator[str]:
    if CUSTOM not in table.rules:
        return
    said = body(table.rules[CUSTOM]["policy"], CUSTOM)
    analyses = said.get("allowedAnalyses") or []
    if not analyses:
        yield "ANALYSIS_TEMPLATES_NOT_CONFIGURED"
    elif any(each in _WILDCARDS for each in analyses) and not said.get("allowedAnalysisProviders"):
        yield "ANALYSIS_PROVIDERS_NOT_CONFIGURED"


def _receivers(ctx: Context, collaboration_id: str) -> set[str]:
    collaboration = ctx.store.get(kinds.COLLABORATION, collaboration_id)
    entries = roster.members(collaboration) if collaboration is not None else []
    return {each["accountId"] for each in entries if roster.is_live(each) and roster.CAN_RECEIVE_RESULTS in each["abilities"]}
