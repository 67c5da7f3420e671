"""The AWS SDK for Go as a client of the service: a change request's life, a paginated list and a refusal."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from cleanrooms_emulator.transport.server_process import server_process
from soak.campaign import Campaign

_SOURCE = Path(__file__).resolve().parents[1] / "go_sdk"
_CREATOR, _PARTNER, _NEWCOMER = "111122223333", "222233334444", "444455556666"

EXPECTED: dict[str, Any] = {
    "statuses": ["PENDING", "APPROVED", "COMMITTED"],
    "votes": ["APPROVED", "PENDING"],
    "pages": [2, 1],
    "members": [f"{_CREATOR} ACTIVE", f"{_PARTNER} ACTIVE", f"{_NEWCOMER} INVITED"],
    "refusal": "AccessDeniedException",
    "reason": "INSUFFICIENT_PERMISSIONS",
}


class ClientFailed(Exception):
    """The program could not be built or run, or understood something else than was meant."""


def play(number: int) -> None:
    """Build the Go program and let it play. Raises ClientFailed; all cases are alike, so `number` is not used."""
    go = shutil.which("go")
    if go is None:
        raise ClientFailed("there is no `go` on the PATH; this campaign needs Go 1.24 or newer")
    with tempfile.TemporaryDirectory() as scratch, server_process() as service:
        program = Path(scratch) / "go_sdk"
        _output([go, "build", "-mod=readonly", "-buildvcs=false", "-o", str(program), "."])
        seen = json.loads(_output([str(program), service.url]))
    if seen != EXPECTED:
        raise ClientFailed(f"the SDK for Go saw {seen}, expected {EXPECTED}")


def _output(command: list[str]) -> str:
    finished = subprocess.run(command, cwd=_SOURCE, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900)
    if finished.returncode != 0:
        raise ClientFailed(f"{Path(command[0]).name}: {finished.stderr.strip()}")
    return finished.stdout


CAMPAIGNS = [Campaign(name="go-sdk", cases=1, run=play)]
