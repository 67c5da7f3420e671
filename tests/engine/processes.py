"""The processes of a `pulumi` command: its own, the language host with the program, and the provider."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterable
from contextlib import suppress

PROVIDER = "pulumi.dynamic"
"""What the command line of the provider's process holds, and no other one's."""


def processes(process: subprocess.Popen[str]) -> list[tuple[int, str]]:
    """The numbers and command lines of a command and of the processes that it has started, which are in its session."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,args="], capture_output=True, text=True, check=True).stdout
    found = []
    for line in listed.splitlines():
        number, _, command = line.strip().partition(" ")
        with suppress(ProcessLookupError):
            if os.getsid(int(number)) == process.pid:
                found.append((int(number), command))
    return found


def kill_session(process: subprocess.Popen[str]) -> None:
    """Kill whatever a command has started, and wait for the command itself."""
    process.kill()
    kill_numbered(each for each, _ in processes(process))
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()
    process.wait()


def kill_numbered(numbers: Iterable[int]) -> None:
    """Kill processes without warning; those that have ended meanwhile are left alone."""
    for number in numbers:
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
