"""The command `cleanrooms-emulator`: serve one world until told to stop."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Sequence

from cleanrooms_emulator.command_line import Arguments, UsageError, parse
from cleanrooms_emulator.state_file import StateFileError
from cleanrooms_emulator.switches import Switches, describe

EXIT_OK = 0
EXIT_CANNOT_SERVE = 2
EXIT_USAGE = 64

POLL_SECONDS = 0.05
"""How soon a stopped service ends."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit code: 64 for bad arguments, 2 when the port or the state file is not to be had."""
    try:
        parsed = parse(sys.argv[1:] if arguments is None else arguments)
        chosen = Switches.from_names(dict(parsed.switch))
    except (UsageError, ValueError) as error:
        return _complain(str(error), EXIT_USAGE)
    if parsed.list_switches:
        _list_switches()
        return EXIT_OK
    try:
        _serve(parsed, chosen)
    except (StateFileError, OSError, ValueError) as error:
        return _complain(str(error), EXIT_CANNOT_SERVE)
    return EXIT_OK


def _serve(parsed: Arguments, chosen: Switches) -> None:
    from cleanrooms_emulator.application import Application
    from cleanrooms_emulator.server import Server
    from cleanrooms_emulator.store import Store

    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    store = Store(parsed.state)
    try:
        app = Application(store=store, switches=chosen, strict_output=False)
        if parsed.switch:
            app.switches = app.switches.with_names(dict(parsed.switch))
        with Server(app, parsed.port) as server:
            threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True).start()
            sys.stdout.write(f"READY {server.url}\n")
            sys.stdout.flush()
            stopping.wait()
            server.shutdown()
    finally:
        store.close()


def _list_switches() -> None:
    for switch in describe():
        sys.stdout.write(f"{switch.name}={'|'.join(switch.values)} (default {switch.default})\n    {switch.meaning}\n")


def _complain(message: str, code: int) -> int:
    text = "; ".join(message.splitlines())
    sys.stderr.write(f"cleanrooms-emulator: {text}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
