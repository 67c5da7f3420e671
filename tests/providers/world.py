"""The embedded service that the provider processes of the tests talk to, and people in its console."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.transport.http_connection import Answering
from cleanrooms_emulator.transport.in_process import client
from cleanrooms_emulator.transport.server_thread import serve_in_thread
from cleanrooms_emulator.wire.messages import Delivery, Request, Response
from tests.providers.provider_process import EngineLog, Provider, listening_engine
from tests.providers.stacks import CALLER

SECRET = "not-checked-by-the-service"

_SECONDS_TO_END = 30.0


class Surroundings:
    """What all tests have in common, because starting it costs more than a test: engines' logs, one server at which each
    provider process has an address that leads to the world it was started in, and a way to start these processes.

    Parameters: ``engine`` takes the lines of all runs but those that go on beside another one, ``elsewhere`` those;
    ``project`` is the folder that the processes run in.
    """

    def __init__(self, engine: EngineLog, elsewhere: EngineLog, project: Path) -> None:
        self.engine = engine
        self.elsewhere = elsewhere
        self.project = project
        self.world = World(self)
        self.most_calls_at_once = 0
        self._counting = threading.Lock()
        self._calls_now = 0
        self._started = 0
        self._worlds: dict[str, World] = {}

    def __call__(self, request: Request) -> Response:
        """Answer a call in the world of the process that it comes from, which the first part of its path names.

        What is left over from a process that has ended is not answered: it would be seen in the world of the next test.
        """
        process, _, path = request.raw_path.removeprefix("/").partition("/")
        world = self._worlds.get(process)
        if world is None:
            return Response(0, delivery=Delivery.NOTHING)
        with self._counting:
            self._calls_now += 1
            self.most_calls_at_once = max(self.most_calls_at_once, self._calls_now)
        try:
            return world.watcher.call(replace(request, raw_path=f"/{path}"), world.app)
        finally:
            with self._counting:
                self._calls_now -= 1

    def begin(self, service: str, engine: str) -> None:
        """Make ready to start processes, with the addresses of the service and of the engine."""
        self.engine_address = engine
        self._service = service
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "PULUMI_"))}
        self.env = {
            **inherited,
            "PULUMI_PROJECT": "cleanrooms",
            "AWS_ACCESS_KEY_ID": CALLER,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }
        self._zygote = self._run(str(Path(__file__).with_name("zygote.py")), service=service, stdin=subprocess.PIPE)

    def new_world(self, app: Application | None = None) -> World:
        """An empty world, or the given one, which answers the processes that start from now on."""
        self.world = World(self, app)
        return self.world

    @contextmanager
    def provider(self, config: Mapping[str, str], *, as_the_engine_does: bool = False, engine: str = "") -> Iterator[Provider]:
        """A fresh provider process with a stack's configuration; it ends with the block.

        It is forked from one that has everything imported, and killed; or started by the very command that the engine starts,
        and ended by the signal that the engine sends. ``engine`` is another address than that of the engine's log.
        """
        self.most_calls_at_once = 0
        self._started += 1
        process = f"process-{self._started}"
        self._worlds[process] = self.world
        service = f"{self._service}/{process}"
        provider = self._start(service) if as_the_engine_does else self._fork(f"output-of-{process}", service, engine)
        try:
            provider.configure(config)
            self.world.watcher.begin(provider)
            yield provider
        finally:
            provider.end(signal.SIGINT if as_the_engine_does else signal.SIGKILL)
            del self._worlds[process]
        assert "" == provider.printed, "the engine would show to the user what a provider prints"

    def close(self) -> None:
        """End what was started."""
        with self._zygote as zygote:
            assert zygote.stdin is not None
            zygote.stdin.close()

    def _start(self, service: str) -> Provider:
        process = self._run("-m", "pulumi.dynamic", service=service, stderr=subprocess.STDOUT)
        assert process.stdout is not None
        return Provider(process.pid, process.stdout, lambda: _await_end(process))

    def _fork(self, output: str, service: str, engine: str) -> Provider:
        assert self._zygote.stdin is not None
        assert self._zygote.stdout is not None
        fifo = self.project / output
        os.mkfifo(fifo)
        self._zygote.stdin.write(f"{fifo} {service} {engine}\n")
        self._zygote.stdin.flush()
        return Provider(int(self._zygote.stdout.readline()), fifo.open())

    def _run(self, *arguments: str, service: str, **streams: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-u", *arguments, self.engine_address],
            cwd=self.project,
            env={**self.env, "AWS_ENDPOINT_URL": service},
            stdout=subprocess.PIPE,
            text=True,
            **streams,
        )


def _await_end(process: subprocess.Popen[str]) -> None:
    """Wait until an interrupted process has ended. One that goes on is killed, as the engine would do after five seconds."""
    try:
        process.wait(_SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise AssertionError("the provider did not end when it was interrupted") from None


class Watcher:
    """Sees every call of a provider process to the service; this one only lets it through."""

    def begin(self, provider: Provider) -> None:
        """A process is configured, and nothing else has been asked of it yet."""

    def call(self, request: Request, answer: Answering) -> Response:
        """A call has arrived; return its answer."""
        return answer(request)


class World:
    """One world of the embedded service. ``watcher`` sees what provider processes call."""

    def __init__(self, surroundings: Surroundings, app: Application | None = None) -> None:
        self.app = Application(ids="providers") if app is None else app
        self.surroundings = surroundings
        self.watcher = Watcher()

    def console(self, account: str) -> Any:
        """The account as a person in the console: a boto3 client."""
        return client(self.app, "cleanrooms", account)

    def only_collaboration(self, account: str) -> str:
        """The id of the one collaboration that an account can see."""
        (found,) = self.console(account).list_collaborations()["collaborationList"]
        return str(found["id"])

    def open_requests(self, creator: str, collaboration: str) -> list[str]:
        """The ids of the change requests that are not over."""
        listed = self.console(creator).list_collaboration_change_requests(collaborationIdentifier=collaboration)
        summaries = listed["collaborationChangeRequestSummaries"]
        return [str(each["id"]) for each in summaries if each["status"] in ("PENDING", "APPROVED")]

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

    def change(self, creator: str, collaboration: str, voters: Sequence[str], *members: dict[str, Any]) -> None:
        """Have people file, approve and commit a change in the console."""
        request = self.file(creator, collaboration, *members)
        for account in voters:
            self.act(account, collaboration, request, "APPROVE")
        self.act(creator, collaboration, request, "COMMIT")

    def join(self, account: str, collaboration: str) -> None:
        """Have a person join in the console."""
        self.console(account).create_membership(collaborationIdentifier=collaboration, queryLogStatus="DISABLED")


def member(account: str, *abilities: str, name: str = "") -> dict[str, Any]:
    """A member as a change request names it: with its whole list of abilities."""
    return {"accountId": account, "memberAbilities": list(abilities), **({"displayName": name} if name else {})}


@contextmanager
def open_surroundings(project: Path) -> Iterator[Surroundings]:
    """Serve the worlds of all tests."""
    with listening_engine() as (engine, engine_address), listening_engine() as (elsewhere, _):
        surroundings = Surroundings(engine, elsewhere, project)
        with serve_in_thread(surroundings) as url:
            surroundings.begin(url, engine_address)
            try:
                yield surroundings
            finally:
                surroundings.close()
