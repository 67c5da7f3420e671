"""Which Pulumi a checkout uses: a pure decision over what was found on the machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tools.pulumi.versions import Version

LEAST_VERSION = Version(3, 259, 0)
"""The oldest engine that this project was tried with.

What it relies on came step by step: an after-hook that fails a run and still keeps the state (3.238), import
files that carry outputs and so spare the Read (3.254), and the SDK's own floor of the same number.
"""


@dataclass(frozen=True, slots=True)
class Installed:
    """A `pulumi` found on PATH."""

    executable: Path
    version: Version | None
    """None if it does not tell its version."""
    missing: tuple[str, ...]
    """Programs of a complete installation that are neither beside it nor on PATH."""


@dataclass(frozen=True, slots=True)
class UseInstalled:
    """Take the `pulumi` that the user installed."""

    executable: Path


@dataclass(frozen=True, slots=True)
class UseBuilt:
    """Take the `pulumi` that an earlier setup built."""

    directory: Path


@dataclass(frozen=True, slots=True)
class Build:
    """Build a `pulumi` with this Go compiler."""

    go: Path


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is no Pulumi here and no way to make one; `message` says what to do."""

    message: str


Choice = UseInstalled | UseBuilt | Build | Nothing


def choose(installed: Installed | None, built: Path | None, go: Path | None) -> Choice:
    """Prefer what the user installed, then what was built before, then building."""
    objection = _objection(installed)
    if installed is not None and objection is None:
        return UseInstalled(installed.executable)
    if built is not None:
        return UseBuilt(built)
    if go is not None:
        return Build(go)
    return Nothing(
        f"There is no usable Pulumi here: {objection}, and no Go compiler to build one with.\n"
        f"Do one of these, then run `make setup` again:\n"
        f"  - install Pulumi {LEAST_VERSION} or newer, as its documentation says, and put it on PATH\n"
        f"  - install Go, so that setup can build Pulumi once (about five minutes)"
    )


def _objection(installed: Installed | None) -> str | None:
    if installed is None:
        return "`pulumi` is not on PATH"
    if installed.version is None:
        return f"{installed.executable} does not tell its version"
    if installed.version < LEAST_VERSION:
        return f"{installed.executable} is version {installed.version}, older than {LEAST_VERSION}"
    if installed.missing:
        return f"{installed.executable} comes without {' and '.join(installed.missing)}"
    return None
