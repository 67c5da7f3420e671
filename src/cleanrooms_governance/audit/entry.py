"""What is noted about one writing call, and what somebody needs who notes it."""

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Protocol

from cleanrooms_governance.text import plain


class Result(StrEnum):
    """What became of a call. One that was certainly never sent is not noted."""

    DONE = "done"
    REFUSED = "refused"
    LOST = "lost"
    """No usable answer came: it may or may not have had its effect."""


@dataclass(frozen=True, slots=True)
class Mandate:
    """On whose behalf something is written.

    Parameters: ``stack`` is ``<project>/<stack>``; ``key`` the path in the stack file (``collaborations.sales``); ``plan`` the
    fingerprint of the plan that is carried out, empty where there is none; ``by`` the command.
    """

    stack: str = ""
    key: str = ""
    plan: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One writing call.

    Parameters: ``time`` is when it was sent. ``way`` is how the account is acted as (a role's ARN, ``profile <name>`` or
    ``environment``), ``session`` the name of the role's session. ``target`` names what is acted on, by kind. ``before`` and
    ``after`` hold what the call changes, in the service's own spelling: as it was last read, and as it was sent; ``None`` where
    there is nothing. ``request_id`` and ``code`` are the service's.
    """

    time: datetime
    account: str
    region: str
    way: str
    session: str
    operation: str
    target: Mapping[str, str]
    before: Any
    after: Any
    mandate: Mandate
    result: Result = Result.DONE
    request_id: str = ""
    code: str = ""

    def line(self) -> str:
        """Return the entry as one line of JSON, in ASCII: what others wrote in it steers no terminal and breaks no line."""
        document = {
            "time": self.time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "account": self.account,
            "region": self.region,
            "role": self.way,
            "session": self.session,
            "operation": self.operation,
            "target": dict(self.target),
            "before": self.before,
            "after": self.after,
            "stack": self.mandate.stack,
            "key": self.mandate.key,
            "plan": self.mandate.plan,
            "by": self.mandate.by,
            "requestId": plain(self.request_id),
            "result": self.result.value,
            "code": plain(self.code),
        }
        return json.dumps(document, ensure_ascii=True, default=str).replace("\x7f", "\\u007f")


Note = Callable[[AuditEntry], None]


class AuditLog(Protocol):
    """Where entries go."""

    def opened(self) -> AbstractContextManager[Note]:
        """Make ready for one call, which is made inside the block; what it gives appends the entry, for good when it returns.

        Raises: ``AuditFailed`` on entering, so that nothing is called, or when an entry cannot be appended.
        """
