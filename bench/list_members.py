"""A boto3 ListMembers call against the embedded service beside the same call against moto's, both over HTTP, in turn."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import botocore.session
from botocore.config import Config

from bench.figures import Figure, median, progress
from cleanrooms_emulator.server_process import server_process

CALLS = 200
WARM_UP = 20
_PARTNERS = [f"{number}" * 12 for number in range(2, 7)]

_MOTO = """
import sys, threading
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
server.stop()
"""


def measure_list_members(rounds: int) -> Iterator[Figure]:
    """Yield the ratio of the medians, over several rounds in turn."""
    progress(f"ListMembers, {rounds} rounds of {CALLS} calls, beside moto")
    with server_process() as service, _moto() as moto_url:
        ours = _Rival(service.url, "111111111111")
        theirs = _Rival(moto_url, "moto-takes-any")
        pairs = [(ours.median_call(), theirs.median_call()) for _ in range(rounds)]
    own, other = (median(column) for column in zip(*pairs, strict=True))
    yield Figure(
        "ListMembers of 6 members, ratio to moto",
        median([mine / his for mine, his in pairs]),
        "x",
        goal=1 / 3,
        detail=f"{own * 1000:.2f} ms beside {other * 1000:.2f} ms",
    )


class _Rival:
    def __init__(self, url: str, key: str) -> None:
        self._client: Any = botocore.session.Session().create_client(
            "cleanrooms",
            region_name="eu-west-1",
            endpoint_url=url,
            aws_access_key_id=key,
            aws_secret_access_key="not-checked",
            config=Config(retries={"total_max_attempts": 1}),
        )
        created = self._client.create_collaboration(
            name="measured",
            description="measured",
            creatorDisplayName="creator",
            creatorMemberAbilities=["CAN_QUERY"],
            queryLogStatus="DISABLED",
            members=[{"accountId": account, "displayName": "partner", "memberAbilities": []} for account in _PARTNERS],
        )
        self._id = created["collaboration"]["id"]
        for _ in range(WARM_UP):
            self._call()

    def median_call(self) -> float:
        return median([self._timed() for _ in range(CALLS)])

    def _timed(self) -> float:
        started = time.perf_counter()
        self._call()
        return time.perf_counter() - started

    def _call(self) -> None:
        members = self._client.list_members(collaborationIdentifier=self._id)["memberSummaries"]
        if len(members) != len(_PARTNERS) + 1:
            raise RuntimeError(f"expected {len(_PARTNERS) + 1} members, got {len(members)}")


@contextmanager
def _moto() -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", _MOTO], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        port = process.stdout.readline().strip() if process.stdout else ""
        if not port:
            raise RuntimeError("moto did not start: run `make bench`, which installs it")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.communicate()
