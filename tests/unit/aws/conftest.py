"""Nothing of the machine that runs the tests reaches the SDK: one environment identity, no profiles, no metadata service."""

import os

import pytest

from tests.unit.aws.world import ENVIRONMENT_ACCOUNT, FakeTime, World


@pytest.fixture(autouse=True)
def sdk_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*os.environ]:
        if name.startswith("AWS_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ENVIRONMENT_ACCOUNT)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "unverified")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def world(time: FakeTime) -> World:
    return World(time)
