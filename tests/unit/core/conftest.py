"""One embedded service for all tests of the engine room."""

from collections.abc import Iterator

import pytest

from tests.unit.core.governed import Service
from tests.unit.core.service_fixture import running_service


@pytest.fixture(scope="session")
def service_of_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service and its clients, made once."""
    yield from running_service(tmp_path_factory.mktemp("credentials"))


@pytest.fixture
def service(service_of_session: Service) -> Service:
    """An empty service with the default switches."""
    service_of_session.start()
    return service_of_session
