"""Starts provider processes quickly: a process that has everything imported, and forks one for each line that it reads.

A fork is as fresh as a new process as far as these tests go: nothing of ours is called before it, and no gRPC object made.
Parameter: the engine's address, which `pulumi.dynamic` takes as its last argument. A line is the path of a FIFO for what the
process prints, the address of its AWS, and perhaps another engine's address; the answer is its process id.
"""

from __future__ import annotations

import gc
import os
import runpy
import signal
import sys
from typing import NoReturn

import pulumi.dynamic  # noqa: F401 - imported for the forks

import cleanrooms_providers.collaboration
import cleanrooms_providers.membership
import cleanrooms_providers.privacy_budget_template  # noqa: F401 - imported for the forks
from cleanrooms_governance.aws.clients import CLEAN_ROOMS, STS, new_client, new_session


def main() -> None:
    """Fork until standard input ends."""
    for service in (CLEAN_ROOMS, STS):
        # The service models are read once and kept by the loader, as they would be by the first client of the process.
        new_client(new_session(), service, "eu-west-1", None)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    # An interrupt at the terminal is for whoever started this process, and who then closes its standard input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()
    # As tests.pace does, which this script cannot import: it runs outside the checkout.
    gc.set_threshold(50_000, 20, 20)
    while line := sys.stdin.readline():
        child = os.fork()
        if child == 0:
            become_a_provider(*line.split())
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


def become_a_provider(output: str, service: str, engine: str = sys.argv[-1]) -> NoReturn:
    """Be what ``python -m pulumi.dynamic`` is."""
    sys.argv[-1] = engine
    os.environ["AWS_ENDPOINT_URL"] = service
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    fifo = os.open(output, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(fifo, descriptor)
    os.close(0)
    runpy.run_module("pulumi.dynamic", run_name="__main__", alter_sys=True)
    sys.exit()


if __name__ == "__main__":
    main()
