"""The columns of a table as its partners see them."""

from __future__ import annotations

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.tables import intermediate_state
from cleanrooms_emulator.handlers.tables.output_columns import UNKNOWN_TYPE, Columns
from cleanrooms_emulator.world.store import Document


def columns_of(ctx: Context, table: Document) -> Columns:
    """The columns of an association or of an intermediate table (of its latest success), with their types.

    Assumption: a column of an association is a `string` unless the configured table says more (only Snowflake
    references do), for there is no catalog here.
    """
    if "_versions" in table:
        done = intermediate_state.latest_success(ctx, table)
        return {**done["_columns"], **table["_columnTypes"]} if done is not None else {}
    configured = ctx.store.get(kinds.CONFIGURED_TABLE, table["configuredTableId"])
    if configured is None:
        return {}
    snowflake = configured["tableReference"].get("snowflake") or {}
    types = {each["columnName"]: each["columnType"] for each in snowflake.get("tableSchema", {}).get("v1", [])}
    return {name: types.get(name, UNKNOWN_TYPE) for name in configured["allowedColumns"]}


def listed(columns: Columns) -> list[dict[str, str]]:
    """Columns in the form of the wire."""
    return [{"name": name, "type": type} for name, type in columns.items()]
