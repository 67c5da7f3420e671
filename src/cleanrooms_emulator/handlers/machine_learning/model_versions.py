"""The versions of a trained model.

Incremental training makes a new version of the model it starts from, under the same ARN; the base version has no
identifier (model, CreateTrainedModelResponse and IncrementalTrainingDataChannel). Each version is a document of its
own, that of the base under the id in the ARN; `_position` is the base's place in lists.
"""

from __future__ import annotations

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.machine_learning.ml_refusals import missing
from cleanrooms_emulator.world.store import Document


def versions_of(ctx: Context, base: Document) -> list[Document]:
    """All versions of a model, the base first."""
    return [each for each in ctx.store.all(kinds.TRAINED_MODEL) if each["arn"] == base["arn"]]


def version_or_latest(ctx: Context, base: Document, version: str | None) -> Document:
    """The version with this identifier, or the latest one. Raises ResourceNotFoundException."""
    return versions_of(ctx, base)[-1] if version is None else _version(ctx, base, version)


def version_or_base(ctx: Context, base: Document, version: str | None) -> Document:
    """The version with this identifier, or the base. Raises ResourceNotFoundException."""
    return base if version is None else _version(ctx, base, version)


def latest_versions(ctx: Context, documents: list[Document]) -> list[Document]:
    """The latest version of each model among these (that lists show these is an assumption)."""
    return [versions_of(ctx, each)[-1] for each in documents if each["versionIdentifier"] is None]


def model_position(version: Document) -> str:
    """A key of pages with one version of each model, in the order in which the base versions were created."""
    return str(version["_position"])


def _version(ctx: Context, base: Document, version: str) -> Document:
    for each in versions_of(ctx, base):
        if each["versionIdentifier"] == version:
            return each
    raise missing(f"Version {version} of {base['arn']}")
