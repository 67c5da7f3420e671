"""Nothing that a provider process says or leaves behind holds a credential, however its calls end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from tests.canaries import EXTERNAL_ID, Issuing, leaked
from tests.providers.mini_engine import Phase, Stack
from tests.providers.stacks import MEDIA, RETAILER, governing, role
from tests.providers.world import SECRET, Surroundings, World

REFUSED_SIGNATURE = {"message": f"The Canonical String should have been 'POST\n/\n\nx-amz-security-token:{SECRET}'"}

TROUBLE: dict[str, FaultRule | None] = {
    "nothing": None,
    "half of the issued credentials": FaultRule(operation="AssumeRole", kind=FaultKind.TRUNCATE),
    "no word of the issued credentials": FaultRule(operation="AssumeRole", kind=FaultKind.DROP_AFTER),
    "a role that is denied": FaultRule(operation="AssumeRole", kind=FaultKind.ERROR, code="AccessDeniedException"),
    "credentials that have expired": FaultRule(kind=FaultKind.ERROR, code="ExpiredTokenException", members=REFUSED_SIGNATURE),
    "a signature that is refused": FaultRule(
        service="cleanrooms", kind=FaultKind.ERROR, code="InvalidSignatureException", members=REFUSED_SIGNATURE
    ),
    "half of every answer": FaultRule(service="cleanrooms", kind=FaultKind.TRUNCATE),
    "a writing call without an answer": FaultRule(operation="CreateCollaboration", kind=FaultKind.DROP_AFTER),
    "a proxy that cannot reach the service": FaultRule(service="cleanrooms", kind=FaultKind.BAD_GATEWAY_BEFORE),
}


@pytest.fixture
def issuing(world: World) -> Issuing:
    """The service of the world, which remembers what it issued."""
    world.app = Issuing("canaries")
    return world.app


def said(phase: Phase) -> dict[str, Any]:
    """All that a phase brought to the engine, but for inputs."""
    errors = {name: (step.failures, step.error and step.message) for name, step in phase.steps.items()}
    return {"lines": phase.lines, "errors": errors, "prints": phase.printed}


@pytest.mark.parametrize("trouble", TROUBLE)
def test_no_credential_is_in_anything_that_a_run_says_or_leaves(
    trouble: str, issuing: Issuing, world: World, surroundings: Surroundings
) -> None:
    audit = f"audit/{trouble}.jsonl"
    media = {"name": "Media", "role": role(MEDIA, "act"), "externalId": EXTERNAL_ID}
    stack = Stack(world, {**governing(accounts={MEDIA: media}), "audit": {"file": audit}})
    if rule := TROUBLE[trouble]:
        issuing.faults.set([rule])
    phases = [stack.preview(), stack.update()]
    steps = [step for phase in phases for step in phase.steps.values()]
    spoken = {f"{key} of phase {index}": value for index, phase in enumerate(phases) for key, value in said(phase).items()}
    spoken["audit"] = _text(surroundings.project / audit)
    kept = {"inputs": [step.inputs for step in steps], "state": stack.state}
    assert [] == leaked({**spoken, **kept}, {"the secret key of the environment": SECRET, **issuing.issued})
    assert [] == leaked(spoken, {"the external id": EXTERNAL_ID})
    assert bool(rule) == any(each["hits"] for each in issuing.faults.as_json())


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def test_the_canaries_of_a_run_are_alive(issuing: Issuing, world: World) -> None:
    Stack(world, governing()).update()
    assert {"AccessKeyId", "SecretAccessKey", "SessionToken"} == {kind.split()[0] for kind in issuing.issued}
    assert ["x in y"] == leaked({"y": {"list": [RETAILER]}}, {"x": RETAILER})
