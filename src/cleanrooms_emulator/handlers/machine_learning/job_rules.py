"""What training and inference need alike: an algorithm with a container, input channels, a free place."""

from __future__ import annotations

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds, quotas
from cleanrooms_emulator.handlers.machine_learning.collaboration_resources import shared_resource
from cleanrooms_emulator.handlers.machine_learning.ml_refusals import conflict, invalid
from cleanrooms_emulator.handlers.machine_learning.status_schedule import ACTIVE, CREATING, status
from cleanrooms_emulator.handlers.quotas import Quota
from cleanrooms_emulator.world.store import Document

_ASSOCIATION = "configuredModelAlgorithmAssociationArn"


def check_algorithm(ctx: Context, collaboration: Document, association_arn: str, container: str) -> None:
    """Refuse an association that is not in the collaboration, or whose algorithm lacks the `container` config.

    Raises ResourceNotFoundException and ValidationException (model, CreateConfiguredModelAlgorithm: both containers
    are optional there, each is for one of the two purposes).
    """
    association = shared_resource(ctx, kinds.CONFIGURED_MODEL_ALGORITHM_ASSOCIATION, collaboration, association_arn)
    algorithm_id = association["configuredModelAlgorithmArn"].rpartition("/")[2]
    algorithm = ctx.store.get(kinds.CONFIGURED_MODEL_ALGORITHM, algorithm_id)
    if algorithm is None:
        raise LookupError(f"association {association_arn} has lost its algorithm")
    if algorithm.get(container) is None:
        raise invalid(_ASSOCIATION, f"The algorithm of the association has no {container}")


def active_channel(ctx: Context, collaboration: Document, arn: str, association_arn: str, member: str) -> Document:
    """An ACTIVE channel of the collaboration that was made for this algorithm association.

    Raises ResourceNotFoundException, ConflictException for one that is not ACTIVE, and ValidationException on the
    input member for one that was made for another association (assumption: tables allow associations one by one).
    """
    channel = shared_resource(ctx, kinds.ML_INPUT_CHANNEL, collaboration, arn)
    current = status(channel, ctx.now)
    if current != ACTIVE:
        raise conflict(f"ML input channel {arn} is {current}, not {ACTIVE}")
    if association_arn not in channel["configuredModelAlgorithmAssociations"]:
        raise invalid(member, f"ML input channel {arn} was not created for {association_arn}")
    return channel


def check_places(ctx: Context, kind: str, membership: Document, of_membership: Quota, of_account: Quota) -> None:
    """Refuse one more training or inference than the membership, or the account in this Region, may have going."""
    going = [
        each
        for each in ctx.store.all(kind)
        if each["_account"] == ctx.account and each["_region"] == ctx.region and status(each, ctx.now) in CREATING
    ]
    here = [each for each in going if each["membershipId"] == membership["id"]]
    quotas.ensure_within(ctx.store, of_membership, len(here) + 1)
    quotas.ensure_within(ctx.store, of_account, len(going) + 1)
