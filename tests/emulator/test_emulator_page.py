import os
import re
from pathlib import Path

import pytest

from tests.emulator import page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "emulator.md"
REWRITE = "REWRITE_EXPECTED"
"""Set in the environment, it writes what the code says into the page."""


def between(name: str) -> re.Pattern[str]:
    return re.compile(f"(?<=<!-- {name} -->\n\n).*?(?=\n\n<!-- end of {name} -->)", re.DOTALL)


@pytest.mark.parametrize(("name", "text"), [("operations", page.operations()), ("switches", page.switches())])
def test_the_page_of_the_service_says_what_the_code_says(name: str, text: str) -> None:
    if os.environ.get(REWRITE):
        PAGE.write_text(between(name).sub(lambda _: text, PAGE.read_text()))
    found = between(name).search(PAGE.read_text())
    assert found is not None, f"docs/emulator.md has no section between <!-- {name} --> and <!-- end of {name} -->"
    assert text == found[0], f"docs/emulator.md is out of date: run this test with {REWRITE}=1 and read the difference"
