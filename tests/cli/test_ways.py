"""`crgov github ways`: a proposal may not choose among the identities that the runner may become."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.runner import MEDIA, STACK, crgov, project, role

STRANGER = role(MEDIA).replace("governance", "of-a-stranger")
NO_ACCOUNTS = STACK.replace(STACK[STACK.index("  cleanrooms:accounts") : STACK.index("  cleanrooms:collaborations")], "")
INCLUDING = f'{NO_ACCOUNTS}  cleanrooms:include: ["stacks/further/*.txt"]\n'
ACCOUNTS = STACK[STACK.index("  cleanrooms:accounts") : STACK.index("  cleanrooms:collaborations")]


def otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, proposed: str, included: str = "") -> tuple[int, list[str]]:
    """How it ends, and the accounts that a proposal reaches otherwise than a base with the usual file."""
    for name in ("base", "proposed"):
        (tmp_path / name).mkdir()
    project(tmp_path / "base")
    project(tmp_path / "proposed", proposed)
    if included:
        (tmp_path / "proposed/stacks/further").mkdir()
        (tmp_path / "proposed/stacks/further/accounts.txt").write_text(included)
    monkeypatch.chdir(tmp_path / "proposed")
    ran = crgov("github", "ways", "--stack", "retailer", "--base", str(tmp_path / "base"), "--json")
    return ran.code, list(ran.document.get("otherwise", []))


@pytest.mark.parametrize(
    "proposed",
    [
        pytest.param(STACK, id="the same"),
        pytest.param(STACK.replace("name: bank", "name: the bank"), id="another name"),
        pytest.param(STACK.replace("abilities: [CAN_RECEIVE_RESULTS]", "abilities: []"), id="something else"),
    ],
)
def test_what_reaches_accounts_as_the_base_does_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, proposed: str) -> None:
    assert (0, []) == otherwise(tmp_path, monkeypatch, proposed)


def test_another_role_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (4, [MEDIA]) == otherwise(tmp_path, monkeypatch, STACK.replace(role(MEDIA), STRANGER))


def test_it_does_not_matter_in_which_file_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    included = ACCOUNTS.replace(role(MEDIA), STRANGER).replace("\n  ", "\n").removeprefix("  cleanrooms:")
    assert (4, [MEDIA]) == otherwise(tmp_path, monkeypatch, INCLUDING, included)


def test_a_stack_that_the_base_does_not_have_reaches_nothing_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project(tmp_path, stack="new")
    (tmp_path / "base").mkdir()
    project(tmp_path / "base")
    monkeypatch.chdir(tmp_path)
    ran = crgov("github", "ways", "--stack", "new", "--base", "base", "--json")
    assert (4, 2) == (ran.code, len(ran.document["otherwise"]))


def test_a_file_that_cannot_be_used_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (1, []) == otherwise(tmp_path, monkeypatch, "config: {cleanrooms:accounts: []}\n")
