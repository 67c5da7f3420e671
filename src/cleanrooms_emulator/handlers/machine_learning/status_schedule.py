"""Statuses that move with the service's clock.

A resource stores when it will have which status, so that its status is a matter of reading the clock. Whoever
deletes or cancels it adds what happens instead. The order of the statuses comes
from the model (MLInputChannelStatus, TrainedModelStatus, TrainedModelInferenceJobStatus); the durations are this
service's own.
"""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.world.store import Document

Schedule = list[list[Any]]
"""Pairs of a moment in epoch seconds and the status from then on. Of those that apply the last one listed counts."""

CREATE_PENDING, CREATE_IN_PROGRESS, CREATE_FAILED = "CREATE_PENDING", "CREATE_IN_PROGRESS", "CREATE_FAILED"
CANCEL_PENDING = "CANCEL_PENDING"
ACTIVE, INACTIVE = "ACTIVE", "INACTIVE"
CREATING = (CREATE_PENDING, CREATE_IN_PROGRESS)
ENDED = (INACTIVE, CREATE_FAILED)

PENDING_SECONDS = 5.0
CREATION_SECONDS = 60.0
"""From the request to ACTIVE."""
WINDING_UP_SECONDS = 30.0
"""From a request to delete or cancel to INACTIVE."""

_DAY = 86_400.0


def creation(start: float, *, retention_days: int | None = None) -> Schedule:
    """A creation that succeeds. With a retention the resource is INACTIVE so many days after it became ACTIVE.

    Source: model, retentionInDays of CreateMLInputChannel; what the days count from is an assumption.
    """
    active = start + CREATION_SECONDS
    schedule: Schedule = [[start, CREATE_PENDING], [start + PENDING_SECONDS, CREATE_IN_PROGRESS], [active, ACTIVE]]
    return schedule if retention_days is None else [*schedule, [active + retention_days * _DAY, INACTIVE]]


def failing_creation(start: float, *, at_once: bool) -> Schedule:
    """A creation that fails: instead of beginning its work, or at the end of it."""
    if at_once:
        return [[start, CREATE_PENDING], [start + PENDING_SECONDS, CREATE_FAILED]]
    working = [start + PENDING_SECONDS, CREATE_IN_PROGRESS]
    return [[start, CREATE_PENDING], working, [start + CREATION_SECONDS, CREATE_FAILED]]


def deletion(document: Document, now: float) -> Schedule:
    """The document's schedule when its data is deleted from now on."""
    return _winding_up(document, now, "DELETE")


def cancellation(document: Document, now: float) -> Schedule:
    """The document's schedule when its creation is cancelled from now on."""
    return _winding_up(document, now, "CANCEL")


def has_ended(document: Document, now: float) -> bool:
    """Whether the document is of something with a schedule that is over."""
    return "_schedule" in document and status(document, now) in ENDED


def status(document: Document, now: float) -> str:
    """The status at this moment."""
    return str(_current(document, now)[1])


def changed(document: Document, now: float) -> float:
    """Since when the document has its present status, in epoch seconds."""
    return float(_current(document, now)[0])


def was_cancelled(document: Document, now: float) -> bool:
    """Whether the document was cancelled, however far that has come."""
    return any(pair[0] <= now and pair[1] == CANCEL_PENDING for pair in document["_schedule"])


def reached(document: Document, now: float) -> dict[str, Any]:
    """The members of an answer that follow from the clock."""
    current = status(document, now)
    details = document.get("_failure") if current == CREATE_FAILED else None
    return {"status": current, "statusDetails": details, "updateTime": changed(document, now)}


def _winding_up(document: Document, now: float, verb: str) -> Schedule:
    return [
        *document["_schedule"],
        [now, f"{verb}_PENDING"],
        [now + PENDING_SECONDS, f"{verb}_IN_PROGRESS"],
        [now + WINDING_UP_SECONDS, INACTIVE],
    ]


def _current(document: Document, now: float) -> list[Any]:
    schedule: Schedule = document["_schedule"]
    past = [pair for pair in schedule if pair[0] <= now]
    return past[-1] if past else schedule[0]
