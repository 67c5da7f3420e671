"""`crgov invitations`: what the accounts we hold are invited to, ready for the stack file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from cleanrooms_governance.settings.stack_file import load
from tests.cli.runner import BANK, CREATOR, MEDIA, REGION, World, crgov, project, role

BANKS_STACK = f"""
config:
  cleanrooms:accounts:
    "{BANK}": {{name: bank, role: "{role(BANK)}"}}
    "{MEDIA}": {{name: media, role: "{role(MEDIA)}"}}
"""


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The bank's own stack file, of a project that is the working folder."""
    file = project(tmp_path, BANKS_STACK, "bank")
    monkeypatch.chdir(tmp_path)
    return file


def test_no_invitation_is_nothing_to_do(world: World, bank: Path) -> None:
    ran = crgov("invitations", "--stack", "bank", "--region", REGION)
    assert (0, "no open invitations\n") == (ran.code, ran.out)


def test_an_invitation_is_listed_for_whoever_has_not_joined(world: World, bank: Path) -> None:
    collaboration = world.create()
    ran = crgov("invitations", "--stack", "bank", "--region", REGION, "--json")
    assert 2 == ran.code
    (invited,) = ran.document["invitations"]
    expected = {
        "account": BANK,
        "collaboration": collaboration,
        "name": "retail-media",
        "region": REGION,
        "creator": CREATOR,
        "abilities": ["CAN_RECEIVE_RESULTS"],
        "payerFor": [],
        "queryLog": True,
        "declared": None,
    }
    assert expected == invited


def test_the_memberships_block_is_what_a_stack_file_takes(world: World, bank: Path) -> None:
    world.create(joined=False)
    ran = crgov("invitations", "--stack", "bank", "--region", REGION)
    printed = ran.out[ran.out.index("  cleanrooms:memberships:") :]
    assert "YOUR-BUCKET" in printed
    mine = printed.replace("YOUR-BUCKET", "results-of-the-bank").replace("YOUR-ROLE", "results")
    config = YAML(typ="safe", pure=True).load(bank.read_text() + mine)["config"]
    stack_file = load({key: json.dumps(value) for key, value in config.items()}, bank.parent)
    payers = {membership.account: membership.payer_for for membership in stack_file.memberships.values()}
    assert {BANK: frozenset(), MEDIA: frozenset({"queryCompute"})} == payers


def test_an_invitation_that_the_stack_file_accepts_is_not_in_the_block(world: World, bank: Path) -> None:
    collaboration = world.create(joined=False)
    declared = f'{{account: "{MEDIA}", collaboration: {collaboration}, region: {REGION}, expects: {{creator: "{CREATOR}"}}}}'
    bank.write_text(BANKS_STACK + f"  cleanrooms:memberships:\n    theirs: {declared}\n")
    ran = crgov("invitations", "--stack", "bank", "--json")
    assert {BANK: None, MEDIA: "theirs"} == {each["account"]: each["declared"] for each in ran.document["invitations"]}
    assert [BANK] == [each["account"] for each in ran.document["memberships"].values()]


def test_a_name_that_another_account_chose_gets_nowhere_but_into_a_comment(world: World, bank: Path) -> None:
    world.create(name="evil: {x} # name", joined=False)
    ran = crgov("invitations", "--stack", "bank", "--region", REGION, "--account", BANK)
    printed = ran.out[ran.out.index("  cleanrooms:memberships:") :]
    (key,) = YAML(typ="safe", pure=True).load("config:\n" + printed)["config"]["cleanrooms:memberships"]
    assert "evil-x-name" == key


def test_an_account_of_no_stack_file_can_look(world: World, tmp_path: Path) -> None:
    world.create()
    ran = crgov("invitations", "--account", BANK, "--role", role(BANK), "--region", REGION)
    assert 2 == ran.code
    assert f"{BANK} (Bank) may join 'retail-media'" in ran.out


@pytest.mark.parametrize(
    "arguments",
    [(), ("--account", BANK), ("--stack", "bank")],
    ids=["nobody", "no Region", "no Region in the file"],
)
def test_what_does_not_say_where_to_look_is_wrong_usage(world: World, bank: Path, arguments: tuple[str, ...]) -> None:
    ran = crgov("invitations", *arguments)
    assert (64, "") == (ran.code, ran.out)
