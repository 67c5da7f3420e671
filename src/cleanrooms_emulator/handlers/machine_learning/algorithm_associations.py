"""Configured model algorithms in a collaboration: the operations on ConfiguredModelAlgorithmAssociation.

An association makes its owner's algorithm usable for the member who can query; it cannot be changed (service
guide, associating a model algorithm).
"""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds, quotas, tags
from cleanrooms_emulator.handlers.machine_learning import association_policies
from cleanrooms_emulator.handlers.machine_learning.association_use import users_of
from cleanrooms_emulator.handlers.machine_learning.collaboration_resources import (
    acting_membership,
    attached_tags,
    check_name_is_free,
    listed_collaboration,
    new_resource,
    own_resource,
    own_resources,
    shared_resource,
    shared_resources,
    wire_members,
)
from cleanrooms_emulator.handlers.machine_learning.configured_model_algorithms import own_algorithm
from cleanrooms_emulator.handlers.machine_learning.ml_refusals import conflict
from cleanrooms_emulator.handlers.memberships.own_memberships import collaboration_of
from cleanrooms_emulator.handlers.tables.own_resources import oldest_first
from cleanrooms_emulator.handlers.visibility import visible_collaboration
from cleanrooms_emulator.pagination import paginate
from cleanrooms_emulator.registry import operation
from cleanrooms_emulator.world.store import Document

_KIND = kinds.CONFIGURED_MODEL_ALGORITHM_ASSOCIATION
_ARN = "configuredModelAlgorithmAssociationArn"


@operation("CreateConfiguredModelAlgorithmAssociation", service="cleanroomsml")
def create_association(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Bring one of the caller's algorithms into a collaboration."""
    membership = acting_membership(ctx, params["membershipIdentifier"])
    algorithm = own_algorithm(ctx, params["configuredModelAlgorithmArn"])
    association_policies.check(collaboration_of(ctx, membership), params.get("privacyConfiguration"))
    check_name_is_free(ctx, _KIND, params["name"], {"membershipId": membership["id"]})
    present = own_resources(ctx, _KIND, membership["id"])
    quotas.ensure_within(ctx.store, quotas.MODEL_ALGORITHM_ASSOCIATIONS, len(present) + 1)
    association = {
        **new_resource(ctx, membership, "configured-model-algorithm-association", params),
        "configuredModelAlgorithmArn": algorithm["arn"],
        "privacyConfiguration": params.get("privacyConfiguration"),
    }
    tags.attach(ctx, association["arn"], params.get("tags"))
    ctx.store.put(_KIND, association["id"], association)
    return {_ARN: association["arn"]}


@operation("GetConfiguredModelAlgorithmAssociation", service="cleanroomsml")
def get_association(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read one of the caller's associations."""
    association = own_resource(ctx, _KIND, params["membershipIdentifier"], params[_ARN])
    return {**_shown(association), "tags": attached_tags(ctx, association)}


@operation("ListConfiguredModelAlgorithmAssociations", service="cleanroomsml")
def list_associations(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """List the associations of one of the caller's memberships."""
    return paginate(
        ctx,
        [_shown(each) for each in own_resources(ctx, _KIND, params["membershipIdentifier"])],
        params,
        result_key="configuredModelAlgorithmAssociations",
        key=oldest_first,
        operation="ListConfiguredModelAlgorithmAssociations",
    )


@operation("DeleteConfiguredModelAlgorithmAssociation", service="cleanroomsml")
def delete_association(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Take an algorithm out of the collaboration, once nothing is made with it (model, ConflictException)."""
    association = own_resource(ctx, _KIND, params["membershipIdentifier"], params[_ARN])
    users = users_of(ctx, association)
    if users:
        raise conflict(f"The association is in use: {', '.join(each['arn'] for each in users)}")
    ctx.store.delete(_KIND, association["id"])
    tags.detach(ctx, association["arn"])
    return {}


@operation("GetCollaborationConfiguredModelAlgorithmAssociation", service="cleanroomsml")
def get_collaboration_association(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read an association of any member; tags stay with their owner."""
    collaboration = visible_collaboration(ctx, params["collaborationIdentifier"])
    return _shown(shared_resource(ctx, _KIND, collaboration, params[_ARN]))


@operation("ListCollaborationConfiguredModelAlgorithmAssociations", service="cleanroomsml")
def list_collaboration_associations(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """List the associations of all members."""
    collaboration = listed_collaboration(ctx, params["collaborationIdentifier"])
    return paginate(
        ctx,
        [_shown(each) for each in shared_resources(ctx, _KIND, collaboration)],
        params,
        result_key="collaborationConfiguredModelAlgorithmAssociations",
        key=oldest_first,
        operation="ListCollaborationConfiguredModelAlgorithmAssociations",
    )


def _shown(association: Document) -> Document:
    return {**wire_members(association), _ARN: association["arn"]}
