"""How is one API call carried through: paced, sent again where that is harmless, and judged?

All sending again happens here, botocore sends each request once: its own retries would resend a creation whose answer was lost.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from cleanrooms_governance.aws.clients import known_regions
from cleanrooms_governance.aws.failures import Call, IncompleteAnswer, Sending, boundary, translate
from cleanrooms_governance.aws.pace import Lane, Pace
from cleanrooms_governance.errors import AnswerLost, ServiceError, ServiceFailure, Throttled, Unreachable

T = TypeVar("T")
A = TypeVar("A")

Answer = dict[str, Any]

ATTEMPTS = 4
"""Sendings of one call before a failure that is not a 429 stands."""

THROTTLING_PATIENCE = 60.0
"""Seconds without an answer to any call of the lane, counted from a call's first 429, after which another 429 of it stands."""


class Calls:
    """Sends calls; one for all accounts, because the pace is kept by account, Region and operation."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace

    def send(self, call: Call, request: Callable[[], A], decode: Callable[[A], T]) -> T:
        """Return the decoded answer of ``request``.

        A 429 is always sent again: the service did nothing. So is a request that never got there. One whose
        answer is missing or incomplete is sent again only if ``call.sending`` says that this is harmless.
        ``decode`` may index what the service model requires; a ``KeyError`` from it counts as an incomplete answer.

        Raises: the ``ServiceError`` that the last failure means.
        """
        lane = Lane(call.account, call.region, call.operation)
        attempt = 1
        first_429: float | None = None
        while True:
            with self._pace.turn(lane) as turn:
                try:
                    return attempted(request, decode)
                except ServiceError:
                    raise
                except boundary() as error:
                    cause, failure = error, translate(error, call, known_regions)
                    turn.refused = isinstance(failure, Throttled)
            if turn.refused:
                now = self._pace.clock()
                first_429 = now if first_429 is None else first_429
                if now - max(first_429, self._pace.answered_at(lane)) >= THROTTLING_PATIENCE:
                    raise failure from cause
            elif attempt < ATTEMPTS and _may_be_sent_again(failure, call.sending):
                self._pace.back_off(attempt)
                attempt += 1
            else:
                raise failure from cause


def attempted(request: Callable[[], A], decode: Callable[[A], T]) -> T:
    """Return the decoded answer of one sending. Raises: ``IncompleteAnswer``, and whatever ``request`` raises."""
    answer = request()
    try:
        return decode(answer)
    except KeyError as missing:
        raise IncompleteAnswer([str(missing.args[0])]) from missing


def _may_be_sent_again(failure: ServiceError, sending: Sending) -> bool:
    if isinstance(failure, Unreachable):
        return True
    return sending is not Sending.SINGLE_WRITE and isinstance(failure, ServiceFailure | AnswerLost)
