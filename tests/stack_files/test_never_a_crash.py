"""Whatever is written, there are findings or a value, and never a crash."""

import random
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cleanrooms_governance.errors import Finding, InvalidInput
from cleanrooms_governance.settings.inputs import (
    collaboration_inputs,
    membership_inputs,
    parse_collaboration_inputs,
    parse_membership_inputs,
)
from tests.unit.settings.drawn_stacks import RUBBISH, spoilt, stacks
from tests.unit.settings.stacks import Stack, load_stack

Rubbish = list[Any]
SOME_RUBBISH = st.lists(RUBBISH, min_size=1, max_size=8)
OWNER = "governance/production"


def findings_if_any(read: Callable[[Any], object], written: Any) -> tuple[Finding, ...]:
    try:
        read(written)
    except InvalidInput as invalid:
        return invalid.findings
    return ()


@given(stack=stacks(), rubbish=SOME_RUBBISH, seed=st.integers())
@settings(max_examples=30)
def test_a_stack_file_with_rubbish_in_it_is_refused_by_findings(stack: Stack, rubbish: Rubbish, seed: int) -> None:
    chance = random.Random(seed)
    spoilt_stack = {name: spoilt(section, rubbish, chance) for name, section in stack.items()}
    findings = findings_if_any(load_stack, spoilt_stack)
    assert all(finding.path.startswith("cleanrooms:") and finding.message for finding in findings)


@given(stack=stacks(), rubbish=SOME_RUBBISH, seed=st.integers())
@settings(max_examples=30)
def test_inputs_with_rubbish_in_them_are_refused_by_findings(stack: Stack, rubbish: Rubbish, seed: int) -> None:
    stack_file, chance = load_stack(stack), random.Random(seed)
    for parse, inputs in (
        (parse_collaboration_inputs, collaboration_inputs(stack_file, "rm", OWNER)),
        (parse_membership_inputs, membership_inputs(stack_file, "foreign", OWNER)),
    ):
        spoilt_inputs = {key: spoilt(value, rubbish, chance) for key, value in inputs.items()}
        assert all(finding.path and finding.message for finding in findings_if_any(parse, spoilt_inputs))
