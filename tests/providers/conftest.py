"""What the tests with the provider process share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.providers.service import Service, open_service


@pytest.fixture(scope="session")
def one_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service of all tests: starting one, and a process to talk to, costs more than emptying it."""
    with open_service(tmp_path_factory.mktemp("project")) as service:
        yield service


@pytest.fixture
def service(one_service: Service) -> Service:
    """An empty world for one test."""
    one_service.app.reset()
    return one_service


@pytest.fixture(scope="module")
def module_service(one_service: Service) -> Service:
    """An empty world for the story of one module, which must not ask for ``service``."""
    one_service.app.reset()
    return one_service
