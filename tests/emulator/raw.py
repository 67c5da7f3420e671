"""Requests written by hand, for what boto3 would never send."""

from __future__ import annotations

import json
from typing import Any

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.wire.messages import Request, Response

CREATOR = "111122223333"


def signed(key: str = CREATOR, service: str = "cleanrooms", region: str = "eu-west-1") -> dict[str, str]:
    """The header that names a key."""
    scope = f"Credential={key}/20260101/{region}/{service}/aws4_request"
    return {"authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"}


def send(
    app: Application, method: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> tuple[Response, dict[str, Any]]:
    """The response and its JSON."""
    path, _, query = target.partition("?")
    response = app(Request(method, path, query, signed() if headers is None else headers, body))
    return response, json.loads(response.body)
