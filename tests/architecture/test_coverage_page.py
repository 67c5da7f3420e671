"""docs/coverage.md has a row for everything that is promised, and what its rows name is there.

What has to have a row is taken from the code: a new key of the stack file, step, danger or outcome without one fails here.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from itertools import product
from pathlib import Path
from typing import Any, get_args

import click
import pytest

from cleanrooms_governance.change_requests.judging import Verdict
from cleanrooms_governance.change_requests.moves import OVER, STEPS, Step
from cleanrooms_governance.change_requests.next_move import Outcome
from cleanrooms_governance.cli.main import crgov
from cleanrooms_governance.settings import sections
from cleanrooms_governance.settings.fields import Section

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "coverage.md"
SCENARIOS = ROOT / "tests" / "scenarios"
ENGINE_ROOM = ROOT / "src" / "cleanrooms_governance"

ONE_ROW = {sections.CredentialsSection, sections.EncryptionSection}
"""Sections that are spoken of as a whole."""

CODE = re.compile(r"`([^`]+)`")


@cache
def rows(chapter: str) -> dict[str, tuple[str, ...]]:
    """What a chapter names in the first column of its table, and in the others as showing it."""
    _, _, after = PAGE.read_text().partition(f"\n## {chapter}\n")
    text, _, _ = after.partition("\n## ")
    found: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        cells = line.split("|")[1:-1]
        if len(cells) >= 2 and (names := CODE.findall(cells[0])):
            for name in names:
                assert name not in found, f"{chapter}: {name} has two rows"
                found[name] = tuple(CODE.findall("".join(cells[1:])))
    return found


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ENGINE_ROOM.parent).with_suffix("").parts)


def chapters() -> list[str]:
    return re.findall(r"^## (.+)$", PAGE.read_text(), re.MULTILINE)


def keys() -> set[str]:
    return {
        *_keys(sections.AccountSection, "accounts"),
        *_keys(sections.CollaborationSection, "collaborations"),
        *_keys(sections.MembershipSection, "memberships"),
        *_keys(sections.AuditSection, "audit"),
    }


def _keys(section: type[Section], prefix: str) -> Iterator[str]:
    for name, field in section.model_fields.items():
        key = f"{prefix}.{field.alias or name}"
        inner = _section_in(field.annotation)
        if inner is None or inner in ONE_ROW:
            yield key
        else:
            yield from _keys(inner, key)


def _section_in(annotation: Any) -> type[Section] | None:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    return next((found for part in get_args(annotation) if (found := _section_in(part))), None)


def steps() -> set[str]:
    """The table of next_move, a row for each of its cells."""
    return {
        f"{status} / {verdict} / {'ours' if mine else 'not ours'}: {step}" for (status, verdict, mine), step in STEPS.items()
    }


def dangers() -> set[str]:
    """The rule of every danger that is made anywhere in the engine room."""
    found = set()
    for path in ENGINE_ROOM.rglob("*.py"):
        tree = ast.parse(path.read_text())
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if getattr(call.func, "id", getattr(call.func, "attr", "")) in ("Danger", "_danger"):
                rule = next((each.value for each in call.keywords if each.arg == "rule"), *call.args[:1])
                if isinstance(rule, ast.Name) and rule.id.isupper():
                    found.add(getattr(import_module(_module(path)), rule.id))
                else:
                    assert isinstance(rule, ast.Name), f"{path.name}:{call.lineno}: name the rule of a danger by a constant"
    return found


def commands(group: click.Group, name: str) -> set[str]:
    """Every command of a group, with the words before it."""
    found: set[str] = set()
    for word, command in group.commands.items():
        full = f"{name} {word}"
        found |= commands(command, full) if isinstance(command, click.Group) else {full}
    return found


@pytest.mark.parametrize(
    ("chapter", "expected"),
    [
        ("Keys of the stack file", keys()),
        ("Open change requests", steps()),
        ("Change requests that are over", {*OVER, f"an unknown status: {Step.STOP}"}),
        ("Dangers", dangers()),
        ("Outcomes", {*Outcome}),
        ("Commands", commands(crgov, "crgov")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_everything_there_is_has_a_row(chapter: str, expected: set[str]) -> None:
    assert expected == rows(chapter).keys()


@pytest.mark.parametrize("chapter", chapters())
def test_every_row_names_something_that_shows_it(chapter: str) -> None:
    assert [] == [name for name, shown_by in rows(chapter).items() if not shown_by]


@pytest.mark.parametrize("chapter", chapters())
def test_what_a_row_names_is_there(chapter: str) -> None:
    named = {place for shown_by in rows(chapter).values() for place in shown_by}

    assert [] == sorted(place for place in named if not _is_there(place))


def test_every_scenario_is_named_by_a_row() -> None:
    named = {place for chapter in chapters() for shown_by in rows(chapter).values() for place in shown_by}

    assert [] == sorted(folder.parent.name for folder in SCENARIOS.glob("*/scenario.yaml") if folder.parent.name not in named)


def test_the_table_of_steps_has_a_cell_for_every_open_status_verdict_and_filer() -> None:
    open_statuses = {status for status, _, _ in STEPS}

    assert STEPS.keys() == set(product(open_statuses, Verdict, (True, False)))


def _is_there(place: str) -> bool:
    """A scenario folder by its name, or a file under tests, with a test in it after two colons."""
    if "/" not in place:
        return (SCENARIOS / place / "scenario.yaml").is_file()
    path, _, test = place.partition("::")
    file = ROOT / "tests" / path
    return file.is_file() and (not test or re.search(rf"def (test_)?{test}\(", file.read_text()) is not None)
