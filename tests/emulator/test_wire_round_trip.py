"""Every operation of both models through real boto3 clients: what is sent arrives, and what is given comes back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from botocore import xform_name

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.context import Context
from cleanrooms_emulator.in_process import client
from cleanrooms_emulator.wire.service import service
from tests.emulator.payloads import Payloads

OPERATIONS = [(name, operation) for name in ("cleanrooms", "cleanroomsml") for operation in service(name).operation_names]


class Echo:
    """A service whose operations give what they are told to, and remember what they got."""

    def __init__(self) -> None:
        self.got: dict[str, Any] = {}
        self.give: dict[str, Any] = {}
        self.app = Application(handlers=dict.fromkeys(OPERATIONS, self._handle))
        self.clients = {name: client(self.app, name, "111122223333") for name in ("cleanrooms", "cleanroomsml")}

    def _handle(self, context: Context, params: dict[str, Any]) -> dict[str, Any]:
        self.got = params
        return self.give


@pytest.fixture(scope="module")
def echo() -> Echo:
    return Echo()


def test_both_models_have_the_operations_this_service_was_written_for() -> None:
    assert 162 <= len(OPERATIONS)


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=[".".join(each) for each in OPERATIONS])
def test_an_operation_takes_and_gives_every_value(echo: Echo, name: str, operation: str) -> None:
    _check_round_trips(echo, name, operation, "quick", count=2)


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["first", "second", "third"])
def test_all_operations_take_and_give_many_values(echo: Echo, seed: str) -> None:
    for name, operation in OPERATIONS:
        _check_round_trips(echo, name, operation, seed, count=10)


def _check_round_trips(echo: Echo, name: str, operation: str, seed: str, count: int) -> None:
    model = service(name).model.operation_model(operation)
    payloads = Payloads(f"{seed} {name}.{operation}")
    for _ in range(count):
        sent = without_empty_query_lists(model.input_shape, payloads.of(model.input_shape))
        given = payloads.of(model.output_shape)
        echo.give = {**in_handlers(given), "_private": {"kept": "inside"}, "unmodelled": 1, "absent": None}
        answer = getattr(echo.clients[name], xform_name(operation))(**sent)
        del answer["ResponseMetadata"]
        assert in_handlers(sent) == echo.got
        assert given == answer


def in_handlers(value: Any) -> Any:
    """What a handler sees or gives for a value of boto3."""
    if isinstance(value, dict):
        return {key: in_handlers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [in_handlers(item) for item in value]
    return value.timestamp() if isinstance(value, datetime) else value


def without_empty_query_lists(shape: Any, sent: dict[str, Any]) -> dict[str, Any]:
    """A query string cannot hold an empty list; there is one key instead."""
    return {
        name: ["key"] if value == [] and shape.members[name].serialization.get("location") == "querystring" else value
        for name, value in sent.items()
    }
