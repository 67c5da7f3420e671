"""`crgov dump`: what accounts have as a stack file whose plan is empty, printed or written and never over anything."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from cleanrooms_emulator.transport.in_process import connect
from cleanrooms_governance.aws import AwsAccounts
from cleanrooms_governance.cli.stack import Stack, read_stack
from cleanrooms_governance.model import AccountId
from tests.cli.runner import BANK, CREATOR, MEDIA, REGION, Ran, World, crgov, role
from tests.emptiness import departures_from

HELD = ("--account", CREATOR, "--account", MEDIA, "--role", role(MEDIA), "--region", REGION)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, which is the working folder."""
    (tmp_path / "Pulumi.yaml").write_text("name: cleanrooms\nruntime: python\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def dump(*more: str) -> Ran:
    return crgov("dump", *HELD, *more)


def stack_of(project: Path, text: str) -> Stack:
    """What a dumped text says as a stack file."""
    (project / "Pulumi.prod.yaml").write_text(text, encoding="utf-8")
    read = read_stack("prod", None, project)
    assert read is not None
    return read


def departures(world: World, stack: Stack) -> list[str]:
    return departures_from(stack, AwsAccounts("cleanrooms/prod", lambda made: connect(world.app, made)))


def test_the_file_is_printed_and_its_plan_is_empty(world: World, project: Path) -> None:
    world.create()
    ran = dump()
    assert (0, "") == (ran.code, ran.err)
    stack = stack_of(project, ran.out)
    assert (["retail-media"], 2) == (list(stack.file.collaborations), len(stack.file.memberships))
    assert [] == departures(world, stack)


def test_texts_that_no_terminal_would_show_survive_the_terminal(world: World, project: Path) -> None:
    name = "Bank \u202e<{%reset%}> ##vso[task.x] \u00a0é"
    world.create(bank=name)
    ran = dump()
    assert name == stack_of(project, ran.out).file.collaborations["retail-media"].members[AccountId(BANK)].display_name
    assert "\u202e" not in ran.out
    assert "##vso[" not in ran.out


def test_nothing_is_written_in_aws(world: World, project: Path) -> None:
    world.create()
    before = world.app.journal.last
    dump()
    written = [entry.operation for entry in world.app.journal.entries(before)]
    assert all((operation or "").startswith(("Get", "List", "Batch", "AssumeRole")) for operation in written)


def test_the_same_world_gives_the_same_file(world: World, project: Path) -> None:
    world.create()
    world.create("Other")
    assert dump().out == dump().out


def test_a_membership_of_somebody_else_is_dumped_with_what_it_expects(world: World, project: Path) -> None:
    id = world.create()
    ran = crgov("dump", "--role", role(MEDIA), "--region", REGION)
    stack = stack_of(project, ran.out)
    section = stack.file.memberships["retail-media"]
    assert (id, CREATOR, REGION) == (section.collaboration, section.expects.creator, section.region)
    assert [] == departures(world, stack)


def test_an_invitation_is_no_membership_and_is_said(world: World, project: Path) -> None:
    id = world.create()
    ran = crgov("dump", "--role", role(BANK), "--region", REGION)
    said = " ".join(ran.out.replace("\n#", "").split())
    assert f"{BANK} is invited to collaboration {id} (retail-media) in {REGION} and has not joined: see" in said
    assert {} == stack_of(project, ran.out).file.memberships


def test_another_stack_is_named_in_a_comment(world: World, project: Path) -> None:
    world.create()
    assert "# governed by the stack cleanrooms/retailer/retail-media: take it out of that stack's file first." in dump().out


def test_a_file_is_written_and_never_over_another_one(world: World, project: Path) -> None:
    world.create()
    target = project / "Pulumi.prod.yaml"
    assert f"written: {target}\n" == dump("--output", str(target)).out
    text = target.read_text()
    target.write_text("kept")
    again = dump("--output", str(target))
    assert (4, "kept") == (again.code, target.read_text())
    assert f"{target} exists already, so nothing was written" in again.err
    assert 0 == dump("--output", str(target), "--force").code
    assert text == target.read_text()
    assert ["Pulumi.prod.yaml", "Pulumi.yaml"] == sorted(os.listdir(project))


def test_one_file_a_collaboration_is_included(world: World, project: Path) -> None:
    world.create()
    world.create("Other / of all")
    ran = dump("--output", "Pulumi.prod.yaml", "--include-dir", "collaborations")
    assert 0 == ran.code, ran.err
    assert ["other-of-all.yaml", "retail-media.yaml"] == sorted(os.listdir(project / "collaborations"))
    read = read_stack("prod", None, project)
    assert read is not None
    assert ["other-of-all", "retail-media"] == list(read.file.collaborations)
    assert [] == departures(world, read)


def test_included_files_outside_the_project_are_refused_before_anything_is_read(world: World, project: Path) -> None:
    before = world.app.journal.last
    ran = dump("--output", "Pulumi.prod.yaml", "--include-dir", "../elsewhere")
    assert (64, []) == (ran.code, [*world.app.journal.entries(before)])


def test_the_accounts_of_a_stack_are_dumped_with_their_ways_in(world: World, stack: Path) -> None:
    world.create()
    ran = crgov("dump", "--stack", "retailer")
    dumped = stack_of(stack.parent, ran.out)
    assert {CREATOR, MEDIA} == {account for account, known in dumped.file.accounts.items() if known.access}
    assert "retailer" == dumped.file.accounts[dumped.file.collaborations["retail-media"].creator].name


def test_what_cannot_be_read_is_said_and_the_rest_is_dumped(world: World, project: Path) -> None:
    world.create()
    world.app.faults.set(
        [FaultRule(kind=FaultKind.ERROR, code="AccessDeniedException", operation="GetMembership", account=MEDIA)]
    )
    ran = dump()
    assert 1 == ran.code
    assert f"{MEDIA} in {REGION}: membership" in ran.err
    assert f"# {MEDIA} in {REGION}: membership" in ran.out
    assert ["retail-media"] == list(stack_of(project, ran.out).file.collaborations)


def test_tags_that_cannot_be_read_are_not_managed(world: World, project: Path) -> None:
    world.create()
    world.app.faults.set([FaultRule(kind=FaultKind.ERROR, code="AccessDeniedException", operation="ListTagsForResource")])
    ran = dump()
    assert "# its tags could not be read (ListTagsForResource: AccessDeniedException): not managed" in ran.out
    assert stack_of(project, ran.out).file.collaborations["retail-media"].tags is None


def test_programs_get_the_file_in_json(world: World, project: Path) -> None:
    world.create()
    document: Any = dump("--json").document
    assert dump().out == document["stackFile"]
    assert ([], [], [], 0) == (document["unread"], document["findings"], document["written"], document["exit"])


@pytest.mark.parametrize(
    "given",
    [
        (),
        ("--region", REGION),
        ("--account", CREATOR),
        ("--account", CREATOR, "--account", MEDIA, "--region", REGION),
        ("--account", CREATOR, "--role", role(MEDIA), "--region", REGION),
        ("--account", CREATOR, "--region", REGION, "--include-dir", "x"),
        ("--stack", "retailer", "--profile", "x"),
    ],
    ids=["nothing", "no account", "no Region", "two environments", "a role of none", "no output", "a profile beside a stack"],
)
def test_options_that_do_not_go_together_are_wrong_usage(world: World, stack: Path, given: tuple[str, ...]) -> None:
    assert 64 == crgov("dump", *given).code


@pytest.fixture(autouse=True)
def private_umask() -> Iterator[None]:
    """A umask that shows whether files are made for the owner alone."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_what_is_written_can_be_read_as_any_file_of_the_project(world: World, project: Path) -> None:
    world.create()
    dump("--output", "Pulumi.prod.yaml")
    assert 0o644 == (project / "Pulumi.prod.yaml").stat().st_mode & 0o777
