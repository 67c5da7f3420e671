"""ML input channels, the data that models are trained with: the operations on MLInputChannel.

A channel is the result of a query, made once, kept for some days, and never changed (service guide, creating an ML
input channel).
"""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds, quotas, tags
from cleanrooms_emulator.handlers.budgets.views import access_budget
from cleanrooms_emulator.handlers.machine_learning.analysis_allowance import check_allowed
from cleanrooms_emulator.handlers.machine_learning.budgeted_runs import channel_run
from cleanrooms_emulator.handlers.machine_learning.channel_payers import channel_payers
from cleanrooms_emulator.handlers.machine_learning.channel_source import channel_source
from cleanrooms_emulator.handlers.machine_learning.channel_use import jobs_with
from cleanrooms_emulator.handlers.machine_learning.collaboration_resources import (
    acting_membership,
    attached_tags,
    check_can_query,
    check_name_is_free,
    check_own_role,
    deletable_resource,
    listed_collaboration,
    new_resource,
    own_resource,
    own_resources,
    shared_resource,
    shared_resources,
    wire_members,
)
from cleanrooms_emulator.handlers.machine_learning.ml_refusals import conflict
from cleanrooms_emulator.handlers.machine_learning.status_schedule import ACTIVE, CREATING, ENDED, deletion, reached, status
from cleanrooms_emulator.handlers.memberships.own_memberships import collaboration_of
from cleanrooms_emulator.handlers.tables.own_resources import oldest_first
from cleanrooms_emulator.handlers.visibility import visible_collaboration
from cleanrooms_emulator.pagination import paginate
from cleanrooms_emulator.registry import operation
from cleanrooms_emulator.world.store import Document

_KIND = kinds.ML_INPUT_CHANNEL
_ARN = "mlInputChannelArn"
_ASSOCIATIONS = "configuredModelAlgorithmAssociations"
_BUDGETED = ":membership/", "/configuredtableassociation/"


@operation("CreateMLInputChannel", service="cleanroomsml")
def create_ml_input_channel(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Make a channel as the member that can query; its query takes from the tables' budgets now."""
    membership = acting_membership(ctx, params["membershipIdentifier"])
    collaboration = collaboration_of(ctx, membership)
    check_can_query(ctx, collaboration, "create an ML input channel")
    check_own_role(ctx, params["inputChannel"]["roleArn"])
    for arn in params[_ASSOCIATIONS]:
        shared_resource(ctx, kinds.CONFIGURED_MODEL_ALGORITHM_ASSOCIATION, collaboration, arn)
    check_name_is_free(ctx, _KIND, params["name"], {"membershipId": membership["id"]})
    source = channel_source(ctx, collaboration, params["inputChannel"])
    check_allowed(ctx, source, params[_ASSOCIATIONS])
    payers = channel_payers(ctx, collaboration, source, params.get("payerConfiguration"))
    active = [each for each in own_resources(ctx, _KIND, membership["id"]) if status(each, ctx.now) not in ENDED]
    quotas.ensure_within(ctx.store, quotas.ML_INPUT_CHANNELS, len(active) + 1)
    synthetic = source.synthetic_data
    channel = {
        **new_resource(ctx, membership, "ml-input-channel", params),
        _ASSOCIATIONS: params[_ASSOCIATIONS],
        "inputChannel": _with_format(params["inputChannel"]),
        "retentionInDays": params["retentionInDays"],
        "kmsKeyArn": params.get("kmsKeyArn"),
        "payerConfiguration": payers,
        "syntheticDataConfiguration": None if synthetic is None else {"syntheticDataParameters": synthetic},
        "_tables": [each.arn for each in source.tables],
        "_sources": sorted({arn for each in source.tables for arn in each.charged}),
    }
    tags.attach(ctx, channel["arn"], params.get("tags"))
    ctx.store.put(_KIND, channel["id"], channel_run(ctx, channel, source.tables, source.sql))
    return {_ARN: channel["arn"]}


@operation("GetMLInputChannel", service="cleanroomsml")
def get_ml_input_channel(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read one of the caller's channels, with the budgets of its tables as they are now."""
    channel = own_resource(ctx, _KIND, params["membershipIdentifier"], params[_ARN])
    return {**_with_budgets(ctx, channel), "tags": attached_tags(ctx, channel)}


@operation("ListMLInputChannels", service="cleanroomsml")
def list_ml_input_channels(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """List the channels of one of the caller's memberships, ended ones too."""
    return paginate(
        ctx,
        [_shown(ctx, each) for each in own_resources(ctx, _KIND, params["membershipIdentifier"])],
        params,
        result_key="mlInputChannelsList",
        key=oldest_first,
        operation="ListMLInputChannels",
    )


@operation("GetCollaborationMLInputChannel", service="cleanroomsml")
def get_collaboration_ml_input_channel(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read a channel of any member. The query, its role, the key and the tags are not in the answer's shape."""
    collaboration = visible_collaboration(ctx, params["collaborationIdentifier"])
    return _with_budgets(ctx, shared_resource(ctx, _KIND, collaboration, params[_ARN]))


@operation("ListCollaborationMLInputChannels", service="cleanroomsml")
def list_collaboration_ml_input_channels(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """List the channels of all members, ended ones too."""
    collaboration = listed_collaboration(ctx, params["collaborationIdentifier"])
    return paginate(
        ctx,
        [_shown(ctx, each) for each in shared_resources(ctx, _KIND, collaboration)],
        params,
        result_key="collaborationMLInputChannelsList",
        key=oldest_first,
        operation="ListCollaborationMLInputChannels",
    )


@operation("DeleteMLInputChannelData", service="cleanroomsml")
def delete_ml_input_channel_data(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Delete a channel's data; the channel stays, INACTIVE.

    Any ACTIVE member may (service guide, IAM behaviors for custom models). Nothing happens to a channel that has
    ended or is being deleted: the operation is idempotent (model).
    """
    channel = deletable_resource(ctx, _KIND, params["membershipIdentifier"], params[_ARN])
    current = status(channel, ctx.now)
    if current in CREATING:
        raise conflict(f"The channel is {current}; its data can be deleted when it is {ACTIVE}")
    if current == ACTIVE:
        jobs = jobs_with(ctx, channel)
        if jobs:
            raise conflict(f"The channel is in use: {', '.join(each['arn'] for each in jobs)}")
        ctx.store.put(_KIND, channel["id"], {**channel, "_schedule": deletion(channel, ctx.now)})
    return {}


def _shown(ctx: Context, channel: Document) -> Document:
    return {**wire_members(channel), **reached(channel, ctx.now), _ARN: channel["arn"]}


def _with_budgets(ctx: Context, channel: Document) -> Document:
    """With one entry for each budgeted table that the channel comes from.

    The model's BudgetedResourceArn takes configured table associations only, so budgets of intermediate tables are
    left out, and those of their base tables shown.
    """
    budgets = [access_budget(ctx, arn) for arn in channel["_sources"] if all(part in arn for part in _BUDGETED)]
    shown = [each for each in budgets if each is not None]
    return {**_shown(ctx, channel), "privacyBudgets": {"accessBudgets": shown} if shown else None}


def _with_format(input_channel: dict[str, Any]) -> dict[str, Any]:
    """The input with the format that is the default (model, ProtectedQueryInputParameters)."""
    query = input_channel["dataSource"]["protectedQueryInputParameters"]
    filled = {**query, "resultFormat": query.get("resultFormat") or "CSV"}
    return {**input_channel, "dataSource": {"protectedQueryInputParameters": filled}}
