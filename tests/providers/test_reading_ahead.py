"""What a phase reads: everything once, and many things at a time."""

from __future__ import annotations

from collections import Counter

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from tests.providers.mini_engine import Phase, Stack
from tests.providers.provider_process import Line
from tests.providers.stacks import ACCOUNTS, INSURER, MEDIA, MEDIAS, RETAILER, RETAILERS, collaboration, held
from tests.providers.world import World

MANY = 20
KEYS = [f"sales-{number:02}" for number in range(MANY)]
LATENCY = 0.05


@pytest.fixture(scope="module")
def stack(story_world: World) -> Stack:
    accounts = {**ACCOUNTS, INSURER: held(INSURER, "Insurer")}
    memberships = {
        f"{name}-{key}": {**each, "collaboration": key} for key in KEYS for name, each in (("m", MEDIAS), ("r", RETAILERS))
    }
    config = {
        "accounts": accounts,
        "collaborations": {key: collaboration() for key in KEYS},
        "memberships": memberships,
    }
    stack = Stack(story_world, config)
    stack.update()
    return stack


@pytest.fixture(scope="module")
def preview(stack: Stack) -> Phase:
    stack.world.app.faults.set([FaultRule(kind=FaultKind.LATENCY, latency=LATENCY)])
    preview = stack.preview()
    stack.world.app.faults.clear()
    return preview


def test_a_converged_collaboration_costs_four_calls(stack: Stack, preview: Phase) -> None:
    expected = {"GetCollaboration", "ListMembers", "ListCollaborationChangeRequests", "ListTagsForResource"}
    ids = {stack.state[f"collaboration {key}"].id for key in KEYS}
    asked = Counter(
        (call.operation, part)
        for call in preview.calls
        for part in (*call.parameters.values(),)
        for part in [str(part).rpartition("/")[2]]
        if part in ids
    )
    assert {(operation, id_): 1 for operation in expected for id_ in ids} == dict(asked)


def test_lists_are_read_once_for_each_account(preview: Phase) -> None:
    assert [RETAILER] == [call.account for call in preview.asked("ListCollaborations")]
    assert [RETAILER, MEDIA] == sorted(call.account or "" for call in preview.asked("ListMemberships"))


def test_a_membership_is_read_where_more_than_the_list_says_is_declared(preview: Phase) -> None:
    assert {RETAILER: MANY} == Counter(call.account for call in preview.asked("GetMembership"))


def test_each_identity_is_checked_once(preview: Phase) -> None:
    assert {RETAILER: 1, MEDIA: 1} == Counter(call.account for call in preview.asked("GetCallerIdentity"))
    assert 2 == len(preview.asked("AssumeRole"))


def test_reads_do_not_wait_for_each_other(stack: Stack, preview: Phase) -> None:
    assert 8 <= stack.world.surroundings.most_calls_at_once


def test_all_is_settled(preview: Phase) -> None:
    assert {"same"} == set(preview.ops.values())
    assert (3 * MANY, []) == (len(preview.steps), preview.writes)


def test_who_waits_for_a_limit_of_the_service_is_told_so_in_passing_and_once(stack: Stack, preview: Phase) -> None:
    stack.world.app.faults.set([FaultRule(kind=FaultKind.THROTTLE, operation="GetMembership", skip=MANY - 2, times=2)])
    limited = stack.preview()
    stack.world.app.faults.clear()
    text = f"AWS limits the calls of account {RETAILER} in eu-west-1 to 5 a second of each kind"
    told = Line("INFO", f"{text}: to look at its {MANY} collaborations takes about 4 s", "", in_passing=True)
    assert [told] == [line for line in limited.lines if line not in preview.lines]


def test_a_process_that_is_ended_while_it_reads_ends_without_a_word(stack: Stack) -> None:
    stack.world.app.faults.set([FaultRule(kind=FaultKind.LATENCY, operation="ListCollaborationChangeRequests", latency=5)])
    (goal, *_) = (goal for goal in stack.goals if goal.kind == "membership")
    inputs = {**goal.inputs, "collaboration": stack.state[f"collaboration {goal.waits_for}"].id}
    with stack.world.surroundings.provider(stack.texts, as_the_engine_does=True) as provider:
        assert () == provider.check("membership", goal.name, {}, inputs).failures
    assert "" == provider.printed
