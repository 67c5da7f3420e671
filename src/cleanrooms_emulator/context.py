"""What a handler knows about the call it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cleanrooms_emulator.switches import Switches
    from cleanrooms_emulator.world.store import Store


@dataclass(frozen=True, slots=True)
class Context:
    """One call: who calls, from where, what the world holds, and what time it is there.

    `service` is the signing name ("cleanrooms", "cleanrooms-ml", "sts"), which is also the service part of ARNs.
    `now` is the service's time in epoch seconds with milliseconds. `new_id` gives a fresh lower-case UUID.
    """

    account: str
    principal: str
    region: str
    service: str
    store: Store
    now: float
    switches: Switches
    new_id: Callable[[], str]

    def arn(self, kind: str, id: str, account: str | None = None) -> str:
        """The ARN of a resource of this service and region, owned by `account` (the caller when absent)."""
        return f"arn:aws:{self.service}:{self.region}:{account or self.account}:{kind}/{id}"
