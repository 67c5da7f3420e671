"""The AWS command line as a client of the service: its own parser, its own models, JSON in and out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR")


class CommandFailed(Exception):
    """The command ended with a non-zero status; `status` is that, the message is what it wrote to standard error."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class AwsCli:
    """`aws` against the service at `url`, with nothing of this machine's AWS configuration; `home` is an empty folder."""

    url: str
    home: Path

    def run(self, account: str, *arguments: str) -> Any:
        """What `aws ARGUMENTS` answers, called as root of the account. Raises CommandFailed."""
        finished = subprocess.run(
            [sys.executable, "-m", "awscli", *arguments, "--output", "json"],
            env=self._environment(account),
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )
        if finished.returncode != 0:
            raise CommandFailed(finished.returncode, finished.stderr.strip())
        return json.loads(finished.stdout) if finished.stdout.strip() else None

    def _environment(self, account: str) -> Mapping[str, str]:
        return {
            **{name: os.environ[name] for name in _KEPT if name in os.environ},
            "HOME": str(self.home),
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": account,
            "AWS_SECRET_ACCESS_KEY": "not-checked",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_PAGER": "",
        }
