"""A world in process, and the same one over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.transport.in_process import client
from cleanrooms_emulator.transport.server_thread import serve_in_thread
from tests.emulator.robustness.accounts import HUB, over_http


@pytest.fixture(params=["in process", "over HTTP"])
def make_client(app: Application, request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """Gives clients of the world on one of the two transports; parameters are members of botocore's Config."""

    def in_process(**config: Any) -> Any:
        return client(app, "cleanrooms", HUB, **config)

    if request.param == "in process":
        yield in_process
        return
    with ExitStack() as opened:
        url = opened.enter_context(serve_in_thread(app))
        yield lambda **config: opened.enter_context(over_http(url, **config))
