"""What is unknown about tables and what is made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cleanrooms_emulator.switches.reading import switch


@dataclass(frozen=True, kw_only=True)
class TableReadings:
    """What becomes of things when others go away, and what partners see."""

    association_name: Literal["lower-case", "as-given"] = switch(
        "lower-case",
        meaning="The name of a table association: kept in lower case, or as it was given. It is unique in both cases "
        "without regard to case.",
        known="The output's text says that the name is in lower case; the input takes capitals.",
        source="model, ConfiguredTableAssociation",
    )
    same_table_twice: Literal["allowed", "409"] = switch(
        "allowed",
        meaning="One configured table associated a second time through the same membership, under another name: "
        "allowed, or ConflictException.",
        known="CreateConfiguredTableAssociation declares ConflictException; a table can go to several collaborations.",
        source="model, CreateConfiguredTableAssociation; service guide, configured tables",
    )
    delete_base_table: Literal["cascade", "409"] = switch(
        "cascade",
        meaning="Deleting a table that intermediate tables were made of: they become BASE_TABLE_REMOVED, or it is "
        "refused with ConflictException.",
        known="Base tables that are removed make dependent tables BASE_TABLE_REMOVED, yet both delete operations declare "
        "ConflictException and the tables list their childResources.",
        source="service guide, deleting an intermediate table; model, DeleteConfiguredTableAssociation",
    )
    removed_member_tables: Literal["deleted", "kept"] = switch(
        "deleted",
        meaning="The table associations and intermediate tables of a removed member: deleted, or kept under its "
        "membership, where only the member itself sees them. The collaboration loses them in both cases.",
        known="Removing a member removes its associated datasets from the collaboration.",
        source="service guide, removing a member",
    )
    repeated_delete: Literal["404", "204"] = switch(
        "404",
        meaning="Deleting a table, rule or analysis template that is not there: ResourceNotFoundException, or success.",
        known="The operations are marked idempotent and declare ResourceNotFoundException. Only the text of "
        "DeleteIntermediateTable says that it can be repeated; that always succeeds.",
        source="model, DeleteConfiguredTable and its like",
    )
    repopulated_table: Literal["unusable", "old-data"] = switch(
        "unusable",
        meaning="An intermediate table that is being populated again, or whose last population failed: cannot be used, "
        "or is used with its earlier data.",
        known="A table must have the status POPULATE_SUCCESS before it can be referenced; it also has an active version.",
        source="service guide, intermediate tables; model, IntermediateTableActiveVersion",
    )
    template_source: Literal["sql", "all"] = switch(
        "sql",
        meaning="Which source of a partner's analysis template is shown: the text of SQL ones only, or the place of "
        "PySpark artifacts and its role too.",
        known="The source is optional in the collaboration's view and required in the owner's; hashes of artifacts "
        "are given besides.",
        source="model, CollaborationAnalysisTemplate",
    )
