"""Configured model algorithms, an account's own: Create, Get, List and DeleteConfiguredModelAlgorithm.

An algorithm cannot be changed; it is deleted and made anew (service guide, configuring a model algorithm).
"""

from __future__ import annotations

import re
from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds, quotas, tags
from cleanrooms_emulator.handlers.machine_learning.collaboration_resources import (
    attached_tags,
    check_name_is_free,
    check_own_role,
)
from cleanrooms_emulator.handlers.machine_learning.ml_refusals import conflict, invalid, missing
from cleanrooms_emulator.handlers.tables.own_resources import oldest_first
from cleanrooms_emulator.pagination import paginate
from cleanrooms_emulator.registry import operation
from cleanrooms_emulator.world.store import Document

_COPIED = ("name", "description", "roleArn", "trainingContainerConfig", "inferenceContainerConfig", "kmsKeyArn")
_CONTAINERS = ("trainingContainerConfig", "inferenceContainerConfig")
_IMAGE = re.compile(r"[^/@:\s]+(:\d+)?/[^@:\s]+(:[\w.-]+)?")


@operation("CreateConfiguredModelAlgorithm", service="cleanroomsml")
def create_configured_model_algorithm(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Configure a container image as an algorithm."""
    check_own_role(ctx, params["roleArn"])
    for container in _CONTAINERS:
        if params.get(container) is not None:
            _check_image(f"{container}.imageUri", params[container]["imageUri"])
    kind = kinds.CONFIGURED_MODEL_ALGORITHM
    check_name_is_free(ctx, kind, params["name"], {"_account": ctx.account, "_region": ctx.region})
    quotas.ensure_within(ctx.store, quotas.MODEL_ALGORITHMS, len(_own(ctx)) + 1)
    id = ctx.new_id()
    algorithm: Document = {
        **{name: params.get(name) for name in _COPIED},
        "id": id,
        "arn": ctx.arn("configured-model-algorithm", id),
        "createTime": ctx.now,
        "updateTime": ctx.now,
        "_account": ctx.account,
        "_region": ctx.region,
    }
    tags.attach(ctx, algorithm["arn"], params.get("tags"))
    ctx.store.put(kind, id, algorithm)
    return {"configuredModelAlgorithmArn": algorithm["arn"]}


@operation("GetConfiguredModelAlgorithm", service="cleanroomsml")
def get_configured_model_algorithm(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read one of the caller's algorithms."""
    algorithm = own_algorithm(ctx, params["configuredModelAlgorithmArn"])
    return {**_shown(algorithm), "tags": attached_tags(ctx, algorithm)}


@operation("ListConfiguredModelAlgorithms", service="cleanroomsml")
def list_configured_model_algorithms(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """List the caller's algorithms."""
    return paginate(
        ctx,
        [_shown(each) for each in _own(ctx)],
        params,
        result_key="configuredModelAlgorithms",
        key=oldest_first,
        operation="ListConfiguredModelAlgorithms",
    )


@operation("DeleteConfiguredModelAlgorithm", service="cleanroomsml")
def delete_configured_model_algorithm(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Delete an algorithm that is not associated to any collaboration (model, ConflictException)."""
    algorithm = own_algorithm(ctx, params["configuredModelAlgorithmArn"])
    for each in ctx.store.all(kinds.CONFIGURED_MODEL_ALGORITHM_ASSOCIATION):
        if each["configuredModelAlgorithmArn"] == algorithm["arn"]:
            raise conflict(f"The algorithm is still associated: {each['arn']}; delete the association first")
    ctx.store.delete(kinds.CONFIGURED_MODEL_ALGORITHM, algorithm["id"])
    tags.detach(ctx, algorithm["arn"])
    return {}


def own_algorithm(ctx: Context, arn: str) -> Document:
    """An algorithm of the caller in this Region; others' do not exist for it."""
    algorithm = ctx.store.get(kinds.CONFIGURED_MODEL_ALGORITHM, arn.rpartition("/")[2])
    if algorithm is None or algorithm["arn"] != arn or not _is_own(ctx, algorithm):
        raise missing(arn)
    return algorithm


def _own(ctx: Context) -> list[Document]:
    return [each for each in ctx.store.all(kinds.CONFIGURED_MODEL_ALGORITHM) if _is_own(ctx, each)]


def _is_own(ctx: Context, algorithm: Document) -> bool:
    return bool(algorithm["_account"] == ctx.account and algorithm["_region"] == ctx.region)


def _shown(algorithm: Document) -> Document:
    return {**algorithm, "configuredModelAlgorithmArn": algorithm["arn"]}


def _check_image(member: str, image: str) -> None:
    """Refuse an image path that is not registry/repository[:tag] (model, ContainerConfig)."""
    if _IMAGE.fullmatch(image) is None:
        raise invalid(member, f"Image {image!r} is not of the form registry/repository[:tag]")
