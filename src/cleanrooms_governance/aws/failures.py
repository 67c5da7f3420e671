"""What does a failed call mean, and what does a person need to know about it?

Only codes, reasons and HTTP status decide, never a sentence of the service (its texts are not documented).
Nor is a text of the SDK or the service passed on that may hold a credential: a truncated answer of STS does, and so may a URL.
The one question that matters for a writing call is whether it can have had its effect: then, and only then, it
becomes ``AnswerLost``.
"""

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from cleanrooms_governance import errors
from cleanrooms_governance.errors import ServiceError
from cleanrooms_governance.model import AccountId
from cleanrooms_governance.text import discreet, plain

KnownRegions = Callable[[], Sequence[str]]
"""The Regions that the installed SDK knows the service in."""


class Sending(Enum):
    """Whether a call may be sent a second time when its answer is lost."""

    READ = "changes nothing"
    REPEATABLE_WRITE = "a second sending leaves the same state"
    SINGLE_WRITE = "a second sending would be a second act; the API has no client token"


@dataclass(frozen=True, slots=True)
class Call:
    """One API call, as far as a message about it needs to know.

    ``subject`` is an id or ARN, or empty. ``asked_in`` is where what was refused is to be corrected. ``prefix`` is that of the
    service's actions in IAM.
    """

    operation: str
    account: AccountId
    region: str
    sending: Sending
    subject: str = ""
    asked_in: str = "the stack file"
    prefix: str = "cleanrooms"

    def __str__(self) -> str:
        return f"{self.operation} on {self.subject}" if self.subject else self.operation

    @property
    def place(self) -> str:
        """Who asked where."""
        return f"account {self.account} in {self.region}"


class IncompleteAnswer(Exception):
    """A successful answer lacks members that it must have.

    botocore turns a truncated body into an empty answer silently.

    Parameters: ``request_id`` is the answer's, where it is known.
    """

    def __init__(self, missing: Sequence[str], request_id: str = "") -> None:
        super().__init__(", ".join(missing))
        self.missing = tuple(missing)
        self.request_id = request_id


@dataclass(frozen=True, slots=True)
class _Verdict:
    kind: type[ServiceError]
    what: str
    next_step: str
    code: str = ""
    reason: str = ""
    service_words: str = ""


_THROTTLING = frozenset(
    {
        "ThrottlingException",
        "Throttling",
        "ThrottledException",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestLimitExceeded",
        "TooManyRequestsException",
        "SlowDown",
    }
)

_REFUSED_CREDENTIALS = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "RequestExpired",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "InvalidAccessKeyId",
        "AuthFailure",
        "OptInRequired",
    }
)

_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})

_LONGEST = 600
"""Of what an answer says: it may repeat a text of another account, and stays within its quotation marks, in one line."""

_TRY_AGAIN = "Run again; if it persists, see the AWS Health Dashboard."


def boundary() -> tuple[type[Exception], ...]:
    """Everything that a call through botocore may raise on purpose."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    return BotoCoreError, ClientError, ResponseParserError, IncompleteAnswer


def translate(error: Exception, call: Call, known_regions: KnownRegions) -> ServiceError:
    """Turn what botocore raised for ``call`` into the error of this package that says what it means."""
    from botocore.exceptions import ClientError

    if not isinstance(error, ClientError):
        verdict = _of_no_answer(error, call, known_regions)
    elif error.operation_name == call.operation:
        verdict = _of_answer(error.response, call, known_regions)
    else:
        verdict = _of_credential_search(error.operation_name, error.response)
    said = plain(discreet(verdict.service_words), _LONGEST).replace('"', "'")
    stop = "" if said.endswith(".") else "."
    words = f' AWS says: "{said}"{stop}' if said else ""
    return verdict.kind(
        f"{call}: {call.place} {plain(verdict.what, _LONGEST)}.{words} {verdict.next_step}",
        operation=call.operation,
        account=call.account,
        region=call.region,
        code=verdict.code,
        reason=verdict.reason,
    )


def _of_answer(response: dict[str, Any], call: Call, known_regions: KnownRegions) -> _Verdict:
    """Judge an error answer by its code, then by its status (service model: error shapes of 2022-02-17)."""
    code = str(response.get("Error", {}).get("Code", ""))
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    reason = str(response.get("reason", ""))
    words = str(response.get("Error", {}).get("Message", ""))

    def verdict(kind: type[ServiceError], what: str, next_step: str) -> _Verdict:
        return _Verdict(kind, what, next_step, code, reason, words)

    if code in _THROTTLING or status == 429:
        return verdict(errors.Throttled, "is over its call rate, after all retries", "Run again later.")
    if code in _REFUSED_CREDENTIALS:
        what = "has credentials that have expired" if code in _EXPIRED else f"has credentials that AWS refuses ({code})"
        renew = (
            f"Renew them, see accounts.{call.account} of the stack file, and check that the Region is enabled and that the"
            " clock of this machine is right."
        )
        step = _unknown_region(call, known_regions) or renew
        # The service's words about a signature repeat what was signed: the session's token is part of it.
        return _Verdict(errors.CredentialsRefused, what, step, code, reason)
    if status == 501:
        return verdict(errors.ServiceFailure, "asked for an operation that is not there", "Check the endpoint.")
    if status >= 500 or status == 408:
        return _without_answer(call, f"the service failed with {code or status}", code, reason, words)
    match code:
        case "ResourceNotFoundException":
            what = "finds no such thing"
            return verdict(errors.NotFound, what, "Check the id and the Region in the stack file.")
        case "ConflictException":
            what = f"cannot do this in the present state ({reason or 'no reason given'})"
            return verdict(errors.Conflict, what, "Run again: the next run reads the state first and plans afresh.")
        case "ServiceQuotaExceededException":
            value = response.get("quotaValue", "unknown")
            quota = f"{response.get('quotaName', 'unnamed')} = {f'{value:g}' if isinstance(value, float) else value}"
            return verdict(
                errors.QuotaExceeded,
                f"has reached the quota {quota}",
                f"Ask AWS to raise it, or ask for less in {call.asked_in}.",
            )
        case _ if status == 403 or code.startswith("AccessDenied"):
            return verdict(errors.AccessDenied, *_of_denial(call))
        case _:
            return verdict(errors.InvalidRequest, *_of_invalid(response, call, code, reason))


def _of_credential_search(operation: str, response: dict[str, Any]) -> _Verdict:
    """Judge a call that the SDK made by itself before ours, such as AssumeRole for a profile: ours was not sent."""
    code = str(response.get("Error", {}).get("Code", ""))
    what = f"has no usable credentials ({operation}: {code})"
    return _Verdict(errors.CredentialsRefused, what, "Correct the profile, or what it refers to, and run again.", code)


def _of_denial(call: Call) -> tuple[str, str]:
    lacks = f"the role lacks {call.prefix}:{call.operation}"
    if not call.subject:
        return f"may not call it: {lacks}", "Add it to the role's policy."
    step = "Check the id and the Region in the stack file, then the role's policy."
    if call.sending is Sending.READ:
        return f"may not see it: it does not exist there, is in another Region, or {lacks}", step
    return (
        f"may not change it: it does not exist there, is in another Region, only another account may do this, or {lacks}",
        step,
    )


def _of_invalid(response: dict[str, Any], call: Call, code: str, reason: str) -> tuple[str, str]:
    if reason == "IAM_SYNCHRONIZATION_DELAY":
        return "was refused because IAM does not know a new role everywhere yet", "Run again in a minute."
    fields = [f"{field.get('name')}: {field.get('message')}" for field in response.get("fieldList") or ()]
    about = f" [{'; '.join(fields)}]" if fields else ""
    return f"had its request refused ({reason or code}){about}", f"Correct {call.asked_in} accordingly."


def _of_no_answer(error: Exception, call: Call, known_regions: KnownRegions) -> _Verdict:
    """Judge a failure of botocore itself: was the request ever on its way?"""
    from botocore import exceptions
    from botocore.parsers import ResponseParserError

    credentials = (
        exceptions.NoCredentialsError,
        exceptions.PartialCredentialsError,
        exceptions.CredentialRetrievalError,
        exceptions.ProfileNotFound,
        exceptions.ConfigNotFound,
        exceptions.ConfigParseError,
        exceptions.InvalidConfigError,
        exceptions.TokenRetrievalError,
        exceptions.NoAuthTokenError,
        exceptions.UnknownCredentialError,
        exceptions.MetadataRetrievalError,
        exceptions.RefreshWithMFAUnsupportedError,
        exceptions.SSOError,
        exceptions.LoginError,
    )
    region = (
        exceptions.InvalidRegionError,
        exceptions.UnknownRegionError,
        exceptions.NoRegionError,
        exceptions.UnknownEndpointError,
        exceptions.EndpointProviderError,
        exceptions.EndpointVariantError,
    )
    never_sent = (
        exceptions.EndpointConnectionError,
        exceptions.ConnectTimeoutError,
        exceptions.ProxyConnectionError,
    )
    if isinstance(error, credentials):
        step = f"Sign in again, or correct accounts.{call.account} in the stack file."
        return _Verdict(errors.CredentialsRefused, f"has no usable credentials ({_about_credentials(error)})", step)
    if isinstance(error, region):
        return _Verdict(errors.Unreachable, f"cannot be reached ({discreet(str(error))})", _about_region(call, known_regions))
    if isinstance(error, never_sent) or _is_certificate_refusal(error):
        return _Verdict(errors.Unreachable, f"could not connect ({discreet(str(error))})", _about_region(call, known_regions))
    if isinstance(error, exceptions.ParamValidationError):
        report = " ".join(str(error).split())
        return _Verdict(errors.InvalidRequest, f"sent nothing ({report})", f"Correct {call.asked_in} accordingly.")
    if isinstance(error, IncompleteAnswer):
        return _without_answer(call, f"the answer lacks {error}")
    if isinstance(error, ResponseParserError):
        return _without_answer(call, "the answer cannot be read")
    late = isinstance(error, exceptions.ReadTimeoutError)
    why = "none came in time" if late else f"the connection failed: {_about_connection(error)}"
    if call.sending is Sending.READ:
        return _Verdict(errors.Unreachable, f"got no answer ({why})", "Check the network, then run again.")
    return _without_answer(call, why)


def _about_credentials(error: Exception) -> str:
    """Say why credentials could not be had, without what somebody's own program for it has printed."""
    from botocore.exceptions import CredentialRetrievalError

    if isinstance(error, CredentialRetrievalError) and error.kwargs.get("provider") == "custom-process":
        return "credential_process has failed; run it by hand to see why"
    return discreet(str(error))


def _about_connection(error: Exception) -> str:
    """Say how a connection failed, without the text of an error that the SDK did not foresee: it may quote an address."""
    from botocore.exceptions import HTTPClientError

    if isinstance(error, HTTPClientError) and type(error) is HTTPClientError:
        return f"{type(error.kwargs.get('error')).__name__} in the HTTP client; look at the proxy and at AWS_ENDPOINT_URL"
    return discreet(str(error))


def _is_certificate_refusal(error: Exception) -> bool:
    """Whether the handshake failed on the certificate; other TLS errors may come after the request was sent."""
    import ssl

    from botocore.exceptions import SSLError

    if not isinstance(error, SSLError):
        return False
    inner: object = error.kwargs.get("error")
    while isinstance(inner, BaseException) and not isinstance(inner, ssl.SSLCertVerificationError):
        inner = next((part for part in inner.args if isinstance(part, BaseException)), None)
    return inner is not None


def _without_answer(call: Call, why: str, code: str = "", reason: str = "", service_words: str = "") -> _Verdict:
    if call.sending is Sending.READ:
        return _Verdict(errors.ServiceFailure, f"got no usable answer ({why})", _TRY_AGAIN, code, reason, service_words)
    return _Verdict(
        errors.AnswerLost,
        f"sent it and got no usable answer ({why}), so it may or may not have had its effect",
        "Run again: the next run reads the live state before it does anything.",
        code,
        reason,
        service_words,
    )


def _about_region(call: Call, known_regions: KnownRegions) -> str:
    return _unknown_region(call, known_regions) or "Check the network, the proxy and AWS_ENDPOINT_URL, then run again."


def _unknown_region(call: Call, known_regions: KnownRegions) -> str | None:
    """What to do about a Region that there is not: it shows as no connection, or as a signature that is refused."""
    known = known_regions()
    if not known or call.region in known:
        return None
    near = difflib.get_close_matches(call.region, known, n=1)
    meant = f"Did you mean {near[0]}?" if near else f"It is known in {', '.join(known)}."
    return f"Clean Rooms is not known to be in a Region {call.region}. {meant} Correct `region` in the stack file."
