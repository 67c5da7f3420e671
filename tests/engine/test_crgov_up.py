"""`crgov up` with the real pulumi: again as long as something of our own is left to do, and no longer."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from tests.cli.runner import COMMAND
from tests.engine.stack_files import ACCOUNTS, BANK, INSURER, RECEIVES, RETAILER, Config, governing
from tests.engine.world import World, open_world
from tools.playground import Playground
from tools.pulumi.toolchain import CHECKOUT, Toolchain, locate

pytestmark = pytest.mark.engine

HELD = {
    account: {"name": name, "role": f"arn:aws:iam::{account}:role/governance"}
    for account, name in ((BANK, "Bank"), (INSURER, "Insurer"))
}


@dataclass(frozen=True)
class Ended:
    """A `crgov up` that has ended, with its report."""

    code: int
    report: dict[str, Any]
    said: str

    @property
    def outcomes(self) -> dict[str, str]:
        """How each resource stands, by kind and key."""
        return {f"{each['kind'].lower()} {each['key']}": each["outcome"] for each in self.report["resources"]}


def start(repository: Playground, stack: str) -> subprocess.Popen[str]:
    """Start `crgov up`."""
    return subprocess.Popen(
        [*COMMAND, "up", "--json", "--stack", stack, "--pulumi", str(locate().pulumi)],
        cwd=repository.project,
        env={**repository.env, "PYTHONPATH": str(CHECKOUT / "src")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end(process: subprocess.Popen[str]) -> Ended:
    """Wait for its end."""
    out, err = process.communicate(timeout=180)
    assert "Traceback" not in err, err
    return Ended(process.returncode, json.loads(out), err)


def crgov_up(repository: Playground, stack: str = "retail") -> Ended:
    return end(start(repository, stack))


def paid_by(*payers: str) -> Config:
    """All accounts are held and joined; who is named pays for queries, and accepts it."""
    stack = governing(members={INSURER: ()})
    members = stack["collaborations"]["retail-media"]["members"]
    memberships = dict(stack["memberships"])
    for key, account in (("bank", BANK), ("insurer", INSURER)):
        asked = {"payerFor": ["queryCompute"]} if account in payers else {}
        members[account] |= asked
        memberships[key] = {
            "account": account,
            "collaboration": "retail-media",
            "changeRequests": {"ownPlan": "approve"},
            **asked,
        }
    return {**stack, "accounts": {**ACCOUNTS, **HELD}, "memberships": memberships}


@pytest.fixture
def repository(tmp_path: Path, toolchain: Toolchain) -> Iterator[tuple[World, Playground]]:
    """The retailer's repository, in a world of its own."""
    with open_world(tmp_path) as world:
        yield world, world.repository("creator", RETAILER)


def test_a_payer_is_swapped_in_the_rounds_that_it_takes(repository: tuple[World, Playground]) -> None:
    world, creator = repository
    creator.write_stack("retail", paid_by(BANK))
    creator.init("retail")
    created = crgov_up(creator)
    assert (0, 1) == (created.code, created.report["rounds"]), created.said
    creator.write_stack("retail", paid_by(INSURER))
    swapped = crgov_up(creator)
    assert (0, 2) == (swapped.code, swapped.report["rounds"]), swapped.said
    assert {"converged"} == set(swapped.outcomes.values())
    listed = world.console(RETAILER).list_members(collaborationIdentifier=world.only_collaboration(RETAILER))
    paying = {
        each["accountId"] for each in listed["memberSummaries"] if each["paymentConfiguration"]["queryCompute"]["isResponsible"]
    }
    assert {INSURER} == paying
    again = crgov_up(creator)
    assert (0, 1) == (again.code, again.report["rounds"])


def test_it_ends_when_only_others_are_awaited(repository: tuple[World, Playground]) -> None:
    world, creator = repository
    creator.write_stack("retail", governing())
    creator.init("retail")
    assert 0 == crgov_up(creator).code
    collaboration = world.only_collaboration(RETAILER)
    world.console(BANK).create_membership(collaborationIdentifier=collaboration, queryLogStatus="DISABLED")
    creator.write_stack("retail", governing(bank=RECEIVES))
    waiting = crgov_up(creator)
    assert (3, 1) == (waiting.code, waiting.report["rounds"]), waiting.said
    (found,) = (each for each in waiting.report["resources"] if each["kind"] == "Collaboration")
    assert ("waiting", [BANK]) == (found["outcome"], found["awaited"])
    (request,) = world.open_requests(RETAILER, collaboration)
    world.act(BANK, collaboration, request, "APPROVE")
    assert 0 == crgov_up(creator).code
    creator.write_stack("retail", {key: each for key, each in governing(bank=RECEIVES).items() if key != "memberships"})
    dropped = crgov_up(creator)
    assert (0, "forgotten") == (dropped.code, dropped.outcomes["membership media"])


def test_an_interruption_leaves_a_state_to_go_on_from(repository: tuple[World, Playground]) -> None:
    world, creator = repository
    creator.write_stack("retail", governing())
    creator.init("retail")
    world.app.faults.set([FaultRule(kind=FaultKind.LATENCY, operation="CreateCollaboration", latency=3.0, times=1)])
    process = start(creator, "retail")
    world.wait_for_a_fault(process)
    process.send_signal(signal.SIGINT)
    interrupted = end(process)
    assert (1, True) == (interrupted.code, interrupted.report["interrupted"])
    went_on = crgov_up(creator)
    assert 0 == went_on.code, went_on.said
    assert "pending operation" not in went_on.said
    assert 1 == len(world.console(RETAILER).list_collaborations()["collaborationList"])
