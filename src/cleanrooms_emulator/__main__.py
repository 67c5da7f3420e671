"""The command `cleanrooms-emulator`: serve one world until told to stop."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Sequence

from cleanrooms_emulator.command.command_line import Arguments, UsageError, parse
from cleanrooms_emulator.world.state_file import StateFileError

EXIT_OK = 0
EXIT_CANNOT_SERVE = 2
EXIT_USAGE = 64


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit code: 64 for bad arguments, 2 when port, state file or snapshot are not to be had."""
    try:
        parsed = parse(sys.argv[1:] if arguments is None else arguments)
        if listed := _listed(parsed):
            sys.stdout.write("\n".join(listed) + "\n")
        else:
            _serve(parsed)
    except UsageError as error:
        return _complain(str(error), EXIT_USAGE)
    except (StateFileError, OSError, ValueError) as error:
        return _complain(str(error), EXIT_CANNOT_SERVE)
    return EXIT_OK


def _serve(parsed: Arguments) -> None:
    from cleanrooms_emulator.command.set_up import application
    from cleanrooms_emulator.transport.server import Server
    from cleanrooms_emulator.world.store import Store

    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    store = Store(parsed.state)
    try:
        with Server(application(store, parsed), parsed.port) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            sys.stdout.write(f"READY {server.url}\n")
            sys.stdout.flush()
            stopping.wait()
    finally:
        store.close()


def _listed(parsed: Arguments) -> list[str]:
    from cleanrooms_emulator.command.listings import operation_lines, quota_lines, switch_lines

    asked = {switch_lines: parsed.list_switches, operation_lines: parsed.list_operations, quota_lines: parsed.list_quotas}
    return [line for lines, wanted in asked.items() if wanted for line in lines()]


def _complain(message: str, code: int) -> int:
    text = "; ".join(message.splitlines())
    sys.stderr.write(f"cleanrooms-emulator: {text}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
