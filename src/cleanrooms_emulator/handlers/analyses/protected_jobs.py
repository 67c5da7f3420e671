"""Protected jobs: Start, Get, List and UpdateProtectedJob."""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.analyses import receivers, runs
from cleanrooms_emulator.handlers.analyses.payer_choice import choose_payer
from cleanrooms_emulator.handlers.analyses.rule_permission import ANY_JOB, Analysis, check_permitted
from cleanrooms_emulator.handlers.analyses.run_records import cancelled, list_runs, own_run, readable_run
from cleanrooms_emulator.handlers.analyses.runners import runner_with
from cleanrooms_emulator.handlers.analyses.submission import Submission, submit_job
from cleanrooms_emulator.handlers.analyses.table_use import named_tables
from cleanrooms_emulator.handlers.analyses.templates import check_parameters, usable_template
from cleanrooms_emulator.handlers.collaborations.roster import CAN_RUN_JOB
from cleanrooms_emulator.handlers.memberships import payments
from cleanrooms_emulator.handlers.refusals import invalid_configuration
from cleanrooms_emulator.handlers.tables.directory import UsableTable
from cleanrooms_emulator.registry import operation
from cleanrooms_emulator.world.store import Document

_PAYER = "jobComputePayerAccountId"
_TEMPLATE = "jobParameters.analysisTemplateArn"
_FORMATS = ("PYSPARK_1_0", "PYSPARK_2_0")


@operation("StartProtectedJob")
def start_protected_job(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Run the script of a template, on the tables that the template refers to, as the member that can run jobs."""
    runner = runner_with(ctx, params["membershipIdentifier"], CAN_RUN_JOB)
    parameters = params["jobParameters"]
    template = usable_template(ctx, runner.collaboration, parameters["analysisTemplateArn"], _FORMATS, _TEMPLATE)
    check_parameters(template, parameters.get("parameters"), "jobParameters.parameters")
    results = receivers.result_configuration(ctx, runner, params.get("resultConfiguration"), receivers.JOB_DEFAULT)
    payer = choose_payer(ctx, runner.collaboration, payments.JOB, params.get(_PAYER), _PAYER)
    names = [each.lower() for each in template["schema"].get("referencedTables") or []]
    tables = named_tables(ctx, runner.collaboration["id"], names, _TEMPLATE)
    _check_unprotected(tables)
    accounts = receivers.receiver_accounts(results, ctx.account)
    check_permitted(ctx, tables, Analysis(ANY_JOB, template["arn"], template["_account"], accounts, _TEMPLATE))
    submission = Submission(
        shown={
            "jobParameters": parameters,
            "resultConfiguration": results,
            "computeConfiguration": params.get("computeConfiguration"),
            _PAYER: payer,
        },
        payer=payer,
        tables=tables,
    )
    return {"protectedJob": _shown(ctx, submit_job(ctx, runner.membership, submission))}


@operation("GetProtectedJob")
def get_protected_job(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read a job that the membership ran."""
    job = readable_run(ctx, kinds.PROTECTED_JOB, params["membershipIdentifier"], params["protectedJobIdentifier"])
    return {"protectedJob": _shown(ctx, job)}


@operation("ListProtectedJobs")
def list_protected_jobs(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """List the jobs that the membership ran, the most recent first (model)."""
    page, token = list_runs(ctx, kinds.PROTECTED_JOB, params)
    return {"protectedJobs": [_summary(ctx, each) for each in page], "nextToken": token}


@operation("UpdateProtectedJob")
def update_protected_job(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Cancel a job. One that is being cancelled already goes on with that; one that has ended cannot be."""
    job = own_run(ctx, kinds.PROTECTED_JOB, params["membershipIdentifier"], params["protectedJobIdentifier"])
    return {"protectedJob": _shown(ctx, cancelled(ctx, kinds.PROTECTED_JOB, job))}


def _check_unprotected(tables: list[UsableTable]) -> None:
    """Refuse tables under differential privacy, which is defined for SQL (service guide; the error is an assumption)."""
    protected = sorted(each.name for each in tables if each.differentially_private)
    if protected:
        raise invalid_configuration(_TEMPLATE, f"Jobs cannot use {', '.join(protected)}: differential privacy is for SQL only")


def _shown(ctx: Context, job: Document) -> dict[str, Any]:
    shown = {**job, **runs.progress(job, ctx.now)}
    if shown["status"] == runs.SUCCESS:
        shown["result"] = {"output": receivers.result_output(job["resultConfiguration"], job["id"])}
    return shown


def _summary(ctx: Context, job: Document) -> dict[str, Any]:
    accounts = receivers.receiver_accounts(job["resultConfiguration"], job["_account"])
    return {
        **job,
        "status": runs.status(job, ctx.now),
        "receiverConfigurations": receivers.receiver_configurations(accounts),
    }
