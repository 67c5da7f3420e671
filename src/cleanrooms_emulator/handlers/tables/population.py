"""Populating intermediate tables: PopulateIntermediateTable and ListIntermediateTableVersions."""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.analyses.payer_choice import choose_payer
from cleanrooms_emulator.handlers.analyses.runners import Runner, runner_with
from cleanrooms_emulator.handlers.analyses.submission import Submission, submit_query
from cleanrooms_emulator.handlers.analyses.table_use import named_tables
from cleanrooms_emulator.handlers.analyses.templates import check_parameters
from cleanrooms_emulator.handlers.collaborations.roster import CAN_QUERY
from cleanrooms_emulator.handlers.memberships import payments
from cleanrooms_emulator.handlers.refusals import MEMBERSHIP, invalid_field, invalid_query, invalid_state
from cleanrooms_emulator.handlers.tables import intermediate_state
from cleanrooms_emulator.handlers.tables.columns import columns_of
from cleanrooms_emulator.handlers.tables.directory import UsableTable
from cleanrooms_emulator.handlers.tables.inherited_constraints import inherited
from cleanrooms_emulator.handlers.tables.intermediate_tables import own_intermediate_table
from cleanrooms_emulator.handlers.tables.output_columns import output_columns
from cleanrooms_emulator.handlers.tables.own_resources import active_membership
from cleanrooms_emulator.handlers.tables.population_source import PopulationSource, population_source
from cleanrooms_emulator.pagination import paginate
from cleanrooms_emulator.registry import operation
from cleanrooms_emulator.world.store import Document

_PAYER = "analysisPayerAccountId"
_QUERY = "QUERY"


@operation("PopulateIntermediateTable")
def populate_intermediate_table(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Run the table's query as a protected query; its result becomes a new version of the table.

    Takes from the budgets of all base tables, nested ones included (service guide, populating an intermediate
    table). Refused while an earlier population runs, and for good once the table has ended (assumptions).
    """
    active_membership(ctx, params["membershipIdentifier"])
    table = own_intermediate_table(ctx, params)
    runner = runner_with(ctx, params["membershipIdentifier"], CAN_QUERY)
    _check_can_be_populated(ctx, table)
    source = population_source(ctx, runner.collaboration, table["populationAnalysisConfiguration"])
    _check_parameters(source, params)
    payer = choose_payer(ctx, runner.collaboration, payments.QUERY, params.get(_PAYER), _PAYER)
    bases = named_tables(ctx, runner.collaboration["id"], source.names, source.field)
    if source.sql is None and any(each.differentially_private for each in bases):
        raise invalid_query(source.field, "Tables with differential privacy can be used by SQL only")
    run = submit_query(ctx, runner.membership, _submission(runner, table, params, source, payer, bases))
    version = _version(ctx, table, params, source, bases, run)
    changed = {**table, "_versions": [*table["_versions"], version], "updateTime": run["createTime"]}
    ctx.store.put(kinds.INTERMEDIATE_TABLE, table["id"], changed)
    return {"analysisId": run["id"], "analysisType": _QUERY, "versionId": version["versionId"]}


@operation("ListIntermediateTableVersions")
def list_versions(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """List all populations of a table, oldest first (the order is an assumption)."""
    table = own_intermediate_table(ctx, params)
    return paginate(
        ctx,
        [
            {
                **version,
                "tableId": table["id"],
                "status": intermediate_state.version_status(ctx, version),
                "_position": f"{position:06d}",
            }
            for position, version in enumerate(table["_versions"])
        ],
        params,
        result_key="intermediateTableVersionSummaries",
        key=lambda version: str(version["_position"]),
        operation="ListIntermediateTableVersions",
    )


def _check_can_be_populated(ctx: Context, table: Document) -> None:
    status = intermediate_state.status(ctx, table)
    if status == intermediate_state.STARTED:
        raise invalid_state(MEMBERSHIP, table["id"], "The table is being populated already")
    if table["_ended"] is not None:
        raise invalid_state(MEMBERSHIP, table["id"], f"The table is {status} for good; delete it and create another one")


def _check_parameters(source: PopulationSource, params: dict[str, Any]) -> None:
    if source.template is not None:
        check_parameters(source.template, params.get("parameters"), "parameters")
    elif params.get("parameters"):
        raise invalid_field("parameters", "Only an analysis template takes parameters")


def _submission(
    runner: Runner,
    table: Document,
    params: dict[str, Any],
    source: PopulationSource,
    payer: str,
    bases: list[UsableTable],
) -> Submission:
    parameters = {**table["populationAnalysisConfiguration"]["sqlParameters"], "parameters": params.get("parameters")}
    compute = (params.get("computeConfiguration") or {}).get("queryComputeConfiguration")
    output = {"id": table["id"], "arn": table["arn"], "name": table["name"]}
    return Submission(
        shown={
            "sqlParameters": parameters,
            "resultConfiguration": {"outputConfiguration": {"intermediateTable": output}},
            "computeConfiguration": {"worker": compute} if compute is not None else None,
            "queryComputePayerAccountId": payer,
        },
        payer=payer,
        tables=bases,
        sql=source.sql,
    )


def _version(
    ctx: Context,
    table: Document,
    params: dict[str, Any],
    source: PopulationSource,
    bases: list[UsableTable],
    run: Document,
) -> Document:
    known = {each.name.lower(): columns_of(ctx, each.document) for each in bases}
    columns = output_columns(source.sql, known) if source.sql is not None else {}
    return {
        "versionId": ctx.new_id(),
        "analysisId": run["id"],
        "analysisType": _QUERY,
        "createTime": run["createTime"],
        "expirationTime": intermediate_state.expiration(run["createTime"], table["retentionInDays"]),
        "kmsKeyArn": table["kmsKeyArn"],
        "parameters": params.get("parameters"),
        "inheritedConstraints": inherited(ctx, bases, columns),
        "_columns": columns,
    }
