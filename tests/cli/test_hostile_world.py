"""Everybody else writes what would deceive a reader: no command lets it through, in text or in JSON."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from tests.cli.runner import BANK, CREATOR, INSURER, MEDIA, STACK, Ran, World, crgov, grant, invite, project
from tests.hostile import DESCRIPTION, NAME, TAG, WORDS, came_through, is_planted

STACK_WITHOUT_NAMES = STACK.replace("{name: bank}", "{}").replace("name: retailer, ", "").replace("name: media, ", "")


@pytest.fixture
def collaboration(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of a collaboration whose every text is hostile; the stack file gives no names that would stand in for them."""
    entry = '    retail-media:\n      creator: "' + CREATOR
    file = project(tmp_path, STACK_WITHOUT_NAMES)
    monkeypatch.chdir(tmp_path)
    members = [
        {"accountId": MEDIA, "displayName": NAME, "memberAbilities": ["CAN_QUERY"]},
        {"accountId": BANK, "displayName": NAME, "memberAbilities": ["CAN_RECEIVE_RESULTS"]},
    ]
    tags = {"governed-by": "cleanrooms/retailer/retail-media", "team": TAG}
    id = world.create(name=NAME, description=DESCRIPTION, creatorDisplayName=NAME, members=members, tags=tags)
    adopted = file.read_text().replace(entry, f"    retail-media:\n      id: {id}\n      creator: " + f'"{CREATOR}')
    joins = (
        f'  cleanrooms:memberships:\n    media: {{account: "{MEDIA}", collaboration: retail-media, payerFor: [queryCompute]}}'
    )
    file.write_text(f"{adopted}{joins}\n")
    return id


def shown(ran: Ran) -> list[object]:
    """All that a command said; a JSON document also as what a program reads in it."""
    return [ran.out, ran.err, *([ran.document] if ran.out.startswith("{") else [])]


Command = Callable[[str], tuple[str, ...]]
COMMANDS: dict[str, Command] = {
    "requests list": lambda _: ("requests", "list"),
    "requests show": lambda request: ("requests", "show", request),
    "ask for a vote": lambda _: ("ask", MEDIA),
    "ask to join": lambda _: ("ask", BANK),
    "budgets": lambda _: ("budgets",),
    "delete-collaboration": lambda _: ("delete-collaboration", "retail-media"),
    "leave": lambda _: ("leave", "media"),
    "payers": lambda _: ("payers",),
    "run query": lambda _: ("run", "query", "--membership", "media", "--sql", "select 1 as one", "--to-member", BANK),
    "verify": lambda _: ("verify",),
    "plan": lambda _: ("plan",),
    "drift": lambda _: ("drift",),
    "dump": lambda _: ("dump",),
}


@pytest.mark.parametrize("as_json", [(), ("--json",)], ids=["text", "json"])
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_what_others_wrote_does_not_come_through(
    world: World, collaboration: str, command: Command, as_json: tuple[str, ...]
) -> None:
    request = world.file(collaboration, grant(CREATOR, "CAN_RECEIVE_RESULTS"), invite(INSURER, NAME))
    said = shown(crgov(*command(request), "--stack", "retailer", *as_json))
    assert is_planted(said)
    assert [] == came_through(said)


def test_an_invitation_with_its_block_does_not_come_through(world: World, collaboration: str) -> None:
    said = shown(crgov("invitations", "--account", BANK, "--region", "eu-west-1", *_as(BANK)))
    assert is_planted(said)
    assert [] == came_through(said)


@pytest.mark.parametrize(
    "command", ["requests list", "ask to join", "budgets", "leave", "payers", "run query", "verify", "plan", "drift"]
)
def test_what_the_service_says_does_not_come_through(world: World, collaboration: str, command: str) -> None:
    refused = FaultRule(kind=FaultKind.ERROR, operation="ListMembers", code="AccessDeniedException", members={"message": WORDS})
    world.app.faults.set([refused])
    said = shown(crgov(*COMMANDS[command](""), "--stack", "retailer"))
    assert is_planted(said)
    assert [] == came_through(said)


def test_the_tag_of_another_stack_does_not_come_through(world: World, collaboration: str) -> None:
    arn = f"arn:aws:cleanrooms:eu-west-1:{CREATOR}:collaboration/{collaboration}"
    world.of(CREATOR).tag_resource(resourceArn=arn, tags={"governed-by": TAG})
    said = shown(crgov("delete-collaboration", "retail-media", "--stack", "retailer"))
    assert is_planted(said)
    assert [] == came_through(said)


def test_what_others_wrote_does_not_come_through_in_markdown(world: World, collaboration: str) -> None:
    world.file(collaboration, grant(CREATOR, "CAN_RECEIVE_RESULTS"), invite(INSURER, NAME))
    said = shown(crgov("drift", "--stack", "retailer", "--markdown"))
    assert is_planted(said)
    assert [] == came_through(said)


def test_what_is_adopted_does_not_come_through(world: World, collaboration: str) -> None:
    id = world.create(name=NAME[1:], description=DESCRIPTION, bank=NAME, tags={"governed-by": TAG, "team": "x"})
    said = shown(crgov("adopt", id, "--stack", "retailer")) + shown(crgov("adopt", id, "--stack", "retailer", "--json"))
    assert is_planted(said)
    assert [] == came_through(said)


def _as(account: str) -> tuple[str, ...]:
    return ("--role", f"arn:aws:iam::{account}:role/governance")
