"""How a story is told: on a service of its own, step by step, and to an end that was foreseen."""

import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from cleanrooms_emulator.transport.server_process import ServiceDidNotStart, server_process
from demo import console
from demo.people import RETAILER
from tools.playground import Playground, Run
from tools.pulumi.toolchain import ToolchainMissing


class StoryBroken(Exception):
    """A command did not end as the story says."""


def tell(story: Callable[[Playground, str], None]) -> int:
    """Tell a story of the retailer; return the exit status.

    Parameters: ``story`` is given a place to run `pulumi` in, and the address of the service.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with tempfile.TemporaryDirectory(prefix="cleanrooms-demo-") as scratch, server_process() as service:
            story(Playground(Path(scratch), service.url, RETAILER), service.url)
    except (StoryBroken, ToolchainMissing, ServiceDidNotStart) as error:
        console.problem(str(error))
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def shown(run: Run, expected: str, ends_with: int = 0) -> None:
    """Show a command that has ended. Raises ``StoryBroken`` if it did not end so, or did not say what was expected."""
    console.command(run)
    if run.code != ends_with or expected not in run.output:
        raise StoryBroken(f"{run.command} should have ended with status {ends_with} and said {expected!r}")
