"""The two operations of STS that a program needs to find out and to change who it is.

Session policies are accepted and ignored: the service knows no permissions below the account.
"""

from __future__ import annotations

import hashlib
from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.identity import Identity, IssuedKey, issue
from cleanrooms_emulator.registry import operation
from cleanrooms_emulator.roles import RoleArn, may_assume

_DEFAULT_DURATION = 3600


@operation("GetCallerIdentity", service="sts")
def get_caller_identity(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """The account and principal of the key the call was signed with."""
    return {"UserId": _user_id(ctx.principal), "Account": ctx.account, "Arn": ctx.principal}


@operation("AssumeRole", service="sts")
def assume_role(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Issue a key for the account of the role. The session name becomes part of the principal's ARN."""
    try:
        role = RoleArn.parse(params["RoleArn"])
    except ValueError as error:
        raise ServiceError("ValidationException", str(error)) from None
    if not may_assume(ctx.store, role, ctx.account, params.get("ExternalId")):
        raise ServiceError(
            "AccessDeniedException",
            f"User: {ctx.principal} is not authorized to perform: sts:AssumeRole on resource: {role.text}",
        )
    session = params["RoleSessionName"]
    principal = f"arn:aws:sts::{role.account}:assumed-role/{role.name}/{session}"
    key = IssuedKey(
        access_key="EMU" + ctx.new_id().replace("-", "")[:17].upper(),
        session_token=ctx.new_id(),
        identity=Identity(role.account, principal),
        expires=ctx.now + params.get("DurationSeconds", _DEFAULT_DURATION),
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


def _user_id(principal: str) -> str:
    """The account for a root; for a role's session the role's id and the session's name."""
    parts = principal.split(":", 5)
    account, resource = parts[4], parts[5]
    if resource == "root":
        return account
    _, name, session = resource.split("/")
    return f"R{hashlib.sha256(f'{account}/{name}'.encode()).hexdigest()[:20].upper()}:{session}"
