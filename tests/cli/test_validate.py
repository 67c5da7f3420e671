"""`crgov validate`: every finding with its place in the file, for people and for programs."""

from __future__ import annotations

from pathlib import Path

from tests.cli.runner import crgov

WRONG = """\
config:
  cleanrooms:accounts:
    "111122223333": {name: Retailer, profil: retailer}
  cleanrooms:onWaiting: "fail"
"""
PATH = "accounts.111122223333.profil: unknown key: did you mean `profile`?"


def wrong(stack: Path) -> Path:
    file = stack.parent / "Pulumi.wrong.yaml"
    file.write_text(WRONG, encoding="utf-8")
    return file


def test_a_valid_stack_ends_well(stack: Path) -> None:
    ran = crgov("validate", "--stack", "retailer")
    assert 0 == ran.code
    assert f"stacks/{stack.name}: valid (collaborations: 1, memberships: 0)\n" == ran.out


def test_each_finding_has_file_line_and_column(stack: Path) -> None:
    file = wrong(stack)
    ran = crgov("validate", "--stack", "wrong")
    assert 1 == ran.code
    assert f"stacks/{file.name}:3:38 {PATH}\n" == ran.out


def test_programs_get_the_same_in_json(stack: Path) -> None:
    file = wrong(stack)
    ran = crgov("validate", str(file), "--stack", "retailer", "--json")
    assert 1 == ran.document["exit"]
    well, bad = ran.document["files"]
    assert {"file": f"stacks/{stack.name}", "valid": True, "findings": []} == well
    path, _, message = PATH.partition(": ")
    expected = {"file": f"stacks/{file.name}", "line": 3, "column": 38, "path": path, "message": message}
    assert [expected] == bad["findings"]


def test_nothing_named_is_wrong_usage(stack: Path) -> None:
    assert 64 == crgov("validate").code
    assert 64 == crgov("validate", "--stack", "absent").code


def test_an_included_file_by_itself_is_not_called_valid(stack: Path) -> None:
    (stack.parent / "bank.yaml").write_text("collaborations: {}\n")
    ran = crgov("validate", str(stack.parent / "bank.yaml"))
    assert 1 == ran.code
    assert "stacks/bank.yaml: holds collaborations without `config`, as a file does that a stack file includes" in ran.out
