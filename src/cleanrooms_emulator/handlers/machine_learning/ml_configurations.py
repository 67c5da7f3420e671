"""Where a member's machine learning output goes: Put, Get and DeleteMLConfiguration. There is one for a membership."""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.collaborations import roster
from cleanrooms_emulator.handlers.machine_learning.collaboration_resources import check_own_role, listed_membership
from cleanrooms_emulator.handlers.machine_learning.ml_refusals import denied, missing
from cleanrooms_emulator.handlers.memberships.own_memberships import own_membership
from cleanrooms_emulator.registry import operation
from cleanrooms_emulator.world.store import Document


@operation("PutMLConfiguration", service="cleanroomsml")
def put_ml_configuration(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Set the configuration of an ACTIVE membership, in place of the one it has."""
    membership = listed_membership(ctx, params["membershipIdentifier"])
    if membership["status"] != roster.ACTIVE:
        raise denied(f"Membership {membership['id']} is {membership['status']}")
    check_own_role(ctx, params["defaultOutputLocation"]["roleArn"])
    present = ctx.store.get(kinds.ML_CONFIGURATION, membership["id"])
    configuration = {
        "membershipIdentifier": membership["id"],
        "defaultOutputLocation": params["defaultOutputLocation"],
        "createTime": ctx.now if present is None else present["createTime"],
        "updateTime": ctx.now,
    }
    ctx.store.put(kinds.ML_CONFIGURATION, membership["id"], configuration)
    return {}


@operation("GetMLConfiguration", service="cleanroomsml")
def get_ml_configuration(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read the configuration of one of the caller's memberships."""
    return _own(ctx, params["membershipIdentifier"])


@operation("DeleteMLConfiguration", service="cleanroomsml")
def delete_ml_configuration(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Delete the configuration of one of the caller's memberships."""
    configuration = _own(ctx, params["membershipIdentifier"])
    ctx.store.delete(kinds.ML_CONFIGURATION, configuration["membershipIdentifier"])
    return {}


def _own(ctx: Context, membership_id: str) -> Document:
    membership = own_membership(ctx, membership_id)
    configuration = ctx.store.get(kinds.ML_CONFIGURATION, membership["id"])
    if configuration is None:
        raise missing(f"An ML configuration of membership {membership_id}")
    return configuration
