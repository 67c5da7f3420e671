"""The commands behind `make setup`, `make bench` and `tools/pulumi/run`."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Sequence

from tools.pulumi import go_build, toolchain, virtualenv
from tools.pulumi.console import say


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.pulumi", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    setup = commands.add_parser("setup", help="make .venv and see to it that there is a Pulumi")
    setup.add_argument("--with", dest="extra", choices=["bench"], help="further requirements to install")
    commands.add_parser("shell", help="print what a shell has to evaluate to run this checkout's Pulumi")
    options = parser.parse_args(arguments)
    try:
        if options.command == "setup":
            checkout = virtualenv.Checkout(toolchain.CHECKOUT)
            for group in filter(None, ("dev", options.extra)):
                virtualenv.ensure(checkout, group, demanded=os.environ.get("PYTHON"))
            toolchain.ensure()
        else:
            sys.stdout.write(shell_lines(toolchain.locate()))
    except (virtualenv.InstallFailed, go_build.BuildFailed, toolchain.ToolchainMissing) as failure:
        say(str(failure))
        return 1
    except KeyboardInterrupt:
        say("Stopped. Nothing half done was kept; `make setup` starts again where it has to.")
        return 130
    return 0


def shell_lines(found: toolchain.Toolchain) -> str:
    """The toolchain as lines for `eval` in a POSIX shell: its variables, and `pulumi` for the executable."""
    lines = [f"export {name}={shlex.quote(value)}" for name, value in found.env.items()]
    return "\n".join([*lines, f"pulumi={shlex.quote(str(found.pulumi))}", ""])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
