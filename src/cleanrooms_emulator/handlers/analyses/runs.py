"""How far a query or job has come: computed from stored times whenever it is read.

The document of a run holds `_acceptTime`, the service's time when it was submitted (`createTime` may be some
milliseconds later, see `timeline`), `_cancelTime` once it was asked to stop, and `_failure` when it is not going to
succeed. How long things take is this service's own choice: a second until the start, five until the end, one to stop.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cleanrooms_emulator.world.store import Document

SUBMITTED, STARTED, SUCCESS, FAILED = "SUBMITTED", "STARTED", "SUCCESS", "FAILED"
CANCELLING, CANCELLED = "CANCELLING", "CANCELLED"
FINAL = (SUCCESS, FAILED, CANCELLED)

SECONDS_TO_START = 1.0
SECONDS_TO_END = 5.0
SECONDS_TO_CANCEL = 1.0
_LONGEST = SECONDS_TO_END + SECONDS_TO_CANCEL

_DEFAULT_WORKERS = 16
_UNITS_OF = {"CR.1X": 1.0, "CR.4X": 4.0, "CR.8X": 8.0}
"""Processing units of one worker, so that bigger workers show bigger bills; not the service's prices."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a run is not going to succeed: `code` as in the model's errors; `early` when it never gets to run."""

    code: str
    message: str
    early: bool

    def stored(self) -> Document:
        """As a run's `_failure`."""
        return {"code": self.code, "message": self.message, "early": self.early}


def status(run: Document, now: float) -> str:
    """The status of a query or job at `now`, in epoch seconds."""
    cancelled = run["_cancelTime"]
    if cancelled is not None:
        return CANCELLING if now < cancelled + SECONDS_TO_CANCEL else CANCELLED
    return _undisturbed(run, now)


def is_final(run: Document, now: float) -> bool:
    """Whether nothing will happen to the run any more; cheap for the many that ended long ago."""
    return now >= run["_acceptTime"] + _LONGEST or status(run, now) in FINAL


def was_executed(run: Document) -> bool:
    """Whether a run that has ended got as far as being executed: one that failed or was cancelled early did not."""
    cancelled = run["_cancelTime"]
    if cancelled is not None:
        return _undisturbed(run, cancelled) == STARTED
    return run["_failure"] is None or not run["_failure"]["early"]


def progress(run: Document, now: float) -> dict[str, Any]:
    """The members of a query or job that change while it runs: status, statistics, error."""
    reached = status(run, now)
    shown: dict[str, Any] = {"status": reached}
    if reached in FINAL and was_executed(run):
        shown["statistics"] = _statistics(run)
    if reached == FAILED:
        failure = run["_failure"]
        shown["error"] = {**failure, "retry": {"retryable": False}}
    return shown


def _undisturbed(run: Document, now: float) -> str:
    """The status that the run has, or had when it was cancelled."""
    if now < run["_acceptTime"] + SECONDS_TO_START:
        return SUBMITTED
    if now < end(run):
        return STARTED
    return SUCCESS if run["_failure"] is None else FAILED


def end(run: Document) -> float:
    """When the run ends, or would have ended had it not been cancelled, in epoch seconds."""
    failure = run["_failure"]
    seconds = SECONDS_TO_START if failure is not None and failure["early"] else SECONDS_TO_END
    return float(run["_acceptTime"]) + seconds


def _statistics(run: Document) -> dict[str, Any]:
    cancelled = run["_cancelTime"]
    seconds = (end(run) if cancelled is None else cancelled + SECONDS_TO_CANCEL) - run["_acceptTime"]
    worker = (run.get("computeConfiguration") or {}).get("worker") or {}
    units = (worker.get("number") or _DEFAULT_WORKERS) * _UNITS_OF[worker.get("type") or "CR.1X"]
    return {
        "totalDurationInMillis": round(seconds * 1000),
        "billedResourceUtilization": {"units": round(units * seconds / 3600, 6)},
    }
