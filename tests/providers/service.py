"""The embedded service that provider processes of the tests talk to, and people in its console."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.in_process import client
from cleanrooms_emulator.server_thread import serve_in_thread
from tests.providers.provider_process import EngineLog, Provider, listening_engine
from tests.providers.stacks import CALLER


class Service:
    """One world over HTTP for all tests, emptied between them, with one provider process always warming up.

    ``project`` is the folder that the processes run in.
    """

    def __init__(self, app: Application, url: str, engine: EngineLog, address: str, project: Path) -> None:
        self.app = app
        self.engine = engine
        self.project = project
        self._address = address
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "PULUMI_"))}
        self._env = {
            **inherited,
            "PULUMI_PROJECT": "cleanrooms",
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": CALLER,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }
        self._spare = self._start()

    @contextmanager
    def provider(self, config: Mapping[str, str]) -> Iterator[Provider]:
        """A fresh provider process with a stack's configuration; it ends with the block."""
        provider, self._spare = self._spare, self._start()
        self.engine.lines.clear()
        try:
            provider.configure(config)
            yield provider
        finally:
            provider.end()

    def close(self) -> None:
        """End the process that is still warming up."""
        self._spare.end()

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


SECRET = "not-checked-by-the-service"


def member(account: str, *abilities: str, name: str = "") -> dict[str, Any]:
    """A member as a change request names it: with its whole list of abilities."""
    return {"accountId": account, "memberAbilities": list(abilities), **({"displayName": name} if name else {})}


@contextmanager
def open_service(project: Path) -> Iterator[Service]:
    """Serve an empty world."""
    app = Application(ids="providers")
    with serve_in_thread(app) as url, listening_engine() as (engine, address):
        service = Service(app, url, engine, address, project)
        try:
            yield service
        finally:
            service.close()
