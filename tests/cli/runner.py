"""Runs `crgov` in this process against a service over HTTP, and a world of accounts to look at."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.switches import Switches
from cleanrooms_emulator.transport.in_process import client
from cleanrooms_emulator.transport.server_thread import serve_in_thread
from cleanrooms_governance.cli.main import main

CREATOR = "111122223333"
MEDIA = "222233334444"
BANK = "444455556666"
INSURER = "555566667777"
REGION = "eu-west-1"

COMMAND = (sys.executable, "-c", "import sys; from cleanrooms_governance.cli.main import main; sys.exit(main())")


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """What it said to programs."""
        return json.loads(self.out)


def crgov(*arguments: str) -> Ran:
    """Run a command."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(arguments)
    return Ran(code, out.getvalue(), err.getvalue())


def crgov_process(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    """Start a command as a process of its own."""
    return subprocess.Popen(
        [*COMMAND, *arguments],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2] / "src"), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def role(account: str) -> str:
    """The role through which a held account is acted as."""
    return f"arn:aws:iam::{account}:role/governance"


@contextmanager
def service(monkeypatch: pytest.MonkeyPatch, switches: Mapping[str, str] | None = None) -> Iterator[Application]:
    """A service over HTTP that every client of the SDK talks to; the environment's credentials are the creator's."""
    app = Application(switches=Switches.from_names(switches or {}), ids="cli")
    with serve_in_thread(app) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", CREATOR)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-checked")
        yield app


class World:
    """A collaboration of the creator, which Media has joined as the runner, and its people at their consoles."""

    def __init__(self, app: Application) -> None:
        self.app = app

    def of(self, account: str) -> Any:
        """The account's client."""
        return client(self.app, "cleanrooms", account, REGION)

    def create(self, name: str = "retail-media", *, joined: bool = True, bank: str = "Bank", **more: Any) -> str:
        """The id of a new collaboration of the creator, Media and the bank; the bank is invited only."""
        answer = self.of(CREATOR).create_collaboration(
            **{
                "name": name,
                "creatorDisplayName": "Retailer",
                "creatorMemberAbilities": [],
                "members": [
                    {"accountId": MEDIA, "displayName": "Media", "memberAbilities": ["CAN_QUERY"]},
                    {"accountId": BANK, "displayName": bank, "memberAbilities": ["CAN_RECEIVE_RESULTS"]},
                ],
                "queryLogStatus": "ENABLED",
                "tags": {"governed-by": f"cleanrooms/retailer/{name}"},
                **more,
            }
        )
        id = str(answer["collaboration"]["id"])
        for account in (CREATOR, MEDIA) if joined else ():
            self.of(account).create_membership(collaborationIdentifier=id, queryLogStatus="DISABLED")
        return id

    def file(self, collaboration: str, *changes: Mapping[str, Any]) -> str:
        """The id of a request that the creator files."""
        answer = self.of(CREATOR).create_collaboration_change_request(
            collaborationIdentifier=collaboration, changes=[dict(each) for each in changes]
        )
        return str(answer["collaborationChangeRequest"]["id"])

    def request(self, collaboration: str, id: str) -> dict[str, Any]:
        """A request as the creator sees it."""
        answer: dict[str, Any] = self.of(CREATOR).get_collaboration_change_request(
            collaborationIdentifier=collaboration, changeRequestIdentifier=id
        )
        return dict(answer["collaborationChangeRequest"])

    def act(self, account: str, collaboration: str, id: str, action: str) -> None:
        """Vote, cancel or commit at the console."""
        self.of(account).update_collaboration_change_request(
            collaborationIdentifier=collaboration, changeRequestIdentifier=id, action=action
        )


def grant(account: str = CREATOR, *abilities: str) -> dict[str, Any]:
    """A change that gives an account these abilities, by default the creator the one to receive results."""
    member = {"accountId": account, "memberAbilities": list(abilities or ("CAN_RECEIVE_RESULTS",))}
    return {"specificationType": "MEMBER", "specification": {"member": member}}


def invite(account: str = INSURER, name: str = "Insurer") -> dict[str, Any]:
    """A change that invites an account."""
    member = {"accountId": account, "memberAbilities": [], "displayName": name}
    return {"specificationType": "MEMBER", "specification": {"member": member}}


STACK = f"""
config:
  cleanrooms:accounts:
    "{CREATOR}": {{name: retailer, environment: true}}
    "{MEDIA}": {{name: media, role: "{role(MEDIA)}"}}
    "{BANK}": {{name: bank}}
  cleanrooms:collaborations:
    retail-media:
      creator: "{CREATOR}"
      region: {REGION}
      members:
        "{CREATOR}": {{displayName: Retailer, abilities: []}}
        "{MEDIA}": {{displayName: Media, abilities: [CAN_QUERY]}}
        "{BANK}": {{displayName: Bank, abilities: [CAN_RECEIVE_RESULTS]}}
"""


def project(folder: Path, text: str = STACK, stack: str = "retailer") -> Path:
    """A project folder with one stack; the path of its stack file."""
    (folder / "stacks").mkdir(exist_ok=True)
    (folder / "Pulumi.yaml").write_text("name: cleanrooms\nruntime: python\nstackConfigDir: stacks\n")
    file = folder / "stacks" / f"Pulumi.{stack}.yaml"
    file.write_text(text)
    return file
