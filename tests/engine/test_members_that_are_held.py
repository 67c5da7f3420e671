"""A new member whose account the same stack holds: invited, voted for and joined in as few runs as possible."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.engine.stack_files import ACCOUNTS, INSURER, RETAILER, Config, governing
from tests.engine.world import Watched, World

pytestmark = pytest.mark.engine

HELD = {**ACCOUNTS, INSURER: {"name": "Insurer", "role": f"arn:aws:iam::{INSURER}:role/governance"}}


def _stack(own_plan: str, *, insured: bool) -> Config:
    stack = governing(own_plan, members={INSURER: ()} if insured else {})
    joins = {"insurer": {"account": INSURER, "collaboration": "retail-media"}} if insured else {}
    return {**stack, "accounts": HELD, "memberships": {**stack["memberships"], **joins}}


@pytest.fixture(scope="module")
def told(world: World) -> Mapping[str, Watched]:
    creator = world.repository("creator", RETAILER)
    plan = str(creator.scratch / "plan.json")
    creator.write_stack("retail", _stack("wait", insured=False))
    creator.init("retail")
    creator.up("retail", "--skip-preview")
    creator.write_stack("retail", _stack("wait", insured=True))
    told = {"asked": world.watch(lambda: creator.up("retail"))}
    told["asked expect"] = world.watch(lambda: creator.preview("retail", "--expect-no-changes"))
    creator.write_stack("retail", _stack("approve", insured=True))
    told["review"] = world.watch(lambda: creator.preview("retail", "--save-plan", plan))
    told["by plan"] = world.watch(lambda: creator.up("retail", "--skip-preview", "--plan", plan))
    told["after"] = world.watch(lambda: creator.preview("retail", "--expect-no-changes"))
    for name, each in told.items(): print("=====", name, each.code, each.writes); print(each.output)
    return told

def test_x(told): pass
