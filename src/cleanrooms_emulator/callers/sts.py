"""The two operations of STS that a program needs to find out and to change who it is."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from cleanrooms_emulator.callers.identity import Identity, IssuedKey, issue
from cleanrooms_emulator.callers.roles import RoleArn, longest_session, may_assume
from cleanrooms_emulator.context import Context
from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.iam.documents import compiled
from cleanrooms_emulator.registry import operation

_DEFAULT_DURATION = 3600
_LONGEST_CHAINED = 3600
_LONGEST_POLICY = 2048


@operation("GetCallerIdentity", service="sts")
def get_caller_identity(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """The account and principal of the key the call was signed with."""
    return {"UserId": _user_id(ctx.principal), "Account": ctx.account, "Arn": ctx.principal}


@operation("AssumeRole", service="sts")
def assume_role(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Issue a key for the account of the role. The session name becomes part of the principal's ARN.

    A session policy is kept with the key and bounds what the session may do. Managed policies as session policies
    (PolicyArns) are refused: this service knows none, and to ignore them would give more rights than were asked for.
    """
    try:
        role = RoleArn.parse(params["RoleArn"])
    except ValueError as error:
        raise ServiceError("ValidationException", str(error)) from None
    if not may_assume(ctx.store, role, ctx.account, params.get("ExternalId")):
        raise ServiceError(
            "AccessDeniedException",
            f"User: {ctx.principal} is not authorized to perform: sts:AssumeRole on resource: {role.text}",
        )
    if params.get("PolicyArns"):
        raise ServiceError(
            "ValidationException",
            "PolicyArns: no managed policies are known to this service; give their content as Policy instead",
        )
    session = params["RoleSessionName"]
    principal = f"arn:aws:sts::{role.account}:assumed-role/{role.name}/{session}"
    key = IssuedKey(
        access_key="EMU" + ctx.new_id().replace("-", "")[:17].upper(),
        session_token=ctx.new_id(),
        identity=Identity(role.account, principal, role.text, _session_policy(params.get("Policy"))),
        expires=ctx.now + _duration(ctx, role, params.get("DurationSeconds", _DEFAULT_DURATION)),
    )
    issue(ctx.store, key)
    return {
        "Credentials": {
            "AccessKeyId": key.access_key,
            "SecretAccessKey": ctx.new_id(),
            "SessionToken": key.session_token,
            "Expiration": key.expires,
        },
        "AssumedRoleUser": {"AssumedRoleId": _user_id(principal), "Arn": principal},
        "SourceIdentity": params.get("SourceIdentity"),
    }


def _duration(ctx: Context, role: RoleArn, seconds: int) -> int:
    """Raises ValidationException beyond what the role allows, or one hour in a chain of roles (STS API reference)."""
    if seconds > _LONGEST_CHAINED and ":assumed-role/" in ctx.principal:
        raise ServiceError(
            "ValidationException",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        )
    if seconds > longest_session(ctx.store, role):
        raise ServiceError(
            "ValidationException", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        )
    return seconds


def _session_policy(text: str | None) -> dict[str, Any] | None:
    """The document of an inline session policy. Raises MalformedPolicyDocumentException with the place and the reason."""
    if text is None:
        return None
    if len(text) > _LONGEST_POLICY:
        raise ServiceError("ValidationException", f"Policy: a session policy has {_LONGEST_POLICY} characters at most")
    try:
        document: dict[str, Any] = json.loads(text)
        compiled(document)
    except (ValueError, RecursionError) as error:
        raise ServiceError("MalformedPolicyDocumentException", f"Policy: {error}") from None
    return document


def _user_id(principal: str) -> str:
    """The account for a root; the user's id; for a role's session the role's id and the session's name."""
    parts = principal.split(":", 5)
    account, resource = parts[4], parts[5]
    kind, _, rest = resource.partition("/")
    match kind:
        case "root":
            return account
        case "user":
            return _id("U", account, rest)
        case _:
            name, _, session = rest.partition("/")
            return f"{_id('R', account, name)}:{session}"


def _id(letter: str, account: str, name: str) -> str:
    return f"{letter}{hashlib.sha256(f'{account}/{name}'.encode()).hexdigest()[:20].upper()}"
