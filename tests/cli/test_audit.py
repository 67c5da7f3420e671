"""What is written by hand is noted too, under the command that did it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.runner import CREATOR, MEDIA, REGION, STACK, Ran, World, crgov, grant, project, role

AUDITED = f"{STACK}  cleanrooms:audit: {{file: audit/retailer.jsonl}}\n"


@pytest.fixture
def audited(tmp_path: Path, stack: Path) -> Path:
    """The stack file asks for an audit; its path."""
    project(tmp_path, AUDITED)
    return tmp_path / "audit" / "retailer.jsonl"


def decide(world: World, action: str = "approve", *where: str) -> Ran:
    """File a request in a new collaboration, and decide about it as Media."""
    request = world.file(world.create(), grant())
    where = where or ("--stack", "retailer")
    shown = crgov("requests", "show", request, "--json", "--stack", "retailer")
    content = str(shown.document["request"]["content"])
    account = CREATOR if action == "cancel" else MEDIA
    return crgov("requests", action, request, "--content", content, "--account", account, *where)


def lines(path: Path) -> list[dict[str, Any]]:
    """What was noted."""
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize(
    ("action", "account", "way", "session"),
    [
        ("approve", MEDIA, role(MEDIA), "crgov-cleanrooms-retailer"),
        ("deny", MEDIA, role(MEDIA), "crgov-cleanrooms-retailer"),
        ("cancel", CREATOR, "environment", ""),
    ],
)
def test_a_decision_is_noted_under_the_command_and_the_key(
    action: str, account: str, way: str, session: str, world: World, audited: Path
) -> None:
    assert 0 == decide(world, action).code
    (line,) = lines(audited)
    assert (account, way, session) == (line["account"], line["role"], line["session"])
    assert ("cleanrooms/retailer", "collaborations.retail-media", "", f"crgov requests {action}") == (
        line["stack"],
        line["key"],
        line["plan"],
        line["by"],
    )
    assert ({"status": "PENDING"}, {"action": action.upper()}) == (line["before"], line["after"])


def test_looking_makes_no_file(world: World, audited: Path) -> None:
    world.file(world.create(), grant())
    assert 3 == crgov("requests", "list", "--stack", "retailer").code
    assert not audited.exists()


def test_a_deletion_is_noted_with_what_there_was(world: World, audited: Path) -> None:
    id = world.create()
    shown = crgov("delete-collaboration", "retail-media", "--stack", "retailer", "--json")
    fingerprint = str(shown.document["fingerprint"])
    assert 0 == crgov("delete-collaboration", "retail-media", "--stack", "retailer", "--fingerprint", fingerprint).code
    (line,) = lines(audited)
    assert ({"collaboration": id}, "crgov delete-collaboration") == (line["target"], line["by"])
    assert "retail-media" == line["before"]["name"]


def test_the_environment_names_the_file_where_no_stack_file_does(
    world: World, tmp_path: Path, stack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEANROOMS_AUDIT", str(tmp_path / "by-hand.jsonl"))
    id = world.create()
    where = ("--collaboration", id, "--account", CREATOR, "--region", REGION)
    request = world.file(id, grant())
    shown = crgov("requests", "show", request, "--json", *where)
    content = str(shown.document["request"]["content"])
    assert 0 == crgov("requests", "cancel", request, "--content", content, *where).code
    (line,) = lines(tmp_path / "by-hand.jsonl")
    assert ("by-hand", "", "crgov requests cancel") == (line["stack"], line["key"], line["by"])


@pytest.mark.parametrize("named", ["/dev/full", "audit.jsonl", "/proc/audit.jsonl"])
def test_without_an_audit_that_was_asked_for_nothing_is_decided(
    named: str, world: World, audited: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEANROOMS_AUDIT", named)
    before = world.app.journal.last
    ran = decide(world)
    assert 1 == ran.code
    assert "written to AWS" in ran.err
    assert "audit" in ran.err
    mine = [entry for entry in world.app.journal.entries(before) if not str(entry.principal).endswith(":root")]
    assert [] == [entry.operation for entry in mine if str(entry.operation).startswith("Update")]


def test_experiments_are_noted(world: World, audited: Path) -> None:
    accounts = ("--creator", CREATOR, "--member", MEDIA, "--region", REGION)
    crgov("probe", *accounts, "--stack", "retailer", "--yes")
    noted = lines(audited)
    seen = [
        e.operation for e in world.app.journal.entries(service="cleanrooms") if not str(e.operation).startswith(("Get", "List"))
    ]
    assert seen == [line["operation"] for line in noted]
    assert {"crgov probe"} == {line["by"] for line in noted}
