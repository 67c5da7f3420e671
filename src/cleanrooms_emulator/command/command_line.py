"""What the command `cleanrooms-emulator` understands."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn, TypeVar

from cleanrooms_emulator.faults import FaultRule
from cleanrooms_emulator.faults.text import FORM, rule_from_text

_Value = TypeVar("_Value")


class UsageError(Exception):
    """The arguments make no sense; the message is one line."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see --help")


class Arguments(argparse.Namespace):
    """The parsed arguments; None is what was not given."""

    port: int
    state: Path | None
    load: Path | None
    switch: list[tuple[str, str]]
    quota: list[tuple[str, int]]
    fault: list[FaultRule]
    steady: bool
    rate: list[tuple[str, float]]
    burst: float | None
    page_size: int | None
    empty_pages: bool
    list_switches: bool
    list_operations: bool
    list_quotas: bool


_ABOUT = """Plays AWS Clean Rooms, Clean Rooms ML and the identity part of STS on this machine, for any AWS SDK.

Prints READY and its URL when it is up, and serves until it is interrupted. A client needs nothing but
  AWS_ENDPOINT_URL=URL AWS_ACCESS_KEY_ID=111122223333 AWS_SECRET_ACCESS_KEY=any AWS_REGION=eu-west-1
where the access key is the number of the account that calls."""

_MORE = f"""While it runs, the same things are read and set under URL/_emulator/ (JSON, no signature): health, journal,
clock, faults, rates, paging, quotas, switches, roles, snapshot, restore, reset.

Examples:
  cleanrooms-emulator --port 8080 --state world.db
  cleanrooms-emulator --switch notFound=404 --quota "Members invited per collaboration=9"
  cleanrooms-emulator --fault {FORM} --fault kind=dropAfter,times=1
  cleanrooms-emulator --steady --rate ListMembers=10
  curl URL/_emulator/snapshot > world.json; cleanrooms-emulator --load world.json"""


def parse(arguments: Sequence[str]) -> Arguments:
    """Raises UsageError."""
    parser = _Parser(
        prog="cleanrooms-emulator",
        description=_ABOUT,
        epilog=_MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--port", type=_port, default=0, help="port of the loopback interface; 0, the default, takes a free one")

    world = parser.add_argument_group("the world")
    add = world.add_argument
    add("--state", type=Path, metavar="FILE", help="keep the world in this file and go on with what it holds")
    add("--load", type=Path, metavar="SNAPSHOT", help="begin with this snapshot; the world must be an empty one")
    add("--switch", type=_switch, action="append", default=[], metavar="NAME=VALUE",
        help="choose one reading of undocumented behaviour; may be repeated")  # fmt: skip
    add("--quota", type=_numbered(int), action="append", default=[], metavar="NAME=NUMBER",
        help="adjust a service quota; may be repeated")  # fmt: skip

    trouble = parser.add_argument_group("trouble")
    add = trouble.add_argument
    add("--fault", type=_said(rule_from_text), action="append", default=[], metavar="RULE",
        help=f"let calls fail: {FORM}, or the rule as JSON; may be repeated, the first one that is due wins")  # fmt: skip
    add("--steady", action="store_true", help="throttle what is faster than the documented calls a second")
    add("--rate", type=_numbered(float), action="append", default=[], metavar="OPERATION=NUMBER",
        help="calls a second of an operation (* for all that are not named) in steady mode; may be repeated")  # fmt: skip
    add("--burst", type=float, metavar="SECONDS", help="seconds' worth of calls that may come at once in steady mode")
    add("--page-size", type=int, metavar="N", help="give no list more than N items a page, whatever is asked for")
    add("--empty-pages", action="store_true", help="put an empty page before every page of a list and after the last one")

    lists = parser.add_argument_group("lists (print and end)")
    add = lists.add_argument
    add("--list-switches", action="store_true", help="all switches: values, default, what is known, the source")
    add("--list-operations", action="store_true", help="all operations: built, or validated only")
    add("--list-quotas", action="store_true", help="all quotas and their defaults")
    return parser.parse_args(arguments, namespace=Arguments())


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return int(text)


def _switch(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name or not value:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def _numbered(number: Callable[[str], _Value]) -> Callable[[str], tuple[str, _Value]]:
    def read(text: str) -> tuple[str, _Value]:
        name, value = _switch(text)
        try:
            return name.strip(), number(value)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r}: {value!r} is not a number") from None

    return read


def _said(read: Callable[[str], _Value]) -> Callable[[str], _Value]:
    """The reader, whose ValueError says what is wrong; argparse would keep that to itself."""

    def reading(text: str) -> _Value:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return reading
