"""The check for texts that deceive finds each of their tricks, so that a test which finds none says something."""

import pytest

from tests import hostile


@pytest.mark.parametrize(
    "shown",
    [
        hostile.NAME,
        {"name": ["a", hostile.DESCRIPTION]},
        hostile.TAG,
        hostile.WORDS,
        "waits for 444455556666 (x), 111122223333 (shop)",
        f"refused:\n  {hostile.FORGED}",
        "Bank\u202e",
        "Bank##vso[task.setvariable]",
        "a\n::error::b",
    ],
)
def test_each_trick_is_found(shown: object) -> None:
    assert hostile.came_through(shown)


def test_what_is_harmless_is_not() -> None:
    assert [] == hostile.came_through(["waits for 444455556666 (x], 111122223333 [shop)", f"named '{hostile.FORGED}'", 3, None])
