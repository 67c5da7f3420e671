"""What others do between any two calls of `crgov run`: nobody else is charged, and nothing is started twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cleanrooms_governance.cli.analyses.conducting import Conducted
from cleanrooms_governance.errors import GovernanceError
from tests.cli.analysis_stage import two_payers
from tests.cli.running import ON_VISITS, Running, on_visits
from tests.emulator.analyses.analysis_world import AnalysisWorld
from tests.emulator.world import CREATOR, READER, RUNNER

BUCKET = {"outputConfiguration": {"s3": {"resultFormat": "CSV", "bucket": "results"}}}


def decline(world: AnalysisWorld) -> None:
    """The payer takes its acceptance back."""
    world.declining(READER)


def remove_payer(world: AnalysisWorld) -> None:
    """The creator removes the payer."""
    world.of(CREATOR).delete_member(collaborationIdentifier=world.collaboration_id, accountId=READER)


def remove_runner(world: AnalysisWorld) -> None:
    """The creator removes whoever runs it."""
    world.of(CREATOR).delete_member(collaborationIdentifier=world.collaboration_id, accountId=RUNNER)


def use_up(world: AnalysisWorld) -> None:
    """A colleague uses up what is left of the budget, at the cost of the runner."""
    for _ in range(3):
        world.query(ON_VISITS, queryComputePayerAccountId=RUNNER, resultConfiguration=BUCKET)
        world.app.clock.advance(60)


def ask_the_same(world: AnalysisWorld) -> None:
    """A colleague starts the very same query at the cost of the runner."""
    world.query(ON_VISITS, queryComputePayerAccountId=RUNNER, resultConfiguration=BUCKET)


def cancel(world: AnalysisWorld) -> None:
    """A colleague cancels whatever runs."""
    own = world.memberships[RUNNER]
    for each in world.of(RUNNER).list_protected_queries(membershipIdentifier=own)["protectedQueries"]:
        world.cancel(each)


def delete(world: AnalysisWorld) -> None:
    """The creator deletes the collaboration."""
    world.of(CREATOR).delete_collaboration(collaborationIdentifier=world.collaboration_id)


ENDS: Mapping[Callable[[AnalysisWorld], None], set[str]] = {
    decline: {"InvalidRequest", "SUCCESS"},
    remove_payer: {"Refused", "InvalidRequest", "SUCCESS"},
    remove_runner: {"Refused", "AccessDenied", "SUCCESS"},
    use_up: {"InvalidRequest", "SUCCESS"},
    ask_the_same: {"SUCCESS"},
    cancel: {"CANCELLED", "SUCCESS"},
    delete: {"Refused", "AccessDenied", "SUCCESS"},
}
"""How it ends, by who interferes, at one time or another."""


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Running:
    """The runner and the reader may be charged; a table has a budget of three uses."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", CREATOR)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-checked")
    world = two_payers()
    world.budget(world.table("visits"), 3, "LIFETIME")
    return Running(world, tmp_path)


@pytest.mark.parametrize("intruder", ENDS, ids=lambda each: str(each.__name__))
def test_whenever_others_interfere_only_who_was_named_is_charged_and_once(
    running: Running, intruder: Callable[[AnalysisWorld], None]
) -> None:
    running.warm_up()
    beginning = running.world.app.snapshot()
    assert isinstance(running.query(on_visits(READER)), Conducted)
    boundaries = running.calls
    ends: list[Conducted | GovernanceError] = []
    for boundary in range(1, boundaries + 1):
        running.world.app.restore(beginning)
        running.world.app.journal.clear()

        def strike(call: int, boundary: int = boundary) -> None:
            if call == boundary:
                _attempt(intruder, running.world)

        running.before_call = strike
        ends.append(running.query(on_visits(READER)))
        assert len(running.started()) <= 1
        assert {READER} >= {_payer(each) for each in running.started()}
        assert not isinstance(ends[-1], Conducted) or not ends[-1].wrongly_charged
    assert ENDS[intruder] == {each.analysis.status if isinstance(each, Conducted) else type(each).__name__ for each in ends}


def _attempt(intruder: Callable[[AnalysisWorld], None], world: AnalysisWorld) -> None:
    try:
        intruder(world)
    except ClientError:
        return  # there is nothing to do for it any more, or not yet


def _payer(started: Mapping[str, Any]) -> object:
    return started.get("queryComputePayerAccountId")
