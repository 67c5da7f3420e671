"""How large the comment of a pull request is, and how long it takes from a preview's document to the comment."""

import json
from collections.abc import Iterator
from time import perf_counter

from bench.figures import Figure, median, progress
from cleanrooms_governance.pull_request.comment import Comment, render
from cleanrooms_governance.pull_request.fitting import GITHUB_LIMIT, length
from cleanrooms_governance.pull_request.reading import read_preview
from tools.pictures.large import many

_WORLDS = ((1, 1), (5, 10), (50, 10), (1, 500))
"""Collaborations, and changes of each."""


def measure_comments(rounds: int) -> Iterator[Figure]:
    """Yield size and time for 1, 50 and 500 changes, of many collaborations and of one."""
    progress(f"comments of pull requests, {rounds} rounds")
    for collaborations, each in _WORLDS:
        text = json.dumps(many(collaborations, each))
        timed = [_timed(text) for _ in range(rounds)]
        made = timed[0][1]
        about = f"comment on {collaborations * each} changes in {collaborations}"
        cut = sum(lines for _, lines in made.cut)
        detail = f"{cut} lines cut" if cut else "nothing cut"
        yield Figure(f"{about}, size", length(made.markdown), "characters", goal=GITHUB_LIMIT, detail=detail)
        yield Figure(
            f"{about}, time", median([seconds for seconds, _ in timed]) * 1000, "ms", detail=f"{len(text):,} bytes read"
        )


def _timed(text: str) -> tuple[float, Comment]:
    begun = perf_counter()
    made = render([read_preview("retailer", text, 0)])
    return perf_counter() - begun, made
