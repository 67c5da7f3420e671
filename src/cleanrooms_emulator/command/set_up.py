"""The world that a command line asks for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.command.command_line import Arguments, UsageError
from cleanrooms_emulator.handlers.quota_settings import adjust_by_name
from cleanrooms_emulator.limits.paging import Paging
from cleanrooms_emulator.switches import Switches
from cleanrooms_emulator.world.snapshot_file import read_snapshot
from cleanrooms_emulator.world.state_file import StateFileError
from cleanrooms_emulator.world.store import Store

ALL_OPERATIONS = "*"


def application(store: Store, arguments: Arguments) -> Application:
    """The world in the store, with everything that the arguments give set; what they do not give stays as it is.

    Faults and paging that are given replace those of a kept world. Raises UsageError, StateFileError when the kept world
    has settings that this service cannot read, and ValueError when the snapshot is none.
    """
    given = dict(arguments.switch)
    with _blaming("--switch"):
        initial = Switches.from_names(given)
    try:
        app = Application(store=store, switches=initial, strict_output=False)
        app.check_settings()
    except ValueError as error:
        raise StateFileError(f"state file {arguments.state}: {error}; choose another file or delete it") from None
    with store.transaction():
        if arguments.load is not None:
            _load(app, arguments)
        if given:
            app.switches = app.switches.with_names(given)
        _set(app, arguments)
    return app


def _set(app: Application, arguments: Arguments) -> None:
    with _blaming("--quota"):
        adjust_by_name(app.store, dict(arguments.quota))
    if arguments.fault:
        app.faults.set(arguments.fault)
    with _blaming("--rate, --burst"):
        if rates := _rates(arguments):
            app.limits.rates = app.limits.rates.changed(rates)
    with _blaming("--page-size"):
        if arguments.page_size is not None or arguments.empty_pages:
            app.paging = Paging(page_size=arguments.page_size, empty_pages=arguments.empty_pages)


def _load(app: Application, arguments: Arguments) -> None:
    if app.snapshot()["documents"]:
        raise UsageError(
            f"argument --load: state file {arguments.state} holds a world already, which the snapshot would replace;"
            " leave out --load to go on with it, or choose another file"
        )
    assert arguments.load is not None
    snapshot = read_snapshot(arguments.load)
    try:
        app.restore(snapshot)
    except ValueError as error:
        raise ValueError(f"snapshot {arguments.load}: {error}") from None


def _rates(arguments: Arguments) -> dict[str, Any]:
    given = dict(arguments.rate)
    default = given.pop(ALL_OPERATIONS, None)
    changes = {"steady": arguments.steady or None, "default": default, "burst": arguments.burst, "rates": given or None}
    return {name: value for name, value in changes.items() if value is not None}


@contextmanager
def _blaming(option: str) -> Iterator[None]:
    """A ValueError in the block is one of this option."""
    try:
        yield
    except ValueError as error:
        raise UsageError(f"argument {option}: {error}; see --help") from None
