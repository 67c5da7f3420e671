"""The command `cleanrooms-emulator`: serve one world until told to stop."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager

from cleanrooms_emulator.command.command_line import Arguments, UsageError, parse
from cleanrooms_emulator.world.state_file import StateFileError

EXIT_OK = 0
EXIT_CANNOT_SERVE = 2
EXIT_USAGE = 64

_ENDING = frozenset({signal.SIGINT, signal.SIGTERM})


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

    with (
        _told_to_end() as wait,
        closing(Store(parsed.state)) as store,
        Server(application(store, parsed), parsed.port) as server,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdout.write(f"READY {server.url}\n")
        sys.stdout.flush()
        wait()


@contextmanager
def _told_to_end() -> Iterator[Callable[[], object]]:
    """Hold back the signals that end the service; gives what waits for the first of them.

    The threads that are started inside hold them back, too: one that took such a signal would leave the main thread waiting.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield lambda: signal.sigwait(_ENDING)
    finally:
        while further := signal.sigpending() & _ENDING:
            signal.sigwait(further)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


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
