"""How does each sending of a writing call get its line in the audit?

A call that is sent again, after a 429 say, has a line for each sending, as the service's own log has. One that certainly never
left this machine has none.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from cleanrooms_governance.audit.entry import AuditEntry, AuditLog, Mandate, Result
from cleanrooms_governance.aws.calls import Answer, attempted
from cleanrooms_governance.aws.clients import known_regions
from cleanrooms_governance.aws.failures import Call, IncompleteAnswer, boundary, translate
from cleanrooms_governance.aws.last_seen import LastSeen, after, target
from cleanrooms_governance.desired import Credentials
from cleanrooms_governance.errors import AnswerLost

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Writing:
    """One writing call, as it is noted."""

    call: Call
    parameters: dict[str, Any]
    credentials: Credentials
    mandate: Mandate


class Auditing:
    """Notes the writing calls of a process; without a ``log`` it does nothing.

    Parameters: ``session`` is the name of the role sessions.
    """

    def __init__(self, log: AuditLog | None, session: str) -> None:
        self._log = log
        self._session = session
        self._seen = LastSeen()

    def learning(self, parameters: dict[str, Any], decode: Callable[[Answer], T]) -> Callable[[Answer], T]:
        """Return a decoder of a read that also remembers what the answer shows."""
        if self._log is None:
            return decode

        def remembering(answer: Answer) -> T:
            self._seen.learn(parameters, answer)
            return decode(answer)

        return remembering

    def noting(self, writing: Writing, request: Callable[[], Answer], decode: Callable[[Answer], T]) -> Callable[[], T]:
        """Return one sending with its decoding, which notes itself.

        What it does raises: ``AuditFailed`` before anything is sent, or afterwards if it could not be noted.
        """
        log = self._log
        if log is None:
            return lambda: attempted(request, decode)

        def noted() -> T:
            with log.opened() as note:
                entry = self._entry(writing)
                answers: list[Answer] = []

                def keeping() -> Answer:
                    answers.append(request())
                    return answers[-1]

                try:
                    value = attempted(keeping, decode)
                except BaseException as error:
                    if failed := _failed(entry, error, writing.call, answers):
                        note(failed)
                    raise
                self._seen.wrote(writing.call.operation, writing.parameters, answers[-1])
                done = replace(entry, target=target(writing.parameters, answers[-1]), request_id=_request_id(answers[-1]))
                note(done)
                return value

        return noted

    def _entry(self, writing: Writing) -> AuditEntry:
        operation, parameters = writing.call.operation, writing.parameters
        return AuditEntry(
            time=datetime.now(UTC),
            account=writing.call.account,
            region=writing.call.region,
            way=_way(writing.credentials),
            session=self._session if writing.credentials.role else "",
            operation=operation,
            target=target(parameters, {}),
            before=self._seen.before(operation, parameters),
            after=after(operation, parameters),
            mandate=writing.mandate,
        )


def _failed(entry: AuditEntry, error: BaseException, call: Call, answers: list[Answer]) -> AuditEntry | None:
    """Return the entry of a sending that failed, or ``None`` if nothing was sent."""
    from botocore.exceptions import ClientError

    if not isinstance(error, boundary()):
        return replace(entry, result=Result.LOST)  # whatever it is, an interruption say, the call may have got through
    lost = isinstance(translate(error, call, known_regions), AnswerLost)
    if isinstance(error, ClientError) and error.operation_name == call.operation:
        code = str(error.response.get("Error", {}).get("Code", ""))
        result = Result.LOST if lost else Result.REFUSED
        return replace(entry, result=result, request_id=_request_id(error.response), code=code)
    if not lost:
        return None
    known = error.request_id if isinstance(error, IncompleteAnswer) else ""
    return replace(entry, result=Result.LOST, request_id=known or _request_id(answers[-1] if answers else {}))


def _request_id(answer: Any) -> str:
    return str(answer.get("ResponseMetadata", {}).get("RequestId", ""))


def _way(credentials: Credentials) -> str:
    return credentials.role or (f"profile {credentials.profile}" if credentials.profile else "environment")
