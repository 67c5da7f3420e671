"""`crgov adopt`: a collaboration that exists comes into a stack file; only lines are added, and the plan of them is empty."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from cleanrooms_emulator.transport.in_process import connect
from cleanrooms_governance.aws import AwsAccounts
from cleanrooms_governance.cli.adopting import Adopted, write_adopted
from cleanrooms_governance.cli.stack import Stack, read_stack
from cleanrooms_governance.errors import Refused
from tests.cli.runner import CREATOR, MEDIA, REGION, Ran, World, crgov, project, role
from tests.emptiness import departures_from

FILE = f"""\
# Kept as it is.
config:
  cleanrooms:accounts:
    "{CREATOR}": {{name: retailer, environment: true}}
    "{MEDIA}":   {{name: media, role: '{role(MEDIA)}'}}    # aligned by hand

  cleanrooms:collaborations:
    first:   {{creator: '{CREATOR}', region: {REGION}, members: {{'{CREATOR}': {{abilities: []}},
      '{MEDIA}':   {{abilities: [CAN_QUERY]}}}}}}

  # what follows is of somebody else
  aws:region:    eu-west-1
"""


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stack file with a form of its own."""
    file = project(tmp_path, FILE)
    monkeypatch.chdir(tmp_path)
    return file


def adopt(id: str, *more: str) -> Ran:
    return crgov("adopt", id, "--stack", "retailer", *more)


def read(stack: Path) -> Stack:
    found = read_stack("retailer", None, stack.parent)
    assert found is not None
    return found


def added(before: str, after: str) -> list[str]:
    """The lines that were added, if nothing else happened."""
    lines = list(difflib.ndiff(before.splitlines(keepends=True), after.splitlines(keepends=True)))
    assert {"+ ", "  "} >= {line[:2] for line in lines}
    return [line[2:] for line in lines if line[:2] == "+ "]


def departures(world: World, stack: Path, *keys: str) -> list[str]:
    """What plans of the adopted keys would change: the file's other collaboration is not there."""
    found = read(stack)
    collaborations = {key: each for key, each in found.file.collaborations.items() if key in keys}
    object.__setattr__(found.file, "collaborations", collaborations)
    return departures_from(found, AwsAccounts("cleanrooms/retailer", lambda made: connect(world.app, made)))


def test_what_would_be_added_is_shown_and_nothing_is_written(world: World, stack: Path) -> None:
    ran = adopt(world.create())
    assert (2, FILE) == (ran.code, stack.read_text())
    assert "+    retail-media:\n" in ran.out
    assert '+      creator: "111122223333"\n' in ran.out
    assert "nothing was written: add --write to write it" in ran.out
    assert ran.out.startswith("--- stacks/Pulumi.retailer.yaml\n+++ stacks/Pulumi.retailer.yaml\n")
    assert "governed by" not in ran.out


def test_only_lines_are_added_and_their_plan_is_empty(world: World, stack: Path) -> None:
    id = world.create()
    ran = adopt(id, "--write")
    assert (0, "") == (ran.code, ran.err)
    assert added(FILE, stack.read_text())
    file = read(stack).file
    assert id == file.collaborations["retail-media"].id
    assert ["retail-media", "retail-media"] == [each.collaboration for each in file.memberships.values()]
    assert [] == departures(world, stack, "retail-media")
    assert [] == [path.name for path in stack.parent.iterdir() if path != stack]


def test_the_second_time_it_is_refused(world: World, stack: Path) -> None:
    id = world.create()
    adopt(id, "--write")
    text = stack.read_text()
    ran = adopt(id, "--write")
    assert (4, text) == (ran.code, stack.read_text())
    assert f"{id} is in the stack file already, under collaborations.retail-media" in ran.err


def test_a_membership_that_came_later_is_added_to_the_collaboration_that_is_there(world: World, stack: Path) -> None:
    id = world.create(joined=False)
    adopt(id, "--write")
    world.of(MEDIA).create_membership(collaborationIdentifier=id, queryLogStatus="DISABLED")
    before = stack.read_text()
    assert 0 == adopt(id, "--write").code
    assert "    retail-media:\n" in added(before, stack.read_text())
    assert ["retail-media"] == [each.collaboration for each in read(stack).file.memberships.values()]


def test_one_that_the_stack_governs_by_its_tag_is_not_declared_twice(world: World, stack: Path) -> None:
    id = world.create("first")
    assert 0 == adopt(id, "--write").code
    file = read(stack).file
    assert ["first"] == list(file.collaborations)
    assert ["first", "first"] == [each.collaboration for each in file.memberships.values()]


def test_a_key_can_be_chosen_and_one_in_use_is_refused(world: World, stack: Path) -> None:
    id = world.create()
    assert 4 == adopt(id, "--key", "first").code
    assert 0 == adopt(id, "--key", "campaigns", "--write").code
    assert ["campaigns", "first"] == list(read(stack).file.collaborations)


def test_it_goes_into_a_file_that_the_stack_includes(world: World, stack: Path) -> None:
    folder = stack.parents[1] / "collaborations"
    folder.mkdir()
    (folder / "old.yaml").write_text("# later\n")
    stack.write_text(FILE.replace("config:\n", 'config:\n  cleanrooms:include: ["collaborations/*.yaml"]\n'))
    before = stack.read_text()
    ran = adopt(world.create(), "--into", "collaborations/new.yaml", "--write")
    assert (0, before) == (ran.code, stack.read_text()), ran.err
    assert (folder / "new.yaml").read_text().startswith("collaborations:\n  retail-media:\n")
    assert [] == departures(world, stack, "retail-media")


def test_a_file_that_the_stack_does_not_include_is_not_written(world: World, stack: Path) -> None:
    ran = adopt(world.create(), "--into", "collaborations/new.yaml", "--write")
    assert 1 == ran.code
    assert "collaborations/new.yaml is not included by the stack file" in ran.err
    assert not (stack.parents[1] / "collaborations").exists()


def test_a_file_that_would_not_be_valid_stays_as_it_was(world: World, stack: Path) -> None:
    id = world.create()
    broken = FILE.replace("environment: true", "environmant: true")
    stack.write_text(broken)
    ran = adopt(id, "--write")
    assert (1, broken) == (ran.code, stack.read_text())
    assert "did you mean `environment`?" in ran.err


def test_a_file_without_a_place_for_it_stays_as_it_was(world: World, stack: Path) -> None:
    text = FILE.replace(
        "  cleanrooms:collaborations:\n    first:", "  cleanrooms:memberships: '{}'\n  cleanrooms:collaborations:\n    first:"
    )
    stack.write_text(text)
    ran = adopt(world.create(), "--write")
    assert (1, text) == (ran.code, stack.read_text())
    assert "no place was found for new entries of cleanrooms:memberships" in ran.err


def test_somebody_elses_collaboration_is_adopted_by_its_members(world: World, stack: Path) -> None:
    stack.write_text(f'config:\n  accounts:\n    "{MEDIA}": {{role: "{role(MEDIA)}"}}\n')
    id = world.create()
    assert 1 == adopt(id, "--region", "eu-central-1").code
    assert 0 == adopt(id, "--region", REGION, "--write", "--key", "at-retailer").code
    text = stack.read_text()
    assert f"\n  memberships:\n    # the collaboration 'retail-media' of {CREATOR}\n    at-retailer:\n" in text
    assert [] == departures(world, stack)


def test_a_collaboration_that_nobody_sees_is_an_error_with_what_to_do(world: World, stack: Path) -> None:
    ran = adopt("0a1b2c3d-0000-4000-8000-111122223333")
    assert 1 == ran.code
    assert "check the id, give its Region by --region" in ran.err


def test_an_account_that_cannot_be_read_is_said_and_the_others_are_adopted(world: World, stack: Path) -> None:
    id = world.create()
    denied = FaultRule(kind=FaultKind.ERROR, code="AccessDeniedException", operation="ListMemberships", account=MEDIA)
    world.app.faults.set([denied])
    ran = adopt(id, "--write")
    assert 0 == ran.code
    assert f"{MEDIA} in {REGION}: its memberships not read" in ran.err
    assert [CREATOR] == [each.account for each in read(stack).file.memberships.values()]


def test_programs_get_the_entries_and_the_difference(world: World, stack: Path) -> None:
    id = world.create()
    document: Any = adopt(id, "--json").document
    assert (id, False, 2) == (document["collaboration"], document["written"], document["exit"])
    assert (["retail-media"], 2) == (document["collaborations"], len(document["memberships"]))
    assert "+    retail-media:" in document["diff"].split("\n")


def test_a_link_stays_a_link(world: World, stack: Path) -> None:
    real = stack.with_name("real.yaml")
    stack.rename(real)
    stack.symlink_to(real.name)
    assert 0 == adopt(world.create(), "--write").code
    assert stack.is_symlink()
    assert "retail-media:" in real.read_text()


def test_a_file_that_was_changed_meanwhile_is_not_written_over(stack: Path) -> None:
    adopted = Adopted(stack, "x", (), (), before=FILE, after=f"{FILE}# more\n")
    stack.write_text(f"{FILE}# of somebody else\n")
    with pytest.raises(Refused, match="was changed while AWS was read"):
        write_adopted(adopted)
    assert f"{FILE}# of somebody else\n" == stack.read_text()


@pytest.mark.parametrize("given", [("x",), ("0a1b2c3d-0000-4000-8000-111122223333",)], ids=["no id", "no stack"])
def test_what_is_not_named_is_wrong_usage(world: World, stack: Path, given: tuple[str, ...]) -> None:
    assert 64 == crgov("adopt", *given).code
