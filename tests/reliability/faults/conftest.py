"""One embedded service for all tests of reliability; its time goes on a little with every look at it."""

from itertools import count

import pytest

from tests.unit.core.governed import ACCOUNTS, MOMENT, Service


@pytest.fixture(scope="session")
def ticking_service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    """The service and its clients, made once, before any call is made to fail."""
    ticks = count()
    service = Service(tmp_path_factory.mktemp("profiles"), time=lambda: MOMENT + next(ticks) / 100)
    for account in ACCOUNTS:
        service.port(account)
    return service
