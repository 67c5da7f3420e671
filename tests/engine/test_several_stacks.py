"""Two stacks at the same time, the same stack twice, and a member's stack by itself."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from tests.engine.conftest import Stage
from tests.engine.stack_files import BANK, MEDIA, RECEIVES, RETAILER, approves, bank_stack, collaboration, only_governing
from tests.engine.world import Watched, World, member

pytestmark = pytest.mark.engine


def test_two_stacks_may_run_at_the_same_time(waiting: Stage) -> None:
    with ThreadPoolExecutor() as pool:
        creator = pool.submit(waiting.creator.up, "retail", "--skip-preview")
        bank = pool.submit(waiting.bank.up, "partner", "--skip-preview")
    assert (0, 0) == (creator.result().code, bank.result().code), creator.result().output + bank.result().output
    last = waiting.creator.up("retail", "--skip-preview")
    assert 0 == last.code, last.output
    assert RECEIVES == waiting.world.abilities(RETAILER, waiting.collaboration)[BANK]


def test_the_same_stack_cannot_run_twice_at_the_same_time(world: World) -> None:
    creator = world.repository("twice", RETAILER)
    creator.write_stack("retail", only_governing(one=collaboration()))
    creator.init("retail")
    world.app.faults.set([FaultRule(kind=FaultKind.LATENCY, operation="CreateCollaboration", latency=4.0, times=1)])
    first = creator.start("up", "--stack", "retail", "--yes", "--skip-preview")
    world.wait_for_a_fault(first)
    second = world.watch(lambda: creator.up("retail", "--skip-preview"))
    stdout, stderr = first.communicate(timeout=60)
    assert (0, 1) == (first.returncode, second.code), stdout + stderr
    assert "the stack is currently locked by 1 lock(s)" in second.output
    assert 1 == len(world.console(RETAILER).list_collaborations()["collaborationList"])


@pytest.fixture(scope="module")
def alone(world: World) -> Mapping[str, Watched]:
    """The bank's stack, beside a creator who does everything in the console."""
    world.app.reset()
    console = world.console(RETAILER)
    made = console.create_collaboration(
        name="Campaign",
        description="By hand",
        creatorDisplayName="Retailer",
        creatorMemberAbilities=RECEIVES,
        queryLogStatus="DISABLED",
        members=[{"accountId": MEDIA, "memberAbilities": ["CAN_QUERY"], "displayName": "Media"}],
    )
    collaboration = str(made["collaboration"]["id"])
    console.create_membership(
        collaborationIdentifier=collaboration,
        queryLogStatus="DISABLED",
        defaultResultConfiguration={
            "outputConfiguration": {"s3": {"resultFormat": "CSV", "bucket": "results"}},
            "roleArn": f"arn:aws:iam::{RETAILER}:role/results",
        },
    )
    bank = world.repository("bank", BANK)
    rule = approves(["GRANT_RECEIVE_RESULTS_ABILITY"], [MEDIA], RECEIVES)
    bank.write_stack("partner", bank_stack(collaboration, approve=[rule]))
    bank.init("partner")
    told = {"not invited": world.watch(lambda: bank.preview("partner"))}
    request = world.file(RETAILER, collaboration, member(BANK, name="Bank"))
    world.act(RETAILER, collaboration, request, "COMMIT")
    told["invited"] = world.watch(lambda: bank.preview("partner"))
    told["joining"] = world.watch(lambda: bank.up("partner", "--skip-preview"))
    world.file(RETAILER, collaboration, member(RETAILER))
    told["no rule"] = world.watch(lambda: bank.preview("partner"))
    world.file(RETAILER, collaboration, member(MEDIA, *RECEIVES))
    told["a rule"] = world.watch(lambda: bank.up("partner", "--skip-preview"))
    return told


def test_a_member_that_is_not_invited_is_told_so(alone: Mapping[str, Watched]) -> None:
    assert (1, []) == (alone["not invited"].code, alone["not invited"].writes)
    assert "error: memberships.bank.collaboration: 444455556666 (Bank) cannot see collaboration" in alone["not invited"].output
    assert "It is not invited, or the id or the Region is wrong" in alone["not invited"].output


def test_an_invited_member_joins(alone: Mapping[str, Watched]) -> None:
    assert "plan: join as 444455556666 (Bank), paying for nothing" in alone["invited"].output
    assert (0, ["CreateMembership"]) == (alone["joining"].code, alone["joining"].writes), alone["joining"].output


def test_a_request_without_a_rule_is_left_to_a_person(alone: Mapping[str, Watched]) -> None:
    assert (0, []) == (alone["no rule"].code, alone["no rule"].writes), alone["no rule"].output
    assert "waits for the vote of 444455556666 (Bank): no rule covers it. Vote in the console" in alone["no rule"].output
    assert "record: the recorded outcome is converged, it is now waiting" in alone["no rule"].output


def test_a_request_with_a_rule_is_voted_on_and_the_other_one_is_not(alone: Mapping[str, Watched]) -> None:
    assert (0, ["APPROVE"]) == (alone["a rule"].code, alone["a rule"].writes), alone["a rule"].output
    assert "by approve rule (" in alone["a rule"].output
    assert "waits for the vote of 444455556666 (Bank): no rule covers it" in alone["a rule"].output
