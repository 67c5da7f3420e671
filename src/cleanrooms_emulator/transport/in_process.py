"""Real botocore clients on an application in the same process: everything but the socket.

Requests are serialised, signed, retried and parsed by botocore. Faults show as the exceptions the HTTP client would
raise.
"""

from __future__ import annotations

import io
import os
import threading
import time
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.wire.messages import Delivery, Request

_EVENT, _HOOK = "before-send", "cleanrooms-emulator"
_creating = threading.Lock()


def connect(app: Application, client: BaseClient) -> None:
    """Let a client talk to the application. The application connected last wins."""
    read_timeout = client.meta.config.read_timeout

    def send(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        return _send(app, request, read_timeout)

    client.meta.events.unregister(_EVENT, unique_id=_HOOK)
    client.meta.events.register(_EVENT, send, unique_id=_HOOK)


def client(app: Application, service: str, account: str, region: str = "eu-west-1", **config: Any) -> BaseClient:
    """A client connected to the application, acting as the root of an account.

    `service` is botocore's name; `config` are members of botocore's Config. Unless `retries` says otherwise a call is
    sent once, so that tests see every fault. For a client with an issued key see `client_with_key`.
    """
    return client_with_key(app, service, {"AccessKeyId": account}, region, **config)


def client_with_key(
    app: Application, service: str, credentials: dict[str, Any], region: str = "eu-west-1", **config: Any
) -> BaseClient:
    """The same with credentials as AssumeRole gives them."""
    settings = {"retries": {"total_max_attempts": 1}, **config}
    with _creating:
        created = _session().create_client(
            service,
            region_name=region,
            endpoint_url=f"http://{service}.emulator.invalid",
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials.get("SecretAccessKey", "unverified"),
            aws_session_token=credentials.get("SessionToken"),
            config=Config(**settings),
        )
    connect(app, created)
    return created


@cache
def _session() -> Any:
    """One session for all: making one costs as much as twenty clients. It reads nothing from this machine."""
    settings: dict[str, str | None] = {"profile": None, "config_file": os.devnull, "credentials_file": os.devnull}
    variables = {name: (None, None, value, None) for name, value in settings.items()}
    return botocore.session.Session(session_vars=variables)


def _send(app: Application, request: AWSPreparedRequest, read_timeout: float) -> AWSResponse:
    url = urlsplit(request.url)
    started = time.monotonic()
    response = app(
        Request(
            method=request.method,
            raw_path=url.path,
            query=url.query,
            headers={name.lower(): _text(value) for name, value in request.headers.items()},
            body=_bytes(request.body),
        )
    )
    late = time.monotonic() - started + response.delay >= read_timeout
    if late or response.delivery is Delivery.HANG:
        raise ReadTimeoutError(endpoint_url=request.url, error="injected by a fault rule")
    if response.delay:
        time.sleep(response.delay)
    if response.delivery in (Delivery.NOTHING, Delivery.RESET):
        raise ConnectionClosedError(endpoint_url=request.url, error="injected by a fault rule")
    status, body = response.status, response.body
    if response.delivery is Delivery.HALF:
        body = body[: len(body) // 2]
    if response.delivery is Delivery.EMPTY:
        status, body = 200, b""
    return AWSResponse(request.url, status, dict(response.headers), _Raw(body))


class _Raw(io.BytesIO):
    """As much of urllib3's response as botocore reads."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.getvalue()


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _bytes(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    return bytes(body) if isinstance(body, bytes | bytearray) else bytes(body.read())
