"""The service in a process of its own, for those who want to stop, kill and restart it."""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

_READY = "READY "


class ServiceDidNotStart(Exception):
    """The process ended, or said nothing in time; the message holds what it wrote."""


class ServerProcess:
    """A running service; `url` is where."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.url = url
        self._process = process

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def stop(self) -> int:
        """Ask the service to end and wait for it; gives its exit code."""
        self._process.terminate()
        return self._wait()

    def kill(self) -> None:
        """End the service without a chance to tidy up."""
        self._process.kill()
        self._wait()

    def _wait(self) -> int:
        code = self._process.wait(timeout=10)
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()
        return code


def start(
    state: Path | None = None,
    switches: Mapping[str, str] | None = None,
    *,
    arguments: Sequence[str] = (),
    timeout: float = 30,
) -> ServerProcess:
    """Start a service on a free port, with further `arguments` of its command line; `timeout` in seconds.

    Raises ServiceDidNotStart.
    """
    command = [sys.executable, "-m", "cleanrooms_emulator", "--port", "0"]
    if state is not None:
        command += ["--state", str(state)]
    for name, value in (switches or {}).items():
        command += ["--switch", f"{name}={value}"]
    command += arguments
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    line = _first_line(process.stdout, timeout) if process.stdout is not None else ""
    if not line.startswith(_READY):
        process.kill()
        _, errors = process.communicate()
        raise ServiceDidNotStart(f"the service did not start: {line.strip()} {errors.strip()}")
    return ServerProcess(process, line.removeprefix(_READY).strip())


@contextmanager
def server_process(
    state: Path | None = None, switches: Mapping[str, str] | None = None, *, arguments: Sequence[str] = ()
) -> Iterator[ServerProcess]:
    """A service while the block runs."""
    running = start(state, switches, arguments=arguments)
    try:
        yield running
    finally:
        running.stop()


def _first_line(stream: IO[str], timeout: float) -> str:
    lines: queue.Queue[str] = queue.Queue()
    threading.Thread(target=lambda: lines.put(stream.readline()), daemon=True).start()
    try:
        return lines.get(timeout=timeout)
    except queue.Empty:
        return ""
