"""How a preview of many collaborations of one creator fares where the service holds each operation to its documented rate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bench.figures import Figure, progress
from bench.previews import converged, seconds_of_a_preview

COLLABORATIONS = 200
MOST_REFUSED = 5.0
MOST_TIMES_THE_FLOOR = 1.2


def measure_throttling() -> Iterator[Figure]:
    """Yield how many calls of a converged preview come too fast, and its time beside what the rates allow at best."""
    progress(f"a preview of {COLLABORATIONS} converged collaborations at the documented rates")
    with converged(COLLABORATIONS) as (playground, control):
        control.clear_journal()
        control.set_rates(steady=True)
        seconds = seconds_of_a_preview(playground)
        rates = control.rates()
        calls = control.journal()
    refused = Counter(entry["operation"] for entry in calls if entry["fault"] == "steady")
    yield Figure(
        f"paced preview of {COLLABORATIONS}, calls too fast",
        refused.total(),
        "calls",
        MOST_REFUSED,
        ", ".join(f"{operation} {number}" for operation, number in sorted(refused.items())),
    )
    calling = calls[-1]["time"] - calls[0]["time"]
    # One call of each operation for each collaboration, of which the burst may come at once.
    floor = COLLABORATIONS / rates["default"] - rates["burst"]
    yield Figure(
        f"paced preview of {COLLABORATIONS}, ratio to what the rates allow",
        seconds / floor,
        "x",
        MOST_TIMES_THE_FLOOR,
        f"{seconds:.2f} s beside {floor:.2f} s; {calling:.2f} s of it from the first call to the last",
    )
