"""What every source file has to keep to, whatever it is about."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.source_tree import CHECKOUT, source_files

MOST_LINES = 400
SPEAKS_TO_THE_TERMINAL = ("src/cleanrooms_governance/cli/output.py", "src/cleanrooms_emulator/__main__.py")


def prints(source: str) -> list[int]:
    """The lines that call the built-in `print`."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]


@pytest.mark.parametrize("file", source_files(), ids=str)
def test_a_file_stays_short_enough_to_answer_one_question(file: Path) -> None:
    length = len((CHECKOUT / file).read_text().splitlines())
    assert length <= MOST_LINES, f"{file} has {length} lines: split it by question"


@pytest.mark.parametrize("file", [file for file in source_files() if not str(file).startswith(SPEAKS_TO_THE_TERMINAL)], ids=str)
def test_only_the_command_line_prints(file: Path) -> None:
    assert [] == prints((CHECKOUT / file).read_text())


def test_a_print_is_found_and_a_word_in_a_text_is_not() -> None:
    assert [2] == prints("'print(1)'\nprint(1)\nself.print(1)\n")
