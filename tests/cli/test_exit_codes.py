"""How commands end: the same code means the same everywhere, and of several worlds the worst counts."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from cleanrooms_governance.aws.clients import READ_TIMEOUT
from tests.cli.runner import CREATOR, INSURER, MEDIA, REGION, STACK, Ran, World, crgov, crgov_process, grant, invite, project

OTHERS = f"""
  cleanrooms:memberships:
    theirs: {{account: "{MEDIA}", collaboration: {{id}}, region: {REGION}, expects: {{creator: "{INSURER}"}}}}
"""


@pytest.fixture
def two(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A stack with a collaboration of its own, and one of the insurer's that Media is a member of; the latter's id."""
    answer = world.of(INSURER).create_collaboration(
        name="claims",
        description="Of somebody else",
        creatorDisplayName="Insurer",
        creatorMemberAbilities=["CAN_QUERY"],
        members=[{"accountId": MEDIA, "displayName": "Media", "memberAbilities": []}],
        queryLogStatus="DISABLED",
    )
    id = str(answer["collaboration"]["id"])
    world.create()
    project(tmp_path, STACK + OTHERS.replace("{id}", id))
    monkeypatch.chdir(tmp_path)
    return id


def blind(world: World, account: str) -> None:
    """Nothing can be read as this account any more."""
    world.app.faults.set([FaultRule(kind=FaultKind.ERROR, code="AccessDeniedException", service="cleanrooms", account=account)])


def in_the_stack(*command: str) -> Ran:
    return crgov(*command, "--stack", "retailer")


def test_nothing_to_do_anywhere_is_0(world: World, two: str) -> None:
    world.of(MEDIA).create_membership(collaborationIdentifier=two, queryLogStatus="DISABLED")
    assert [0, 0, 0] == [
        in_the_stack("requests", "list").code,
        in_the_stack("invitations").code,
        in_the_stack("ask", MEDIA).code,
    ]


@pytest.mark.parametrize(
    ("command", "alone", "shown"),
    [
        (("requests", "list"), 3, "retail-media"),
        (("invitations",), 2, "claims"),
        (("ask", MEDIA), 3, "Vote on a change request"),
    ],
    ids=["requests list", "invitations", "ask"],
)
def test_what_cannot_be_read_is_1_and_everything_else_is_shown(
    world: World, two: str, command: tuple[str, ...], alone: int, shown: str
) -> None:
    (own,) = [each["id"] for each in world.of(CREATOR).list_collaborations()["collaborationList"]]
    world.file(own, grant())
    assert alone == in_the_stack(*command).code
    blind(world, CREATOR if command == ("invitations",) else MEDIA)
    ran = in_the_stack(*command)
    assert (1, True) == (ran.code, shown in ran.out), ran
    assert "AccessDenied" not in ran.out + ran.err
    assert "may not" in ran.out + ran.err


def test_a_denied_request_is_4_and_an_approved_one_2(world: World, two: str) -> None:
    (own,) = [each["id"] for each in world.of(CREATOR).list_collaborations()["collaborationList"]]
    denied, approved = world.file(own, grant()), world.file(own, invite(INSURER))
    world.act(MEDIA, own, denied, "DENY")
    world.act(MEDIA, own, approved, "APPROVE")
    assert (4, 2) == (in_the_stack("requests", "show", denied).code, in_the_stack("requests", "show", approved).code)


@pytest.mark.parametrize(
    "command",
    [
        ("requests", "list"),
        ("requests", "show", "00000000-0000-0000-0000-000000000000"),
        ("invitations",),
        ("ask", MEDIA),
        ("delete-collaboration", "retail-media"),
        ("leave", "theirs"),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_a_service_that_is_out_of_reach_is_1(world: World, two: str, command: tuple[str, ...]) -> None:
    world.app.faults.set([FaultRule(kind=FaultKind.ERROR, code="AccessDeniedException", service="cleanrooms")])
    ran = in_the_stack(*command)
    assert 1 == ran.code
    assert "Traceback" not in ran.out + ran.err


def test_an_interruption_is_1(world: World, two: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cleanrooms_governance.cli.output.show", interrupt)
    ran = in_the_stack("requests", "list")
    assert (1, "crgov: interrupted: look at the collaboration before you try again") == (ran.code, ran.err.strip())


@pytest.mark.slow
@pytest.mark.parametrize("command", [("plan",), ("requests", "list"), ("invitations",)], ids=" ".join)
def test_an_interruption_ends_it_whatever_the_service_does(world: World, two: str, command: tuple[str, ...]) -> None:
    before = world.app.journal.last
    world.app.faults.set([FaultRule(kind=FaultKind.HANG, service="cleanrooms")])
    process = crgov_process(*command, "--stack", "retailer")
    while not world.app.journal.entries(before, service="cleanrooms"):
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=READ_TIMEOUT / 2)
    expected = (1, "", "crgov: interrupted: look at the collaboration before you try again")
    assert expected == (process.returncode, out, err.strip())


def test_the_codes_are_in_the_help_text() -> None:
    out = crgov("--help").out
    for code in ("0 nothing to do", "2 changes", "3 waiting", "4 refused or denied", "1 error", "64 wrong"):
        assert code in " ".join(out.split())
