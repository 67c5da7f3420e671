"""`crgov probe` cleans up whatever happens to it, and names what it could not clean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from cleanrooms_governance.aws.plain_calls import PlainCalls
from cleanrooms_governance.cli.probe.experiments import Experiment
from cleanrooms_governance.cli.probe.findings import Found
from cleanrooms_governance.cli.probe.play import Probed, play
from cleanrooms_governance.cli.probe.stage import Stage
from cleanrooms_governance.desired import Access, Credentials
from cleanrooms_governance.model import AccountId
from tests.cli.runner import CREATOR, MEDIA, REGION, World, crgov, role


def probe(*more: str) -> Any:
    return crgov(
        *("probe", "--creator", CREATOR, "--member", MEDIA, "--member-role", role(MEDIA), "--region", REGION, "--json", *more)
    )


def left(world: World) -> list[Any]:
    return [
        *world.of(CREATOR).list_collaborations()["collaborationList"],
        *world.of(CREATOR).list_memberships()["membershipSummaries"],
        *world.of(MEDIA).list_memberships()["membershipSummaries"],
    ]


def played(*experiments: Experiment) -> Probed:
    def calls(account: str, credentials: Credentials) -> PlainCalls:
        return PlainCalls(Access(AccountId(account), credentials, credentials), REGION, stack="probe")

    callers = (calls(CREATOR, Credentials(environment=True)), calls(MEDIA, Credentials(role=role(MEDIA))))
    return play(Stage(*callers, "crgov-probe-test", sleep=lambda _: None), lambda text: None, experiments)


def _interrupt() -> Found:
    raise KeyboardInterrupt


def test_without_yes_nothing_is_called(world: World) -> None:
    ran = probe()
    assert (2, False) == (ran.code, ran.document["done"])
    assert [] == left(world)


@pytest.mark.parametrize(
    "operation", ["CreateCollaboration", "CreateMembership", "DeleteCollaboration", "DeleteMembership", "DeleteMember"]
)
@pytest.mark.parametrize("kind", [FaultKind.DROP_AFTER, FaultKind.TRUNCATE, FaultKind.INTERNAL])
def test_a_lost_answer_leaves_nothing_behind(world: World, operation: str, kind: FaultKind) -> None:
    world.app.faults.set([FaultRule(kind=kind, operation=operation, times=1)])
    ran = probe("--yes")
    assert [] == ran.document["leftBehind"]
    assert [] == left(world)


@pytest.mark.parametrize("skip", range(0, 40, 3))
def test_a_failure_in_the_middle_leaves_nothing_behind(world: World, skip: int) -> None:
    rule = FaultRule(kind=FaultKind.DROP_AFTER, operation="UpdateCollaborationChangeRequest", skip=skip, times=1)
    world.app.faults.set([rule])
    assert [] == probe("--yes").document["leftBehind"]
    assert [] == left(world)


def test_what_could_not_be_cleaned_up_is_named(world: World) -> None:
    denied = FaultRule(kind=FaultKind.ERROR, operation="DeleteCollaboration", code="AccessDeniedException")
    world.app.faults.set([denied])
    ran = probe("--yes")
    world.app.faults.clear()
    (collaboration,) = world.of(CREATOR).list_collaborations()["collaborationList"]
    assert 1 == ran.code
    assert any(collaboration["id"] in each for each in ran.document["leftBehind"])


def test_a_failed_experiment_keeps_the_others_from_nothing(world: World) -> None:
    def failing(stage: Stage) -> Iterator[Found]:
        stage.must(stage.creator, "DeleteMember", collaborationIdentifier=stage.collaboration, accountId="000000000000")
        yield Found("first", "never", "")

    def odd(stage: Stage) -> Iterator[Found]:
        yield Found("second", stage.created["missing"], "")

    def good(stage: Stage) -> Iterator[Found]:
        yield Found("third", "yes", "")

    probed = played(*(Experiment((name,), each) for name, each in (("first", failing), ("second", odd), ("third", good))))
    assert {"first": None, "second": None, "third": "yes"} == {each.switch: each.value for each in probed.found}
    assert 2 == len(probed.trouble)
    assert [] == left(world)


def test_an_interruption_cleans_up_and_says_what_is_not_known(world: World) -> None:
    def interrupted(stage: Stage) -> Iterator[Found]:
        yield Found("asked", None, "") if not stage.creating else _interrupt()

    probed = played(Experiment(("asked",), interrupted), Experiment(("later",), interrupted))
    assert {"asked": None, "later": None} == {each.switch: each.value for each in probed.found}
    assert ("interrupted",) == probed.trouble
    assert ((), []) == (probed.left, left(world))


def test_a_member_that_cannot_be_acted_as_is_said(world: World) -> None:
    ran = crgov(
        *("probe", "--creator", CREATOR, "--member", MEDIA, "--region", REGION, "--json", "--yes"),
    )
    assert (1, []) == (ran.code, ran.document["leftBehind"])
    assert any(f"would act as account {CREATOR}" in each for each in ran.document["trouble"])
    assert "CreateCollaboration" not in {call.operation for call in world.app.journal.entries()}


def test_people_are_told_values_and_what_is_beyond_two_accounts(world: World) -> None:
    ran = crgov(
        *("probe", "--creator", CREATOR, "--member", MEDIA, "--member-role", role(MEDIA), "--region", REGION, "--yes"),
    )
    assert 0 == ran.code
    assert "  creatorVote = implicit" in ran.out
    assert "cannot be found out with two accounts and no tables" in ran.out
    assert "cleanrooms-emulator --switch " in ran.out
