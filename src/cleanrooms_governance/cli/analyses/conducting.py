"""Start, follow, look at and cancel a query or a job."""

import shlex
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cleanrooms_governance.analyses.analysis import Analysis, Kind, Status, Submission
from cleanrooms_governance.analyses.following import follow
from cleanrooms_governance.analyses.payers import Charged
from cleanrooms_governance.analyses.starting import Started, start
from cleanrooms_governance.cli.analyses.preparing import Runner
from cleanrooms_governance.errors import (
    AccessDenied,
    AnswerLost,
    Conflict,
    GovernanceError,
    NotFound,
    NotKnown,
    Refused,
    ServiceError,
)
from cleanrooms_governance.privacy_budgets import BudgetType, PrivacyBudget
from cleanrooms_governance.seen import NotVisible, visible
from cleanrooms_governance.text import label, plain

Sleep = Callable[[float], None]
Tell = Callable[[str], None]
Budgets = tuple[PrivacyBudget, ...] | NotVisible


class GoesOn(GovernanceError):
    """Following has ended, the analysis has not."""


@dataclass(frozen=True, slots=True)
class Conducted:
    """An analysis as it stood at the end, and what there is to say about how it came there.

    ``charged`` is who was to be charged, where it was started by this command. ``before`` and ``after`` are the privacy
    budgets, ``after`` ``None`` where the command did not wait for the end.
    """

    runner: Runner
    analysis: Analysis
    charged: Charged | None = None
    found_again: bool = False
    before: Budgets | None = None
    after: Budgets | None = None

    @property
    def wrongly_charged(self) -> bool:
        """Whether the service shows another payer than the one that was to be charged."""
        shown = self.analysis.shown.payer
        return self.charged is not None and shown is not None and shown != self.charged.candidate.account


@dataclass(frozen=True, slots=True)
class Terminal:
    """How a command speaks while it runs, and waits; ``where`` are the options that name the stack file, for shown commands."""

    tell: Tell
    where: Sequence[str]
    sleep: Sleep = time.sleep

    def command(self, *words: str) -> str:
        """Return a command line to be pasted."""
        return shlex.join(["crgov", *words, *self.where])


def conduct(runner: Runner, submission: Submission, charged: Charged, terminal: Terminal, *, detach: bool) -> Conducted:
    """Start an analysis and follow it to its end, or with ``detach`` only start it.

    Raises: ``NotKnown``; ``GoesOn`` if following ends before the analysis; every ``ServiceError`` of what comes before.
    """
    before = read_budgets(runner)
    started = _start(runner, submission, terminal)
    begun = started.analysis
    if started.found_again:
        terminal.tell(f"the answer was lost; {begun.kind} {begun.id} was found again by reading")
    if detach:
        return Conducted(runner, begun, charged, started.found_again, before)
    ended = watch(runner, begun, terminal)
    return Conducted(runner, ended, charged, started.found_again, before, read_budgets(runner))


def watch(runner: Runner, begun: Analysis, terminal: Terminal) -> Analysis:
    """Follow an analysis to its end. Raises ``GoesOn`` if following ends before."""

    def tell(now: Analysis) -> None:
        if now.is_over:
            return
        payer = label(now.shown.payer, runner.names) if now.shown.payer else ""
        terminal.tell(f"{now.kind} {now.id}: {plain(now.status)}{f', paid by {payer}' if payer else ''}")

    try:
        return follow(begun, lambda: look(runner, begun.kind, begun.id), tell, terminal.sleep)
    except KeyboardInterrupt:
        raise GoesOn(f"interrupted. {_goes_on(runner, begun, terminal)}") from None
    except ServiceError as error:
        raise GoesOn(f"{error}\n{_goes_on(runner, begun, terminal)}") from error


def look(runner: Runner, kind: Kind, analysis_id: str) -> Analysis:
    """Read an analysis. Raises every ``ServiceError``."""
    return runner.port.analysis(kind, runner.membership, analysis_id)


def find(runner: Runner, analysis_id: str) -> Analysis:
    """Read an analysis of which it is not said whether it is a query or a job. Raises every ``ServiceError``."""
    try:
        return look(runner, Kind.QUERY, analysis_id)
    except (NotFound, AccessDenied) as error:
        try:
            return look(runner, Kind.JOB, analysis_id)
        except (NotFound, AccessDenied):
            raise error from None


def cancel(runner: Runner, analysis_id: str) -> Analysis:
    """Ask for an analysis to be cancelled, and return it as it is then. One that is being cancelled already is left alone.

    Raises: ``Refused`` if it has ended otherwise; every ``ServiceError`` of the calls.
    """
    found = find(runner, analysis_id)
    if not found.is_over and found.status != Status.CANCELLING:
        try:
            return runner.port.cancel_analysis(found.kind, runner.membership, found.id)
        except (Conflict, AnswerLost):
            found = look(runner, found.kind, found.id)
            if not found.is_over and found.status != Status.CANCELLING:
                raise
    if found.is_over and found.status != Status.CANCELLED:
        raise Refused(f"{found.kind} {found.id} has ended: it is {found.status}, so there is nothing to cancel any more")
    return found


def read_budgets(runner: Runner) -> Budgets:
    """Read the privacy budgets of the collaboration, those of all members."""
    return visible(lambda: tuple(each for type_ in BudgetType for each in runner.port.shared_budgets(runner.live.id, type_)))


def _start(runner: Runner, submission: Submission, terminal: Terminal) -> Started:
    try:
        return start(submission, runner.membership, runner.port, terminal.sleep)
    except NotKnown as error:
        raise NotKnown(
            f"{error}\nIt is not started a second time by itself. Look first whether it runs, again after a minute:\n"
            f"{terminal.command('payers', runner.declared.section.collaboration)}"
        ) from error


def _goes_on(runner: Runner, analysis: Analysis, terminal: Terminal) -> str:
    about = (analysis.id, "--membership", runner.declared.key)
    return (
        f"The {analysis.kind} goes on in AWS.\nto look at it: {terminal.command('run', 'show', *about)}\n"
        f"to cancel it: {terminal.command('run', 'cancel', *about)}"
    )
