"""What is made with an algorithm association, and so keeps it from being deleted."""

from __future__ import annotations

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.machine_learning.collaboration_resources import shared_resources
from cleanrooms_emulator.handlers.machine_learning.status_schedule import ENDED, status
from cleanrooms_emulator.handlers.memberships.own_memberships import collaboration_of
from cleanrooms_emulator.world.store import Document


def users_of(ctx: Context, association: Document) -> list[Document]:
    """Input channels and trained models in the collaboration that have not ended.

    Which resources count is an assumption; the model only says that one depends on another. Inference jobs hold their
    channel, and with it the association.
    """
    arn = association["arn"]
    collaboration = collaboration_of(ctx, association)
    channels = [
        each
        for each in shared_resources(ctx, kinds.ML_INPUT_CHANNEL, collaboration)
        if arn in each["configuredModelAlgorithmAssociations"]
    ]
    models = [
        each
        for each in shared_resources(ctx, kinds.TRAINED_MODEL, collaboration)
        if each["configuredModelAlgorithmAssociationArn"] == arn
    ]
    return [each for each in [*channels, *models] if status(each, ctx.now) not in ENDED]
