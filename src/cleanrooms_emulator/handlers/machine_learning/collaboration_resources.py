"""Machine learning resources under a membership: whose they are, and who sees them in the collaboration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.collaborations import roster
from cleanrooms_emulator.handlers.machine_learning.ml_refusals import conflict, denied, missing
from cleanrooms_emulator.handlers.memberships.own_memberships import (
    collaboration_of,
    find_own_membership,
    own_membership,
    usable_membership,
)
from cleanrooms_emulator.handlers.tables.own_resources import new_child
from cleanrooms_emulator.handlers.visibility import find_collaboration
from cleanrooms_emulator.world.store import Document


def acting_membership(ctx: Context, membership_id: str) -> Document:
    """The caller's ACTIVE membership. Raises ResourceNotFoundException or ConflictException."""
    return usable_membership(ctx, membership_id, conflict)


def listed_membership(ctx: Context, membership_id: str) -> Document:
    """The caller's membership, for operations that declare no ResourceNotFoundException."""
    membership = find_own_membership(ctx, membership_id)
    if membership is None:
        raise denied(f"Account {ctx.account} has no membership {membership_id}")
    return membership


def listed_collaboration(ctx: Context, collaboration_id: str) -> Document:
    """A collaboration the caller can see, for operations that declare no ResourceNotFoundException."""
    collaboration = find_collaboration(ctx, collaboration_id)
    if collaboration is None:
        raise denied(f"Account {ctx.account} has no access to collaboration {collaboration_id}")
    return collaboration


def check_can_query(ctx: Context, collaboration: Document, action: str) -> None:
    """Refuse everybody but the member who can query (service guide, IAM behaviors for custom models)."""
    if roster.CAN_QUERY not in roster.entry(collaboration, ctx.account)["abilities"]:
        raise denied(f"Only the member with {roster.CAN_QUERY} may {action}")


def check_own_role(ctx: Context, role_arn: str) -> None:
    """Refuse a role of another account (model, InputChannel; taken to hold for the other roles too)."""
    if role_arn.split(":")[4] != ctx.account:
        raise denied(f"Role {role_arn} does not belong to account {ctx.account}; roles cannot be passed across accounts")


def check_name_is_free(ctx: Context, kind: str, name: str, scope: Mapping[str, str]) -> None:
    """Refuse a name that is taken among the documents with the members `scope` (assumption, switch mlNames)."""
    if ctx.switches.ml_names == "free":
        return
    for each in ctx.store.all(kind):
        if each["name"] == name and all(each[member] == value for member, value in scope.items()):
            raise conflict(f"The name {name!r} is taken by {each['arn']}")


def new_resource(ctx: Context, membership: Document, path: str, params: Mapping[str, Any]) -> Document:
    """The members that every resource under a membership has. `path` is the resource part of its ARN before the id."""
    return {**new_child(ctx, membership, path), "name": params["name"], "description": params.get("description")}


def own_resource(ctx: Context, kind: str, membership_id: str, arn: str) -> Document:
    """A resource of the caller under this membership. Raises ResourceNotFoundException."""
    membership = own_membership(ctx, membership_id)
    document = _by_arn(ctx, kind, arn)
    if document is None or document["membershipId"] != membership["id"]:
        raise missing(arn)
    return document


def own_resources(ctx: Context, kind: str, membership_id: str) -> list[Document]:
    """What the caller has of this kind under its membership."""
    membership = listed_membership(ctx, membership_id)
    return [each for each in ctx.store.all(kind) if each["membershipId"] == membership["id"]]


def shared_resource(ctx: Context, kind: str, collaboration: Document, arn: str) -> Document:
    """A resource of any ACTIVE member of the collaboration. Raises ResourceNotFoundException."""
    document = _by_arn(ctx, kind, arn)
    if document is None or not _is_shared(document, collaboration):
        raise missing(arn)
    return document


def deletable_resource(ctx: Context, kind: str, membership_id: str, arn: str) -> Document:
    """What an account may delete through its membership: its own, and as an ACTIVE member any in the collaboration.

    Source: service guide, IAM behaviors for custom models. Raises ResourceNotFoundException.
    """
    membership = own_membership(ctx, membership_id)
    document = _by_arn(ctx, kind, arn)
    if document is not None and document["membershipId"] == membership["id"]:
        return document
    if membership["status"] != roster.ACTIVE:
        raise missing(arn)
    return shared_resource(ctx, kind, collaboration_of(ctx, membership), arn)


def shared_resources(ctx: Context, kind: str, collaboration: Document) -> list[Document]:
    """What all ACTIVE members have of this kind.

    Those of a member that was removed stay its own to read and delete, and are out of the collaboration
    (service guide, removing a member, says so of tables).
    """
    return [each for each in ctx.store.all(kind) if _is_shared(each, collaboration)]


def wire_members(document: Document) -> Document:
    """The document with what this service calls otherwise than the rest of the world does."""
    return {
        **document,
        "membershipIdentifier": document["membershipId"],
        "collaborationIdentifier": document["collaborationId"],
        "creatorAccountId": document["_account"],
    }


def attached_tags(ctx: Context, document: Document) -> dict[str, str]:
    """The tags of a resource, for the answers that show them."""
    tagged = ctx.store.get(kinds.TAGS, document["arn"])
    return tagged["tags"] if tagged is not None else {}


def _by_arn(ctx: Context, kind: str, arn: str) -> Document | None:
    document = ctx.store.get(kind, arn.rpartition("/")[2])
    return document if document is not None and document["arn"] == arn else None


def _is_shared(document: Document, collaboration: Document) -> bool:
    if document["collaborationId"] != collaboration["id"]:
        return False
    member = roster.find(collaboration, document["_account"])
    return member is not None and member["status"] == roster.ACTIVE
