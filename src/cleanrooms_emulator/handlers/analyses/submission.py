"""Starting a query or job: its place among those that run, what it takes from the budgets, its document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds, quotas
from cleanrooms_emulator.handlers.analyses import runs, sql_tables
from cleanrooms_emulator.handlers.analyses.budget_use import charge_use
from cleanrooms_emulator.handlers.analyses.runs import Failure
from cleanrooms_emulator.handlers.budgets import charging
from cleanrooms_emulator.handlers.memberships.own_memberships import moment_in
from cleanrooms_emulator.handlers.tables.directory import UsableTable
from cleanrooms_emulator.world.store import Document


@dataclass(frozen=True, slots=True)
class Submission:
    """What is to be run.

    `shown` are the members of ProtectedQuery or ProtectedJob that do not change any more (parameters, results,
    compute, payer); `payer` is an account; `tables` are those that the analysis names; `sql` is None for jobs.
    """

    shown: dict[str, Any]
    payer: str
    tables: Sequence[UsableTable]
    sql: str | None = None


def submit_query(ctx: Context, membership: Document, submission: Submission) -> Document:
    """Accept a query and take its budgets; the new document, SUBMITTED now (see `runs` for what follows).

    Raises ServiceQuotaExceededException when too many run, ValidationException when a budget is used up. A query
    that calls Spark's `raise_error` fails at its end, so that clients can be tried with failures.
    """
    running = _running(ctx, kinds.PROTECTED_QUERY)
    _check_places(ctx, running, quotas.CONCURRENT_QUERIES, membership)
    of_account = sum(each["_account"] == ctx.account for each in running)
    quotas.ensure_within(ctx.store, quotas.concurrent_queries_of_account(ctx.region), of_account + 1)
    return _submit(ctx, kinds.PROTECTED_QUERY, membership, submission)


def submit_job(ctx: Context, membership: Document, submission: Submission) -> Document:
    """Accept a job and take its budgets, as `submit_query` does."""
    _check_places(ctx, _running(ctx, kinds.PROTECTED_JOB), quotas.concurrent_jobs(ctx.region), membership)
    return _submit(ctx, kinds.PROTECTED_JOB, membership, submission)


def _submit(ctx: Context, kind: str, membership: Document, submission: Submission) -> Document:
    charged = charge_use(ctx, membership["collaborationId"], submission.tables, submission.sql)
    failure = _failure(submission.sql, taken=charged is not None)
    run = {
        **submission.shown,
        "id": ctx.new_id(),
        "membershipId": membership["id"],
        "membershipArn": membership["arn"],
        "collaborationId": membership["collaborationId"],
        "createTime": moment_in(ctx, membership),
        "_account": ctx.account,
        "_region": ctx.region,
        "_acceptTime": ctx.now,
        "_payer": submission.payer,
        "_sql": submission.sql,
        "_protected": any(each.differentially_private for each in submission.tables),
        "_charged": charged or [],
        "_failure": failure.stored() if failure is not None else None,
        "_cancelTime": None,
    }
    ctx.store.put(kind, run["id"], run)
    if failure is not None:
        charging.promise_back(ctx, run["_charged"], run["id"], runs.end(run))
    return run


def _failure(sql: str | None, *, taken: bool) -> Failure | None:
    if not taken:
        return Failure("INVALID_RESOURCE", "A privacy budget of the tables used does not suffice", early=True)
    if sql is not None and sql_tables.raises_error(sql):
        return Failure("MALFORMED_QUERY", "The query called raise_error", early=False)
    return None


def _check_places(ctx: Context, running: list[Document], quota: quotas.Quota, membership: Document) -> None:
    of_membership = sum(each["membershipId"] == membership["id"] for each in running)
    quotas.ensure_within(ctx.store, quota, of_membership + 1)


def _running(ctx: Context, kind: str) -> list[Document]:
    """What has not ended in this Region; an ended run has freed its place."""
    return [each for each in ctx.store.all(kind) if each["_region"] == ctx.region and not runs.is_final(each, ctx.now)]
