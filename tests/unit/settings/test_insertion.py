"""New entries in files of every form: what was there stays as it was, to the character."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from cleanrooms_governance.settings.insertion import Addition, NotInserted, inserted
from cleanrooms_governance.settings.yaml_file import read_yaml
from cleanrooms_governance.settings.yaml_writing import Entry

PROJECT = Path(__file__).parents[3]
STACK_FILES = sorted([*(PROJECT / "stacks").glob("Pulumi.*.yaml"), *(PROJECT / "demo").glob("*.yaml")])
INCLUDED_FILES = sorted((PROJECT / "stacks" / "collaborations").glob("*.yaml"))

DOCUMENT = {"creator": "111122223333", "name": "a: #b", "members": {"111122223333": {"abilities": ["CAN_QUERY"]}}}
ENTRY = Entry("new-one", DOCUMENT, ("a remark\nof two lines",))
NEW = [
    "# a remark of two lines",
    "new-one:",
    '  creator: "111122223333"',
    '  name: "a: #b"',
    "  members:",
    '    "111122223333": {abilities: [CAN_QUERY]}',
]
IN_FLOW = 'new-one: {creator: "111122223333", name: "a: #b", members: {"111122223333": {abilities: [CAN_QUERY]}}}'
SECTION = "cleanrooms:collaborations"
OF_STACK = (Addition(("config", SECTION), (ENTRY,)), Addition(("config", "cleanrooms:memberships"), (ENTRY,)))


def insert(text: str, *additions: Addition) -> str:
    return inserted(text, additions or OF_STACK[:1], "x.yaml")


def indented(columns: int, lines: list[str] = NEW) -> str:
    return "".join(f"{' ' * columns}{line}\n" for line in lines)


def only_added(before: str, after: str) -> bool:
    """Whether lines were added and nothing else happened."""
    lines = difflib.ndiff(before.splitlines(keepends=True), after.splitlines(keepends=True))
    return {"+ ", "  "} >= {line[:2] for line in lines}


@pytest.mark.parametrize("path", STACK_FILES, ids=lambda path: path.name)
def test_to_an_example_only_lines_are_added(path: Path) -> None:
    text = path.read_text()
    after = insert(text, *OF_STACK)
    assert only_added(text, after)
    config = read_yaml(after, "x.yaml").value["config"]  # type: ignore[index]
    assert DOCUMENT == config[SECTION]["new-one"] == config["cleanrooms:memberships"]["new-one"]


@pytest.mark.parametrize("path", INCLUDED_FILES, ids=lambda path: path.name)
def test_to_an_included_example_only_lines_are_added(path: Path) -> None:
    text = path.read_text()
    after = insert(text, Addition(("collaborations",), (ENTRY,)), Addition(("memberships",), (ENTRY,)))
    assert only_added(text, after)
    assert not read_yaml(after, "x.yaml").findings


FORMS = {
    "a section in the middle": (
        f"config:\n  {SECTION}:\n    a: {{x: 1}}\n  aws:region: eu-west-1\n",
        f"config:\n  {SECTION}:\n    a: {{x: 1}}\n{indented(4)}  aws:region: eu-west-1\n",
    ),
    "a comment before the next section": (
        f"config:\n  {SECTION}:\n    a: {{x: 1}}  # kept\n\n  # of the Region\n  aws:region: eu-west-1\n",
        f"config:\n  {SECTION}:\n    a: {{x: 1}}  # kept\n{indented(4)}\n  # of the Region\n  aws:region: eu-west-1\n",
    ),
    "deep indentation": (
        f"config:\n      {SECTION}:\n              a:\n                 x: 1\n",
        f"config:\n      {SECTION}:\n              a:\n                 x: 1\n{indented(14)}",
    ),
    "no end of the last line": (f"config:\n  {SECTION}:\n    a: 1", f"config:\n  {SECTION}:\n    a: 1\n{indented(4)}"),
    "blank lines at the end": (f"config:\n  {SECTION}:\n    a: 1\n\n\n", f"config:\n  {SECTION}:\n    a: 1\n{indented(4)}\n\n"),
    "no such section": (
        "config:\n  aws:region: eu-west-1\nencryptionsalt: v1:x\n",
        f"config:\n  aws:region: eu-west-1\n  {SECTION}:\n{indented(4)}encryptionsalt: v1:x\n",
    ),
    "no configuration": ("encryptionsalt: v1:x\n", f"encryptionsalt: v1:x\nconfig:\n  {SECTION}:\n{indented(4)}"),
    "an empty file": ("", f"config:\n  {SECTION}:\n{indented(4)}"),
    "a file of comments": ("# later\n", f"# later\nconfig:\n  {SECTION}:\n{indented(4)}"),
    "an end of the document": (
        f"---\nconfig:\n  {SECTION}:\n    a: 1\n...\n",
        f"---\nconfig:\n  {SECTION}:\n    a: 1\n{indented(4)}...\n",
    ),
    "a block of text at the end": (
        f"config:\n  {SECTION}:\n    a: |\n      text\n      # no comment\n  b: 1\n",
        f"config:\n  {SECTION}:\n    a: |\n      text\n      # no comment\n{indented(4)}  b: 1\n",
    ),
    "a folded text over lines": (
        f'config:\n  {SECTION}:\n    a: "x\n      # y"\n',
        f'config:\n  {SECTION}:\n    a: "x\n      # y"\n{indented(4)}',
    ),
    "braces": (f"config:\n  {SECTION}: {{a: 1}}  # kept\n", f"config:\n  {SECTION}: {{a: 1, {IN_FLOW}}}  # kept\n"),
    "empty braces": (f"config:\n  {SECTION}: {{}}\n", f"config:\n  {SECTION}: {{{IN_FLOW}}}\n"),
    "braces over lines": (
        f"config:\n  {SECTION}: {{\n    a: {{x: 1}},\n  }}\n",
        f"config:\n  {SECTION}: {{\n    a: {{x: 1}}, {IN_FLOW},\n  }}\n",
    ),
    "all in braces": ("{config: {b: 1}}\n", f'{{config: {{b: 1, "{SECTION}": {{{IN_FLOW}}}}}}}\n'),
    "an anchor": (
        f"config:\n  {SECTION}:\n    a: &a {{x: 1}}\n    b: *a\n",
        f"config:\n  {SECTION}:\n    a: &a {{x: 1}}\n    b: *a\n{indented(4)}",
    ),
}


@pytest.mark.parametrize(("before", "after"), FORMS.values(), ids=FORMS)
def test_the_entry_goes_behind_the_others_and_the_rest_stays(before: str, after: str) -> None:
    assert after == insert(before)


def test_lines_end_as_they_do() -> None:
    before = f"config:\r\n  {SECTION}:\r\n    a: 1\r\n  b: 2\r\n"
    after = insert(before)
    assert after.count("\n") == after.count("\r\n")
    assert only_added(before, after)


def test_a_mark_before_the_first_character_stays_there() -> None:
    text, _ = FORMS["a section in the middle"]
    assert f"\ufeff{insert(text)}" == insert(f"\ufeff{text}")


@pytest.mark.parametrize(
    "text",
    [
        f"config:\n  {SECTION}: '{{\"a\": 1}}'\n",
        f"config:\n  {SECTION}: [a]\n",
        f"config:\n  x: &x {{a: {{}}}}\n  {SECTION}: *x\n",
        f"config:\n  {SECTION}:\n    new-one: {{}}\n",
        f"config:\n  {SECTION}:\n    a: 1\n  {SECTION}:\n    b: 1\n",
        "config: [1\n",
        "config:\n\t- 1\n",
        "[]\n",
    ],
    ids=["a text", "a list", "an alias", "the key is there", "a section twice", "no YAML", "a tab", "no mapping"],
)
def test_where_there_is_no_place_nothing_is_changed_and_the_lines_are_shown(text: str) -> None:
    with pytest.raises(NotInserted) as refused:
        insert(text)
    assert "x.yaml: no place was found for new entries of cleanrooms:collaborations" in str(refused.value)
    assert "new-one:" in str(refused.value)
