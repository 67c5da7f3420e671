"""The embedded service and moto, each in a process of its own, and what is asked of both."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import botocore.session
from botocore.config import Config

from bench.figures import median

CREATOR = "111111111111"
PARTNERS = [f"{number}" * 12 for number in range(2, 7)]
CALLS = 200
WARM_UP = 20

NEW: dict[str, Any] = {
    "name": "measured",
    "description": "measured",
    "creatorDisplayName": "creator",
    "creatorMemberAbilities": ["CAN_QUERY"],
    "queryLogStatus": "DISABLED",
    "members": [{"accountId": account, "displayName": "partner", "memberAbilities": []} for account in PARTNERS],
}

_SERVICE = [sys.executable, "-m", "cleanrooms_emulator"]
_MOTO_SERVER = """
import sys, threading
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(f"READY http://127.0.0.1:{server.get_host_and_port()[1]}", flush=True)
sys.stdin.read()
server.stop()
"""
_FIXED_SERVER = """
import sys, threading
from cleanrooms_emulator.transport.server import Server
from cleanrooms_emulator.wire.messages import Response
headers = {"content-type": "application/json", "x-amzn-requestid": "00000000-0000-0000-0000-000000000000"}
answer = Response(200, headers, sys.argv[1].encode())
with Server(lambda request: answer) as server:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"READY {server.url}", flush=True)
    sys.stdin.read()
"""


@dataclass(frozen=True, slots=True)
class Running:
    """A server in a process; `seconds_to_ready` from the start of the process to the line that says where it is."""

    url: str
    pid: int
    seconds_to_ready: float

    def resident_megabytes(self) -> float:
        """How much memory it has now."""
        listed = subprocess.run(["ps", "-o", "rss=", "-p", str(self.pid)], capture_output=True, text=True, check=True)
        return int(listed.stdout) / 1024


@contextmanager
def embedded_service() -> Iterator[Running]:
    """The command `cleanrooms-emulator`."""
    with _running(_SERVICE) as running:
        yield running


@contextmanager
def moto_server() -> Iterator[Running]:
    """Moto's server."""
    with _running([sys.executable, "-c", _MOTO_SERVER]) as running:
        yield running


@contextmanager
def fixed_answer(body: bytes) -> Iterator[Running]:
    """A server that gives every call the same answer at once: what remains of a call is the client's own time."""
    with _running([sys.executable, "-c", _FIXED_SERVER, body.decode()]) as running:
        yield running


def boto3_client(url: str, key: str = CREATOR) -> Any:
    """A client as a program makes it."""
    return botocore.session.Session().create_client(
        "cleanrooms",
        region_name="eu-west-1",
        endpoint_url=url,
        aws_access_key_id=key,
        aws_secret_access_key="not-checked",
        config=Config(retries={"total_max_attempts": 1}),
    )


def median_seconds(call: Callable[[], object], calls: int = CALLS) -> float:
    """Of so many calls, one after the other."""
    return median([_seconds(call) for _ in range(calls)])


def in_turn(rivals: Sequence[Callable[[], object]], rounds: int) -> list[list[float]]:
    """For each round the median seconds of each rival, all warmed up before."""
    for call in rivals:
        median_seconds(call, WARM_UP)
    return [[median_seconds(call) for call in rivals] for _ in range(rounds)]


def _seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


@contextmanager
def _running(command: list[str]) -> Iterator[Running]:
    started = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )  # fmt: skip
    try:
        line = process.stdout.readline() if process.stdout else ""
        if not line.startswith("READY "):
            raise RuntimeError(f"{command[:3]} did not start: run `make bench`, which installs what is measured against")
        yield Running(line.removeprefix("READY ").strip(), process.pid, time.perf_counter() - started)
    finally:
        process.kill()
        process.communicate()
