"""Credentials that can be recognised wherever they turn up."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.wire.messages import Request, Response

_ISSUED = re.compile(rb"<(AccessKeyId|SecretAccessKey|SessionToken)>([^<]+)<")

SECRET_KEY = "canary0secret0access0key0of0the0environment"
SESSION_TOKEN = "canary0session0token0of0the0environment"
ENDPOINT_PASSWORD = "canary0password0of0the0endpoint"
PROXY_PASSWORD = "canary0password0of0the0proxy"
PROFILE_SECRET = "canary0secret0of0a0profile"
EXTERNAL_ID = "canary0external0id"

PLANTED = {
    "the secret key of the environment": SECRET_KEY,
    "the session token of the environment": SESSION_TOKEN,
    "the password of the endpoint": ENDPOINT_PASSWORD,
    "the password of the proxy": PROXY_PASSWORD,
    "the secret key of a profile": PROFILE_SECRET,
}


class Issuing(Application):
    """A service that remembers the credentials that it gave out."""

    def __init__(self, ids: str) -> None:
        super().__init__(ids=ids)
        self.issued: dict[str, str] = {}

    def __call__(self, request: Request) -> Response:
        """Answer, and remember what was issued."""
        response = super().__call__(request)
        for kind, value in _ISSUED.findall(response.body):
            self.issued[f"{kind.decode()} number {len(self.issued)} issued"] = value.decode()
        return response


def with_password(url: str, password: str) -> str:
    """The address, with a user and a password in it."""
    return url.replace("//", f"//joe:{password}@")


def environment(url: str) -> dict[str, str]:
    """An environment full of secrets, whose service is at ``url``."""
    return {
        "AWS_ENDPOINT_URL": with_password(url, ENDPOINT_PASSWORD),
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_SESSION_TOKEN": SESSION_TOKEN,
        "HTTPS_PROXY": with_password("http://127.0.0.1:1", PROXY_PASSWORD),
    }


def leaked(texts: Mapping[str, Any], secrets: Mapping[str, str]) -> list[str]:
    """What leaked where: a secret as it is, or as HTTP sends a user with a password."""
    return [
        f"{what} in {where}"
        for where, text in texts.items()
        for what, value in secrets.items()
        if value in str(text) or b64encode(f"joe:{value}".encode()).decode() in str(text)
    ]
