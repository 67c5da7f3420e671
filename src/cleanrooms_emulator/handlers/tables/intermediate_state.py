"""What state an intermediate table is in, by its populations and the service's time.

Each population is one version of the table and one protected query, whose progress it follows. `_ended` holds a
state that a table does not leave any more: its data provider disallowed it, or one of its base tables is gone
(service guide, deleting an intermediate table).
"""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.analyses import runs
from cleanrooms_emulator.world.store import Document

Version = dict[str, Any]

CREATED = "CREATED"
STARTED, SUCCESS, FAILED = "POPULATE_STARTED", "POPULATE_SUCCESS", "POPULATE_FAILED"
EXPIRED = "RETENTION_PERIOD_EXPIRED"
DISALLOWED, BASE_REMOVED = "DISALLOWED_BY_DATA_PROVIDER", "BASE_TABLE_REMOVED"

_DAY = 86_400.0


def status(ctx: Context, table: Document) -> str:
    """The state of the table: that of its latest population unless it has ended for good."""
    if table["_ended"] is not None:
        return str(table["_ended"])
    versions: list[Version] = table["_versions"]
    return version_status(ctx, versions[-1]) if versions else CREATED


def version_status(ctx: Context, version: Version) -> str:
    """The state of one population."""
    run = ctx.store.get(kinds.PROTECTED_QUERY, version["analysisId"])
    if run is None:
        raise LookupError(f"version {version['versionId']} has lost its query {version['analysisId']}")
    reached = runs.status(run, ctx.now)
    if reached == runs.SUCCESS:
        return SUCCESS if ctx.now < version["expirationTime"] else EXPIRED
    return FAILED if reached in runs.FINAL else STARTED


def latest_success(ctx: Context, table: Document) -> Version | None:
    """The latest version that got data, whether it still has it or not."""
    for version in reversed(table["_versions"]):
        if version_status(ctx, version) in (SUCCESS, EXPIRED):
            return dict(version)
    return None


def active_version(ctx: Context, table: Document) -> Version | None:
    """The version that holds the table's data: the latest success, until it expires or the table has ended."""
    version = latest_success(ctx, table)
    if version is None or table["_ended"] is not None:
        return None
    return version if version_status(ctx, version) == SUCCESS else None


def has_data(ctx: Context, table: Document) -> bool:
    """Whether analyses can read the table.

    Assumption, switch repopulatedTable: its status must be POPULATE_SUCCESS, or an earlier version is enough.
    """
    if ctx.switches.repopulated_table == "unusable":
        return status(ctx, table) == SUCCESS
    return active_version(ctx, table) is not None


def expiration(created: float, retention_days: int) -> float:
    """When the data of a version expires: its retention period after the population is done (assumption)."""
    return created + runs.SECONDS_TO_END + retention_days * _DAY
