"""What channels, trainings and inferences take from access budgets, and what comes back when they come to nothing.

Building a channel is a query on its tables; each training or inference with it is another use of them (service
guide, configuring data access budgets).
"""

from __future__ import annotations

from collections.abc import Sequence

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers.analyses import sql_tables
from cleanrooms_emulator.handlers.analyses.budget_use import charge_use
from cleanrooms_emulator.handlers.budgets import charging
from cleanrooms_emulator.handlers.machine_learning.ml_refusals import conflict
from cleanrooms_emulator.handlers.machine_learning.status_schedule import (
    Schedule,
    creation,
    failing_creation,
)
from cleanrooms_emulator.handlers.tables.directory import UsableTable, tables_of, usable_table
from cleanrooms_emulator.world.store import Document


def channel_run(ctx: Context, channel: Document, tables: Sequence[UsableTable], sql: str) -> Document:
    """A new channel with the private members: its schedule, what it charged, and why it will fail if it will.

    Raises ValidationException when a budget is used up, or lets the channel fail (switch budgetExhausted). A query
    that calls Spark's `raise_error` makes the channel fail at its end, so that clients can be tried with failures.
    """
    charged = charge_use(ctx, channel["collaborationId"], tables, sql)
    if charged is None:
        return _starved(channel)
    if sql_tables.raises_error(sql):
        failure = {"statusCode": "QUERY_FAILED", "message": "The query called raise_error"}
        schedule = failing_creation(channel["createTime"], at_once=False)
        charging.promise_back(ctx, charged, channel["id"], schedule[-1][0])
        return _run(channel, charged, schedule, failure)
    return _run(channel, charged, creation(channel["createTime"], retention_days=channel["retentionInDays"]))


def job_run(ctx: Context, job: Document, channels: Sequence[Document]) -> Document:
    """The same for a training or inference with these channels. Raises as `channel_run` does, and ConflictException.

    A table that several of the channels were made from is used once (assumption).
    """
    present = {each["arn"]: each for each in tables_of(ctx, job["collaborationId"]) if each.get("_ended") is None}
    sources = sorted({arn for channel in channels for arn in channel["_tables"]})
    withdrawn = [arn for arn in sources if arn not in present]
    if withdrawn and ctx.switches.withdrawn_channel_source == "refused":
        raise conflict(f"Tables that the input data comes from are not in the collaboration now: {', '.join(withdrawn)}")
    tables = [usable_table(ctx, present[arn]) for arn in sources if arn in present]
    charged = charge_use(ctx, job["collaborationId"], tables, None)
    if charged is None:
        return _starved(job)
    return _run(job, charged, creation(job["createTime"]))


def returned(ctx: Context, kind: str, document: Document) -> Document:
    """The document after what it took was given back (switch budgetRefund)."""
    charging.give_back(ctx, document["_charged"], document["id"])
    freed = {**document, "_charged": []}
    ctx.store.put(kind, document["id"], freed)
    return freed


def _starved(document: Document) -> Document:
    failure = {"statusCode": "BUDGET_EXHAUSTED", "message": "A privacy budget of the tables used does not suffice"}
    return _run(document, [], failing_creation(document["createTime"], at_once=True), failure)


def _run(document: Document, charged: list[str], schedule: Schedule, failure: Document | None = None) -> Document:
    return {**document, "_charged": charged, "_schedule": schedule, "_failure": failure}
