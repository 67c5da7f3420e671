"""What holds for every test: no credentials of the person who runs them, and one way to reach Pulumi."""

from __future__ import annotations

import gc
import os
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests.pace import hasten
from tools.pulumi.toolchain import Toolchain, ToolchainMissing, isolated_environment, locate

_COUNTED = "counted: "


def pytest_configure() -> None:
    """Cut the tests off from real accounts, and keep property tests free of the clock and of chance.

    With ``EXPLORE`` in the environment they draw examples that nobody has tried yet. Whoever starts the tests in the background
    of a shell has them ignore Ctrl-C, and so would every process that they start and interrupt.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    explore = "EXPLORE" in os.environ
    hypothesis.settings.register_profile(
        "no clock",
        deadline=None,
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
        print_blob=True,
        derandomize=not explore,
    )
    hypothesis.settings.load_profile("no clock")


def pytest_collection_finish() -> None:
    """Leave what was imported to no collection: it stays until the end."""
    gc.collect()
    gc.freeze()
    hasten()


@pytest.fixture
def count(record_property: Callable[[str, object], None]) -> Callable[[str, int], None]:
    """Count what a test has tried; the sums of all tests, by name, are shown at the end of a run."""
    return lambda what, number: record_property(f"{_COUNTED}{what}", number)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Show what was counted."""
    counts: Counter[str] = Counter()
    for report in (*terminalreporter.stats.get("passed", ()), *terminalreporter.stats.get("failed", ())):
        for name, number in report.user_properties:
            if name.startswith(_COUNTED):
                counts[name] += number
    for name, number in counts.items():
        terminalreporter.write_line(f"{name.removeprefix(_COUNTED)}: {number}")


@pytest.fixture(scope="session")
def toolchain() -> Toolchain:
    """The Pulumi of this checkout. Its absence is an error and no skip: deselect with -m "not engine"."""
    try:
        return locate()
    except ToolchainMissing as missing:
        pytest.fail(f"The engine tests need Pulumi. {missing}", pytrace=False)


@pytest.fixture
def pulumi_environment(toolchain: Toolchain, tmp_path: Path) -> dict[str, str]:
    """The whole environment for a `pulumi` whose state and home live and die with one test."""
    return {**os.environ, **toolchain.env, **isolated_environment(tmp_path / "pulumi")}
