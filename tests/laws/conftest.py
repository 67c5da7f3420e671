"""The embedded service of the laws over the real thing."""

from tests.unit.core.conftest import service_of_session

__all__ = ["service_of_session"]
