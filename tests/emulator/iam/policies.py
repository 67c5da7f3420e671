"""Policies and callers for tests of permissions."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.iam import principals
from cleanrooms_emulator.iam.principals import PrincipalPolicies
from cleanrooms_emulator.transport.in_process import client, client_with_key


def statement(action: Any, resource: Any = "*", effect: Any = "Allow", **more: Any) -> dict[str, Any]:
    """One statement."""
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(*actions: str, on: Any = "*", **condition: Any) -> dict[str, Any]:
    """A document that allows actions on a resource; the rest is a condition."""
    more = {"Condition": condition} if condition else {}
    return policy(statement(list(actions), on, **more))


def role_arn(account: str, name: str = "governance") -> str:
    """The ARN of a role."""
    return f"arn:aws:iam::{account}:role/{name}"


def bind(app: Application, documents: dict[str, list[dict[str, Any]]]) -> None:
    """Declare the policies of principals, by their ARN."""
    principals.declare(app.store, [PrincipalPolicies(principal, tuple(listed)) for principal, listed in documents.items()])


def session(app: Application, role: str, service: str = "cleanrooms", caller: str = "999988887777", **more: Any) -> Any:
    """A client in the session of a role. `policy` in `more` is a session policy."""
    request = {"RoleArn": role, "RoleSessionName": "test", **more}
    if "policy" in request:
        request["Policy"] = json.dumps(request.pop("policy"))
    return client_with_key(app, service, client(app, "sts", caller).assume_role(**request)["Credentials"])


def denied(call: Any, **parameters: Any) -> str:
    """What a call that must be refused was refused for, in the words of the service."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    response: Any = caught.value.response
    assert 403 == response["ResponseMetadata"]["HTTPStatusCode"]
    return str(response["Error"]["Message"])
