"""What is not known yet: as soon as one input is unknown, every computed one is there and unknown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.providers.conftest import Settled
from tests.providers.mini_engine import Goal, Phase, Stack
from tests.providers.provider_process import UNKNOWN, Provider
from tests.providers.stacks import MEDIA, governing

COMPUTED = {
    "collaboration": ("collaborationId", "plan", "fingerprint", "refused"),
    "membership": ("plan", "fingerprint", "refused"),
}


@pytest.fixture(scope="module")
def stack(settled: Settled) -> Stack:
    return settled(governing())


@pytest.fixture(scope="module")
def talk(stack: Stack) -> Iterator[tuple[Phase, Provider]]:
    with stack.phase() as talk:
        yield talk


def with_unknown(goal: Goal, *path: str) -> dict[str, Any]:
    """A resource's inputs with something unknown at a place."""
    if not path:
        return goal.inputs
    first, *rest = path
    return {**goal.inputs, first: _with_unknown(goal.inputs.get(first), *rest)}


def _with_unknown(value: Any, *path: str) -> Any:
    if not path:
        return UNKNOWN
    return {**value, path[0]: _with_unknown(value[path[0]], *path[1:])}


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        pytest.param("collaboration", ("name",), id="collaboration, name"),
        pytest.param("collaboration", ("creator",), id="collaboration, creator"),
        pytest.param("collaboration", ("owner",), id="collaboration, owner"),
        pytest.param("collaboration", ("members",), id="collaboration, members"),
        pytest.param("collaboration", ("members", MEDIA, "abilities"), id="collaboration, abilities of a member"),
        pytest.param("collaboration", ("access", "read", "role"), id="collaboration, the role that reads"),
        pytest.param("collaboration", ("voters", MEDIA, "access", "write", "role"), id="collaboration, the role that votes"),
        pytest.param("membership", ("collaboration",), id="membership, collaboration"),
        pytest.param("membership", ("account",), id="membership, account"),
        pytest.param("membership", ("access", "read"), id="membership, how to read"),
    ],
)
def test_one_unknown_input_makes_every_computed_one_unknown(
    stack: Stack, talk: tuple[Phase, Provider], kind: str, path: tuple[str, ...]
) -> None:
    goal = next(goal for goal in stack.goals if goal.kind == kind)
    inputs = with_unknown(goal, *path)
    checked = talk[1].check(kind, goal.name, stack.state[goal.name].inputs, inputs)
    assert () == checked.failures
    assert dict.fromkeys(COMPUTED[kind], UNKNOWN) == {key: checked.inputs[key] for key in COMPUTED[kind]}
    assert inputs == {key: value for key, value in checked.inputs.items() if key in inputs}


@pytest.mark.parametrize("kind", COMPUTED)
def test_what_is_unknown_is_a_difference(stack: Stack, talk: tuple[Phase, Provider], kind: str) -> None:
    goal = next(goal for goal in stack.goals if goal.kind == kind)
    old = stack.state[goal.name]
    news = {**goal.inputs, **dict.fromkeys(COMPUTED[kind], UNKNOWN)}
    assert talk[1].diff(kind, goal.name, old.id, old.outputs, news, old.inputs)


def test_nothing_is_read_for_what_is_unknown(stack: Stack) -> None:
    goal = stack.goals[0]
    with stack.phase() as (phase, provider):
        provider.check("collaboration", goal.name, {}, {**goal.inputs, "name": UNKNOWN})
    assert [] == phase.calls
