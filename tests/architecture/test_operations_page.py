"""docs/operations.md explains every kind of line that a plan or a run can say.

The kinds are taken from the code: whatever is given as the `rule` of a remark, a refusal or a danger.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from tests.architecture.source_tree import CHECKOUT, source_files

PAGE = CHECKOUT / "docs" / "operations.md"
LINES = {"Remark": 0, "Refusal": 0, "Danger": 0}
"""What carries a rule, and where among its arguments."""


def positions(module: ast.Module) -> dict[str, int]:
    """The functions of a module that take a rule, and where among the arguments of a call."""
    found = dict(LINES)
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef):
            names = [argument.arg for argument in node.args.args if argument.arg != "self"]
            if "rule" in names:
                found[node.name] = names.index("rule")
    return found


def constants(module: ast.Module) -> dict[str, str]:
    return {
        target.id: node.value.value
        for node in module.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def given(call: ast.Call, position: int) -> ast.expr | None:
    if len(call.args) > position:
        return call.args[position]
    return next((keyword.value for keyword in call.keywords if keyword.arg == "rule"), None)


def rules_of(source: str, elsewhere: dict[str, str]) -> Iterator[str]:
    """The rules that a module's lines can have."""
    module = ast.parse(source)
    known = {**elsewhere, **constants(module)}
    taking = positions(module)
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in taking:
                rule = given(node, taking[name])
                if isinstance(rule, ast.Constant) and isinstance(rule.value, str):
                    yield rule.value
                elif isinstance(rule, ast.Name) and rule.id in known:
                    yield known[rule.id]


@cache
def rules() -> frozenset[str]:
    files = [CHECKOUT / file for file in source_files() if not str(file).startswith("src/cleanrooms_emulator")]
    sources = [file.read_text() for file in files]
    shared = {name: value for source in sources for name, value in constants(ast.parse(source)).items()}
    return frozenset(rule for source in sources for rule in rules_of(source, shared))


def test_the_rules_of_the_code_are_found() -> None:
    assert {"last-payer", "waits", "unmanaged", "expects-creator", "removal-breaks", "no-credentials"} <= rules()


@pytest.mark.parametrize("rule", sorted(rules()))
def test_every_kind_of_line_is_explained(rule: str) -> None:
    explained = {
        name for row in re.findall(r"^\|([^|]*)\|", PAGE.read_text(), re.MULTILINE) for name in re.findall(r"`([^`]+)`", row)
    }
    assert rule in explained, f"{PAGE.name}: no table has a row for `{rule}`"
