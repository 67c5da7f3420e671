"""Whether the tables let an analysis run: by their analysis method and their analysis rules.

Sources: model, CreateConfiguredTableInput, AnalysisRuleCustom and the rules of associations; service guide, analysis
rules. What a rule says about columns, joins, functions and thresholds is not compared with the text of the query: there
is no data to protect.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.refusals import invalid_query
from cleanrooms_emulator.handlers.tables.analysis_rules import CUSTOM, body
from cleanrooms_emulator.handlers.tables.consolidated_rules import effective_rule
from cleanrooms_emulator.handlers.tables.directory import UsableTable

ANY_QUERY, ANY_JOB = "ANY_QUERY", "ANY_JOB"
_METHODS = {ANY_QUERY: "DIRECT_QUERY", ANY_JOB: "DIRECT_JOB"}


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a rule decides about.

    `wildcard` is the rule's word for all analyses of this sort (ANY_QUERY, ANY_JOB), `author` the account that wrote
    the query or the template, `receivers` the accounts that get the results, `field` the input member to blame.
    """

    wildcard: str
    template_arn: str | None
    author: str
    receivers: Sequence[str]
    field: str


def check_permitted(ctx: Context, tables: Iterable[UsableTable], analysis: Analysis) -> None:
    """Raise ValidationException INVALID_QUERY unless every table is open to the analysis and to its receivers.

    Its analysis method has to include queries or jobs, and one of its rules has to allow this one. AGGREGATION and LIST
    rules allow queries written by hand only. The error and its reason are assumptions.
    """
    for table in tables:
        method = _METHODS[analysis.wildcard]
        if method not in _methods_of(ctx, table):
            raise invalid_query(analysis.field, f"The analysis method of table {table.name} does not include {method}")
        if not table.rules:
            raise invalid_query(analysis.field, f"Table {table.name} has no analysis rule, so nothing can be run on it")
        if not any(_allows(type, body(rule["policy"], type), analysis) for type, rule in table.rules.items()):
            raise invalid_query(analysis.field, f"No analysis rule of table {table.name} allows this analysis")
        if effective_rule(table).get("additionalAnalyses") == "REQUIRED":
            raise invalid_query(analysis.field, f"Table {table.name} can be used as the input of additional analyses only")
        barred = sorted(set(analysis.receivers) - _allowed_receivers(table, analysis.receivers))
        if barred:
            raise invalid_query(
                analysis.field, f"The analysis rules of table {table.name} do not let {', '.join(barred)} receive results"
            )


def _methods_of(ctx: Context, table: UsableTable) -> list[str]:
    """An intermediate table has no analysis method, so its rule alone decides."""
    configured = ctx.store.get(kinds.CONFIGURED_TABLE, table.document.get("configuredTableId", ""))
    if configured is None:
        return list(_METHODS.values())
    method = configured["analysisMethod"]
    return configured.get("selectedAnalysisMethods") or (list(_METHODS.values()) if method == "MULTIPLE" else [method])


def _allows(type: str, said: dict[str, Any], analysis: Analysis) -> bool:
    if type != CUSTOM:
        return analysis.template_arn is None
    allowed = said["allowedAnalyses"]
    if analysis.template_arn is not None and analysis.template_arn in allowed:
        return True
    providers = said.get("allowedAnalysisProviders")
    return analysis.wildcard in allowed and (not providers or analysis.author in providers)


def _allowed_receivers(table: UsableTable, receivers: Sequence[str]) -> set[str]:
    """Those whom the table's rules let receive results, and for an intermediate table those of its base tables too.

    Rules that name nobody let everybody.
    """
    named = [effective_rule(table).get("allowedResultReceivers")]
    versions = table.document.get("_versions")
    if versions:
        named.append((versions[-1]["inheritedConstraints"].get("allowedResultReceivers") or {}).get("value"))
    allowed = set(receivers)
    for accounts in named:
        if accounts is not None:
            allowed &= set(accounts)
    return allowed
