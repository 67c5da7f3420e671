"""What the tab key offers: stacks, keys and accounts of stack files; never an error, and nothing is called."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from cleanrooms_governance.cli.main import crgov as command
from cleanrooms_governance.cli.main import main
from tests.cli.runner import BANK, CREATOR, MEDIA, STACK, project

JOINS = f"""  cleanrooms:memberships:
    media: {{account: "{MEDIA}", collaboration: retail-media, payerFor: [queryCompute]}}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with two stacks, somewhere below which somebody works."""
    project(tmp_path, STACK + JOINS)
    project(tmp_path, STACK, "partner")
    below = tmp_path / "collaborations"
    below.mkdir()
    monkeypatch.chdir(below)
    return tmp_path


def offered(*words: str) -> list[str]:
    """What is offered for the last of some words."""
    *before, begun = words
    return [item.value for item in ShellComplete(command, {}, "crgov", "_CRGOV_COMPLETE").get_completions(before, begun)]


@pytest.mark.parametrize("words", [("plan",), ("drift",), ("verify",), ("up",), ("requests", "list")], ids=" ".join)
def test_stacks_are_those_that_have_a_file(words: tuple[str, ...]) -> None:
    assert ["partner", "retailer"] == offered(*words, "--stack", "")


def test_what_is_written_already_narrows_it() -> None:
    assert ["retailer"] == offered("plan", "--stack", "re")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("delete-collaboration", "--stack", "retailer", ""), ["retail-media"]),
        (("payers", "--stack", "retailer", ""), ["retail-media"]),
        (("requests", "list", "--stack", "retailer", "--collaboration", ""), ["retail-media"]),
        (("leave", "--stack", "retailer", ""), ["media"]),
        (("run", "query", "--stack", "retailer", "--membership", ""), ["media"]),
        (("ask", "--stack", "retailer", ""), [CREATOR, MEDIA, BANK]),
        (("ask", "--stack-file", "../stacks/Pulumi.retailer.yaml", "2"), [MEDIA]),
    ],
    ids=lambda value: " ".join(value),
)
def test_keys_and_accounts_are_those_of_the_stack_file(words: tuple[str, ...], expected: list[str]) -> None:
    assert expected == offered(*words)


@pytest.mark.parametrize("words", [("leave", ""), ("leave", "--stack", "not-there", "")], ids=["no stack", "another stack"])
def test_where_no_stack_file_is_meant_nothing_is_offered(words: tuple[str, ...]) -> None:
    assert [] == offered(*words)


def test_a_stack_file_with_mistakes_offers_nothing(folder: Path) -> None:
    project(folder, "config: {cleanrooms:accounts: 7}")
    assert [] == offered("leave", "--stack", "retailer", "")


def test_outside_of_a_project_no_stack_is_offered(folder: Path) -> None:
    (folder / "Pulumi.yaml").unlink()
    assert [] == offered("plan", "--stack", "")


def test_the_shell_is_given_what_it_evaluates(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("_CRGOV_COMPLETE", "zsh_source")
    with pytest.raises(SystemExit) as ended:
        main([])
    assert 0 == ended.value.code
    assert "compdef _crgov_completion crgov" in capsys.readouterr().out
