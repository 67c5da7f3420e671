"""Queries and jobs that were started: who reads them, what cancelling and failing do to them.

Every function takes the store's `kind` of the run, PROTECTED_QUERY or PROTECTED_JOB.
"""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.analyses import runs
from cleanrooms_emulator.handlers.budgets import charging
from cleanrooms_emulator.handlers.collaborations import roster
from cleanrooms_emulator.handlers.memberships.own_memberships import own_membership
from cleanrooms_emulator.handlers.refusals import MEMBERSHIP, invalid_state, not_found
from cleanrooms_emulator.pagination import paginate
from cleanrooms_emulator.world.store import Document

_LISTS = {
    kinds.PROTECTED_QUERY: ("ListProtectedQueries", "protectedQueries"),
    kinds.PROTECTED_JOB: ("ListProtectedJobs", "protectedJobs"),
}


def list_runs(ctx: Context, kind: str, params: dict[str, Any]) -> tuple[list[Document], str | None]:
    """A page of the runs that the caller sees through its membership, the most recent first (model), and its token.

    Those that the membership ran; with switch analysisReaders=runner+payer also those of its collaboration that it
    pays for. `params` are those of the list operation: `membershipIdentifier`, `status` and those of paging.
    """
    membership = own_membership(ctx, params["membershipIdentifier"])
    operation, result_key = _LISTS[kind]
    wanted = params.get("status")
    readable = [each for each in ctx.store.all(kind) if _is_readable(ctx, each, membership)]
    page = paginate(
        ctx,
        [each for each in readable if wanted in (None, runs.status(each, ctx.now))],
        params,
        result_key=result_key,
        key=lambda run: f"{10**15 - round(run['createTime'] * 1000):015d}/{run['id']}",
        operation=operation,
    )
    return page[result_key], page.get("nextToken")


def readable_run(ctx: Context, kind: str, membership_id: str, run_id: str) -> Document:
    """One of the runs that `list_runs` lists. Raises ResourceNotFoundException; the model knows no type for runs."""
    membership = own_membership(ctx, membership_id)
    run = ctx.store.get(kind, run_id)
    if run is None or not _is_readable(ctx, run, membership):
        raise not_found(MEMBERSHIP, run_id, f"Membership {membership_id} has no analysis {run_id}")
    return run


def own_run(ctx: Context, kind: str, membership_id: str, run_id: str) -> Document:
    """A query or job that the caller's membership ran, to change it.

    Raises ConflictException unless the membership is ACTIVE, ResourceNotFoundException without such a run.
    """
    membership = own_membership(ctx, membership_id)
    if membership["status"] != roster.ACTIVE:
        raise invalid_state(MEMBERSHIP, membership_id, f"The membership is {membership['status']}")
    run = ctx.store.get(kind, run_id)
    if run is None or run["membershipId"] != membership_id:
        raise not_found(MEMBERSHIP, run_id, f"Membership {membership_id} has run no analysis {run_id}")
    return run


def cancelled(ctx: Context, kind: str, run: Document) -> Document:
    """The query or job after it was asked to stop. Raises ConflictException (the model knows no type for runs)."""
    if runs.is_final(run, ctx.now):
        raise invalid_state(MEMBERSHIP, run["id"], f"The analysis is {runs.status(run, ctx.now)} and cannot be cancelled")
    if run["_cancelTime"] is not None:
        return run
    stopping = {**run, "_cancelTime": ctx.now}
    ctx.store.put(kind, run["id"], stopping)
    charging.give_back(ctx, run["_charged"], run["id"])
    return stopping


def _is_readable(ctx: Context, run: dict[str, Any], membership: Document) -> bool:
    if run["membershipId"] == membership["id"]:
        return True
    return (
        ctx.switches.analysis_readers == "runner+payer"
        and run["collaborationId"] == membership["collaborationId"]
        and run["_payer"] == ctx.account
    )
