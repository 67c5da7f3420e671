"""Each story comes to its end, and to rest, when nothing goes wrong and nobody interferes."""

from __future__ import annotations

from tests.reliability.rehearsal import Rehearsal


def test_a_story_comes_to_its_end(rehearsal: Rehearsal) -> None:
    assert rehearsal.story.end == rehearsal.end
