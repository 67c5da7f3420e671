"""What the service tells about itself on the command line, a line of text each."""

from __future__ import annotations

from collections.abc import Iterator

from cleanrooms_emulator import registry
from cleanrooms_emulator.handlers.quota_settings import settings
from cleanrooms_emulator.switches import describe
from cleanrooms_emulator.wire.service import service
from cleanrooms_emulator.world.store import Store


def switch_lines() -> Iterator[str]:
    """Every switch: name, values and default; what the values mean; what is known; where that comes from."""
    for switch in describe():
        yield f"{switch.name}={'|'.join(switch.values)} (default {switch.default})"
        yield f"    {switch.meaning}"
        yield f"    Known: {switch.known}"
        yield f"    Source: {switch.source}"


def operation_lines() -> Iterator[str]:
    """Every operation of the services played here, in alphabetical order: built, or validated and answered with 501."""
    built = registry.registered()
    for name in registry.SERVICES:
        for operation in sorted(service(name).operation_names):
            yield f"{'built' if (name, operation) in built else 'validated':<9} {name}.{operation}"


def quota_lines() -> Iterator[str]:
    """Every quota with its default."""
    for quota in settings(Store()):
        yield f"{quota.name}={'depends on the Region' if quota.default is None else quota.default}"
