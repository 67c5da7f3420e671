"""A partner's privacy budgets through the real engine: previewed with their impact, made, edited, refused, acknowledged."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests import tables
from tests.engine.conftest import Stage
from tests.engine.stack_files import BANK, MEDIA, RETAILER, Config, bank_stack
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
    """A person at the bank associates a table that the agency may query."""
    console = world.console(BANK)
    (own,) = [each["id"] for each in console.list_memberships()["membershipSummaries"]]
    tables.associate(console, BANK, own, name, MEDIA)


def query(world: World, table: str, times: int) -> None:
    """A person at the agency queries a table for the retailer, so often."""
    console = world.console(MEDIA)
    (own,) = [each["id"] for each in console.list_memberships()["membershipSummaries"]]
    for _ in range(times):
        console.start_protected_query(
            type="SQL",
            membershipIdentifier=own,
            sqlParameters={"queryString": f"select count(*) as number from {table}"},
            resultConfiguration={"outputConfiguration": {"member": {"accountId": RETAILER}}},
        )
        world.app.clock.advance(10)  # a query ends before the next one begins: few may run at once


def test_budgets_are_previewed_made_edited_refused_and_acknowledged(settled: Stage) -> None:
    world, bank = settled.world, settled.bank
    associate(world, "cards")
    bank.write_stack("partner", protected(settled.collaboration, 5))
    preview = world.watch(lambda: bank.preview("partner"))
    assert (0, []) == (preview.code, preview.writes), preview.output
    assert preview.lines("plan: create the access budget of table cards of 444455556666 (Bank): 5 uses a CALENDAR_WEEK")
    assert preview.lines("150 AVG, COUNT, COUNT_DISTINCT, STDDEV or SUM")
    up = world.watch(lambda: bank.up("partner", "--skip-preview"))
    assert (0, [CREATE, CREATE]) == (up.code, sorted(up.writes)), up.output

    bank.write_stack("partner", protected(settled.collaboration, 8))
    edited = world.watch(lambda: bank.preview("partner"))
    assert (1, []) == (edited.code, edited.writes), edited.output
    assert edited.lines("CALENDAR_WEEK: 5 of 5 left, afterwards 8 (+3)")
    (refusal,) = set(re.findall(r"add (fp-[0-9a-f]{16}) to memberships\.bank\.acknowledge", edited.output))

    bank.write_stack("partner", protected(settled.collaboration, 8, acknowledge=[refusal]))
    up = world.watch(lambda: bank.up("partner", "--skip-preview"))
    assert (0, [UPDATE]) == (up.code, up.writes), up.output

    query(world, "cards", 7)
    watched = protected(settled.collaboration, 8)
    watched["memberships"]["bank"]["privacyBudgets"]["cards"]["warnBelow"] = "20%"
    bank.write_stack("partner", watched)
    after = world.watch(lambda: bank.preview("partner", "--expect-no-changes"))
    assert (0, []) == (after.code, after.writes), after.output
    assert after.lines("cards of 444455556666 (Bank): CALENDAR_WEEK: 1 of 8 left, less than 20%")
