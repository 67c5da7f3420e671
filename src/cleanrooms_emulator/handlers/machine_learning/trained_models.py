"""Trained models: Create, Get, List, ListVersions, Cancel and DeleteTrainedModelOutput."""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds, quotas, tags
from cleanrooms_emulator.handlers.analyses.payer_choice import choose_payer
from cleanrooms_emulator.handlers.machine_learning.budgeted_runs import job_run
from cleanrooms_emulator.handlers.machine_learning.collaboration_resources import (
    acting_membership,
    attached_tags,
    check_can_query,
    check_name_is_free,
    deletable_resource,
    new_resource,
    own_resource,
    own_resources,
)
from cleanrooms_emulator.handlers.machine_learning.job_rules import check_algorithm, check_places
from cleanrooms_emulator.handlers.machine_learning.ml_refusals import conflict
from cleanrooms_emulator.handlers.machine_learning.model_use import inferences_with
from cleanrooms_emulator.handlers.machine_learning.model_versions import (
    latest_versions,
    model_position,
    version_or_base,
    version_or_latest,
    versions_of,
)
from cleanrooms_emulator.handlers.machine_learning.model_views import shown_model
from cleanrooms_emulator.handlers.machine_learning.running_jobs import cancel
from cleanrooms_emulator.handlers.machine_learning.status_schedule import ACTIVE, CREATING, deletion, status
from cleanrooms_emulator.handlers.machine_learning.training_input import check_channel_names, data_channels, starting_version
from cleanrooms_emulator.handlers.memberships.own_memberships import collaboration_of
from cleanrooms_emulator.handlers.tables.own_resources import oldest_first
from cleanrooms_emulator.pagination import paginate
from cleanrooms_emulator.registry import operation
from cleanrooms_emulator.world.store import Document

_KIND = kinds.TRAINED_MODEL
_ARN, _VERSION, _PAYER = "trainedModelArn", "versionIdentifier", "mlModelTrainingPayerAccountId"
_COPIED = (
    "configuredModelAlgorithmAssociationArn",
    "hyperparameters",
    "environment",
    "resourceConfig",
    "stoppingCondition",
    "dataChannels",
    "trainingInputMode",
    "kmsKeyArn",
)
_VERSIONS_ON_A_PAGE = 10
"""Model, ListTrainedModelVersionsRequest."""


@operation("CreateTrainedModel", service="cleanroomsml")
def create_trained_model(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Train a model as the member that can query; each table behind its channels is used once more."""
    membership = acting_membership(ctx, params["membershipIdentifier"])
    collaboration = collaboration_of(ctx, membership)
    check_can_query(ctx, collaboration, "train a model")
    check_channel_names(params)
    check_algorithm(ctx, collaboration, params["configuredModelAlgorithmAssociationArn"], "trainingContainerConfig")
    channels = data_channels(ctx, collaboration, params)
    started_from = starting_version(ctx, params)
    if started_from is None:
        check_name_is_free(ctx, _KIND, params["name"], {"membershipId": membership["id"]})
    payer = choose_payer(ctx, collaboration, "modelTraining", params.get(_PAYER), _PAYER)
    check_places(ctx, _KIND, membership, quotas.TRAININGS_OF_MEMBERSHIP, quotas.TRAININGS_OF_ACCOUNT)
    model = {
        **new_resource(ctx, membership, "trained-model", params),
        **{name: params.get(name) for name in _COPIED},
        _PAYER: payer,
        _VERSION: None,
        "_channels": [each["arn"] for each in channels],
    }
    if started_from is None:
        model["_position"] = oldest_first(model)
    else:
        model = _as_version(model, started_from, params)
    present = attached_tags(ctx, model)
    tags.attach(ctx, model["arn"], {**present, **(params.get("tags") or {})})
    ctx.store.put(_KIND, model["id"], job_run(ctx, model, channels))
    return {_ARN: model["arn"], _VERSION: model[_VERSION]}


@operation("GetTrainedModel", service="cleanroomsml")
def get_trained_model(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read one of the caller's models: the version named, or the latest."""
    base = own_resource(ctx, _KIND, params["membershipIdentifier"], params[_ARN])
    model = version_or_latest(ctx, base, params.get(_VERSION))
    return {**shown_model(ctx, model), "tags": attached_tags(ctx, model)}


@operation("ListTrainedModels", service="cleanroomsml")
def list_trained_models(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """List the models of one of the caller's memberships, each with its latest version."""
    own = own_resources(ctx, _KIND, params["membershipIdentifier"])
    return paginate(
        ctx,
        [shown_model(ctx, each) for each in latest_versions(ctx, own)],
        params,
        result_key="trainedModels",
        key=model_position,
        operation="ListTrainedModels",
    )


@operation("ListTrainedModelVersions", service="cleanroomsml")
def list_trained_model_versions(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """List the versions of one of the caller's models."""
    base = own_resource(ctx, _KIND, params["membershipIdentifier"], params[_ARN])
    versions = [shown_model(ctx, each) for each in versions_of(ctx, base)]
    return paginate(
        ctx,
        [each for each in versions if params.get("status") in (None, each["status"])],
        {**params, "maxResults": params.get("maxResults") or _VERSIONS_ON_A_PAGE},
        result_key="trainedModels",
        key=oldest_first,
        operation="ListTrainedModelVersions",
    )


@operation("CancelTrainedModel", service="cleanroomsml")
def cancel_trained_model(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Stop a training that runs: that of the version named, or of the base (model)."""
    base = own_resource(ctx, _KIND, params["membershipIdentifier"], params[_ARN])
    cancel(ctx, _KIND, version_or_base(ctx, base, params.get(_VERSION)))
    return {}


@operation("DeleteTrainedModelOutput", service="cleanroomsml")
def delete_trained_model_output(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Delete what a training made, of the version named or of the base; the model stays, INACTIVE.

    Any ACTIVE member may (service guide, IAM behaviors for custom models). Nothing happens to a model that has ended
    or is being deleted: the operation is idempotent (model).
    """
    base = deletable_resource(ctx, _KIND, params["membershipIdentifier"], params[_ARN])
    model = version_or_base(ctx, base, params.get(_VERSION))
    current = status(model, ctx.now)
    if current in CREATING:
        raise conflict(f"The model is {current}; cancel the training, or wait until it is {ACTIVE}")
    if current == ACTIVE:
        jobs = inferences_with(ctx, model)
        if jobs:
            raise conflict(f"The model is in use: {', '.join(each['arn'] for each in jobs)}")
        ctx.store.put(_KIND, model["id"], {**model, "_schedule": deletion(model, ctx.now)})
    return {}


def _as_version(model: Document, started_from: Document, params: dict[str, Any]) -> Document:
    channel = params["incrementalTrainingDataChannels"][0]
    used = {
        "channelName": channel["channelName"],
        "versionIdentifier": started_from[_VERSION],
        "modelName": started_from["name"],
    }
    return {
        **model,
        "arn": started_from["arn"],
        _VERSION: model["id"],
        "incrementalTrainingDataChannels": [used],
        "_position": started_from["_position"],
    }
