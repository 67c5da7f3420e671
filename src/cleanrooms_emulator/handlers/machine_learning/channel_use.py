"""Which jobs read an input channel now, and so keep its data from being deleted."""

from __future__ import annotations

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.machine_learning.status_schedule import CREATING, status
from cleanrooms_emulator.world.store import Document


def jobs_with(ctx: Context, channel: Document) -> list[Document]:
    """Trainings and inferences with the channel that have not come to an end (model, ConflictException)."""
    return [
        each
        for kind in (kinds.TRAINED_MODEL, kinds.TRAINED_MODEL_INFERENCE_JOB)
        for each in ctx.store.all(kind)
        if channel["arn"] in each["_channels"] and status(each, ctx.now) in CREATING
    ]
