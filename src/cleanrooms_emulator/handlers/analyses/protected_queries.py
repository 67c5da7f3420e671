"""Protected queries: Start, Get, List and UpdateProtectedQuery."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.analyses import receivers, runs, sql_tables
from cleanrooms_emulator.handlers.analyses.payer_choice import choose_payer
from cleanrooms_emulator.handlers.analyses.rule_permission import ANY_QUERY, Analysis, check_permitted
from cleanrooms_emulator.handlers.analyses.run_records import cancelled, list_runs, own_run, readable_run
from cleanrooms_emulator.handlers.analyses.runners import Runner, runner_with
from cleanrooms_emulator.handlers.analyses.submission import Submission, submit_query
from cleanrooms_emulator.handlers.analyses.table_use import named_tables
from cleanrooms_emulator.handlers.analyses.templates import check_parameters, usable_template
from cleanrooms_emulator.handlers.collaborations.roster import CAN_QUERY
from cleanrooms_emulator.handlers.memberships import payments
from cleanrooms_emulator.handlers.refusals import invalid_field, invalid_query
from cleanrooms_emulator.registry import operation
from cleanrooms_emulator.world.store import Document

_PAYER = "queryComputePayerAccountId"
_TEXT, _TEMPLATE, _PARAMETERS = "sqlParameters.queryString", "sqlParameters.analysisTemplateArn", "sqlParameters.parameters"


@operation("StartProtectedQuery")
def start_protected_query(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Run a query as the member that can query; its budgets are taken now (see `budget_use`)."""
    runner = runner_with(ctx, params["membershipIdentifier"], CAN_QUERY)
    source = _source(ctx, runner, params["sqlParameters"])
    results = receivers.result_configuration(ctx, runner, params.get("resultConfiguration"), receivers.QUERY_DEFAULT)
    payer = choose_payer(ctx, runner.collaboration, payments.QUERY, params.get(_PAYER), _PAYER)
    try:
        names = sql_tables.tables_in(source.sql)
    except ValueError as error:
        raise invalid_query(source.field, str(error)) from None
    tables = named_tables(ctx, runner.collaboration["id"], names, source.field)
    accounts = receivers.receiver_accounts(results, ctx.account)
    check_permitted(ctx, tables, Analysis(ANY_QUERY, source.template_arn, source.author, accounts, source.field))
    submission = Submission(
        shown={
            "sqlParameters": params["sqlParameters"],
            "resultConfiguration": results,
            "computeConfiguration": params.get("computeConfiguration"),
            _PAYER: payer,
        },
        payer=payer,
        tables=tables,
        sql=source.sql,
    )
    return {"protectedQuery": _shown(ctx, submit_query(ctx, runner.membership, submission))}


@operation("GetProtectedQuery")
def get_protected_query(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read a query that the membership ran."""
    query = readable_run(ctx, kinds.PROTECTED_QUERY, params["membershipIdentifier"], params["protectedQueryIdentifier"])
    return {"protectedQuery": _shown(ctx, query)}


@operation("ListProtectedQueries")
def list_protected_queries(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """List the queries that the membership ran, the most recent first (model)."""
    page, token = list_runs(ctx, kinds.PROTECTED_QUERY, params)
    return {"protectedQueries": [_summary(ctx, each) for each in page], "nextToken": token}


@operation("UpdateProtectedQuery")
def update_protected_query(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Cancel a query. One that is being cancelled already goes on with that; one that has ended cannot be."""
    query = own_run(ctx, kinds.PROTECTED_QUERY, params["membershipIdentifier"], params["protectedQueryIdentifier"])
    return {"protectedQuery": _shown(ctx, cancelled(ctx, kinds.PROTECTED_QUERY, query))}


@dataclass(frozen=True, slots=True)
class _Source:
    sql: str
    field: str
    author: str
    template_arn: str | None = None


def _source(ctx: Context, runner: Runner, parameters: dict[str, Any]) -> _Source:
    """The text to run, given directly or by a template of the collaboration."""
    text, arn = parameters.get("queryString"), parameters.get("analysisTemplateArn")
    if (text is None) == (arn is None):
        raise invalid_field("sqlParameters", "Give either queryString or analysisTemplateArn")
    if arn is None:
        if parameters.get("parameters"):
            raise invalid_field(_PARAMETERS, "Only an analysis template takes parameters")
        return _Source(str(text), _TEXT, ctx.account)
    template = usable_template(ctx, runner.collaboration, arn, ("SQL",), _TEMPLATE)
    check_parameters(template, parameters.get("parameters"), _PARAMETERS)
    return _Source(template["source"]["text"], _TEMPLATE, template["_account"], arn)


def _shown(ctx: Context, query: Document) -> dict[str, Any]:
    shown = {**query, **runs.progress(query, ctx.now)}
    if shown["status"] == runs.SUCCESS:
        output = query["resultConfiguration"]["outputConfiguration"]
        if "intermediateTable" not in output:
            shown["result"] = {"output": receivers.result_output(query["resultConfiguration"], query["id"])}
        if query["_protected"]:
            shown["differentialPrivacy"] = {"sensitivityParameters": _sensitivity(query["_sql"])}
    return shown


def _sensitivity(sql: str) -> list[dict[str, Any]]:
    """One entry for each aggregation; without data the limits are placeholders."""
    return [
        {"aggregationType": each.type, "aggregationExpression": each.expression, "userContributionLimit": 1}
        for each in sql_tables.aggregations(sql)
    ]


def _summary(ctx: Context, query: Document) -> dict[str, Any]:
    output = query["resultConfiguration"]["outputConfiguration"]
    summary = {**query, "status": runs.status(query, ctx.now), "receiverConfigurations": []}
    if "intermediateTable" in output:
        return {**summary, "intermediateTableConfiguration": output["intermediateTable"]}
    accounts = receivers.receiver_accounts(query["resultConfiguration"], query["_account"])
    return {**summary, "receiverConfigurations": receivers.receiver_configurations(accounts)}
