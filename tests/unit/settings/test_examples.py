"""The example stack files are valid."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from cleanrooms_governance.settings.budget_inputs import budget_inputs, parse_budget_inputs
from cleanrooms_governance.settings.inputs import (
    collaboration_inputs,
    membership_inputs,
    parse_collaboration_inputs,
    parse_membership_inputs,
)
from cleanrooms_governance.settings.stack_file import StackFile
from tests.unit.settings.stacks import load_stack

PROJECT = Path(__file__).parents[3]
EXAMPLES = sorted((PROJECT / "stacks").glob("Pulumi.*.yaml"))


def load_example(path: Path) -> StackFile:
    config = YAML(typ="safe").load(path)["config"]
    return load_stack({key.removeprefix("cleanrooms:"): value for key, value in config.items()}, PROJECT)


def test_there_are_examples_for_both_sides_and_for_include() -> None:
    assert {"bank", "group", "retailer"} <= {path.name.split(".")[1] for path in EXAMPLES}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_stack_file_is_valid_and_so_are_the_inputs_made_from_it(path: Path) -> None:
    stack_file = load_example(path)
    for key in stack_file.collaborations:
        assert key == parse_collaboration_inputs(collaboration_inputs(stack_file, key, "governance/example"))[0].key
    for key, membership in stack_file.memberships.items():
        assert key == parse_membership_inputs(membership_inputs(stack_file, key, "governance/example"))[0].key
        for name in membership.privacy_budgets or {}:
            assert name == parse_budget_inputs(budget_inputs(stack_file, key, name, "governance/example"))[0].name


def test_the_group_example_reads_the_files_it_includes() -> None:
    stack_file = load_example(PROJECT / "stacks" / "Pulumi.group.yaml")
    assert ["retail-bank", "retail-media"] == list(stack_file.collaborations)
