"""As for all that reaches the SDK: nothing of the machine that runs the tests."""

from tests.unit.aws.conftest import sdk_environment

__all__ = ["sdk_environment"]
