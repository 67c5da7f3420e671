"""What tests of the engine, the server and the control routes share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.transport.server_thread import serve_in_thread


@pytest.fixture
def app() -> Application:
    """An empty world with always the same ids."""
    return Application(ids="tests")


@pytest.fixture
def url(app: Application) -> Iterator[str]:
    """The world of `app` over HTTP."""
    with serve_in_thread(app) as url:
        yield url
