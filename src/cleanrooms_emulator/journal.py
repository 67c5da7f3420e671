"""What was called: one entry for each call, for tests and for people who want to see what a program did.

The journal is kept in memory and begins anew with every start of the service: it tells what this process was asked, and a
call costs no write. What a restarted service has to know (documents, clock, counters of fault rules) is in the store.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import Any

CAPACITY = 20_000
"""Entries kept; older ones are forgotten, so that a service that runs for days does not grow."""

LARGEST_BODY = 64 * 1024
"""Bytes of a call's body up to which its parameters are kept, for the same reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One call.

    `service` is botocore's name ("cleanrooms", "cleanroomsml", "sts"). What could not be found out about a call that was
    refused early is None; `parameters` are then empty, as they are for a body of more than `LARGEST_BODY`. `status` is that
    of the service's answer, even if a fault then kept it from the caller; it is None when a fault kept the call from the
    service. `error` is the code of a refusal, `fault` the kind of the fault rule that was applied, or "steady" for a call
    that came too fast for the rates. `missing` is the permission that policies did not give ("ACTION on ARN"). `time` is
    the service's.
    """

    sequence: int
    time: float
    request_id: str
    account: str | None = None
    principal: str | None = None
    region: str | None = None
    service: str | None = None
    operation: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    status: int | None = None
    error: str | None = None
    fault: str | None = None
    missing: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object, `request_id` being `requestId`."""
        document = {each.name: getattr(self, each.name) for each in fields(self)}
        document["requestId"] = document.pop("request_id")
        return document


class Recording:
    """What has been found out about a call that is being answered."""

    def __init__(self, time: float, request_id: str) -> None:
        self.request_id = request_id
        self._found_out: dict[str, Any] = {"time": time, "request_id": request_id}

    def note(self, **found_out: Any) -> None:
        """Set fields of the entry."""
        self._found_out.update(found_out)

    def note_parameters(self, parameters: Mapping[str, Any], body_bytes: int) -> None:
        """Set the parameters, unless they are too large to be kept."""
        if body_bytes <= LARGEST_BODY:
            self.note(parameters=parameters)

    def entry(self, sequence: int) -> Entry:
        """The entry, when the call has been answered."""
        return Entry(sequence=sequence, **self._found_out)


class Journal:
    """Entries in the order in which calls were answered. Sequence numbers begin at 1 and are never used again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: deque[Entry] = deque(maxlen=CAPACITY)
        self._last = 0

    @contextmanager
    def recording(self, time: float, request_id: str) -> Iterator[Recording]:
        """Add an entry when the block is left, with what was noted in it; a failure of the service is noted too."""
        recording = Recording(time, request_id)
        try:
            yield recording
        except BaseException:
            recording.note(status=500, error="InternalFailure")
            raise
        finally:
            with self._lock:
                self._last += 1
                self._entries.append(recording.entry(self._last))

    @property
    def last(self) -> int:
        """The sequence number of the newest entry; 0 before the first."""
        return self._last

    def entries(self, after: int = 0, *, service: str | None = None, operation: str | None = None) -> list[Entry]:
        """Entries with a higher sequence number than `after`, of one service or operation where named."""
        with self._lock:
            entries = list(self._entries)
        return [
            entry
            for entry in entries
            if entry.sequence > after
            and (service is None or entry.service == service)
            and (operation is None or entry.operation == operation)
        ]

    def clear(self) -> None:
        """Forget all entries."""
        with self._lock:
            self._entries.clear()
