"""Which inference jobs read a trained model now, and so keep its output from being deleted."""

from __future__ import annotations

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.machine_learning.status_schedule import CREATING, status
from cleanrooms_emulator.world.store import Document


def inferences_with(ctx: Context, model: Document) -> list[Document]:
    """Inference jobs with this version of the model that have not come to an end (model, ConflictException)."""
    return [
        each
        for each in ctx.store.all(kinds.TRAINED_MODEL_INFERENCE_JOB)
        if each["trainedModelArn"] == model["arn"]
        and each["trainedModelVersionIdentifier"] == model["versionIdentifier"]
        and status(each, ctx.now) in CREATING
    ]
