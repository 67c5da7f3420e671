"""What exists, dumped into a stack file: the real engine plans nothing but the mark of who governs it, and then nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests import tables
from tests.cli.runner import COMMAND
from tests.engine.stack_files import BANK, INSURER, MEDIA, REGION, RETAILER
from tests.engine.world import World, open_world
from tools.playground import Playground
from tools.pulumi.toolchain import CHECKOUT, Toolchain

pytestmark = pytest.mark.engine

NAMES = {RETAILER: "Retailer", MEDIA: "on", BANK: "Bank: \u202e'of' <{%reset%}>", INSURER: "2027-03-31"}


def by_hand(world: World) -> str:
    """People make a collaboration with everything in it in the console; its id."""
    created = world.console(RETAILER).create_collaboration(
        name="Campaigns & more: yes",
        description="a: b # c",
        creatorDisplayName=NAMES[RETAILER],
        creatorMemberAbilities=["CAN_RECEIVE_RESULTS"],
        members=[
            {"accountId": MEDIA, "displayName": NAMES[MEDIA], "memberAbilities": ["CAN_QUERY"]},
            {"accountId": BANK, "displayName": NAMES[BANK], "memberAbilities": []},
            {"accountId": INSURER, "displayName": NAMES[INSURER], "memberAbilities": ["CAN_RECEIVE_RESULTS"]},
        ],
        queryLogStatus="ENABLED",
        autoApprovedChangeRequestTypes=["ADD_MEMBER"],
        tags={"team": "on", "cost center": "1.0"},
    )
    id = str(created["collaboration"]["id"])
    place = {"outputConfiguration": {"s3": {"bucket": "retail-results", "resultFormat": "CSV"}}}
    role = f"arn:aws:iam::{RETAILER}:role/results"
    world.console(RETAILER).create_membership(
        collaborationIdentifier=id, queryLogStatus="ENABLED", defaultResultConfiguration={**place, "roleArn": role}
    )
    joined = world.console(MEDIA).create_membership(collaborationIdentifier=id, queryLogStatus="DISABLED")
    own = str(joined["membership"]["id"])
    table = tables.associate(world.console(MEDIA), MEDIA, own, "orders")
    limit: dict[str, Any] = {"type": "CALENDAR_WEEK", "budget": 50, "autoRefresh": "ENABLED"}
    world.console(MEDIA).create_privacy_budget_template(
        membershipIdentifier=own,
        privacyBudgetType="ACCESS_BUDGET",
        parameters={"accessBudget": {"resourceArn": table, "budgetParameters": [limit]}},
    )
    return id


def dump(repository: Playground) -> None:
    """Dump what the retailer and the media agency have into the stack file `all`."""
    role = f"arn:aws:iam::{MEDIA}:role/governance"
    given = ["--account", RETAILER, "--account", MEDIA, "--role", role, "--region", REGION]
    ended = subprocess.run(
        [*COMMAND, "dump", *given, "--output", "stacks/Pulumi.all.yaml"],
        cwd=repository.project,
        env={**repository.env, "PYTHONPATH": str(CHECKOUT / "src")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (0, "") == (ended.returncode, ended.stderr)


def test_a_dumped_world_is_adopted_and_nothing_else_is_planned(tmp_path: Path, toolchain: Toolchain) -> None:
    with open_world(tmp_path) as world:
        id = by_hand(world)
        repository = world.repository("all", RETAILER)
        dump(repository)
        repository.init("all")

        preview = world.watch(lambda: repository.preview("all"))
        assert (0, []) == (preview.code, preview.writes), preview.output
        plan = "adopt the collaboration: tag it governed-by=cleanrooms/all/campaigns-more-yes (at once, no votes)"
        assert {plan} == {line.partition("plan: ")[2] for line in preview.lines("plan: ")}

        up = world.watch(lambda: repository.up("all"))
        assert (0, ["TagResource"]) == (up.code, up.writes), up.output
        again = world.watch(lambda: repository.preview("all", "--expect-no-changes"))
        assert (0, []) == (again.code, again.writes), again.output
        assert NAMES == {
            each["accountId"]: each["displayName"]
            for each in world.console(RETAILER).list_members(collaborationIdentifier=id)["memberSummaries"]
        }
