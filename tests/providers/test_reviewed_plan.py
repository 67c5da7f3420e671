"""A run carries out the plan that its own check made, or a part of it, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.providers.conftest import Settled
from tests.providers.mini_engine import Phase, Recorded, Stack
from tests.providers.provider_process import Failed, Properties, Provider
from tests.providers.stacks import BANK, INSURER, MEDIA, RECEIVES, RETAILER, governing
from tests.providers.world import member

SALES = "collaboration sales"


@pytest.fixture
def stack(settled: Settled) -> Stack:
    return settled(governing({BANK: RECEIVES, INSURER: ()}))


class Between:
    """An update phase of one collaboration that is held between its check and its update."""

    def __init__(self, stack: Stack, provider: Provider) -> None:
        self.stack = stack
        self.old: Recorded = stack.state[SALES]
        self._provider = provider
        goal = stack.goals[0]
        self._inputs = provider.check("collaboration", SALES, self.old.inputs, goal.inputs).inputs
        assert provider.diff("collaboration", SALES, self.old.id, self.old.outputs, self._inputs, self.old.inputs)

    def update(self) -> Properties:
        """Go on; return the outputs."""
        before = self.stack.world.app.journal.last
        try:
            return self._provider.update("collaboration", SALES, self.old.id, self.old.outputs, self._inputs, self.old.inputs)
        finally:
            self.writes = Phase(calls=self.stack.world.app.journal.entries(before)).writes


@pytest.fixture
def between(stack: Stack) -> Iterator[Between]:
    with stack.phase() as (_, provider):
        yield Between(stack, provider)


def test_a_live_world_that_moved_away_is_refused_and_nothing_is_written(between: Between) -> None:
    between.stack.world.change(RETAILER, between.old.id, [MEDIA, BANK], member(RETAILER))
    with pytest.raises(Failed) as failed:
        between.update()
    assert (
        "the live collaboration has changed since this plan was made; not in the reviewed plan: grant CAN_RECEIVE_RESULTS to"
        " 111122223333 (Retailer). Nothing was written by this step. Run preview again and review the new plan"
    ) == failed.value.message
    assert None is failed.value.half_done
    assert [] == between.writes


def test_the_run_goes_on_when_somebody_else_has_filed_a_part(between: Between) -> None:
    between.stack.world.file(RETAILER, between.old.id, member(INSURER, name="Insurer"))
    outputs = between.update()
    assert "waiting" == outputs["outcome"]
    assert 1 == between.writes.count("CreateCollaborationChangeRequest")


def test_the_run_goes_on_when_somebody_else_has_brought_about_a_part(between: Between) -> None:
    between.stack.world.change(RETAILER, between.old.id, [MEDIA, BANK], member(INSURER, name="Insurer"))
    outputs = between.update()
    assert "waiting" == outputs["outcome"]
    assert [BANK] == outputs["awaited"]


def test_the_run_goes_on_when_somebody_has_voted(stack: Stack) -> None:
    stack.update()
    (request,) = stack.world.open_requests(RETAILER, stack.state[SALES].id)
    stack.world.act(BANK, stack.state[SALES].id, request, "APPROVE")
    with stack.phase() as (_, provider):
        between = Between(stack, provider)
        assert "converged" == between.update()["outcome"]
    assert ["COMMIT"] == between.writes


def test_nothing_is_written_when_everything_has_come_about_meanwhile(between: Between) -> None:
    wanted = (member(INSURER, name="Insurer"), member(BANK, *RECEIVES))
    between.stack.world.change(RETAILER, between.old.id, [MEDIA, BANK], *wanted)
    assert "converged" == between.update()["outcome"]
    assert [] == between.writes
