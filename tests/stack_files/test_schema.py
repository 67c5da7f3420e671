"""The JSON Schema of stack files: what the sections say, published, takes what is valid and marks what is not."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft7Validator
from ruamel.yaml import YAML

from cleanrooms_governance.errors import InvalidInput
from cleanrooms_governance.settings.schema import included_file_schema, stack_file_schema
from tests.unit.settings.drawn_stacks import stacks
from tests.unit.settings.spoiled_stacks import places, whole_stack, with_key, with_value, without
from tests.unit.settings.stacks import Stack, a_stack, load_stack
from tools.pulumi.toolchain import CHECKOUT

STACK_FILES = sorted([*(CHECKOUT / "stacks").glob("Pulumi.*.yaml"), *(CHECKOUT / "demo").glob("*.yaml")])
INCLUDED_FILES = sorted((CHECKOUT / "stacks" / "collaborations").glob("*.yaml"))
SCENARIOS = sorted((CHECKOUT / "tests" / "scenarios").glob("*/scenario.yaml"))
WHOLE = whole_stack()
PLACES = tuple(places(WHOLE))


@cache
def validator(kind: str) -> Draft7Validator:
    return Draft7Validator(stack_file_schema() if kind == "stack" else included_file_schema())


def objections(stack: Stack) -> list[str]:
    """What the schema says against a stack."""
    config = {f"cleanrooms:{name}": value for name, value in stack.items()}
    return [error.json_path for error in validator("stack").iter_errors({"config": config})]


def read(path: Path) -> Any:
    return YAML(typ="safe").load(path)


@pytest.mark.parametrize(
    ("name", "schema"),
    [("schema.json", stack_file_schema()), ("include-schema.json", included_file_schema())],
    ids=["stack", "include"],
)
def test_what_is_published_is_what_the_sections_say(name: str, schema: dict[str, Any]) -> None:
    assert schema == json.loads((CHECKOUT / "stacks" / name).read_text()), "write it anew with crgov schema"


@pytest.mark.parametrize("schema", [stack_file_schema(), included_file_schema()], ids=["stack", "include"])
def test_it_is_a_schema(schema: dict[str, Any]) -> None:
    Draft7Validator.check_schema(schema)


def sections(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every mapping with keys of its own in a schema."""
    yield "config", schema["properties"]["config"]
    yield from ((name, each) for name, each in schema["$defs"].items() if "properties" in each)


def test_every_key_is_described_in_a_sentence() -> None:
    undescribed = [
        f"{name}.{key}"
        for name, section in sections(stack_file_schema())
        for key, value in section["properties"].items()
        if not re.fullmatch(r"[A-Z`\[].{10,}\.", value.get("description", ""))
    ]
    assert [] == undescribed


@pytest.mark.parametrize("path", STACK_FILES, ids=lambda path: path.name)
def test_an_example_stack_file_is_taken(path: Path) -> None:
    assert [] == list(validator("stack").iter_errors(read(path)))


@pytest.mark.parametrize("path", INCLUDED_FILES, ids=lambda path: path.name)
def test_an_included_example_is_taken(path: Path) -> None:
    assert [] == list(validator("include").iter_errors(read(path)))


@pytest.mark.parametrize("path", [*STACK_FILES, *INCLUDED_FILES], ids=lambda path: path.name)
def test_an_example_names_its_schema_for_editors(path: Path) -> None:
    first = path.read_text().split("\n", 1)[0]
    name = "include-schema.json" if path in INCLUDED_FILES else "schema.json"
    relative = os.path.relpath(CHECKOUT / "stacks" / name, path.parent)
    dotted = relative if relative.startswith(".") else f"./{relative}"
    assert f"# yaml-language-server: $schema={dotted}" == first


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.parent.name)
def test_the_stack_files_of_a_scenario_are_taken_if_the_program_takes_them(path: Path) -> None:
    for stack in read(path)["stacks"].values():
        sections = stack.get("config", {})
        try:
            load_stack(sections)
        except InvalidInput:
            continue
        assert [] == objections(sections)


@settings(max_examples=30, deadline=None)
@given(stacks())
def test_whatever_the_program_takes_is_taken(stack: Stack) -> None:
    load_stack(stack)
    assert [] == objections(stack)


def test_every_key_that_there_is_is_taken() -> None:
    assert [] == objections(WHOLE)


@pytest.mark.parametrize("value", [None, [["x"]], {"x": {"y": "z"}}], ids=["nothing", "a list", "a mapping"])
def test_a_value_of_another_kind_is_marked(value: Any) -> None:
    assert [] == [place for place in PLACES if not objections(with_value(WHOLE, place, value))]


def test_an_account_that_is_not_quoted_is_marked() -> None:
    accounts = [
        place for place in PLACES if place[-1] in ("account", "creator") or place[-2:-1] in (("removed",), ("accounts",))
    ]
    values = [place for place in accounts if place[0] != "accounts"]
    assert values
    assert [] == [place for place in values if not objections(with_value(WHOLE, place, 111122223333))]


def test_a_key_that_is_misspelled_is_marked() -> None:
    own = [
        place
        for place in PLACES
        if isinstance(place[-1], str)
        and place[-2:-1] != ("tags",)
        and place[:-1] not in (("collaborations",), ("memberships",))
    ]
    assert [] == [place for place in own if not objections(with_key(WHOLE, place, f"{place[-1]}x"))]


@pytest.mark.parametrize("place", [("collaborations", "sales", "members"), ("memberships", "media", "account")], ids=str)
def test_a_key_that_is_missing_is_marked(place: tuple[str, ...]) -> None:
    assert objections(without(WHOLE, place))


def test_configuration_of_others_is_left_alone() -> None:
    document = {"config": {"aws:region": "eu-west-1", "other": {"secure": "AAAA"}}, "encryptionsalt": "v1:x"}
    assert [] == list(validator("stack").iter_errors(document))


def test_an_unknown_setting_of_ours_is_marked() -> None:
    assert objections(a_stack() | {"colaborations": {}})


def test_an_included_file_takes_no_prefix() -> None:
    assert list(validator("include").iter_errors({"cleanrooms:accounts": {}}))
