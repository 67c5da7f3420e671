"""What stands in a state file: no credentials, and no code but the name of one function of ours."""

from __future__ import annotations

import base64
import json
import pickletools
from typing import Any

import pytest

from tests.engine.conftest import Stage

pytestmark = pytest.mark.engine


@pytest.fixture
def state(settled: Stage) -> dict[str, Any]:
    return settled.creator.state("retail")


def test_a_state_names_the_provider_and_holds_no_code_of_it(state: dict[str, Any]) -> None:
    stored = {
        base64.b64decode(each["inputs"]["__provider"])
        for each in state["deployment"]["resources"]
        if "__provider" in each.get("inputs", {})
    }
    assert {("load", "collaboration"), ("load", "membership")} == {_called(pickled) for pickled in stored}
    assert all(len(pickled) < 100 for pickled in stored)


def test_every_resource_of_ours_can_be_read_and_dropped_by_its_outputs(state: dict[str, Any]) -> None:
    ours = [each for each in state["deployment"]["resources"] if each["type"].startswith("pulumi-python:dynamic/cleanrooms:")]
    assert 3 == len(ours)
    assert [each["inputs"]["__provider"] for each in ours] == [each["outputs"]["__provider"] for each in ours]


def test_a_state_holds_no_credentials(settled: Stage, state: dict[str, Any]) -> None:
    issued = settled.world.app.snapshot()["documents"]["_access_key"]
    secrets = [settled.creator.env["AWS_SECRET_ACCESS_KEY"], *issued, *(key["sessionToken"] for key in issued.values())]
    assert 3 <= len(secrets)
    assert [] == [secret for secret in secrets if secret in json.dumps(state)]


def test_a_state_holds_nothing_encrypted(state: dict[str, Any]) -> None:
    assert "ciphertext" not in json.dumps(state)


def _called(pickled: bytes) -> tuple[str, ...]:
    """The texts of a pickle but the module's name: the function and its argument."""
    texts = [str(argument) for opcode, argument, _ in pickletools.genops(pickled) if isinstance(argument, str)]
    assert "cleanrooms_providers.contract" == texts[0]
    return tuple(texts[1:])
