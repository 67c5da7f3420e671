"""Trained models as the API shows them, and as all members see them: GetCollaborationTrainedModel and its list."""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.machine_learning.collaboration_resources import (
    listed_collaboration,
    shared_resource,
    shared_resources,
    wire_members,
)
from cleanrooms_emulator.handlers.machine_learning.model_versions import latest_versions, model_position, version_or_latest
from cleanrooms_emulator.handlers.machine_learning.status_schedule import reached
from cleanrooms_emulator.handlers.visibility import visible_collaboration
from cleanrooms_emulator.pagination import paginate
from cleanrooms_emulator.registry import operation
from cleanrooms_emulator.world.store import Document

_KIND = kinds.TRAINED_MODEL


@operation("GetCollaborationTrainedModel", service="cleanroomsml")
def get_collaboration_trained_model(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read a model of any member: the version named, or the latest.

    Hyperparameters, environment, data channels, key and tags are not in the answer's shape.
    """
    collaboration = visible_collaboration(ctx, params["collaborationIdentifier"])
    base = shared_resource(ctx, _KIND, collaboration, params["trainedModelArn"])
    return shown_model(ctx, version_or_latest(ctx, base, params.get("versionIdentifier")))


@operation("ListCollaborationTrainedModels", service="cleanroomsml")
def list_collaboration_trained_models(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """List the models of all members, each with its latest version."""
    collaboration = listed_collaboration(ctx, params["collaborationIdentifier"])
    return paginate(
        ctx,
        [shown_model(ctx, each) for each in latest_versions(ctx, shared_resources(ctx, _KIND, collaboration))],
        params,
        result_key="collaborationTrainedModels",
        key=model_position,
        operation="ListCollaborationTrainedModels",
    )


def shown_model(ctx: Context, model: Document) -> Document:
    """A version of a model with what follows from the clock."""
    return {**wire_members(model), **reached(model, ctx.now), "trainedModelArn": model["arn"]}
