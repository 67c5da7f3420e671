"""A service that is killed without warning; the long run of these is the soak campaign of the same name."""

from __future__ import annotations

import pytest

from soak.campaigns.kill import play


@pytest.mark.slow
@pytest.mark.parametrize("case", [1, 2], ids=["between two calls", "amid the calls of several clients"])
def test_what_was_answered_survives_kills_at_random_points(case: int) -> None:
    play(case, kills=2)
