"""Tables as the members of a collaboration see them: ListSchemas, GetSchema and BatchGetSchema."""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.refusals import CONFIGURED_TABLE_ASSOCIATION, not_found
from cleanrooms_emulator.handlers.tables import schema_status
from cleanrooms_emulator.handlers.tables.collaboration_analysis_templates import NOT_FOUND_CODE
from cleanrooms_emulator.handlers.tables.columns import columns_of, listed
from cleanrooms_emulator.handlers.tables.directory import UsableTable, tables_of, usable_table
from cleanrooms_emulator.handlers.tables.inherited_constraints import TABLE, type_of
from cleanrooms_emulator.handlers.tables.own_resources import oldest_first
from cleanrooms_emulator.handlers.visibility import visible_collaboration
from cleanrooms_emulator.pagination import paginate
from cleanrooms_emulator.registry import operation
from cleanrooms_emulator.world.store import Document


@operation("ListSchemas")
def list_schemas(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """List the tables of all ACTIVE members, in whatever state, oldest first (the order is an assumption)."""
    collaboration = visible_collaboration(ctx, params["collaborationIdentifier"])
    schemas = [_summary(ctx, each) for each in tables_by_name(ctx, collaboration).values()]
    return paginate(
        ctx,
        [each for each in schemas if params.get("schemaType") in (None, each["type"])],
        params,
        result_key="schemaSummaries",
        key=oldest_first,
        operation="ListSchemas",
    )


@operation("GetSchema")
def get_schema(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read the columns and the state of a table, by its name in whatever case."""
    collaboration = visible_collaboration(ctx, params["collaborationIdentifier"])
    table = tables_by_name(ctx, collaboration).get(params["name"].lower())
    if table is None:
        raise missing_schema(params["name"])
    return {"schema": _schema(ctx, table)}


@operation("BatchGetSchema")
def get_schemas(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read several, each once; names that no table has are reported beside the others."""
    tables = tables_by_name(ctx, visible_collaboration(ctx, params["collaborationIdentifier"]))
    names = list(dict.fromkeys(params["names"]))
    return {
        "schemas": [_schema(ctx, tables[name.lower()]) for name in names if name.lower() in tables],
        "errors": [
            {"name": name, "code": NOT_FOUND_CODE, "message": f"There is no table {name}"}
            for name in names
            if name.lower() not in tables
        ],
    }


def tables_by_name(ctx: Context, collaboration: Document) -> dict[str, UsableTable]:
    """All tables of a collaboration by lower-case name, whether they can be used now or not."""
    return {each["name"].lower(): usable_table(ctx, each) for each in tables_of(ctx, collaboration["id"])}


def missing_schema(name: str) -> ServiceError:
    """404; of the types that the model knows, associations are nearest."""
    return not_found(CONFIGURED_TABLE_ASSOCIATION, name, f"The collaboration has no table {name}")


def _summary(ctx: Context, table: UsableTable) -> dict[str, Any]:
    document = table.document
    is_association = type_of(table) == TABLE
    configured = ctx.store.get(kinds.CONFIGURED_TABLE, document["configuredTableId"]) if is_association else None
    return {
        **{name: document[name] for name in ("id", "name", "createTime", "updateTime", "collaborationId", "collaborationArn")},
        "type": type_of(table),
        "creatorAccountId": table.owner,
        "analysisRuleTypes": list(table.rules),
        "analysisMethod": configured["analysisMethod"] if configured is not None else None,
        "selectedAnalysisMethods": configured["selectedAnalysisMethods"] if configured is not None else None,
        "resourceArn": table.arn if is_association else None,
    }


def _schema(ctx: Context, table: UsableTable) -> dict[str, Any]:
    id = table.document["id"]
    is_association = type_of(table) == TABLE
    return {
        **_summary(ctx, table),
        "description": table.document["description"] or "",
        "columns": listed(columns_of(ctx, table.document)),
        "partitionKeys": [],
        "schemaStatusDetails": [schema_status.detail(ctx, table)],
        "schemaTypeProperties": {"configuredTableAssociation": {"configuredTableAssociationId": id}}
        if is_association
        else {"intermediateTable": {"intermediateTableId": id}},
    }
