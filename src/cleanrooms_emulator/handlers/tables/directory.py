"""The tables of a collaboration as analyses and budgets see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.collaborations import roster
from cleanrooms_emulator.handlers.tables import intermediate_state
from cleanrooms_emulator.handlers.tables.analysis_rules import CUSTOM, Rule, body, rules_of
from cleanrooms_emulator.world.store import Document


@dataclass(frozen=True, slots=True)
class UsableTable:
    """A table that an analysis can name.

    `owner` is the account that brought it in, `document` the association or intermediate table, `base` what an
    intermediate table was made of, `rules` the owner's analysis rules by type (an association has those of its
    configured table).
    """

    name: str
    arn: str
    owner: str
    document: Document
    base: tuple[UsableTable, ...] = ()
    rules: Mapping[str, Rule] = field(default_factory=dict)

    @property
    def charged(self) -> frozenset[str]:
        """The ARNs of which one use takes one unit each.

        An intermediate table and all its base tables, nested ones included (service guide, intermediate tables).
        """
        return frozenset({self.arn}).union(*(each.charged for each in self.base))

    @property
    def differentially_private(self) -> bool:
        """Whether using the table takes from the differential privacy budget."""
        rule = self.rules.get(CUSTOM)
        protected = rule is not None and body(rule["policy"], CUSTOM).get("differentialPrivacy") is not None
        return protected or any(each.differentially_private for each in self.base)


def usable_tables(ctx: Context, collaboration_id: str) -> dict[str, UsableTable]:
    """What an analysis can name now, by lower-case name.

    Associations and intermediate tables of ACTIVE members. An intermediate table must be populated and have an
    analysis rule (service guide, intermediate tables).
    """
    return {
        document["name"].lower(): usable_table(ctx, document)
        for document in tables_of(ctx, collaboration_id)
        if "_versions" not in document or is_queryable(ctx, document)
    }


def is_queryable(ctx: Context, intermediate_table: Document) -> bool:
    """Whether the intermediate table has data and a rule."""
    return CUSTOM in intermediate_table["_rules"] and intermediate_state.has_data(ctx, intermediate_table)


def tables_of(ctx: Context, collaboration_id: str) -> Iterator[Document]:
    """Associations and intermediate tables, in whatever state, of the ACTIVE members of a collaboration."""
    collaboration = ctx.store.get(kinds.COLLABORATION, collaboration_id)
    if collaboration is None or collaboration["_deleted"]:
        return
    active = {each["accountId"] for each in roster.members(collaboration) if each["status"] == roster.ACTIVE}
    for kind in (kinds.CONFIGURED_TABLE_ASSOCIATION, kinds.INTERMEDIATE_TABLE):
        for document in ctx.store.all(kind):
            if document["collaborationId"] == collaboration_id and document["_account"] in active:
                yield document


def usable_table(ctx: Context, document: Document) -> UsableTable:
    """An association or intermediate table with all its base tables; base tables that are gone are left out."""
    bases = (ctx.store.get(each["_kind"], each["id"]) for each in document.get("_base", []))
    return UsableTable(
        name=document["name"],
        arn=document["arn"],
        owner=document["_account"],
        document=document,
        base=tuple(usable_table(ctx, base) for base in bases if base is not None),
        rules=rules_of(ctx, document),
    )


def find_resource(ctx: Context, arn: str) -> Document | None:
    """The association or intermediate table with that ARN in this Region, whoever owns it."""
    id = arn.rpartition("/")[2]
    for kind in (kinds.CONFIGURED_TABLE_ASSOCIATION, kinds.INTERMEDIATE_TABLE):
        document = ctx.store.get(kind, id)
        if document is not None and document["arn"] == arn and document["_region"] == ctx.region:
            return document
    return None
