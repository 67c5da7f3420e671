"""Every finding in a stack file says where it is: the line and column at which the key or value concerned is written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cleanrooms_governance.cli.stack import find_stack
from cleanrooms_governance.cli.validating import Validated, validate_stack
from cleanrooms_governance.settings.places import dotted
from tests.unit.settings.spoiled_stacks import RUBBISH, is_taken, places, whole_stack, with_key, with_value, without
from tests.unit.settings.stacks import Stack, engine_config, findings_of

WHOLE = whole_stack()
PLACES = tuple(place for place in places(WHOLE) if place[0] in ("accounts", "collaborations", "memberships"))
SKIPPED = {"a megabyte of text", "a lone surrogate", "nested a hundred times"}


def lines_of(value: Any, indent: int = 0) -> Iterator[str]:
    """YAML with a key or an element on each line."""
    blanks = " " * indent
    entries = value.items() if isinstance(value, dict) else ((None, each) for each in value)
    for key, inner in entries:
        head = f"{blanks}- " if key is None else f"{blanks}{json.dumps(key, ensure_ascii=False)}: "
        if isinstance(inner, dict | list) and inner:
            yield head.rstrip()
            yield from lines_of(inner, indent + 2)
        else:
            yield head + scalar(inner)


def scalar(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).replace("Infinity", ".inf").replace("NaN", ".nan")


def as_lines(stack: Stack) -> str:
    return "\n".join(["# by hand", *lines_of({"config": {f"cleanrooms:{name}": value for name, value in stack.items()}}), ""])


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Pulumi.yaml").write_text("name: cleanrooms\nruntime: python\n")
    (tmp_path / "c").mkdir()
    return tmp_path


def validated(project: Path, text: str) -> Validated:
    (project / "Pulumi.retailer.yaml").write_text(text, encoding="utf-8")
    at = find_stack("retailer", None, project)
    assert at is not None
    return validate_stack(at)


def written_at(text: str, line: int, column: int) -> str:
    """What begins at a place of a text."""
    return text.split("\n")[line - 1][column - 1 :]


def misplaced(stack: Stack, project: Path) -> list[str]:
    """The findings in a spoiled stack that do not say where the deepest key or element concerned begins."""
    text = as_lines(stack)
    known = {dotted(place): place for place in places(stack)}
    wrong = []
    for finding in validated(project, text).findings:
        spot = finding.spot
        assert spot is not None
        above = [path for path in known if spot.path == path or spot.path.startswith((f"{path}.", f"{path}["))]
        place = known[max(above, key=len)]
        inner: Any = stack
        for step in place[:-1]:
            inner = inner[step]
        step = place[-1]
        expected = json.dumps(step, ensure_ascii=False) if isinstance(step, str) else begins(inner[step])
        expected = f'"cleanrooms:{step}"' if len(place) == 1 else expected
        if "Pulumi.retailer.yaml" != spot.file or not written_at(text, spot.line, spot.column).startswith(expected):
            wrong.append(f"{spot}: {finding.message}")
    return wrong


def begins(element: Any) -> str:
    """How an element of a list begins."""
    if isinstance(element, dict) and element:
        return json.dumps(next(iter(element)), ensure_ascii=False)
    return "-" if isinstance(element, list) and element else scalar(element)


@pytest.mark.parametrize("name", sorted(set(RUBBISH) - SKIPPED))
def test_rubbish_is_found_where_it_is_written(project: Path, name: str) -> None:
    for place in [place for place in PLACES if not is_taken(name, place)][::9]:
        assert [] == misplaced(with_value(WHOLE, place, RUBBISH[name]), project), place


def test_an_unknown_key_is_found_where_it_is_written(project: Path) -> None:
    for place in [place for place in PLACES if isinstance(place[-1], str) and len(place) > 2 and place[-2] != "tags"][::3]:
        assert [] == misplaced(with_key(WHOLE, place, f"{place[-1]}x"), project), place


def test_what_is_missing_is_found_at_what_it_is_missing_from(project: Path) -> None:
    spoiled = without(WHOLE, ("collaborations", "sales", "members", "222233334444", "abilities"))
    assert [] == misplaced(spoiled, project)
    (finding,) = validated(project, as_lines(spoiled)).findings
    assert finding.spot is not None
    assert '"222233334444":' == written_at(as_lines(spoiled), finding.spot.line, finding.spot.column)


def test_what_is_said_is_what_the_program_says(project: Path) -> None:
    spoiled = with_value(without(WHOLE, ("memberships", "media", "region")), ("collaborations", "sales", "creator"), 7)
    found = validated(project, as_lines(spoiled)).findings
    assert sorted(findings_of(engine_config(spoiled), project)) == sorted(str(finding) for finding in found)


def test_an_included_file_is_named_with_its_own_lines(project: Path) -> None:
    (project / "c" / "x.yaml").write_text('collaborations:\n  sales:\n    creator: "1"\n')
    found = validated(project, 'config:\n  cleanrooms:include: ["c/*.yaml"]\n').findings
    spots = [(each.spot.file, each.spot.line, each.spot.column, each.spot.path) for each in found if each.spot]
    assert ("c/x.yaml", 3, 5, "collaborations.sales.creator") in spots
    assert {"c/x.yaml"} == {file for file, *_ in spots}


def test_a_key_given_twice_keeps_nothing_else_from_being_found(project: Path) -> None:
    found = validated(project, "config:\n  cleanrooms:onWaiting: stop\n  cleanrooms:audit: {file: a.jsonl, file: b}\n").findings
    spots = [(each.spot.line, each.spot.column) for each in found if each.spot]
    assert [(2, 3), (3, 37)] == spots


def test_a_file_that_is_no_yaml_says_where_it_ends_to_be(project: Path) -> None:
    (finding,) = validated(project, "config:\n  a: [1, 2\n").findings
    assert finding.spot is not None
    assert ("Pulumi.retailer.yaml", 3) == (finding.spot.file, finding.spot.line)


def test_keys_without_a_namespace_are_those_of_the_project(project: Path) -> None:
    (finding,) = validated(project, "config:\n  onWaiting: stop\n").findings
    assert finding.spot is not None
    assert (2, 3, "onWaiting") == (finding.spot.line, finding.spot.column, finding.spot.path)


def test_a_valid_file_has_no_findings_and_is_counted(project: Path) -> None:
    assert Validated("Pulumi.retailer.yaml", (), (1, 1)) == validated(project, as_lines(WHOLE))
