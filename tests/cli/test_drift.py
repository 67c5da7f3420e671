"""`crgov drift`: how the live world differs from the file, by who could change that, and nothing written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from tests.cli.runner import BANK, CREATOR, INSURER, MEDIA, REGION, STACK, Ran, World, crgov, grant, invite

JOINS = f"""  cleanrooms:memberships:
    media: {{account: "{MEDIA}", collaboration: retail-media, payerFor: [queryCompute]}}
"""
NEW_MEMBER = f'        "{INSURER}": {{displayName: Insurer, abilities: []}}\n'


def drift(*more: str) -> Ran:
    return crgov("drift", "--stack", "retailer", *more)


def found(ran: Ran) -> Iterator[tuple[str, str, str]]:
    """Each difference: the resource, who could change it, and its rule."""
    for resource in ran.document["resources"]:
        for each in resource["differences"]:
            yield f"{resource['kind']} {resource['key']}", each["remedy"], each["rule"]


def only(ran: Ran) -> dict[str, Any]:
    ((difference,),) = (each["differences"] for each in ran.document["resources"] if each["differences"])
    return dict(difference)


@pytest.fixture
def collaboration(world: World, stack: Path) -> str:
    """The id of a collaboration that is as the file says."""
    return world.create()


def changed(world: World, collaboration: str, *changes: Any) -> str:
    """People file, approve and commit a change in the console."""
    request = world.file(collaboration, *changes)
    world.act(MEDIA, collaboration, request, "APPROVE")
    world.act(CREATOR, collaboration, request, "COMMIT")
    return request


def test_a_world_as_the_file_says_has_none(world: World, collaboration: str) -> None:
    world.app.journal.clear()
    ran = drift()
    assert (0, "no drift in 1 resource\n", "") == (ran.code, ran.out, ran.err)
    operations = [str(entry.operation) for entry in world.app.journal.entries(service="cleanrooms")]
    assert [] == [each for each in operations if not each.startswith(("Get", "List"))]


def test_what_somebody_changed_in_the_console_is_what_a_run_repairs(world: World, collaboration: str) -> None:
    changed(world, collaboration, grant(CREATOR))
    ran = drift("--json")
    assert 2 == ran.code
    assert [("collaboration retail-media", "run", "CreateCollaborationChangeRequest")] == [*found(ran)]
    assert f"  a run repairs it: revoke CAN_RECEIVE_RESULTS from {CREATOR} (retailer)" in drift().out.splitlines()


def test_what_is_on_its_way_is_none(world: World, collaboration: str, stack: Path) -> None:
    stack.write_text(STACK + NEW_MEMBER)
    assert 2 == drift().code
    world.file(collaboration, invite())
    assert (0, []) == (drift().code, [*found(drift("--json"))])


def test_an_account_that_is_not_invited_yet_is_none(world: World, stack: Path) -> None:
    joins = f'    insurer: {{account: "{INSURER}", collaboration: retail-media}}\n'
    held = f'{{name: bank}}\n    "{INSURER}": {{role: "arn:aws:iam::{INSURER}:role/governance"}}'
    world.create()
    stack.write_text(STACK.replace("{name: bank}", held) + NEW_MEMBER + JOINS + joins)
    names = [name for name, _, _ in found(drift("--json"))]
    assert ["collaboration retail-media"] == [name for name in names if name != "membership media"]


def test_a_request_of_a_stranger_is_not_managed(world: World, collaboration: str) -> None:
    request = world.file(collaboration, invite())
    difference = only(drift("--json"))
    assert ("people", "open-request", request) == (difference["remedy"], difference["rule"], difference["subject"])
    since = world.request(collaboration, request)["createTime"].date()
    assert f"of somebody else is open since {since}" in difference["message"]


def test_a_member_that_is_not_in_the_file_is_not_managed(world: World, collaboration: str, stack: Path) -> None:
    bank = f'        "{BANK}": {{displayName: Bank, abilities: [CAN_RECEIVE_RESULTS]}}\n'
    stack.write_text(STACK.replace(bank, ""))
    assert [("collaboration retail-media", "people", "unmanaged")] == [*found(drift("--json"))]


def test_what_is_fixed_at_creation_is_what_no_run_changes(world: World, collaboration: str, stack: Path) -> None:
    stack.write_text(STACK.replace("      members:", "      queryLog: false\n      members:"))
    ran = drift("--json")
    assert (2, [("collaboration retail-media", "file", "fixed-at-creation")]) == (ran.code, [*found(ran)])


def test_what_was_denied_is_what_no_run_changes(world: World, collaboration: str, stack: Path) -> None:
    stack.write_text(STACK + NEW_MEMBER)
    request = world.file(collaboration, invite())
    world.act(MEDIA, collaboration, request, "DENY")
    assert [("collaboration retail-media", "file", "denied")] == [*found(drift("--json"))]


def test_a_member_that_has_left_is_what_no_run_changes(world: World, collaboration: str) -> None:
    membership = world.of(MEDIA).list_memberships()["membershipSummaries"][0]["id"]
    world.of(MEDIA).delete_membership(membershipIdentifier=membership)
    assert [("collaboration retail-media", "file", "cannot-be-added-again")] == [*found(drift("--json"))]


def test_what_a_run_would_refuse_is_said_with_its_way_past(world: World, collaboration: str, stack: Path) -> None:
    stack.write_text(STACK.replace("[CAN_RECEIVE_RESULTS]", "[]"))
    ran = drift()
    assert 4 == ran.code
    assert f"  a run repairs it, once nothing of it is refused: revoke CAN_RECEIVE_RESULTS from {BANK} (bank)" in ran.out
    assert "refused: revoke CAN_RECEIVE_RESULTS" in ran.out
    assert "acknowledge" in ran.out


def test_a_pause_holds_a_repair_back(world: World, collaboration: str, stack: Path) -> None:
    changed(world, collaboration, grant(CREATOR))
    stack.write_text(STACK.replace("      members:", "      paused: true\n      members:"))
    assert "paused" == only(drift("--json"))["held"]


def test_what_is_not_there_would_be_created(world: World, stack: Path) -> None:
    assert [("collaboration retail-media", "run", "CreateCollaboration")] == [*found(drift("--json"))]


def test_what_cannot_be_read_is_no_calm(world: World, collaboration: str) -> None:
    world.app.faults.set([FaultRule(kind=FaultKind.ERROR, code="AccessDeniedException", service="cleanrooms")])
    ran = drift()
    assert 1 == ran.code
    assert "no drift in 1 resource, 1 not looked at" == ran.out.splitlines()[-1]


def test_without_credentials_nothing_is_known(world: World, collaboration: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert 1 == drift().code


def test_markdown_shows_names_of_others_as_they_are(world: World, stack: Path) -> None:
    collaboration = world.create()
    changed(world, collaboration, invite(INSURER, "@everyone <b>[x](http://evil.example)</b> #1"))
    ran = drift("--markdown")
    lines = ran.out.splitlines()
    assert 2 == ran.code
    assert ["## Drift of `cleanrooms/retailer`", ""] == lines[:2]
    assert "### collaboration `retail-media`" in lines
    (told,) = (line for line in lines if line.startswith("- **not managed:**"))
    assert "`@everyone`" in told
    assert "<b>" not in re.sub("`[^`]*`", "", told)


def test_json_and_markdown_at_once_are_refused(world: World, stack: Path) -> None:
    ran = drift("--json", "--markdown")
    assert 64 == ran.code
    assert "give either --json or --markdown" in ran.err


def test_where_a_collaboration_is_elsewhere_its_membership_is_looked_at(world: World, stack: Path) -> None:
    id = world.create()
    where = f'account: "{MEDIA}", collaboration: {id}, region: {REGION}, expects: {{creator: "{CREATOR}"}}'
    head = STACK[: STACK.index("  cleanrooms:collaborations:")]
    stack.write_text(f"{head}  cleanrooms:memberships:\n    media: {{{where}, queryLog: true}}\n")
    assert ("membership media", "run", "UpdateMembership") in [*found(drift("--json"))]
