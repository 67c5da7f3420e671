"""What becomes of tables that leave a collaboration, and of the intermediate tables made of them."""

from __future__ import annotations

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds, tags
from cleanrooms_emulator.handlers.budgets import templates
from cleanrooms_emulator.handlers.tables import intermediate_state
from cleanrooms_emulator.handlers.timeline import latest
from cleanrooms_emulator.world.store import Document

_KINDS = (kinds.CONFIGURED_TABLE_ASSOCIATION, kinds.INTERMEDIATE_TABLE)


def withdraw_tables(ctx: Context, collaboration: Document, account: str) -> None:
    """Take the tables of a member that is going out of the collaboration (service guide, removing a member).

    Assumption, switch removedMemberTables: they are deleted, or stay with the ended membership where only their
    owner sees them. Either way the intermediate tables made of them lose their base, and access budgets end. All
    of this happens at the collaboration's latest moment.
    """
    moment = latest(collaboration)
    for kind in _KINDS:
        for table in list(ctx.store.all(kind)):
            if table["collaborationId"] != collaboration["id"] or table["_account"] != account:
                continue
            if ctx.switches.removed_member_tables == "deleted":
                remove_table(ctx, kind, table, moment)
            else:
                templates.forget_resource(ctx, table["arn"])
                remove_base(ctx, table, moment)


def remove_table(ctx: Context, kind: str, table: Document, moment: float) -> None:
    """Delete an association or intermediate table, with its tags and its access budget."""
    ctx.store.delete(kind, table["id"])
    tags.detach(ctx, table["arn"])
    templates.forget_resource(ctx, table["arn"])
    remove_base(ctx, table, moment)


def remove_base(ctx: Context, table: Document, moment: float) -> None:
    """End all intermediate tables made of this one, directly or through others, as BASE_TABLE_REMOVED."""
    for child in dependents(ctx, table):
        end(ctx, child, intermediate_state.BASE_REMOVED, f"Base table {table['name']} was removed", moment)


def end(ctx: Context, table: Document, status: str, reason: str, moment: float) -> None:
    """Put an intermediate table into a state that it does not leave; one that is in such a state stays in it."""
    if table["_ended"] is None:
        ended = {**table, "_ended": status, "statusReason": reason, "updateTime": moment}
        ctx.store.put(kinds.INTERMEDIATE_TABLE, table["id"], ended)


def dependents(ctx: Context, table: Document) -> list[Document]:
    """All intermediate tables made of this table, directly or through others."""
    found = children(ctx, table)
    return found + [deeper for child in found for deeper in dependents(ctx, child) if deeper not in found]


def children(ctx: Context, table: Document) -> list[Document]:
    """The intermediate tables made directly of this table."""
    return [
        each for each in ctx.store.all(kinds.INTERMEDIATE_TABLE) if any(base["id"] == table["id"] for base in each["_base"])
    ]
