"""Run all measurements and print their figures; ends with 1 if a goal is missed."""

import argparse
import sys
from collections.abc import Iterable

from bench.comments import measure_comments
from bench.figures import Figure, show
from bench.full_world import measure_full_world
from bench.list_members import measure_list_members
from bench.previews import measure_previews
from bench.service import measure_service
from bench.throttling import measure_throttling

PARTS = ("comments", "calls", "service", "world", "previews", "throttling")


def main() -> int:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each pair is timed (default 5)")
    parser.add_argument("--counts", type=int, nargs="*", default=[1, 20, 100], help="numbers of collaborations")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="measure these parts alone")
    arguments = parser.parse_args()
    figures = [figure for part in arguments.only for figure in _measured(part, arguments.rounds, tuple(arguments.counts))]
    show(figures)
    return 0 if all(figure.met for figure in figures) else 1


def _measured(part: str, rounds: int, counts: tuple[int, ...]) -> Iterable[Figure]:
    match part:
        case "comments":
            return measure_comments(rounds)
        case "calls":
            return measure_list_members(rounds)
        case "service":
            return measure_service(rounds)
        case "world":
            return measure_full_world(rounds)
        case "throttling":
            return measure_throttling()
        case _:
            return measure_previews(counts, rounds)


if __name__ == "__main__":
    sys.exit(main())
