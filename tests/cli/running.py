"""Queries and jobs run in this process, without a server, so that others can interfere between any two calls."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cleanrooms_emulator.transport.in_process import connect
from cleanrooms_emulator.world.clock import Clock
from cleanrooms_governance.analyses.analysis import Kind
from cleanrooms_governance.analyses.results import Bucket, Receivers
from cleanrooms_governance.aws import AwsAccounts, Pace
from cleanrooms_governance.cli.analyses.conducting import Conducted, Terminal, conduct
from cleanrooms_governance.cli.analyses.preparing import Wish, find_runner, prepare
from cleanrooms_governance.cli.stack import Stack, read_stack
from cleanrooms_governance.errors import GovernanceError
from cleanrooms_governance.model import AccountId
from tests.cli.analysis_stage import stack_text
from tests.cli.runner import project
from tests.emulator.analyses.analysis_world import AnalysisWorld
from tests.emulator.world import STARTED

SECONDS_A_LOOK = 4.0
ON_VISITS = "select count(*) as number from visits"


def on_visits(payer: str, sql: str = ON_VISITS) -> Wish:
    """A query of the runner that takes from the budget of a table, at the cost of an account."""
    return Wish(Kind.QUERY, sql=sql, receivers=Receivers(Bucket("results", "CSV")), payer=AccountId(payer))


class Running:
    """`crgov run` on a world. ``before_call`` is called before each call that it makes, with how many it has made."""

    def __init__(self, world: AnalysisWorld, folder: Path) -> None:
        self.world = world
        begun = max(STARTED, time.time())  # the sessions of roles must not have expired by this machine's own clock
        world.app.clock = Clock(world.store, source=lambda: begun)
        self.before_call: Callable[[int], None] = lambda _: None
        self.calls = 0
        project(folder, stack_text(world))
        stack = read_stack(None, folder / "stacks" / "Pulumi.retailer.yaml", folder)
        assert stack is not None
        self.stack: Stack = stack
        self.accounts = self.logged_in()

    def logged_in(self) -> AwsAccounts:
        """The accounts with sessions that begin now."""
        return AwsAccounts(self.stack.owner_prefix, self._connected, pace=Pace(lambda: 0.0, lambda _: None))

    def warm_up(self) -> None:
        """Assume the role now, so that a world that begins again after this knows the session."""
        find_runner(self.stack, "runner", self.accounts)

    def query(self, wish: Wish, *, detach: bool = False) -> Conducted | GovernanceError:
        """Run it as the command does; what it ends with, or what it says instead."""
        self.calls = 0
        terminal = Terminal(lambda _: None, (), lambda _: self.world.app.clock.advance(SECONDS_A_LOOK))
        try:
            runner = find_runner(self.stack, "runner", self.accounts)
            submission, charged = prepare(wish, runner, self.stack, self.accounts)
            return conduct(runner, submission, charged, terminal, detach=detach)
        except GovernanceError as error:
            return error

    def started(self) -> list[dict[str, Any]]:
        """What this stack has started, as the service keeps it; people use their accounts' own credentials."""
        entries = self.world.app.journal.entries()
        return [
            dict(each.parameters or {})
            for each in entries
            if each.operation == "StartProtectedQuery" and ":assumed-role/" in str(each.principal)
        ]

    def _connected(self, client: Any) -> None:
        connect(self.world.app, client)
        if client.meta.service_model.service_name != "sts":
            client.meta.events.register_first("before-send", self._strike)

    def _strike(self, **_: Any) -> None:
        self.calls += 1
        self.before_call(self.calls)
