"""Exports of the logs of queries: Start, Get and ListAnalysisLogExports.

Source: model, StartAnalysisLogExport; service guide, exporting analysis logs. What the model says a caller "must"
is refused with AccessDeniedException where it is about the caller, else with ValidationException (assumption).
"""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds, quotas
from cleanrooms_emulator.handlers.analyses import runs
from cleanrooms_emulator.handlers.analyses.runners import Runner, runner_with
from cleanrooms_emulator.handlers.memberships.own_memberships import moment_in, own_membership
from cleanrooms_emulator.handlers.refusals import MEMBERSHIP, access_denied, invalid_configuration, not_found
from cleanrooms_emulator.pagination import paginate
from cleanrooms_emulator.registry import operation
from cleanrooms_emulator.world.store import Document

_ABILITY = "CAN_EXPORT_QUERY_ANALYSIS_LOG"
_IN_PROGRESS, _SUCCESS, _FAILED = "IN_PROGRESS", "SUCCESS", "FAILED"
_SECONDS_TO_EXPORT = 5.0
_LOGS_KEPT_SINCE = 1_786_406_400.0
"""2026-08-11, the day from which on the logs of queries can be exported (service guide)."""


@operation("StartAnalysisLogExport")
def start_analysis_log_export(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Export the logs of a query that has ended, for the member that ran it or pays for it."""
    runner = runner_with(ctx, params["membershipIdentifier"], _ABILITY)
    query = _exportable_query(ctx, runner, params["analysisId"])
    _check_no_other(ctx, query, params["resultConfiguration"])
    _check_quotas(ctx, runner.membership)
    export = {
        "analysisLogExportId": ctx.new_id(),
        "analysisId": query["id"],
        "analysisType": params["analysisType"],
        "membershipId": runner.membership["id"],
        "resultConfiguration": params["resultConfiguration"],
        "createTime": moment_in(ctx, runner.membership),
        "_account": ctx.account,
        "_region": ctx.region,
        "_acceptTime": ctx.now,
        "_hasLogs": runs.was_executed(query),
    }
    ctx.store.put(kinds.ANALYSIS_LOG_EXPORT, export["analysisLogExportId"], export)
    return {"analysisLogExport": _shown(ctx, export)}


@operation("GetAnalysisLogExport")
def get_analysis_log_export(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read an export of the membership."""
    membership = own_membership(ctx, params["membershipIdentifier"])
    id = params["analysisLogExportIdentifier"]
    export = ctx.store.get(kinds.ANALYSIS_LOG_EXPORT, id)
    if export is None or export["membershipId"] != membership["id"]:
        raise not_found(MEMBERSHIP, id, f"Membership {membership['id']} has no analysis log export {id}")
    return {"analysisLogExport": _shown(ctx, export)}


@operation("ListAnalysisLogExports")
def list_analysis_log_exports(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """List the exports of the membership, the most recent first (model)."""
    membership = own_membership(ctx, params["membershipIdentifier"])
    exports = [
        _shown(ctx, each) for each in ctx.store.all(kinds.ANALYSIS_LOG_EXPORT) if each["membershipId"] == membership["id"]
    ]
    wanted = {"analysisId": params.get("analysisIdentifier"), "status": params.get("status")}
    return paginate(
        ctx,
        [each for each in exports if all(value in (None, each[name]) for name, value in wanted.items())],
        params,
        result_key="analysisLogExports",
        key=lambda each: f"{10**15 - round(each['createTime'] * 1000):015d}/{each['analysisLogExportId']}",
        operation="ListAnalysisLogExports",
    )


def _exportable_query(ctx: Context, runner: Runner, query_id: str) -> Document:
    query = ctx.store.get(kinds.PROTECTED_QUERY, query_id)
    if query is None or query["collaborationId"] != runner.collaboration["id"]:
        raise not_found(MEMBERSHIP, query_id, f"The collaboration has no query {query_id}")
    if query["membershipId"] != runner.membership["id"] and query["_payer"] != ctx.account:
        raise access_denied(f"Account {ctx.account} neither ran query {query_id} nor pays for it")
    if not runs.is_final(query, ctx.now):
        raise invalid_configuration("analysisId", f"The query is {runs.status(query, ctx.now)}; wait until it has ended")
    if query["_protected"]:
        raise invalid_configuration("analysisId", "The query uses differential privacy; its logs cannot be exported")
    if query["_acceptTime"] < _LOGS_KEPT_SINCE:
        raise invalid_configuration("analysisId", "The query ran before the logs of queries could be exported")
    return query


def _check_no_other(ctx: Context, query: Document, results: dict[str, Any]) -> None:
    for each in _running(ctx):
        if each["analysisId"] == query["id"] and _destination(each["resultConfiguration"]) == _destination(results):
            raise invalid_configuration(
                "resultConfiguration", "An export of this query to this place is in progress; use another key prefix or wait"
            )


def _check_quotas(ctx: Context, membership: Document) -> None:
    running = _running(ctx)
    of_account = sum(each["_account"] == ctx.account for each in running)
    of_membership = sum(each["membershipId"] == membership["id"] for each in running)
    quotas.ensure_within(ctx.store, quotas.LOG_EXPORTS_OF_MEMBERSHIP, of_membership + 1)
    quotas.ensure_within(ctx.store, quotas.LOG_EXPORTS_OF_ACCOUNT, of_account + 1)


def _running(ctx: Context) -> list[Document]:
    exports = ctx.store.all(kinds.ANALYSIS_LOG_EXPORT)
    return [each for each in exports if each["_region"] == ctx.region and _status(ctx, each) == _IN_PROGRESS]


def _destination(results: dict[str, Any]) -> tuple[str, str]:
    s3 = results["outputConfiguration"]["s3"]
    return s3["bucket"], (s3.get("keyPrefix") or "").strip("/")


def _status(ctx: Context, export: Document) -> str:
    if ctx.now < export["_acceptTime"] + _SECONDS_TO_EXPORT:
        return _IN_PROGRESS
    return _SUCCESS if export["_hasLogs"] else _FAILED


def _shown(ctx: Context, export: Document) -> dict[str, Any]:
    status = _status(ctx, export)
    seconds = 0.0 if status == _IN_PROGRESS else _SECONDS_TO_EXPORT
    shown = {**export, "status": status, "updateTime": export["createTime"] + seconds}
    if status == _FAILED:
        shown["error"] = {"code": "LOGS_NOT_AVAILABLE", "message": "The query ended before it was executed and has no logs"}
    return shown
