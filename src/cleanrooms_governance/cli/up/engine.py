"""How is `pulumi` run once, so that its output is passed on and Ctrl-C leaves its state in order?"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Self

from cleanrooms_governance.cli.up.events import Round, read_round
from cleanrooms_governance.errors import GovernanceError

_ARGUMENTS = ("up", "--yes", "--skip-preview", "--continue-on-error", "--non-interactive")
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class NoEngine(GovernanceError):
    """There is no `pulumi` to run."""


@dataclass
class Engine:
    """A `pulumi` and what it is told.

    Parameters: ``relay`` is given every line that it prints, ``say`` what is to be said about an interruption; ``environment``
    is what it is given beside our own.
    """

    program: str
    stack: str | None
    folder: Path | None
    further: Sequence[str]
    relay: Callable[[str], None]
    say: Callable[[str], None]
    environment: Mapping[str, str] = field(default_factory=dict)
    interruptions: int = 0

    @property
    def interrupted(self) -> bool:
        """Whether somebody has asked it to stop."""
        return self.interruptions > 0

    def up(self) -> Round:
        """Run `pulumi up` to its end."""
        with tempfile.TemporaryDirectory(prefix="crgov-") as scratch:
            log = Path(scratch) / "events.json"
            return read_round(log, self._run(log))

    def _run(self, log: Path) -> int:
        where = [*(("--stack", self.stack) if self.stack else ()), *(("--cwd", str(self.folder)) if self.folder else ())]
        # The option for the log of events is the one that Pulumi's own automation libraries use, and is shown to nobody else.
        # With diffs side by side the engine ends a whole run at the first resource that depends on a failed one (tried: 3.259).
        environment = {**os.environ, **self.environment, "PULUMI_PARALLEL_DIFF": "false", "PULUMI_DEBUG_COMMANDS": "true"}
        with _Interruptions() as interruptions:
            process = subprocess.Popen(
                [self.program, *_ARGUMENTS, *where, "--event-log", str(log), *self.further],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
                # In a group of its own a Ctrl-C at the terminal reaches it only through us: twice would end it at once.
                process_group=0,
            )
            interruptions.pass_on_to(process)
            with process:
                for line in process.stdout or ():
                    self._say_what_happens_to(interruptions.count)
                    self._pass_on(line.rstrip("\n"))
            self._say_what_happens_to(interruptions.count)
        return process.returncode

    def _pass_on(self, line: str) -> None:
        # Whoever reads our output may go; pulumi must not notice, or it would end in the middle of what it does.
        with suppress(BrokenPipeError):
            self.relay(line)

    def _say_what_happens_to(self, interruptions: int) -> None:
        if interruptions > self.interruptions:
            first = self.interruptions == 0
            self.interruptions = interruptions
            self.say("interrupted: pulumi ends what it has begun" if first else "interrupted again: pulumi still ends it, wait")


class _Interruptions:
    """Counts Ctrl-C and termination while it is entered, and passes the first one on.

    Nothing is printed from a signal handler: it may run in the middle of printing.
    """

    def __init__(self) -> None:
        self.count = 0
        self._process: subprocess.Popen[str] | None = None
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        self._before = {each: signal.signal(each, self._count) for each in _SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for each, handler in self._before.items():
            signal.signal(each, handler)

    def pass_on_to(self, process: "subprocess.Popen[str]") -> None:
        """Interrupt this process when we are, or now if we have been."""
        self._process = process
        if self.count:
            process.send_signal(signal.SIGINT)

    def _count(self, _: int, __: FrameType | None) -> None:
        self.count += 1
        if self.count == 1 and self._process is not None:
            self._process.send_signal(signal.SIGINT)


def find_engine(named: Path | None) -> str:
    """Return the `pulumi` to run: the one that is named, or the one of the PATH.

    Raises: ``NoEngine``.
    """
    if found := shutil.which(str(named or "pulumi")):
        return str(Path(found).absolute())
    where = f"{named} is no program that can be run" if named else "there is no `pulumi` on the PATH, and `crgov up` runs it"
    raise NoEngine(
        f"{where}. Install Pulumi 3.259 or newer (https://www.pulumi.com/docs/iac/download-install/), or say where it is by"
        " --pulumi; in a checkout of this project that is tools/pulumi/run"
    )
