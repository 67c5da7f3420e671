"""A service that takes and gives whatever it is told to, for both models: what boto3 sends must arrive, and come back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import botocore.session
from botocore import xform_name

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.context import Context
from cleanrooms_emulator.transport.in_process import client
from cleanrooms_emulator.transport.server_thread import serve_in_thread
from cleanrooms_emulator.wire.service import service
from tests.emulator.payloads import Payloads
from tests.emulator.raw import CREATOR

SERVICES = ("cleanrooms", "cleanroomsml")
OPERATIONS = [(name, operation) for name in SERVICES for operation in service(name).operation_names]


class Echo:
    """A service in process, and a client for each model, whose calls can be sent on a round trip."""

    def __init__(self) -> None:
        self._got: dict[str, Any] = {}
        self._give: dict[str, Any] = {}
        self._app = Application(handlers=dict.fromkeys(OPERATIONS, self._handle))
        self._clients: dict[str, Any] = {name: client(self._app, name, CREATOR) for name in SERVICES}

    @contextmanager
    def over_http(self) -> Iterator[None]:
        """Call it through a socket in this block."""
        in_process = self._clients
        with serve_in_thread(self._app) as url:
            credentials = {"aws_access_key_id": CREATOR, "aws_secret_access_key": "unverified"}
            session = botocore.session.Session()
            self._clients = {
                name: session.create_client(name, "eu-west-1", endpoint_url=url, **credentials) for name in SERVICES
            }
            yield
            for each in self._clients.values():
                each.close()
        self._clients = in_process

    def round_trip(self, name: str, operation: str, payloads: Payloads) -> None:
        """Raises AssertionError when something is lost, added or changed between boto3 and a handler, either way."""
        model = service(name).model.operation_model(operation)
        sent = _without_empty_query_lists(model.input_shape, payloads.of(model.input_shape))
        given = payloads.of(model.output_shape)
        self._give = {**_in_handlers(given), "_private": {"kept": "inside"}, "unmodelled": 1, "absent": None}
        answer = getattr(self._clients[name], xform_name(operation))(**sent)
        del answer["ResponseMetadata"]
        assert _in_handlers(sent) == self._got
        assert given == answer

    def _handle(self, context: Context, params: dict[str, Any]) -> dict[str, Any]:
        self._got = params
        return self._give


def _in_handlers(value: Any) -> Any:
    """What a handler sees or gives for a value of boto3."""
    if isinstance(value, dict):
        return {key: _in_handlers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_in_handlers(item) for item in value]
    return value.timestamp() if isinstance(value, datetime) else value


def _without_empty_query_lists(shape: Any, sent: dict[str, Any]) -> dict[str, Any]:
    """A query string cannot hold an empty list; there is one key instead."""
    return {
        name: ["key"] if value == [] and shape.members[name].serialization.get("location") == "querystring" else value
        for name, value in sent.items()
    }
