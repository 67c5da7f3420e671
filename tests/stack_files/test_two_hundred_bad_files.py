"""Two hundred bad stack files and more, each refused with a path, by the program's reader and by that of `crgov`.

None of them takes long or much memory, whatever it says: sizes, depth, values and what aliases stand for have limits.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from cleanrooms_governance.cli.stack import read_stack
from cleanrooms_governance.errors import InvalidInput
from tests.unit.settings.spoiled_stacks import RUBBISH, Place, is_taken, places, whole_stack, with_key, with_value, without
from tests.unit.settings.stacks import RETAILER, Stack, a_stack, engine_config, findings_in, findings_of, load_stack

HUGE = "a megabyte of text"
WHOLE = whole_stack()
PLACES = tuple(places(WHOLE))

ODD_TEXTS = ("a blank", "a date", "emoji", "right to left", "full-width digits", "a combining heap", "engine markup")
STRIDES = {HUGE: 20, **dict.fromkeys(ODD_TEXTS, 3)}
"""Every how many-th place is tried, where it is not each."""

REFUSED: dict[str, list[Place]] = {
    name: [place for place in PLACES[:: STRIDES.get(name, 1)] if not is_taken(name, place)] for name in RUBBISH
}
"""By the name of the rubbish, where it makes a stack that cannot be used."""

MAY_BE_AN_ENTRY = ("a.b", "12345678901")
KEYS = (
    "",
    " ",
    "x" * 1_000_000,
    *MAY_BE_AN_ENTRY,
    "a\nb",
    "\u202eabc",
    "１１１１２２２２３３３３",
    "<{%reset%}>",
    "__proto__",
    "🙂",
)
ENTRIES = (("collaborations",), ("memberships",))
REQUIRED = (
    *("collaborations sales creator", "collaborations sales region", "collaborations sales members"),
    *("collaborations sales members 222233334444 abilities", "memberships media account", "memberships media collaboration"),
    *("memberships media defaultResultConfiguration s3", "memberships media defaultResultConfiguration s3 bucket"),
    *(
        "memberships media defaultResultConfiguration s3 resultFormat",
        "memberships media defaultJobResultConfiguration roleArn",
    ),
    *("memberships media region", "memberships media expects creator"),
)


def bomb(levels: int) -> str:
    """An alias of nine aliases of nine aliases …"""
    lines = [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(["a0: &a0 [x, x]", *lines])


TEXTS: dict[str, tuple[str | bytes, str]] = {
    "billion laughs": (bomb(12), "holds more than 100000 values"),
    "a long text, a thousand times": (f"a: &a {'x' * 100_000}\nb: [{','.join(['*a'] * 1000)}]", "holds more than 4000000 char"),
    "a long key, a thousand times": (
        f"a: &a {{{'x' * 900}: 1}}\nb: [{','.join(['*a'] * 9000)}]",
        "holds more than 4000000 char",
    ),
    "an alias inside what it names": ("a: &x [*x]", "is nested too deeply"),
    "an alias of nothing": ("a: *x", "undefined alias"),
    "ten thousand lists": ("a: " + "[" * 10_000, "is nested deeper than 50 levels"),
    "a thousand mappings": ("\n".join(" " * n + "a:" for n in range(1000)), "is nested deeper than 50 levels"),
    "a hundred thousand values": ("a: [" + "1," * 100_001 + "1]", "holds more than 100000 values"),
    "five megabytes": ("a: '" + "x" * 5_000_000 + "'", "is larger than 4000000 bytes"),
    "a number of five thousand digits": ("a: " + "1" * 5000, "cannot be read as it is: quote it"),
    "a hexadecimal number of as many": ("a: 0x" + "f" * 5000, "cannot be read as it is: quote it"),
    "an octal number of as many": ("a: 0o" + "7" * 5000, "cannot be read as it is: quote it"),
    "a day that is none": ("a: 2027-02-30", "'2027-02-30' cannot be read as it is: quote it"),
    "a truth value that is none": ("a: !!bool perhaps", "'perhaps' cannot be read as it is: quote it"),
    "a number that is none": ("a: !!int many", "'many' cannot be read as it is: quote it"),
    "a moment that is none": ("a: !!timestamp soon", "is not YAML"),
    "binary": ("a: !!binary aGk=", "has a tag of its own"),
    "a set": ("a: !!set {b, c}", "has a tag of its own"),
    "an ordered mapping": ("a: !!omap [b: 1]", "has a tag of its own"),
    "an object of Python": ("a: !!python/object/apply:os.system [ls]", "has a tag of its own"),
    "a name of Python": ("a: !!python/name:os.system ''", "has a tag of its own"),
    "a tag of its own": ("a: !secret x", "has a tag of its own"),
    "a tag by a prefix": ("%TAG ! tag:example.org,2026:\n---\na: !x y", "has a tag of its own"),
    "a merge key": ("a: &a {b: 1}\nc: {<<: *a}", "has a merge key"),
    "a merge sign": ("a: <<", "'<<' cannot be read as it is: quote it"),
    "an equals sign": ("a: =", "'=' cannot be read as it is: quote it"),
    "a list for a key": ("? [a]\n: b", "has a list or a mapping for a key"),
    "a mapping for a key": ("? {a: b}\n: c", "has a list or a mapping for a key"),
    "a key twice": ("a: 1\na: 2", "is given twice in this file, first in line 1"),
    "a key twice by an alias": ("&k a: 1\n*k : 2", "is given twice in this file, first in line 1"),
    "a key twice, once as a number": ('7: 1\n"7": 2', "is given twice in this file, first in line 1"),
    "two documents": ("a: 1\n---\nb: 2", "is not YAML"),
    "another version of YAML": ("%YAML 9.9\n---\na: 1", "is not YAML"),
    "a tab for indentation": ("a:\n\tb: 1", "is not YAML"),
    "a quotation without an end": ("a: 'x", "is not YAML"),
    "a list without an end": ("a: [1, 2", "is not YAML"),
    "a mapping without an end": ("a: {b: 1", "is not YAML"),
    "a reserved sign": ("a: @b", "is not YAML"),
    "a lone surrogate": (r'a: "\ud800"', "is not YAML"),
    "an escape beyond Unicode": (r'a: "\UFFFFFFFF"', "is not YAML"),
    "a null character": ("a: \0", "is not YAML"),
    "an escape character": ("a: \x1b[31m", "is not YAML"),
    "UTF-16": ("a: 1".encode("utf-16"), "is not UTF-8 text"),
    "Latin-1": ("a: é".encode("latin-1"), "is not UTF-8 text"),
    "overlong UTF-8": (b"a: \xc0\xaf", "is not UTF-8 text"),
    "surrogates in UTF-8": (b"a: \xed\xa0\x80", "is not UTF-8 text"),
}
"""Files that are no YAML, or more than we take, and what is said of them."""


def is_fit_to_be_read(finding: str, path: str) -> bool:
    """Whether a finding has this path, a message that tells what to do, and nothing that steers a terminal."""
    where, _, message = finding.partition(": ")
    return where.startswith(path) and bool(message) and finding.isprintable() and len(finding) < 1000


@pytest.mark.parametrize("name", RUBBISH)
def test_rubbish_at_any_place_is_a_finding_with_a_path(name: str) -> None:
    for place in REFUSED[name]:
        found = findings_in(with_value(WHOLE, place, RUBBISH[name]))
        assert [] == [each for each in found if not is_fit_to_be_read(each, "cleanrooms")], (name, place)


def test_what_is_no_rubbish_there_is_taken() -> None:
    for name, value in RUBBISH.items():
        for place in (each for each in PLACES if is_taken(name, each)):
            load_stack(with_value(WHOLE, place, value))


@pytest.mark.parametrize("key", KEYS, ids=lambda key: repr(key)[:20])
def test_an_odd_key_in_any_mapping_is_a_finding_with_a_path(key: str) -> None:
    mappings = {place[:-1]: place for place in PLACES if isinstance(place[-1], str) and place[-2:-1] != ("tags",)}
    for mapping, place in mappings.items():
        if mapping not in ENTRIES or key not in MAY_BE_AN_ENTRY:
            found = findings_in(with_key(WHOLE, place, key))
            assert [] == [each for each in found if not is_fit_to_be_read(each, "cleanrooms")], place


@pytest.mark.parametrize("path", REQUIRED)
def test_what_must_be_there_and_is_not_is_a_finding_with_its_path(path: str) -> None:
    (found,) = findings_in(without(WHOLE, tuple(path.split())))
    assert found.startswith(f"cleanrooms:{path.replace(' ', '.')}: is missing: give ")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: cleanrooms\nruntime: python\n")
    (tmp_path / "c").mkdir()
    return tmp_path


def findings_of_crgov(project: Path, content: str | bytes) -> list[str]:
    """The findings of `crgov`'s reader of stack files in a file with this content."""
    file = project / "Pulumi.retailer.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InvalidInput) as refused:
        read_stack("retailer", None, project)
    return [str(finding) for finding in refused.value.findings]


def as_yaml(stack: Stack) -> str:
    """A stack as a stack file; what JSON writes is YAML, but for numbers that are none."""
    text = json.dumps({"config": {f"cleanrooms:{name}": value for name, value in stack.items()}}, ensure_ascii=False)
    return text.replace("Infinity", ".inf").replace("NaN", ".nan")


@pytest.mark.parametrize("name", sorted(set(RUBBISH) - {HUGE, "a lone surrogate", "nested a hundred times"}))
def test_crgov_finds_what_the_program_finds(project: Path, name: str) -> None:
    for place in REFUSED[name][3 :: max(1, len(REFUSED[name]) // 5)]:
        spoiled = with_value(WHOLE, place, RUBBISH[name])
        assert findings_of(engine_config(spoiled), project) == findings_of_crgov(project, as_yaml(spoiled)), place


@pytest.mark.parametrize(("content", "said"), TEXTS.values(), ids=TEXTS)
def test_a_stack_file_that_cannot_be_read_is_refused_with_its_name(project: Path, content: str | bytes, said: str) -> None:
    (found,) = findings_of_crgov(project, content)
    assert is_fit_to_be_read(found, "Pulumi.retailer.yaml"), found
    assert said in found


@pytest.mark.parametrize(("content", "said"), TEXTS.values(), ids=TEXTS)
def test_an_included_file_that_cannot_be_read_is_refused_with_its_name(project: Path, content: str | bytes, said: str) -> None:
    (project / "c" / "x.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
    found = findings_in(a_stack() | {"include": ["c/*.yaml"]}, project)
    assert [True] == [is_fit_to_be_read(each, "c/x.yaml") for each in found if said in each]


def test_two_hundred_are_tried_and_many_more() -> None:
    assert 200 <= len(TEXTS) * 2 + sum(len(each) for each in REFUSED.values())
    assert 22 == len([name for name in REFUSED if REFUSED[name]])


def test_links_that_lead_in_circles_make_no_more_paths_than_there_are_folders(project: Path) -> None:
    for name in ("a", "b", "c/d"):
        (project / name).symlink_to(project, target_is_directory=True)
    (project / "c" / "x.yaml").write_text("collaborations: 7\n")
    for pattern in ("**/x.yaml", "/".join(["*"] * 40) + "/x.yaml", "/".join(["**", "*"] * 20) + "/x.yaml"):
        found = findings_in(a_stack() | {"include": [pattern]}, project)
        assert 1 == len(found), pattern
        assert "x.yaml:1 collaborations: must be a mapping" in found[0]


def test_a_pipe_and_a_folder_are_no_files_to_include(project: Path) -> None:
    os.mkfifo(project / "c" / "pipe.yaml")
    (project / "c" / "folder.yaml").mkdir()
    found = findings_in(a_stack() | {"include": ["c/*.yaml"]}, project)
    assert ["c/pipe.yaml: is no file: let no include pattern match it, or mend the link"] == found


def test_thousands_of_patterns_are_one_finding(project: Path) -> None:
    found = findings_in({"include": ["**"] * 5000}, project)
    assert ["cleanrooms:include: has 5000 patterns: use at most 1000, such as one for each folder"] == found


def test_of_thousands_of_findings_the_first_are_said_and_the_rest_counted() -> None:
    spoiled: Any = whole_stack()
    spoiled["collaborations"]["sales"]["members"] |= {f"{number:012d}": {"abilities": 7} for number in range(2_000)}
    found = findings_in(spoiled)
    assert 201 == len(found)
    assert "cleanrooms: has 1800 findings more: correct these first" == found[-1]


def test_the_number_of_removals_stays_one_that_the_engine_can_hold() -> None:
    spoiled = with_value(WHOLE, ("collaborations", "sales", "limits", "removals"), 1_000_001)
    path = "cleanrooms:collaborations.sales.limits.removals"
    assert [f"{path}: is not possible: give 0 to 1000000"] == findings_in(spoiled)


def test_the_whole_stack_is_valid() -> None:
    assert {RETAILER} < load_stack(WHOLE).accounts.keys()
