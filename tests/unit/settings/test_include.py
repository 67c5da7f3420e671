"""Included files: found inside the project folder, read with lines, and held to the same rules."""

import os
from pathlib import Path
from typing import Any

import pytest

from cleanrooms_governance.settings.inputs import collaboration_inputs
from tests.unit.settings.stacks import RETAILER, a_stack, findings_in, load_stack

COLLABORATION = """\
collaborations:
  {key}:
    creator: "111122223333"
    region: eu-west-1
    members:
      "111122223333": {{abilities: []}}
"""


def included(project: Path, files: dict[str, str], pattern: str = "collaborations/*.yaml") -> dict[str, Any]:
    """Write files into a project folder and return a stack that includes them."""
    for name, text in files.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return a_stack() | {"include": [pattern]}


def test_an_included_file_says_the_same_as_the_stack_file(tmp_path: Path) -> None:
    stack = included(tmp_path, {"collaborations/bank.yaml": COLLABORATION.format(key="bank")})
    assert ["bank", "retail-media"] == list(load_stack(stack, tmp_path).collaborations)


def test_an_unquoted_account_key_is_taken_as_it_is_written(tmp_path: Path) -> None:
    text = COLLABORATION.format(key="bank").replace('"111122223333": {', "111122223333: {")
    stack = included(tmp_path, {"collaborations/bank.yaml": text})
    assert [RETAILER] == list(load_stack(stack, tmp_path).collaborations["bank"].members)


def test_an_empty_file_says_nothing(tmp_path: Path) -> None:
    stack = included(tmp_path, {"collaborations/bank.yaml": "# later\n"})
    assert ["retail-media"] == list(load_stack(stack, tmp_path).collaborations)


def test_an_alias_stands_for_what_it_names(tmp_path: Path) -> None:
    text = (
        COLLABORATION.format(key="bank")
        + "  other: {creator: &us '111122223333', region: eu-west-1, members: {*us : {abilities: []}}}\n"
    )
    stack = included(tmp_path, {"collaborations/bank.yaml": text})
    assert [RETAILER] == list(load_stack(stack, tmp_path).collaborations["other"].members)


def test_a_hundred_collaborations_fit_by_include(tmp_path: Path) -> None:
    keys = [f"c{number:03}" for number in range(100)]
    stack = included(tmp_path, {f"collaborations/{key}.yaml": COLLABORATION.format(key=key) for key in keys})
    stack_file = load_stack(stack, tmp_path)
    assert [*keys, "retail-media"] == [collaboration_inputs(stack_file, key, "p/s")["key"] for key in stack_file.collaborations]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            COLLABORATION.format(key="bank").replace("eu-west-1", "europe"),
            "c/x.yaml:4 collaborations.bank.region: 'europe' is no Region name: write one such as eu-west-1",
            id="value-with-its-line",
        ),
        pytest.param(
            COLLABORATION.format(key="bank").replace('creator: "111122223333"', "creator: 111122223333"),
            'c/x.yaml:3 collaborations.bank.creator: 111122223333 is a number: quote it, "111122223333"',
            id="unquoted-account-value",
        ),
        pytest.param(
            COLLABORATION.format(key="bank").replace('"111122223333": {', "11122223333: {"),
            "c/x.yaml:6 collaborations.bank.members.11122223333: '11122223333' is no account id: write its 12 digits in"
            " quotes (without them leading zeros are lost)",
            id="account-key-without-its-zero",
        ),
        pytest.param(
            COLLABORATION.format(key="bank") + "    creator: '222233334444'\n",
            "c/x.yaml:7 collaborations.bank.creator: is given twice in this file, first in line 3: keep one",
            id="duplicate-key",
        ),
        pytest.param(
            COLLABORATION.format(key="bank") + '      "222233334444": {abilities: []}\n      222233334444: {abilities: []}\n',
            "c/x.yaml:8 collaborations.bank.members.222233334444: is given twice in this file, first in line 7: keep one",
            id="duplicate-key-once-unquoted",
        ),
        pytest.param(
            COLLABORATION.format(key="retail-media"),
            "c/x.yaml:2 collaborations.retail-media: is given in cleanrooms:collaborations.retail-media as well: keep one",
            id="key-in-two-files",
        ),
        pytest.param(
            "collaborations:\n  x: [\n",
            "c/x.yaml:3: is not YAML (while parsing a flow node did not find expected node content): correct it",
            id="not-yaml",
        ),
        pytest.param(
            "a: 1\n---\nb: 2\n",
            "c/x.yaml:2: is not YAML (expected a single document in the stream but found another document): correct it",
            id="two-documents",
        ),
        pytest.param(
            "accounts: !!python/object:os.system {}\n",
            "c/x.yaml:1: has a tag of its own (tag:yaml.org,2002:python/object:os.system), which is not read: remove it",
            id="foreign-tag",
        ),
        pytest.param(
            "accounts: !secret x\n",
            "c/x.yaml:1: has a tag of its own (!secret), which is not read: remove it",
            id="foreign-tag-on-a-text",
        ),
        pytest.param(
            "- a\n",
            "c/x.yaml:1: must hold accounts, collaborations, memberships, not a list",
            id="a-list",
        ),
        pytest.param(
            "accounts: [1]\n",
            "c/x.yaml:1 accounts: must be a mapping of keys to values, not a list",
            id="a-section-that-is-a-list",
        ),
        pytest.param(
            "accounts:\n",
            "c/x.yaml:1 accounts: must be a mapping of keys to values, not no value",
            id="a-section-without-a-value",
        ),
        pytest.param(
            "cleanrooms:accounts: {}\n",
            "c/x.yaml:1 cleanrooms:accounts: an included file takes no prefix: write `accounts`",
            id="prefix",
        ),
        pytest.param(
            "include: [more/*.yaml]\n",
            "c/x.yaml:1 include: is read in the stack file alone: move it there",
            id="include-in-an-included-file",
        ),
        pytest.param("acounts: {}\n", "c/x.yaml:1 acounts: unknown key: did you mean `accounts`?", id="unknown-section"),
        pytest.param(
            "base: &base {}\naccounts:\n  <<: *base\n",
            "c/x.yaml:3: has a merge key (<<), which is not read: write the keys out",
            id="merge-key",
        ),
        pytest.param(
            "accounts:\n  ? [a]\n  : {}\n",
            "c/x.yaml:2: has a list or a mapping for a key: quote it, if it is meant as a text",
            id="list-as-a-key",
        ),
        pytest.param(
            'accounts:\n  "a\\e[31m": {}\n',
            "c/x.yaml:2 accounts.a\\x1b[31m: 'a\\x1b[31m' is no account id: write its 12 digits in quotes",
            id="control-characters",
        ),
        pytest.param(
            'accounts:\n  "111122223333": {"\\ud800": 1}\n',
            "c/x.yaml:2: is not YAML (while parsing a quoted scalar found invalid Unicode character escape code): correct it",
            id="half-a-character",
        ),
        pytest.param(
            "accounts: " + "[" * 100_000,
            "c/x.yaml:1: is nested deeper than 50 levels: no section is",
            id="abyss",
        ),
        pytest.param(
            "accounts: &again\n  x: *again\n",
            "c/x.yaml: is nested too deeply: an alias may stand inside what it names",
            id="endless-alias",
        ),
        pytest.param(
            "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
            + "".join(f"{b}: &{b} [{','.join([f'*{a}'] * 10)}]\n" for a, b in zip("abcde", "bcdef", strict=True)),
            "c/x.yaml: holds more than 100000 values: split the file, and use fewer aliases",
            id="aliases-of-aliases",
        ),
    ],
)
def test_what_is_wrong_in_an_included_file_is_said_with_its_line(tmp_path: Path, text: str, expected: str) -> None:
    assert expected in findings_in(included(tmp_path, {"c/x.yaml": text}, "c/*.yaml"), tmp_path)


def test_an_unquoted_date_in_an_included_file_is_refused(tmp_path: Path) -> None:
    text = (
        'memberships:\n  x:\n    account: "222233334444"\n    collaboration: retail-media\n'
        "    changeRequests:\n      deny:\n        - types: [ADD_MEMBER]\n          until: 2027-03-31\n"
    )
    stack = included(tmp_path, {"c/x.yaml": text}, "c/*.yaml")
    del stack["memberships"]["media"]
    expected = 'c/x.yaml:8 memberships.x.changeRequests.deny[0].until: 2027-03-31 is a date: quote it, "2027-03-31"'
    assert [expected] == findings_in(stack, tmp_path)


@pytest.mark.parametrize(
    ("include", "expected"),
    [
        pytest.param(
            ["nothing/*.yaml"],
            "cleanrooms:include[0]: 'nothing/*.yaml' matches no file in the project folder: correct it or remove it",
            id="no-match",
        ),
        pytest.param(
            ["../other/*.yaml"],
            "cleanrooms:include[0]: '../other/*.yaml' leads out of the project folder: move the files into it",
            id="upwards",
        ),
        pytest.param(
            ["/etc/*.yaml"],
            "cleanrooms:include[0]: '/etc/*.yaml' leads out of the project folder: move the files into it",
            id="absolute",
        ),
        pytest.param(
            "collaborations/*.yaml",
            'cleanrooms:include: must be a list of file patterns such as ["collaborations/*.yaml"],'
            " not 'collaborations/*.yaml'",
            id="a-text",
        ),
        pytest.param(
            [7],
            "cleanrooms:include[0]: must be a file pattern such as collaborations/*.yaml, not the number 7",
            id="a-number",
        ),
        pytest.param(
            [""],
            "cleanrooms:include[0]: must be a file pattern such as collaborations/*.yaml, not ''",
            id="an-empty-text",
        ),
    ],
)
def test_an_include_that_cannot_be_followed_is_a_finding(tmp_path: Path, include: object, expected: str) -> None:
    assert [expected] == findings_in(a_stack() | {"include": include}, tmp_path)


def test_a_link_out_of_the_project_folder_is_not_followed(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "c").mkdir(parents=True)
    outside = tmp_path / "outside.yaml"
    outside.write_text("accounts: {}\n", encoding="utf-8")
    (project / "c" / "link.yaml").symlink_to(outside)
    expected = "c/link.yaml: is a link out of the project folder: put the file itself there"
    assert [expected] == findings_in(a_stack() | {"include": ["c/*.yaml"]}, project)


def test_a_linked_folder_outside_the_project_is_not_read(tmp_path: Path) -> None:
    project, outside = tmp_path / "project", tmp_path / "outside"
    project.mkdir()
    outside.mkdir()
    (outside / "x.yaml").write_text("accounts: {}\n", encoding="utf-8")
    (project / "c").symlink_to(outside)
    expected = "c: is a link out of the project folder: put the file itself there"
    assert [expected] == findings_in(a_stack() | {"include": ["c/*.yaml"]}, project)


def test_a_broken_link_and_a_link_to_itself_are_findings(tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "broken.yaml").symlink_to("gone.yaml")
    (tmp_path / "c" / "loop.yaml").symlink_to("loop.yaml")
    reason = "is no file: let no include pattern match it, or mend the link"
    expected = [f"c/broken.yaml: {reason}", f"c/loop.yaml: {reason}"]
    assert expected == findings_in(a_stack() | {"include": ["c/*.yaml"]}, tmp_path)


def test_a_file_that_is_no_text_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "x.yaml").write_bytes(b"\xff\xfe\x00")
    expected = "c/x.yaml: is not UTF-8 text: save it as such, or let no include pattern match it"
    assert [expected] == findings_in(a_stack() | {"include": ["c/*.yaml"]}, tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_without_permission_is_a_finding(tmp_path: Path) -> None:
    stack = included(tmp_path, {"c/x.yaml": ""}, "c/*.yaml")
    (tmp_path / "c" / "x.yaml").chmod(0)
    expected = "c/x.yaml: cannot be read (Permission denied): check its permissions"
    assert [expected] == findings_in(stack, tmp_path)


def test_a_file_that_two_patterns_match_is_read_once(tmp_path: Path) -> None:
    stack = included(tmp_path, {"c/bank.yaml": COLLABORATION.format(key="bank")}, "c/*.yaml")
    assert "bank" in load_stack(stack | {"include": ["c/*.yaml", "**/bank.yaml"]}, tmp_path).collaborations


def test_a_key_in_two_included_files_names_both(tmp_path: Path) -> None:
    files = {f"c/{name}.yaml": COLLABORATION.format(key="bank") for name in ("a", "b")}
    expected = "c/b.yaml:2 collaborations.bank: is given in c/a.yaml:2 collaborations.bank as well: keep one"
    assert [expected] == findings_in(included(tmp_path, files, "c/*.yaml"), tmp_path)


def test_nothing_is_called_missing_while_an_included_file_cannot_be_read(tmp_path: Path) -> None:
    stack = included(tmp_path, {"c/accounts.yaml": "accounts: {\n"}, "c/*.yaml")
    stack["accounts"] = {}
    assert ["c/accounts.yaml:2"] == [finding.split(": ")[0] for finding in findings_in(stack, tmp_path)]
