"""What the embedded service costs its user beside calls over HTTP: start, memory, and calls in process; beside moto."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import IO

from bench.figures import Figure, median, progress
from bench.rivals import CALLS, CREATOR, NEW, WARM_UP, Running, boto3_client, embedded_service, moto_server

IN_PROCESS_GOAL_MS = 1.5

_IN_PROCESS = """
import json, statistics, sys, time
{connected}
new = json.loads(sys.argv[1])
id = client.create_collaboration(**new)["collaboration"]["id"]
def seconds():
    started = time.perf_counter()
    client.list_members(collaborationIdentifier=id)
    return time.perf_counter() - started
for line in sys.stdin:
    print(statistics.median(seconds() for _ in range(int(line))), flush=True)
"""
_OURS = f"""
from cleanrooms_emulator.application import Application
from cleanrooms_emulator.transport.in_process import client as connect
client = connect(Application(strict_output=False), "cleanrooms", "{CREATOR}")
"""
_MOTO = f"""
import boto3
from moto import mock_aws
mock_aws().start()
client = boto3.client("cleanrooms", "eu-west-1", aws_access_key_id="{CREATOR}", aws_secret_access_key="not-checked")
"""


def measure_service(rounds: int) -> Iterator[Figure]:
    """Yield the time to READY, the memory after some calls, and the time of a boto3 call in process."""
    progress(f"start and memory, {rounds} rounds")
    started = [(_started(embedded_service()), _started(moto_server())) for _ in range(rounds)]
    ours, moto = ([each[index] for each in started] for index in (0, 1))
    yield _beside("start to READY", [each[0] * 1000 for each in ours], [each[0] * 1000 for each in moto], "ms")
    yield _beside("memory after 200 calls", [each[1] for each in ours], [each[1] for each in moto], "MB")
    progress(f"ListMembers in process, {rounds} rounds of {CALLS} calls, beside moto")
    with ExitStack() as stack:
        rivals = [stack.enter_context(_caller_in_process(code)) for code in (_OURS, _MOTO)]
        for rival in rivals:
            _median_milliseconds(rival, WARM_UP)
        timed = [[_median_milliseconds(rival, CALLS) for rival in rivals] for _ in range(rounds)]
    own, his = ([each[index] for each in timed] for index in (0, 1))
    yield _beside("ListMembers by boto3 in process", own, his, "ms", IN_PROCESS_GOAL_MS)


def _beside(name: str, ours: list[float], moto: list[float], unit: str, goal: float | None = None) -> Figure:
    return Figure(name, median(ours), unit, goal, f"moto {median(moto):.2f} {unit}")


def _started(server: AbstractContextManager[Running]) -> tuple[float, float]:
    """Seconds to READY, and megabytes after some calls."""
    with server as running:
        client = boto3_client(running.url)
        id = client.create_collaboration(**NEW)["collaboration"]["id"]
        for _ in range(CALLS):
            client.list_members(collaborationIdentifier=id)
        return running.seconds_to_ready, running.resident_megabytes()


@contextmanager
def _caller_in_process(connected: str) -> Iterator[tuple[IO[str], IO[str]]]:
    """A process that makes as many calls as it is told, in itself, and tells their median."""
    command = [sys.executable, "-c", _IN_PROCESS.format(connected=connected), json.dumps(NEW)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("a process without pipes")
        yield process.stdin, process.stdout
        process.stdin.close()


def _median_milliseconds(caller: tuple[IO[str], IO[str]], calls: int) -> float:
    told, tells = caller
    told.write(f"{calls}\n")
    told.flush()
    return float(tells.readline()) * 1000
