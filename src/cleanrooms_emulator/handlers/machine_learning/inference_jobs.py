"""Trained model inference jobs: Start, Get, List, ListCollaboration and CancelTrainedModelInferenceJob."""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds, quotas, tags
from cleanrooms_emulator.handlers.analyses.payer_choice import choose_payer
from cleanrooms_emulator.handlers.collaborations import roster
from cleanrooms_emulator.handlers.machine_learning.budgeted_runs import job_run
from cleanrooms_emulator.handlers.machine_learning.collaboration_resources import (
    acting_membership,
    attached_tags,
    check_can_query,
    check_name_is_free,
    listed_collaboration,
    new_resource,
    own_resource,
    own_resources,
    shared_resource,
    shared_resources,
    wire_members,
)
from cleanrooms_emulator.handlers.machine_learning.job_rules import active_channel, check_algorithm, check_places
from cleanrooms_emulator.handlers.machine_learning.ml_refusals import conflict, invalid
from cleanrooms_emulator.handlers.machine_learning.model_versions import version_or_latest
from cleanrooms_emulator.handlers.machine_learning.running_jobs import cancel
from cleanrooms_emulator.handlers.machine_learning.status_schedule import ACTIVE, reached, status
from cleanrooms_emulator.handlers.memberships.own_memberships import collaboration_of
from cleanrooms_emulator.handlers.tables.own_resources import oldest_first
from cleanrooms_emulator.pagination import paginate
from cleanrooms_emulator.registry import operation
from cleanrooms_emulator.world.store import Document

_KIND = kinds.TRAINED_MODEL_INFERENCE_JOB
_ARN, _PAYER = "trainedModelInferenceJobArn", "mlModelInferencePayerAccountId"
_MODEL, _VERSION = "trainedModelArn", "trainedModelVersionIdentifier"
_ASSOCIATION = "configuredModelAlgorithmAssociationArn"
_COPIED = (
    "resourceConfig",
    "outputConfiguration",
    "dataSource",
    "containerExecutionParameters",
    "environment",
    "kmsKeyArn",
)


@operation("StartTrainedModelInferenceJob", service="cleanroomsml")
def start_inference_job(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Apply a model as the member that can query; each table behind the input channel is used once more."""
    membership = acting_membership(ctx, params["membershipIdentifier"])
    collaboration = collaboration_of(ctx, membership)
    check_can_query(ctx, collaboration, "run inference")
    model = _active_model(ctx, collaboration, params)
    association = params.get(_ASSOCIATION) or model[_ASSOCIATION]
    check_algorithm(ctx, collaboration, association, "inferenceContainerConfig")
    source = params["dataSource"]["mlInputChannelArn"]
    channel = active_channel(ctx, collaboration, source, association, "dataSource.mlInputChannelArn")
    for number, receiver in enumerate(params["outputConfiguration"]["members"], 1):
        _check_receiver(ctx, collaboration, receiver["accountId"], f"outputConfiguration.members.{number}.member.accountId")
    check_name_is_free(ctx, _KIND, params["name"], {"membershipId": membership["id"]})
    payer = choose_payer(ctx, collaboration, "modelInference", params.get(_PAYER), _PAYER)
    check_places(ctx, _KIND, membership, quotas.INFERENCES_OF_MEMBERSHIP, quotas.INFERENCES_OF_ACCOUNT)
    job = {
        **new_resource(ctx, membership, "trained-model-inference-job", params),
        **{name: params.get(name) for name in _COPIED},
        _MODEL: model["arn"],
        _VERSION: model["versionIdentifier"],
        _ASSOCIATION: association,
        _PAYER: payer,
        "_channels": [channel["arn"]],
    }
    tags.attach(ctx, job["arn"], params.get("tags"))
    ctx.store.put(_KIND, job["id"], job_run(ctx, job, [channel]))
    return {_ARN: job["arn"]}


@operation("GetTrainedModelInferenceJob", service="cleanroomsml")
def get_inference_job(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read one of the caller's jobs."""
    job = own_resource(ctx, _KIND, params["membershipIdentifier"], params[_ARN])
    return {**_shown(ctx, job), "tags": attached_tags(ctx, job)}


@operation("ListTrainedModelInferenceJobs", service="cleanroomsml")
def list_inference_jobs(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """List the jobs of one of the caller's memberships."""
    own = own_resources(ctx, _KIND, params["membershipIdentifier"])
    return _page(ctx, own, params, "trainedModelInferenceJobs", "ListTrainedModelInferenceJobs")


@operation("ListCollaborationTrainedModelInferenceJobs", service="cleanroomsml")
def list_collaboration_inference_jobs(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """List the jobs of all members."""
    shared = shared_resources(ctx, _KIND, listed_collaboration(ctx, params["collaborationIdentifier"]))
    operation_name = "ListCollaborationTrainedModelInferenceJobs"
    return _page(ctx, shared, params, "collaborationTrainedModelInferenceJobs", operation_name)


@operation("CancelTrainedModelInferenceJob", service="cleanroomsml")
def cancel_inference_job(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Stop one of the caller's jobs that runs."""
    cancel(ctx, _KIND, own_resource(ctx, _KIND, params["membershipIdentifier"], params[_ARN]))
    return {}


def _active_model(ctx: Context, collaboration: Document, params: dict[str, Any]) -> Document:
    """The version of a model of the collaboration that the input names, or the latest. Raises as `active_channel`."""
    base = shared_resource(ctx, kinds.TRAINED_MODEL, collaboration, params[_MODEL])
    model = version_or_latest(ctx, base, params.get(_VERSION))
    current = status(model, ctx.now)
    if current != ACTIVE:
        raise conflict(f"Trained model {model['arn']} is {current}, not {ACTIVE}")
    return model


def _check_receiver(ctx: Context, collaboration: Document, account: str, member: str) -> None:
    """Refuse a receiver that has not joined, lacks the ability, or has said nowhere where its output is to go.

    Sources: service guide, prerequisites of custom modeling; the last is an assumption, switch inferenceReceiver.
    """
    entry = roster.find(collaboration, account)
    if entry is None or entry["status"] != roster.ACTIVE:
        raise invalid(member, f"Account {account} is not an active member of the collaboration")
    if "CAN_RECEIVE_INFERENCE_OUTPUT" not in (entry["mlAbilities"] or {}).get("customMLMemberAbilities", []):
        raise invalid(member, f"Account {account} does not have CAN_RECEIVE_INFERENCE_OUTPUT")
    configured = ctx.store.get(kinds.ML_CONFIGURATION, entry["membershipId"]) is not None
    if not configured and ctx.switches.inference_receiver == "configured":
        raise invalid(member, f"Account {account} has no ML configuration, which says where its output goes")


def _page(ctx: Context, jobs: list[Document], params: dict[str, Any], result_key: str, name: str) -> dict[str, Any]:
    chosen = [each for each in jobs if all(params.get(part) in (None, each[part]) for part in (_MODEL, _VERSION))]
    shown = [_shown(ctx, each) for each in chosen]
    return paginate(ctx, shown, params, result_key=result_key, key=oldest_first, operation=name)


def _shown(ctx: Context, job: Document) -> Document:
    return {**wire_members(job), **reached(job, ctx.now), _ARN: job["arn"]}
