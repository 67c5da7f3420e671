"""A world for the real engine: the embedded service in a thread of this process, and repositories whose AWS it is."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.journal import Entry
from cleanrooms_emulator.transport.in_process import client
from cleanrooms_emulator.transport.server_thread import serve_in_thread
from tests.engine.door import Door
from tools.playground import Playground, Run

_READS = ("Get", "List", "BatchGet", "Preview")
_SESSIONS = ("AssumeRole",)


def may_change_something(call: Entry) -> bool:
    """Whether a call is of an operation that writes."""
    return call.operation is not None and not call.operation.startswith(_READS) and call.operation not in _SESSIONS


@dataclass(frozen=True)
class Watched:
    """A command that has ended, and every call that the service got meanwhile."""

    run: Run
    calls: tuple[Entry, ...]

    @property
    def code(self) -> int:
        return self.run.code

    @property
    def output(self) -> str:
        return self.run.output

    @property
    def writes(self) -> list[str]:
        """The operations that may change something, in order; a vote or commit as its action.

        A call that was refused before anybody knew what it was about has no operation, and changed nothing.
        """
        return [str(call.parameters.get("action", call.operation)) for call in self.calls if may_change_something(call)]

    def asked(self, operation: str) -> list[Entry]:
        """The calls of one operation."""
        return [call for call in self.calls if call.operation == operation]

    def lines(self, wanted: str) -> list[str]:
        """The lines of the output that hold a text, without what stands around them, each once."""
        found = [line.strip() for line in self.output.splitlines() if wanted in line]
        return list(dict.fromkeys(found))


@dataclass
class World:
    """A service, and the repositories that use it, whose calls come in by the door."""

    app: Application
    door: Door
    url: str
    scratch: Path

    def repository(self, name: str, caller: str, **environment: str) -> Playground:
        """A repository with a state of its own; ``caller`` is the account whose credentials are in its environment."""
        return Playground(self.scratch / name, self.url, caller, environment)

    def watch(self, command: Callable[[], Run]) -> Watched:
        """Run a command, which must not show a traceback, and note the calls that it made."""
        before = self.app.journal.last
        run = command()
        assert "Traceback" not in run.output, run.output
        return Watched(run, tuple(self.app.journal.entries(before)))

    def console(self, account: str, region: str = "eu-west-1") -> Any:
        """The account as a person in the console: a boto3 client."""
        return client(self.app, "cleanrooms", account, region)

    def only_collaboration(self, account: str) -> str:
        """The id of the one collaboration that an account can see."""
        (found,) = self.console(account).list_collaborations()["collaborationList"]
        return str(found["id"])

    def file(self, creator: str, collaboration: str, *members: dict[str, Any]) -> str:
        """File a change request in the console; return its id."""
        changes = [{"specificationType": "MEMBER", "specification": {"member": member}} for member in members]
        filed = self.console(creator).create_collaboration_change_request(
            collaborationIdentifier=collaboration, changes=changes
        )
        return str(filed["collaborationChangeRequest"]["id"])

    def act(self, account: str, collaboration: str, request: str, action: str) -> None:
        """Vote on, commit or cancel a change request in the console."""
        self.console(account).update_collaboration_change_request(
            collaborationIdentifier=collaboration, changeRequestIdentifier=request, action=action
        )

    def open_requests(self, creator: str, collaboration: str) -> list[str]:
        """The ids of the change requests that are not over."""
        listed = self.console(creator).list_collaboration_change_requests(collaborationIdentifier=collaboration)
        summaries = listed["collaborationChangeRequestSummaries"]
        return [str(each["id"]) for each in summaries if each["status"] in ("PENDING", "APPROVED")]

    def abilities(self, account: str, collaboration: str) -> dict[str, list[str]]:
        """Who belongs to a collaboration with which abilities, as an account sees it."""
        listed = self.console(account).list_members(collaborationIdentifier=collaboration)["memberSummaries"]
        return {each["accountId"]: sorted(each["abilities"]) for each in listed if each["status"] in ("ACTIVE", "INVITED")}

    def change_behind_our_back(self, creator: str, collaboration: str, voters: Sequence[str], *members: dict[str, Any]) -> None:
        """Have people file, approve and commit a change in the console."""
        request = self.file(creator, collaboration, *members)
        for account in voters:
            self.act(account, collaboration, request, "APPROVE")
        self.act(creator, collaboration, request, "COMMIT")

    def wait_for_a_fault(self, process: subprocess.Popen[str]) -> None:
        """Wait until a call has met a fault rule, or until the process that should make it has ended."""
        while process.poll() is None and not any(rule["hits"] for rule in self.app.faults.as_json()):
            time.sleep(0.05)

    def keep(self, *repositories: Playground) -> Kept:
        """Remember this world, so that others can begin with it, as long as its repositories are left alone."""
        return Kept(self.app.snapshot(), {each.scratch.name: each for each in repositories})

    def keep_copies(self, scratch: Path, *repositories: Playground) -> Kept:
        """Remember this world as it is now, whatever becomes of its repositories."""
        return self.keep(*(_copied(each, self, scratch / each.scratch.name) for each in repositories))


@dataclass(frozen=True)
class Kept:
    """A world as it stood once: the service's content, and repositories by name."""

    snapshot: dict[str, Any]
    repositories: dict[str, Playground]

    @contextmanager
    def again(self, scratch: Path) -> Iterator[tuple[World, dict[str, Playground]]]:
        """Serve a copy of this world, with a copy of each repository and its state."""
        with open_world(scratch) as world:
            world.app.restore(self.snapshot)
            copies = {name: _copied(original, world, scratch / name) for name, original in self.repositories.items()}
            yield world, copies


def _copied(original: Playground, world: World, scratch: Path) -> Playground:
    copy = Playground(scratch, world.url, original.caller, original.extra_env)
    for place in ("state", "project/stacks"):
        shutil.copytree(original.scratch / place, scratch / place, dirs_exist_ok=True)
    return copy


def member(account: str, *abilities: str, name: str = "") -> dict[str, Any]:
    """A member as a change request names it: with its whole list of abilities."""
    return {"accountId": account, "memberAbilities": list(abilities), **({"displayName": name} if name else {})}


def collaborations_of(preview: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The steps of a preview's JSON document that are collaborations, by key."""
    steps = {str(step["urn"]): step for step in preview["steps"]}
    return {urn.rpartition("::")[2]: step for urn, step in steps.items() if urn.rpartition("::")[0].endswith(":Collaboration")}


@contextmanager
def open_world(scratch: Path) -> Iterator[World]:
    """Serve an empty world."""
    app = Application(ids="engine")
    door = Door(app)
    with serve_in_thread(door) as url:
        yield World(app, door, url, scratch)
