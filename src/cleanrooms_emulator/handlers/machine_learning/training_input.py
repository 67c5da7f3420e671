"""What a model is trained with: data channels, and the model that an incremental training starts from."""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.machine_learning.collaboration_resources import own_resource
from cleanrooms_emulator.handlers.machine_learning.job_rules import active_channel
from cleanrooms_emulator.handlers.machine_learning.ml_refusals import conflict, invalid
from cleanrooms_emulator.handlers.machine_learning.model_versions import version_or_latest
from cleanrooms_emulator.handlers.machine_learning.status_schedule import ACTIVE, status
from cleanrooms_emulator.world.store import Document

MAX_CHANNELS = 20
"""Data channels and incremental ones together (model, CreateTrainedModelRequest)."""


def check_channel_names(params: dict[str, Any]) -> None:
    """Refuse too many channels, or two of one name (model, CreateTrainedModelRequest and its channels)."""
    together = [*params["dataChannels"], *(params.get("incrementalTrainingDataChannels") or [])]
    if len(together) > MAX_CHANNELS:
        raise invalid("dataChannels", f"A training has at most {MAX_CHANNELS} channels, these are {len(together)}")
    names = [each["channelName"] for each in together]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise invalid("dataChannels", f"Channel names are unique within a training: {', '.join(twice)}")


def data_channels(ctx: Context, collaboration: Document, params: dict[str, Any]) -> list[Document]:
    """The ML input channels that a training reads."""
    association = params["configuredModelAlgorithmAssociationArn"]
    return [
        active_channel(
            ctx, collaboration, each["mlInputChannelArn"], association, f"dataChannels.{number}.member.mlInputChannelArn"
        )
        for number, each in enumerate(params["dataChannels"], 1)
    ]


def starting_version(ctx: Context, params: dict[str, Any]) -> Document | None:
    """The version of one of the caller's models that an incremental training starts from, if it is one.

    Raises ResourceNotFoundException, and ConflictException unless the version is ACTIVE.
    """
    for channel in params.get("incrementalTrainingDataChannels") or []:
        base = own_resource(ctx, kinds.TRAINED_MODEL, params["membershipIdentifier"], channel["trainedModelArn"])
        version = version_or_latest(ctx, base, channel.get("versionIdentifier"))
        current = status(version, ctx.now)
        if current != ACTIVE:
            raise conflict(f"Trained model {base['arn']} is {current}, not {ACTIVE}")
        return version
    return None
