"""A partner's privacy budgets through the real engine: previewed with their impact, made, edited, refused, acknowledged."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests import tables
from tests.engine.conftest import Stage
from tests.engine.stack_files import BANK, Config, bank_stack
from tests.engine.world import World

pytestmark = pytest.mark.engine

CREATE, UPDATE = "CreatePrivacyBudgetTemplate", "UpdatePrivacyBudgetTemplate"


def protected(collaboration: str, uses: int, **membership: Any) -> Config:
    """The bank's stack file with differential privacy for all, and so many uses of its table a week."""
    amount = {"type": "CALENDAR_WEEK", "budget": uses, "autoRefresh": "ENABLED"}
    config = bank_stack(collaboration)
    config["memberships"]["bank"] |= {
        "privacyBudgets": {
            "cards": {"type": "ACCESS_BUDGET", "resource": "cards", "budgets": [amount]},
            "noise": {"type": "DIFFERENTIAL_PRIVACY", "epsilon": 3, "usersNoisePerQuery": 50, "autoRefresh": "NONE"},
        },
        **membership,
    }
    return config


def associate(world: World, name: str) -> None:
    """A person at the bank associates a table."""
    console = world.console(BANK)
    (own,) = [each["id"] for each in console.list_memberships()["membershipSummaries"]]
    tables.associate(console, BANK, own, name)


def test_budgets_are_previewed_made_edited_refused_and_acknowledged(settled: Stage) -> None:
    world, bank = settled.world, settled.bank
    associate(world, "cards")
    bank.write_stack("partner", protected(settled.collaboration, 50))
    preview = world.watch(lambda: bank.preview("partner"))
    assert (0, []) == (preview.code, preview.writes), preview.output
    assert preview.lines("plan: create the access budget of table cards of 444455556666 (Bank): 50 uses a CALENDAR_WEEK")
    assert preview.lines("150 AVG, COUNT, COUNT_DISTINCT, STDDEV or SUM")
    up = world.watch(lambda: bank.up("partner", "--skip-preview"))
    assert (0, [CREATE, CREATE]) == (up.code, sorted(up.writes)), up.output

    bank.write_stack("partner", protected(settled.collaboration, 80))
    edited = world.watch(lambda: bank.preview("partner"))
    assert (1, []) == (edited.code, edited.writes), edited.output
    assert edited.lines("CALENDAR_WEEK: 50 of 50 left, afterwards 80 (+30)")
    (refusal,) = set(re.findall(r"add (fp-[0-9a-f]{16}) to memberships\.bank\.acknowledge", edited.output))

    bank.write_stack("partner", protected(settled.collaboration, 80, acknowledge=[refusal]))
    up = world.watch(lambda: bank.up("partner", "--skip-preview"))
    assert (0, [UPDATE]) == (up.code, up.writes), up.output

    bank.write_stack("partner", protected(settled.collaboration, 80))
    after = bank.preview("partner", "--expect-no-changes")
    assert 0 == after.code, after.output
