"""Times within a collaboration: strictly increasing, so that the order of changes can always be told."""

from __future__ import annotations

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.world.store import Document


def advanced(ctx: Context, collaboration: Document) -> Document:
    """The collaboration with its latest moment moved to now, or one millisecond on if it was there already."""
    latest: float = collaboration.get("_latest", 0.0)
    moment = max(round(ctx.now * 1000), round(latest * 1000) + 1) / 1000
    return {**collaboration, "_latest": moment}


def latest(collaboration: Document) -> float:
    """The moment of the latest change in the collaboration, in epoch seconds with milliseconds."""
    return float(collaboration["_latest"])
