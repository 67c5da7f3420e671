"""docs/security.md and docs/reliability.md name a test for each thing they promise, and what they name is there.

In a table whose last column is headed `test`, each row names at least one: a file below tests/, and after two colons the test.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.source_tree import CHECKOUT

PAGES = [page for name in ("security", "reliability") if (page := CHECKOUT / "docs" / f"{name}.md").is_file()]
NAMED = re.compile(r"`([\w.-]+/[\w./-]+\.py(?:::\w+)*)`")


def promises(text: str) -> list[tuple[str, list[str]]]:
    """The rows of the tables that name tests: what is promised, and by which tests it is kept."""
    found: list[tuple[str, list[str]]] = []
    counts = False
    for line in text.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if not cells:
            counts = False
        elif cells[-1] in ("test", "tests"):
            counts = True
        elif counts and not set(cells[-1]) <= set(":- "):
            found.append((cells[0], NAMED.findall(cells[-1])))
    return found


def is_there(place: str, root: Path = CHECKOUT) -> bool:
    """Whether a file below tests/ is there, and in it the test that is named, after its class or by itself."""
    path, _, names = place.removeprefix("tests/").partition("::")
    file = root / "tests" / path
    name = names.rpartition("::")[2]
    return file.is_file() and (not name or re.search(rf"def {name}\(", file.read_text()) is not None)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_promise_names_a_test(page: Path) -> None:
    found = promises(page.read_text())
    assert 10 < len(found)
    assert [] == [promised for promised, tests in found if not tests]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_test_that_is_named_is_there(page: Path) -> None:
    named = NAMED.findall(page.read_text())
    assert [] == [place for place in named if not is_there(place)]


def test_a_row_without_a_test_is_found_and_so_is_a_test_that_is_not_there() -> None:
    text = "| a | test |\n| --- | --- |\n| kept | `cli/test_ask.py` |\n| not kept | soon |\n\n| a | b |\n| - | - |\n| x | y |\n"
    assert [("kept", ["cli/test_ask.py"]), ("not kept", [])] == promises(text)
    assert is_there("architecture/test_promises_pages.py::test_every_promise_names_a_test")
    assert not is_there("architecture/test_promises_pages.py::no_such_test")
    assert not is_there("architecture/no_such_file.py")
