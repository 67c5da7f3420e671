"""Everything that can go wrong outside our own reasoning.

    GovernanceError
    ├── InvalidInput          the stack file or a resource's inputs, with every finding
    ├── Refused               the live world, or the file, is not what the reviewed plan was made for
    ├── AuditFailed           the audit that was asked for cannot be kept
    ├── NotKnown              something may have been done, and nobody can tell
    └── ServiceError          an answer, or no answer, from AWS
        ├── AccessDenied      hidden or forbidden: the two look alike and neither means "gone"
        ├── NotFound          the service says that it has no such thing
        ├── Conflict          the thing is in another state than the call needs
        ├── InvalidRequest    the service refuses the content
        ├── QuotaExceeded     a quota of the account or the collaboration
        ├── Throttled         too many calls, after all retries
        ├── ServiceFailure    the service's own fault, after all retries
        ├── Unreachable       no answer and certainly no effect
        ├── AnswerLost        no usable answer to a call that may have had its effect
        └── CredentialsRefused  the credentials do not work, or are another account's
            └── NoCredentials   there are none at all, so that nobody was asked anything

Each message says what happened, where, and ends with what to do next.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in a file something is written.

    Parameters: ``file`` is the stack file or one it includes; ``line`` and ``column`` count from 1, and are 0 where they are
    not known; ``path`` leads to it inside the file, and is empty for the file as a whole.
    """

    file: str
    line: int = 0
    column: int = 0
    path: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing wrong with an input: where (a path in the stack file) and what, ending with what to do.

    ``spot`` is where that is written, for inputs that were read from a file.
    """

    path: str
    message: str
    spot: Spot | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class GovernanceError(Exception):
    """Base of every error that this package raises on purpose; ``str()`` is fit for a user."""


class InvalidInput(GovernanceError):
    """The stack file or the inputs of a resource cannot be used; all findings at once."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("\n".join(str(finding) for finding in findings))
        self.findings = findings


class Refused(GovernanceError):
    """The run would have to do something that nobody reviewed."""


class AuditFailed(GovernanceError):
    """A writing call could not be noted in the audit, so it was not made, or nothing was written after it."""


class NotKnown(GovernanceError):
    """Something that must not be done twice may have been done, and what can be read does not tell."""


class ServiceError(GovernanceError):
    """AWS answered with an error, or did not answer.

    Parameters: ``operation`` is the API operation (``GetCollaboration``), ``account`` the account whose credentials were used,
    ``region`` the Region asked, ``code`` and ``reason`` the service's own (never its sentence) where it gave them.
    """

    def __init__(self, message: str, *, operation: str, account: str, region: str, code: str = "", reason: str = "") -> None:
        super().__init__(message)
        self.operation = operation
        self.account = account
        self.region = region
        self.code = code
        self.reason = reason


class AccessDenied(ServiceError):
    """Forbidden or hidden; across accounts the service does not tell the two apart, so this never means "deleted"."""


class NotFound(ServiceError):
    """The service has no such resource, as far as this caller may know."""


class Conflict(ServiceError):
    """The resource is in a state in which the call is not possible."""


class InvalidRequest(ServiceError):
    """The service refused what was asked."""


class QuotaExceeded(ServiceError):
    """A service quota stands in the way."""


class Throttled(ServiceError):
    """Still too many calls after all retries."""


class ServiceFailure(ServiceError):
    """An internal error of the service after all retries, or an answer that lacks what it must have."""


class Unreachable(ServiceError):
    """The endpoint did not answer, and the call had no effect."""


class AnswerLost(ServiceError):
    """A writing call got no usable answer: whether it had its effect is not known until somebody looks."""

    def still(self, message: str) -> "AnswerLost":
        """Return the same loss in the words of whoever has looked and not found out."""
        return AnswerLost(
            message, operation=self.operation, account=self.account, region=self.region, code=self.code, reason=self.reason
        )


class CredentialsRefused(ServiceError):
    """The credentials cannot be had, do not work, or belong to another account."""


class NoCredentials(CredentialsRefused):
    """The search for credentials found none at all: neither right nor wrong ones."""
