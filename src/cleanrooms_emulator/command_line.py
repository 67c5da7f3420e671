"""What the command `cleanrooms-emulator` understands."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn


class UsageError(Exception):
    """The arguments make no sense; the message is one line."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see --help")


class Arguments(argparse.Namespace):
    """The parsed arguments."""

    port: int
    state: Path | None
    switch: list[tuple[str, str]]
    list_switches: bool


def parse(arguments: Sequence[str]) -> Arguments:
    """Raises UsageError."""
    parser = _Parser(
        prog="cleanrooms-emulator",
        description="Plays AWS Clean Rooms, Clean Rooms ML and the identity part of STS on this machine. "
        "Prints READY and its URL when it is up; set AWS_ENDPOINT_URL to that.",
    )
    parser.add_argument("--port", type=_port, default=0, help="port of the loopback interface; 0 takes a free one")
    parser.add_argument("--state", type=Path, metavar="FILE", help="keep the world in this file")
    parser.add_argument(
        "--switch", type=_switch, action="append", default=[], metavar="NAME=VALUE",
        help="choose one reading of undocumented behaviour; may be repeated",
    )  # fmt: skip
    parser.add_argument("--list-switches", action="store_true", help="print all switches and what they mean")
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
