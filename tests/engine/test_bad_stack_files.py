"""What is wrong in a stack file, through the real command: every finding at once, with its path and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.stack_files import RETAILER, collaboration, only_governing
from tests.engine.world import Watched, World

pytestmark = pytest.mark.engine

STACK_FILE = """
config:
  cleanrooms:include: ["collaborations/*.yaml", "../elsewhere/*.yaml"]
  cleanrooms:unexpected: true
  cleanrooms:onWaiting: stop
  cleanrooms:accounts:
    "111122223333": {name: Retailer, environment: true}
    "222233334444": {name: Media, role: "arn:aws:iam::222233334444:role/governance"}
    44445555666: {name: Bank}
  cleanrooms:collaborations:
    unknown-key: {creator: "111122223333", regoin: eu-west-1, region: eu-west-1, members: {"111122223333": {abilities: []}}}
    wrong-type: {creator: "111122223333", region: eu-west-1, queryLog: "yes", members: {"111122223333": {abilities: []}}}
    unquoted: {creator: 111122223333, region: eu-west-1, members: {111122223333: {abilities: []}}}
    late: {creator: "111122223333", region: eu-west-1, deadline: 0, members: {"111122223333": {abilities: []}}}
    no-region: {creator: "111122223333", region: eu_west_1, members: {"111122223333": {abilities: []}}}
    misspelled: {creator: "111122223333", region: eu-west-1, members: {"111122223333": {abilities: [CAN_QUERRY]}}}
    two-runners:
      creator: "111122223333"
      region: eu-west-1
      members: {"111122223333": {abilities: [CAN_QUERY]}, "222233334444": {abilities: [CAN_QUERY]}}
    nobody: {creator: "111122223333", region: eu-west-1, members: {}}
    without-creator: {creator: "111122223333", region: eu-west-1, members: {"222233334444": {abilities: []}}}
    removed-member:
      creator: "111122223333"
      region: eu-west-1
      members: {"111122223333": {abilities: []}, "222233334444": {abilities: []}}
      removed: ["222233334444"]
    "<{%reset%}>": {creator: "111122223333", region: eu-west-1, members: {"111122223333": {abilities: []}}}
    healthy:
      creator: "111122223333"
      region: eu-west-1
      members: {"111122223333": {abilities: []}, "222233334444": {abilities: []}}
  cleanrooms:memberships:
    dated:
      account: "222233334444"
      collaboration: healthy
      privacyBudgets: {orders: {type: ACCESS_BUDGET, resource: orders}}
      changeRequests: {approve: [{types: [ADD_MEMBER], accounts: ["222233334444"], until: 2027-03-31}]}
"""

INCLUDED = {
    "collaborations/first.yaml": """
collaborations:
  twice-in-one: {creator: "111122223333", region: eu-west-1, members: {"111122223333": {abilities: []}}}
  twice-in-one: {creator: "111122223333", region: eu-west-1, members: {"111122223333": {abilities: []}}}
  in-two-files: {creator: "111122223333", region: eu-west-1, members: {"111122223333": {abilities: []}}}
""",
    "collaborations/second.yaml": """
collaborations:
  in-two-files: {creator: "111122223333", region: eu-west-1, members: {"111122223333": {abilities: []}}}
""",
}

_HERE = "cleanrooms:collaborations"
FINDINGS = {
    "an unknown key": f"{_HERE}.unknown-key.regoin: unknown key: did you mean `region`?",
    "an unknown setting": "cleanrooms:unexpected: unknown key: remove it",
    "a wrong type": f"{_HERE}.wrong-type.queryLog: must be true or false, not 'yes'",
    "an account that is not quoted": f'{_HERE}.unquoted.creator: 111122223333 is a number: quote it, "111122223333"',
    "an account of eleven digits": "cleanrooms:accounts.44445555666: '44445555666' is no account id: write its 12 digits",
    "a deadline of no days": f"{_HERE}.late.deadline: 0 is not possible: give 1 to 36500 days",
    "a budget without its amounts": "cleanrooms:memberships.dated.privacyBudgets.orders.budgets: is missing: give one or two",
    "a value that cannot be": "cleanrooms:onWaiting: 'stop' is not possible: write report or fail",
    "a Region that cannot be": f"{_HERE}.no-region.region: 'eu_west_1' is no Region name: write one such as eu-west-1",
    "a misspelled ability": f"{_HERE}.misspelled.members.111122223333.abilities[0]: 'CAN_QUERRY' is no ability",
    "two runners": f"{_HERE}.two-runners.members: CAN_QUERY is given to 111122223333 and 222233334444; one member alone",
    "no members": f"{_HERE}.nobody.members: is empty; a collaboration without members cannot be: list them",
    "a creator that is no member": f"{_HERE}.without-creator.creator: 111122223333 is not among the members; add it",
    "a member to be removed": f"{_HERE}.removed-member.removed: 222233334444 is among the members as well; remove it",
    "a date that is not quoted": "cleanrooms:memberships.dated.changeRequests.approve[0].until: 2027-03-31 00:00:00 +0000"
    ' UTC is a timestamp, as an unquoted date becomes one: quote it, "2027-03-31"',
    "a path out of the project": "cleanrooms:include[1]: '../elsewhere/*.yaml' leads out of the project folder: move the files",
    "a key in the engine's own markup": f"{_HERE}. reset : ' reset ' is no key: take up to 54 letters",
    "a key twice in an included file": "collaborations/first.yaml:4 collaborations.twice-in-one: is given twice in this file,"
    " first in line 3: keep one",
    "a key in two files": "collaborations/second.yaml:3 collaborations.in-two-files: is given in collaborations/first.yaml:5"
    " collaborations.in-two-files as well: keep one",
}


@pytest.fixture(scope="module")
def preview(world: World) -> Watched:
    """One preview of a stack file with everything in it that is wrong, and one collaboration that is well."""
    repository = world.repository("findings", RETAILER)
    repository.write_stack_text("retail", STACK_FILE)
    for path, text in INCLUDED.items():
        repository.write_file(path, text)
    repository.init("retail")
    return world.watch(lambda: repository.preview("retail"))


@pytest.mark.parametrize("finding", FINDINGS.values(), ids=FINDINGS)
def test_a_finding_is_an_error_with_its_path_and_what_to_do(preview: Watched, finding: str) -> None:
    assert 1 == len(_diagnostics(preview, f"error: {finding}"))


def test_all_findings_are_shown_at_once_and_nothing_else(preview: Watched) -> None:
    assert len(FINDINGS) == len(_diagnostics(preview, "error: "))


def test_findings_fail_the_preview_before_anything_is_called(preview: Watched) -> None:
    assert (1, ()) == (preview.code, preview.calls)
    assert "GovernedCollaboration" not in preview.output
    assert "Traceback" not in preview.output


HOSTILE = {
    "bomb.yaml": ("a: &a [x, x]\nb: &b [" + "*a," * 9000 + "x]\nc: [" + "*b," * 9000 + "x]", "holds more than 100000 values"),
    "deep.yaml": ("a: " + "[" * 100_000, "is nested deeper than 50 levels"),
    "digits.yaml": ("a: 0x" + "f" * 5000, "cannot be read as it is: quote it"),
    "large.yaml": ("a: '" + "x" * 5_000_000 + "'", "is larger than 4000000 bytes"),
    "python.yaml": ("a: !!python/object/apply:os.system [ls]", "has a tag of its own"),
    "truth.yaml": ("a: !!bool perhaps", "cannot be read as it is: quote it"),
}


def test_hostile_included_files_are_findings_and_nothing_is_called(world: World, tmp_path: Path) -> None:
    repository = world.repository(tmp_path.name, RETAILER)
    repository.write_stack_text("retail", 'config:\n  cleanrooms:include: ["c/*.yaml"]\n')
    for name, (text, _) in HOSTILE.items():
        repository.write_file(f"c/{name}", text)
    repository.init("retail")
    preview = world.watch(lambda: repository.preview("retail"))
    assert (1, ()) == (preview.code, preview.calls), preview.output
    assert "Traceback" not in preview.output
    found = _diagnostics(preview, "error: c/")
    assert [True] * len(HOSTILE) == [
        f"c/{name}" in line and said in line for line, (name, (_, said)) in zip(found, sorted(HOSTILE.items()), strict=True)
    ]


@pytest.mark.parametrize(
    ("collaborations", "advice"),
    [
        pytest.param(240, "move collaborations and memberships into files of the project folder and name them in", id="90 KB"),
        pytest.param(500, "It reaches the program in one environment variable", id="more than an environment can hold"),
    ],
)
def test_a_stack_file_that_is_too_large_is_refused(world: World, tmp_path: Path, collaborations: int, advice: str) -> None:
    repository = world.repository(tmp_path.name, RETAILER)
    many = {f"campaign-{number}": collaboration(description="x" * 200) for number in range(collaborations)}
    repository.write_stack("retail", only_governing(**many))
    repository.init("retail")
    preview = world.watch(lambda: repository.preview("retail"))
    assert (1, ()) == (preview.code, preview.calls), preview.output
    assert advice in preview.output
    assert "Traceback" not in preview.output


def test_a_stack_file_that_declares_nothing_says_so(world: World, tmp_path: Path) -> None:
    repository = world.repository(tmp_path.name, RETAILER)
    repository.write_stack_text("retail", "config:\n  cleanroms:collaborations: {}\n")
    repository.init("retail")
    preview = world.watch(lambda: repository.preview("retail"))
    assert (0, ()) == (preview.code, preview.calls), preview.output
    assert 1 == len(_diagnostics(preview, "warning: This stack file declares nothing under cleanrooms:collaborations"))


def _diagnostics(watched: Watched, start: str) -> list[str]:
    _, _, diagnostics = watched.output.partition("Diagnostics:")
    return [line for line in diagnostics.splitlines() if line.strip().startswith(start)]
