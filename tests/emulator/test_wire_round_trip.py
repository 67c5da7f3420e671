"""Every operation of both models through real boto3 clients: what is sent arrives, and what is given comes back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.emulator.echo import OPERATIONS, Echo
from tests.emulator.payloads import Payloads


@pytest.fixture(scope="module")
def echo() -> Echo:
    return Echo()


@pytest.fixture(scope="module")
def echo_over_http() -> Iterator[Echo]:
    echo = Echo()
    with echo.over_http():
        yield echo


def test_both_models_have_the_operations_this_service_was_written_for() -> None:
    assert 162 <= len(OPERATIONS)


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=[".".join(each) for each in OPERATIONS])
def test_an_operation_takes_and_gives_every_value(echo: Echo, name: str, operation: str) -> None:
    payloads = Payloads(f"in process {name}.{operation}")
    for _ in range(3):
        echo.round_trip(name, operation, payloads)


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=[".".join(each) for each in OPERATIONS])
def test_an_operation_takes_and_gives_a_value_over_http(echo_over_http: Echo, name: str, operation: str) -> None:
    echo_over_http.round_trip(name, operation, Payloads(f"over HTTP {name}.{operation}"))
