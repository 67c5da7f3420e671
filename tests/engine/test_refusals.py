"""One bad collaboration does not hide the others: refusals are shown all together, and stop only what they concern."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.engine.stack_files import MEDIA, RECEIVES, RETAILER, collaboration, only_governing
from tests.engine.world import Watched, World, collaborations_of

pytestmark = pytest.mark.engine

REFUSED = {
    "nobody": "afterwards nobody receives results any more",
    "runner": "222233334444 (Media) runs the queries or jobs of this collaboration",
}
"""What is refused, by the key of its collaboration."""


@pytest.fixture(scope="module")
def told(world: World) -> Mapping[str, Watched]:
    """Of three collaborations one takes results from everybody, one touches the runner, and one is healthy."""
    creator = world.repository("creator", RETAILER)
    creator.write_stack("retail", only_governing(**{key: collaboration() for key in ("healthy", "nobody", "runner")}))
    creator.init("retail")
    creator.up("retail", "--skip-preview")
    edited = {
        "healthy": collaboration(bank=RECEIVES),
        "nobody": collaboration(members={RETAILER: ()}),
        "runner": collaboration(members={MEDIA: ["CAN_QUERY", *RECEIVES]}),
    }
    creator.write_stack("retail", only_governing(**edited))
    return {
        "preview": world.watch(lambda: creator.preview("retail")),
        "json": world.watch(lambda: creator.preview_json("retail")),
        "up": world.watch(lambda: creator.up("retail")),
        "others go on": world.watch(lambda: creator.up("retail", "--skip-preview", "--continue-on-error")),
    }


@pytest.mark.parametrize("command", ["preview", "json", "up", "others go on"])
def test_a_refusal_fails_the_command_without_a_traceback(told: Mapping[str, Watched], command: str) -> None:
    assert 1 == told[command].code
    assert "Traceback" not in told[command].output


@pytest.mark.parametrize("command", ["preview", "up", "others go on"])
@pytest.mark.parametrize("key", REFUSED)
def test_every_refusal_is_shown_under_its_resource(told: Mapping[str, Watched], command: str, key: str) -> None:
    _, _, diagnostics = told[command].output.rpartition("Diagnostics:")
    _, _, own = diagnostics.partition(f"cleanrooms:Collaboration ({key}):")
    (error,) = [line for line in own.split("\n\n")[0].splitlines() if "error:" in line]
    assert REFUSED[key] in error
    assert f"to collaborations.{key}.acknowledge" in error


def test_the_json_of_a_preview_holds_every_plan_though_some_are_refused(told: Mapping[str, Watched]) -> None:
    steps = collaborations_of(told["json"].run.json())
    plans = {key: list(step["newState"]["inputs"]["plan"]["changes"]) for key, step in steps.items()}
    expected = {
        "healthy": ["grant CAN_RECEIVE_RESULTS to 444455556666 (Bank)"],
        "nobody": ["revoke CAN_RECEIVE_RESULTS from 111122223333 (Retailer)"],
        "runner": ["grant CAN_RECEIVE_RESULTS to 222233334444 (Media)"],
    }
    assert expected == plans


def test_the_json_of_a_preview_holds_the_refusals_as_data(told: Mapping[str, Watched]) -> None:
    steps = collaborations_of(told["json"].run.json())
    rules = {key: [each["rule"] for each in step["newState"]["inputs"]["refused"]] for key, step in steps.items()}
    assert {"healthy": [], "nobody": ["last-receiver"], "runner": ["runner-entry"]} == rules


def test_the_json_of_a_preview_has_one_error_for_each_refusal(told: Mapping[str, Watched]) -> None:
    diagnostics: list[dict[str, Any]] = told["json"].run.json()["diagnostics"]
    errors = sorted(each["urn"].rpartition("::")[2] for each in diagnostics if each["severity"] == "error")
    assert ["nobody", "runner"] == errors


def test_up_writes_nothing_while_one_refusal_stands(told: Mapping[str, Watched]) -> None:
    assert [] == told["up"].writes
    assert "Updating" not in told["up"].output


def test_without_its_preview_up_carries_on_with_what_is_not_refused(told: Mapping[str, Watched]) -> None:
    filed = told["others go on"].asked("CreateCollaborationChangeRequest")
    healthy = told["others go on"].lines("healthy")
    assert 1 == len(filed)
    assert any("converged: the collaboration is as the file says" in line for line in healthy)
