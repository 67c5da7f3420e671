"""What the engine and programs do to values on their way: numbers, order, keys without a value; and inputs that are wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.providers.conftest import Settled
from tests.providers.mini_engine import Stack
from tests.providers.provider_process import Checked, Properties, Provider
from tests.providers.stacks import BANK, MEDIA, RECEIVES, RETAILER, governing

KINDS = ("collaboration", "membership")


@pytest.fixture(scope="module")
def stack(settled: Settled) -> Stack:
    return settled(governing({BANK: [*RECEIVES, "CAN_EXPORT_QUERY_ANALYSIS_LOG"]}))


@pytest.fixture(scope="module")
def provider(stack: Stack) -> Iterator[Provider]:
    with stack.phase() as (_, provider):
        yield provider


def inputs_of(stack: Stack, kind: str) -> Properties:
    goal = next(goal for goal in stack.goals if goal.kind == kind)
    return {**goal.inputs, "collaboration": stack.state["collaboration sales"].id} if kind == "membership" else goal.inputs


def check(stack: Stack, provider: Provider, kind: str, news: Properties) -> Checked:
    name = next(goal.name for goal in stack.goals if goal.kind == kind)
    return provider.check(kind, name, stack.state[name].inputs, news)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_inputs_give_the_same_answer_to_the_byte(stack: Stack, provider: Provider, kind: str) -> None:
    news = inputs_of(stack, kind)
    with stack.phase() as (_, another):
        assert check(stack, another, kind, news).wire == check(stack, provider, kind, news).wire


def computed(checked: Checked) -> Properties:
    assert () == checked.failures
    return {key: checked.inputs[key] for key in ("plan", "fingerprint", "refused")}


def backwards(value: Any) -> Any:
    """The same value with every list turned round."""
    if isinstance(value, dict):
        return {key: backwards(each) for key, each in reversed(value.items())}
    return [backwards(each) for each in reversed(value)] if isinstance(value, list) else value


@pytest.mark.parametrize("kind", KINDS)
def test_the_order_of_a_list_means_nothing(stack: Stack, provider: Provider, kind: str) -> None:
    news = inputs_of(stack, kind)
    assert computed(check(stack, provider, kind, news)) == computed(check(stack, provider, kind, backwards(news)))


@pytest.mark.parametrize("kind", KINDS)
def test_keys_without_a_value_mean_nothing(stack: Stack, provider: Provider, kind: str) -> None:
    news = inputs_of(stack, kind)
    empty = {**news, "access": {**news["access"], "read": {**news["access"]["read"], "externalId": None}}, "queryLog": None}
    assert computed(check(stack, provider, kind, news)) == computed(check(stack, provider, kind, empty))


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_program_says_about_computed_inputs_is_not_heard(stack: Stack, provider: Provider, kind: str) -> None:
    news = inputs_of(stack, kind)
    forged = {**news, "plan": {"changes": {}}, "fingerprint": "fp-0000000000000000", "refused": []}
    assert computed(check(stack, provider, kind, news)) == computed(check(stack, provider, kind, forged))


@pytest.mark.parametrize("kind", KINDS)
def test_old_inputs_may_hold_what_this_version_does_not_know(stack: Stack, provider: Provider, kind: str) -> None:
    news = inputs_of(stack, kind)
    name = next(goal.name for goal in stack.goals if goal.kind == kind)
    olds = {**stack.state[name].inputs, "version": 3, "limits": [1, 2.5, None]}
    assert computed(check(stack, provider, kind, news)) == computed(provider.check(kind, name, olds, news))


def test_every_finding_is_told_at_once(stack: Stack, provider: Provider) -> None:
    news = inputs_of(stack, "collaboration")
    wrong = {**news, "region": "", "creator": 111122223333, "members": {MEDIA: {"abilities": ["CAN_QUERY"], "paysFor": []}}}
    failures = check(stack, provider, "collaboration", wrong).failures
    assert [] == [
        path for path in ("region", "creator", f"members.{MEDIA}.paysFor") if not any(path in text for text in failures)
    ]
    assert all("\n" not in failure and "Traceback" not in failure for failure in failures)


def test_a_number_in_the_place_of_a_text_is_a_finding(stack: Stack, provider: Provider) -> None:
    wrong = {**inputs_of(stack, "collaboration"), "key": 5}
    (failure,) = check(stack, provider, "collaboration", wrong).failures
    assert failure.startswith("key: ")


def test_a_membership_without_a_collaboration_is_a_finding(stack: Stack, provider: Provider) -> None:
    wrong = {**inputs_of(stack, "membership"), "collaboration": ""}
    (failure,) = check(stack, provider, "membership", wrong).failures
    assert failure.startswith("collaboration: is missing: give the collaboration's id")


def test_nothing_is_called_for_wrong_inputs(stack: Stack) -> None:
    with stack.phase() as (phase, provider):
        check(stack, provider, "collaboration", {**inputs_of(stack, "collaboration"), "creator": "nobody"})
    assert [] == phase.calls


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param({"cleanrooms:collaborations": "[unfinished"}, id="no JSON"),
        pytest.param({"cleanrooms:collaborations": '{"sales": {}}', "cleanrooms:include": '["none/*"]'}, id="many findings"),
        pytest.param({}, id="somebody's own program"),
    ],
)
def test_a_resource_is_answered_for_whatever_the_configuration_is(stack: Stack, texts: dict[str, str]) -> None:
    with stack.world.surroundings.provider(texts) as provider:
        checked = check(stack, provider, "collaboration", inputs_of(stack, "collaboration"))
    assert ([], RETAILER) == (checked.inputs["refused"], checked.inputs["creator"])
