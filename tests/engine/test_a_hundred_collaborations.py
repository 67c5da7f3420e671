"""A stack of a hundred collaborations, one file each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest

from cleanrooms_emulator.journal import Entry
from tests.engine.stack_files import ACCOUNTS, RETAILER, collaboration
from tests.engine.world import Watched, World
from tools.playground import yaml_text

pytestmark = pytest.mark.engine

HUNDRED = 100
MOST_CALLS = 4
"""Calls of the service about one converged collaboration: itself, its members, its change requests, its tags."""


@pytest.fixture(scope="module")
def hundred(world: World) -> Mapping[str, Watched]:
    creator = world.repository("creator", RETAILER)
    creator.write_stack("group", {"include": ["collaborations/*.yaml"], "accounts": ACCOUNTS})
    for number in range(HUNDRED):
        key = f"campaign-{number:03}"
        creator.write_file(f"collaborations/{key}.yaml", yaml_text({"collaborations": {key: collaboration()}}))
    creator.init("group")
    return {
        "preview": world.watch(lambda: creator.preview("group")),
        "up": world.watch(lambda: creator.up("group", "--skip-preview")),
        "converged": world.watch(lambda: creator.preview("group", "--expect-no-changes")),
    }


def test_a_preview_plans_all_of_them(hundred: Mapping[str, Watched]) -> None:
    preview = hundred["preview"]
    assert (0, []) == (preview.code, preview.writes), preview.output[-2000:]
    _, _, diagnostics = preview.output.partition("Diagnostics:")
    assert HUNDRED == len([line for line in diagnostics.splitlines() if "plan: create collaboration 'campaign-" in line])


def test_up_creates_each_of_them_once(hundred: Mapping[str, Watched]) -> None:
    assert 0 == hundred["up"].code, hundred["up"].output[-2000:]
    created = Counter(call.parameters["name"] for call in hundred["up"].asked("CreateCollaboration"))
    assert Counter(f"campaign-{number:03}" for number in range(HUNDRED)) == created


def test_afterwards_nothing_is_left_to_do(hundred: Mapping[str, Watched]) -> None:
    assert (0, []) == (hundred["converged"].code, hundred["converged"].writes), hundred["converged"].output[-2000:]


def test_a_preview_makes_few_calls_about_each_converged_collaboration(hundred: Mapping[str, Watched]) -> None:
    calls = Counter(_collaboration(call) for call in hundred["converged"].calls if call.service == "cleanrooms")
    lists = calls.pop("")
    assert HUNDRED == len(calls)
    assert {MOST_CALLS} == set(calls.values())
    assert lists <= 1


def test_a_preview_asks_once_whose_credentials_it_has(hundred: Mapping[str, Watched]) -> None:
    assert ["GetCallerIdentity"] == [call.operation for call in hundred["converged"].calls if call.service == "sts"]


def _collaboration(call: Entry) -> str:
    """The id of the collaboration that a call is about, empty for a list of them all."""
    arn = str(call.parameters.get("resourceArn", ""))
    return str(call.parameters.get("collaborationIdentifier", arn.rpartition("/")[2]))
