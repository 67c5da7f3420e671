"""Table associations: Create, Get, List, Update and DeleteConfiguredTableAssociation."""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds, quotas, tags
from cleanrooms_emulator.handlers.memberships.own_memberships import moment_in
from cleanrooms_emulator.handlers.refusals import (
    CONFIGURED_TABLE_ASSOCIATION,
    already_exists,
    not_found,
    subresources_exist,
)
from cleanrooms_emulator.handlers.tables import departure, intermediate_state
from cleanrooms_emulator.handlers.tables.directory import tables_of
from cleanrooms_emulator.handlers.tables.own_resources import (
    active_membership,
    children_of,
    find_child,
    missing,
    new_child,
    oldest_first,
    own_configured_table,
)
from cleanrooms_emulator.pagination import paginate
from cleanrooms_emulator.registry import operation
from cleanrooms_emulator.world.store import Document

_KIND = kinds.CONFIGURED_TABLE_ASSOCIATION


@operation("CreateConfiguredTableAssociation")
def create_association(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Bring a configured table into a collaboration, under a name of its own there.

    Assumption, switch associationName: the name is kept in lower case. Assumption, switch sameTableTwice.
    """
    membership = active_membership(ctx, params["membershipIdentifier"])
    table = own_configured_table(ctx, params["configuredTableIdentifier"])
    name = params["name"].lower() if ctx.switches.association_name == "lower-case" else params["name"]
    check_name_is_free(ctx, membership["collaborationId"], name)
    siblings = children_of(ctx, _KIND, membership["id"])
    _check_not_there_already(ctx, table, siblings)
    quotas.ensure_within(ctx.store, quotas.TABLE_ASSOCIATIONS, len(siblings) + 1)
    association = {
        **new_child(ctx, membership, "configuredtableassociation"),
        "name": name,
        "description": params.get("description"),
        "configuredTableId": table["id"],
        "configuredTableArn": table["arn"],
        "roleArn": params["roleArn"],
        "_rules": {},
    }
    tags.attach(ctx, association["arn"], params.get("tags"))
    ctx.store.put(_KIND, association["id"], association)
    return {"configuredTableAssociation": _shown(ctx, association)}


@operation("GetConfiguredTableAssociation")
def get_association(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read one of the caller's associations, with the intermediate tables that need it."""
    return {"configuredTableAssociation": _shown(ctx, own_association(ctx, params))}


@operation("ListConfiguredTableAssociations")
def list_associations(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """List the associations under a membership, oldest first (the order is an assumption)."""
    return paginate(
        ctx,
        [_summary(each) for each in children_of(ctx, _KIND, params["membershipIdentifier"])],
        params,
        result_key="configuredTableAssociationSummaries",
        key=oldest_first,
        operation="ListConfiguredTableAssociations",
    )


@operation("UpdateConfiguredTableAssociation")
def update_association(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Change description or role; name and configured table are fixed."""
    active_membership(ctx, params["membershipIdentifier"])
    found = own_association(ctx, params)
    given = {name: params[name] for name in ("description", "roleArn") if params.get(name) is not None}
    association = {**found, **given, "updateTime": moment_in(ctx, found)}
    ctx.store.put(_KIND, association["id"], association)
    return {"configuredTableAssociation": _shown(ctx, association)}


@operation("DeleteConfiguredTableAssociation")
def delete_association(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Take a table out of the collaboration, with its access budget; also after the membership has ended.

    Intermediate tables made of it become BASE_TABLE_REMOVED (service guide, deleting an intermediate table; switch
    deleteBaseTable).
    """
    id = params["configuredTableAssociationIdentifier"]
    association = find_child(ctx, _KIND, params["membershipIdentifier"], id)
    if association is None:
        return missing(ctx, not_found(CONFIGURED_TABLE_ASSOCIATION, id))
    if ctx.switches.delete_base_table == "409" and departure.children(ctx, association):
        raise subresources_exist(
            CONFIGURED_TABLE_ASSOCIATION, id, "Intermediate tables were made of this table; delete them first"
        )
    departure.remove_table(ctx, _KIND, association, moment_in(ctx, association))
    return {}


def own_association(ctx: Context, params: dict[str, Any]) -> Document:
    """The association that the parameters name. Raises ResourceNotFoundException."""
    id = params["configuredTableAssociationIdentifier"]
    association = find_child(ctx, _KIND, params["membershipIdentifier"], id)
    if association is None:
        raise not_found(CONFIGURED_TABLE_ASSOCIATION, id)
    return association


def check_name_is_free(ctx: Context, collaboration_id: str, name: str) -> None:
    """Raise ConflictException if a table of the collaboration has the name, in whatever case.

    Names are unique across all tables of a collaboration (service guide, creating an intermediate table).
    """
    for table in tables_of(ctx, collaboration_id):
        if table["name"].lower() == name.lower():
            raise already_exists(
                CONFIGURED_TABLE_ASSOCIATION,
                table["id"],
                f"The collaboration has a table with the name {name} already; choose another one",
            )


def child_resources(ctx: Context, table: Document) -> list[dict[str, Any]]:
    """The intermediate tables of the collaboration made directly of an association or intermediate table."""
    present = {each["id"] for each in tables_of(ctx, table["collaborationId"])}
    return [
        {
            "resourceId": each["id"],
            "resourceType": "INTERMEDIATE_TABLE",
            "resourceName": each["name"],
            "ownerAccountId": each["_account"],
            "resourceStatus": intermediate_state.status(ctx, each),
        }
        for each in departure.children(ctx, table)
        if each["id"] in present
    ]


def _check_not_there_already(ctx: Context, table: Document, siblings: list[Document]) -> None:
    same = next((each for each in siblings if each["configuredTableId"] == table["id"]), None)
    if same is not None and ctx.switches.same_table_twice == "409":
        raise already_exists(CONFIGURED_TABLE_ASSOCIATION, same["id"], f"The table is associated already, as {same['name']}")


def _shown(ctx: Context, association: Document) -> Document:
    return {**_summary(association), "childResources": child_resources(ctx, association)}


def _summary(association: Document) -> Document:
    return {**association, "analysisRuleTypes": list(association["_rules"])}
