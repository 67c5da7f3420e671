"""Run campaigns and print their figures; an interrupted run goes on where it was when it is started again.

Ends with 0 when every case passed, 1 when one failed, 64 for bad arguments and 130 when it was interrupted.
"""

from __future__ import annotations

import argparse
import hashlib
import signal
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from soak.campaign import Campaign, discover
from soak.figures import figures_of, table
from soak.play import play
from soak.progress import Progress
from tests.pace import hasten

EXIT_PASSED = 0
EXIT_FAILED = 1
EXIT_USAGE = 64
EXIT_INTERRUPTED = 130

_CHECKOUT = Path(__file__).resolve().parents[1]
_UNDER_TEST = ("src", "soak", "tests")
_SOURCES = (".py", ".go", ".mod")


def main(arguments: Sequence[str] | None = None, campaigns: Mapping[str, Campaign] | None = None) -> int:
    """Run the command on the given campaigns, or else on those of `soak.campaigns`; gives its exit code."""
    parser = argparse.ArgumentParser(prog="python -m soak", description=__doc__)
    parser.add_argument("campaign", nargs="*", help="names of campaigns; all when none is given")
    parser.add_argument("--state", type=Path, default=_CHECKOUT / ".soak", help="directory of the progress (.soak)")
    parser.add_argument("--cases", type=int, metavar="N", help="play the first N cases of each campaign only")
    parser.add_argument("--seed", type=int, metavar="N", help="play this one case and show how it fails")
    parser.add_argument("--list", action="store_true", help="print the campaigns and how many cases they have")
    try:
        parsed = parser.parse_args(arguments)
    except SystemExit as end:
        return EXIT_USAGE if end.code else EXIT_PASSED
    known = discover() if campaigns is None else campaigns
    unknown = [name for name in parsed.campaign if name not in known]
    if unknown:
        print(f"soak: there is no campaign {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return EXIT_USAGE
    chosen = [known[name] for name in parsed.campaign or known]
    if parsed.list:
        print("\n".join(f"{each.name} {each.cases}" for each in chosen))
        return EXIT_PASSED
    if parsed.seed is not None:
        return _play_one(chosen, parsed.seed)
    if parsed.cases is not None:
        chosen = [replace(each, cases=min(each.cases, parsed.cases)) for each in chosen]
    return _play_all(chosen, parsed.state)


def _play_all(chosen: Sequence[Campaign], state: Path) -> int:
    code = _code_under_test()
    progresses = [Progress(state, each, code) for each in chosen]
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    interrupted = False
    try:
        for campaign, progress in zip(chosen, progresses, strict=True):
            play(campaign, progress, _say)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        signal.signal(signal.SIGTERM, before)
    figures = [figures_of(each.name, progress) for each, progress in zip(chosen, progresses, strict=True)]
    print("\n".join(table(figures)))
    if interrupted:
        print("soak: interrupted; the same command goes on from here", file=sys.stderr)
        return EXIT_INTERRUPTED
    for progress in progresses:
        progress.close()
    for each in figures:
        if each.failed:
            print(f"soak: see how one fails with: python -m soak {each.name} --seed {each.failed[0]}", file=sys.stderr)
    return EXIT_FAILED if any(each.failed for each in figures) else EXIT_PASSED


def _play_one(chosen: Sequence[Campaign], seed: int) -> int:
    if len(chosen) != 1 or not 0 <= seed < chosen[0].cases:
        print("soak: --seed takes the number of a case of the one campaign that is named", file=sys.stderr)
        return EXIT_USAGE
    try:
        chosen[0].run(seed)
    except Exception:
        traceback.print_exc()
        return EXIT_FAILED
    print(f"{chosen[0].name}: case {seed} passed")
    return EXIT_PASSED


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _code_under_test() -> str:
    """A digest of the sources, so that a run which goes on never adds up outcomes of different code."""
    digest = hashlib.sha256()
    for root in _UNDER_TEST:
        for file in sorted(path for path in (_CHECKOUT / root).rglob("*") if path.suffix in _SOURCES):
            digest.update(str(file.relative_to(_CHECKOUT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    hasten()
    sys.exit(main())
