"""Cancelling what runs."""

from __future__ import annotations

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers.machine_learning.budgeted_runs import returned
from cleanrooms_emulator.handlers.machine_learning.ml_refusals import conflict
from cleanrooms_emulator.handlers.machine_learning.status_schedule import CREATING, cancellation, status, was_cancelled
from cleanrooms_emulator.world.store import Document


def cancel(ctx: Context, kind: str, job: Document) -> None:
    """Stop a training or inference; one that was cancelled before stays so: the operations are idempotent (model).

    Raises ConflictException for one that has come to its end.
    """
    if was_cancelled(job, ctx.now):
        return
    current = status(job, ctx.now)
    if current not in CREATING:
        raise conflict(f"{job['arn']} is {current}; only what is {' or '.join(CREATING)} can be cancelled")
    returned(ctx, kind, {**job, "_schedule": cancellation(job, ctx.now)})
