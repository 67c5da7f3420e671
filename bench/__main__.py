"""Run all measurements and print their figures; ends with 1 if a goal is missed."""

import argparse
import sys

from bench.figures import show
from bench.list_members import measure_list_members
from bench.previews import measure_previews


def main() -> int:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each pair is timed (default 5)")
    parser.add_argument("--counts", type=int, nargs="*", default=[1, 20, 100], help="numbers of collaborations")
    arguments = parser.parse_args()
    figures = [
        *measure_list_members(arguments.rounds),
        *measure_previews(tuple(arguments.counts), arguments.rounds),
    ]
    show(figures)
    return 0 if all(figure.met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
