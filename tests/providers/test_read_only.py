"""Who acts: looking is done with the reading role, acting with the other, and where there is no other one nothing is done."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.providers.conftest import Settled
from tests.providers.mini_engine import Phase, Stack
from tests.providers.stacks import BANK, CALLER, MEDIA, RECEIVES, RETAILER, bank_stack, governing, only_governing, only_seen
from tests.providers.world import World, member

SALES = "collaboration sales"
EDITED = governing({BANK: RECEIVES})
SESSION = "crgov-cleanrooms-test"


def principals(phase: Phase) -> set[str]:
    return {str(call.principal) for call in phase.calls if call.operation != "AssumeRole"}


def as_role(account: str, role: str) -> str:
    return f"arn:aws:sts::{account}:assumed-role/{role}/{SESSION}"


def test_a_preview_uses_the_reading_roles_alone_and_names_the_stack(settled: Settled) -> None:
    preview = settled(EDITED).preview()
    assert {as_role(RETAILER, "look"), as_role(MEDIA, "look")} == principals(preview)
    assumed = {call.parameters["RoleArn"].rpartition("/")[2] for call in preview.asked("AssumeRole")}
    assert ({CALLER}, {"look"}) == ({call.account for call in preview.asked("AssumeRole")}, assumed)


def test_a_run_acts_with_the_other_role(settled: Settled) -> None:
    run = settled(EDITED).update()
    writing = {
        str(call.principal)
        for call in run.calls
        if not str(call.operation).startswith(("Get", "List", "Preview", "AssumeRole"))
    }
    assert {as_role(RETAILER, "act"), as_role(MEDIA, "act")} == writing


READ_ONLY = {RETAILER: only_seen(RETAILER, "Retailer"), MEDIA: only_seen(MEDIA, "Media")}

Told = Mapping[str, Phase]


@pytest.fixture(scope="module")
def looked_at(settled: Settled) -> Told:
    """The retailer's collaboration, which has an open request, seen by a stack that may not write to any account."""
    stack = settled(governing({BANK: RECEIVES}, accounts=READ_ONLY))
    stack.world.file(RETAILER, stack.state[SALES].id, member(BANK, *RECEIVES))
    return {"first": stack.preview(), "run": stack.update(), "again": stack.preview()}


@pytest.mark.parametrize("phase", ["first", "run", "again"])
def test_what_may_only_be_looked_at_is_never_written_and_never_votes(looked_at: Told, phase: str) -> None:
    assert [] == looked_at[phase].writes
    assert {as_role(RETAILER, "look"), as_role(MEDIA, "look")} == principals(looked_at[phase])


@pytest.mark.parametrize("phase", ["first", "again"])
def test_what_may_only_be_looked_at_is_shown_so(looked_at: Told, phase: str) -> None:
    assert "account 111122223333 (Retailer) is read-only here: shown, never written" in looked_at[phase].said(SALES)
    assert ["grant CAN_RECEIVE_RESULTS to 444455556666 (Bank)"] == looked_at[phase][SALES].plan


def test_what_may_only_be_looked_at_is_settled_though_it_differs(looked_at: Told) -> None:
    assert {"same"} == set(looked_at["again"].ops.values())


def test_a_collaboration_is_not_created_for_an_account_that_may_only_be_looked_at(world: World) -> None:
    stack = Stack(world, only_governing(accounts=READ_ONLY))
    run = stack.update()
    assert (["read-only"], "failed", [], {}) == (run[SALES].refused, run[SALES].op, run.writes, stack.state)
    assert "accounts.111122223333 `write` credentials" in run[SALES].message


def test_an_account_that_may_only_be_looked_at_does_not_join(settled: Settled, world: World) -> None:
    first = Stack(world, only_governing())
    first.update()
    stack = Stack(world, bank_stack(first.state[SALES].id, access=only_seen(BANK, "Bank")))
    run = stack.update()
    assert ("create", [], "waiting") == (
        run["membership bank"].op,
        run.writes,
        stack.state["membership bank"].outputs["outcome"],
    )
    assert "account 444455556666 (Bank) is read-only here: shown, never written" in run.said("membership bank")
    assert "same" == stack.preview()["membership bank"].op
