"""One embedded service for all tests of the engine room."""

import pytest

from tests.unit.core.governed import Service


@pytest.fixture(scope="session")
def service_of_session(tmp_path_factory: pytest.TempPathFactory) -> Service:
    """The service and its clients, made once."""
    return Service(tmp_path_factory.mktemp("profiles"))


@pytest.fixture
def service(service_of_session: Service) -> Service:
    """An empty service with the default switches."""
    service_of_session.start()
    return service_of_session
