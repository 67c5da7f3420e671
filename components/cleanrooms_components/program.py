"""The whole program: read the stack file, declare everything, and end red if anything is refused.

A refusal is data of a resource and not a failed check, so that one bad collaboration does not hide the plans of all others. The
program waits for every resource's refusals and then fails with all of them.
"""

import json
import os
import signal
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

import pulumi

from cleanrooms_components.governed import GovernedCollaboration, GovernedMembership
from cleanrooms_components.summary import (
    Governed,
    fail_on_absent_votes,
    is_a_preview_of_nothing,
    refusals_of,
    report_of,
    tell_that_nothing_was_read,
)
from cleanrooms_governance.errors import InvalidInput
from cleanrooms_governance.settings.stack_file import OnWaiting, StackFile, load
from cleanrooms_governance.text import harmless

QUIET_FAILURE = 32
"""The exit status that tells the engine that the message has been shown already."""

_WAITING = "waiting"
"""The outcome of a resource that needs somebody else (``next_move.Outcome``)."""


def govern(project: Path) -> None:
    """Declare everything of the stack file.

    Parameters: ``project`` is the project's folder, to which ``include`` patterns are relative. Findings in the file end the
    program before any resource is registered.
    """
    _leave_quietly_when_interrupted()
    stack = read_stack_file(project)
    _tell_if_nothing_is_declared(stack)
    collaborations = {key: GovernedCollaboration(key, stack) for key in stack.collaborations}
    memberships = {key: GovernedMembership(key, stack, collaborations) for key in stack.memberships}
    _export(collaborations, memberships)
    resources: list[Governed] = [
        *(component.collaboration for component in collaborations.values()),
        *(component.membership for component in memberships.values()),
        *(budget for component in memberships.values() for budget in component.budgets.values()),
    ]
    fail_on_refusals(resources, _impatient(stack, collaborations, memberships))


def _tell_if_nothing_is_declared(stack: StackFile) -> None:
    """Say that there is nothing to look at: with a misspelled section, everything would seem to end, or to be well."""
    if not (stack.collaborations or stack.memberships):
        pulumi.log.warn(
            "This stack file declares nothing under cleanrooms:collaborations or cleanrooms:memberships. What the stack has"
            " governed until now is forgotten, not deleted: it stays in force. If that is not meant, check how these two keys"
            " are spelled"
        )


def _impatient(
    stack: StackFile, collaborations: dict[str, GovernedCollaboration], memberships: dict[str, GovernedMembership]
) -> list[Governed]:
    """Return the resources that may not be waiting when a run ends: with ``onWaiting: fail`` all but those that are paused."""
    if stack.on_waiting is OnWaiting.REPORT:
        return []
    return [
        *(each.collaboration for key, each in collaborations.items() if not stack.collaborations[key].paused),
        *(each.membership for key, each in memberships.items() if not stack.memberships[key].paused),
        *(budget for key, each in memberships.items() if not stack.memberships[key].paused for budget in each.budgets.values()),
    ]


def read_stack_file(project: Path) -> StackFile:
    """Return the running stack's validated file, or end the program with everything that is wrong in it.

    Parameters: ``project`` is the project's folder, to which ``include`` patterns are relative.
    """
    try:
        return load(_configuration(), project)
    except InvalidInput as invalid:
        _end_with(str(finding) for finding in invalid.findings)


def _configuration() -> dict[str, str]:
    """Return the stack's configuration as the engine hands it to a program: every key with its raw text."""
    values: dict[str, str] = json.loads(os.environ.get("PULUMI_CONFIG", "{}"))
    return values


def fail_on_refusals(resources: Iterable[Governed], impatient: Iterable[Governed] = ()) -> None:
    """Make the running program fail, after everything has been planned, if any of the resources is refused.

    From then on the program also leaves without a word when the engine interrupts it, as it does after any error.

    Parameters: ``impatient`` are resources that make an update fail as well if they are still waiting when it is over. By then
    everything has been done and saved. A preview is never failed by them, or ``pulumi up``, which begins with one, could not
    carry on what was waited for.
    """
    _leave_quietly_when_interrupted()
    watched = list(resources)
    pressing = list(impatient)

    async def report() -> None:
        refusals = await refusals_of(watched)
        if is_a_preview_of_nothing(refusals):
            tell_that_nothing_was_read(watched)
            return
        refused = 0
        for resource, reasons in refusals:
            for refusal in reasons:
                pulumi.log.error(str(refusal["message"]), resource)
                refused += 1
        absent = 0 if pulumi.runtime.is_dry_run() else await fail_on_absent_votes(watched)
        waiting = 0 if pulumi.runtime.is_dry_run() else await _fail_on_waiting(pressing)
        if refused or absent or waiting:
            sys.exit(QUIET_FAILURE)

    pulumi.run(report)


async def _fail_on_waiting(resources: Iterable[Governed]) -> int:
    """Log an error for each resource that the run leaves waiting, and return how many there are."""
    waiting = 0
    for resource in resources:
        if await resource.outcome.future() == _WAITING:
            text = (
                "still waiting at the end of this run, which fails it (onWaiting: fail). What can be done is done and saved;"
                " the lines above say what is missing. Run again when it is there"
            )
            pulumi.log.error(text, resource)
            waiting += 1
    return waiting


def _export(collaborations: dict[str, GovernedCollaboration], memberships: dict[str, GovernedMembership]) -> None:
    report: dict[str, Any] = {
        "collaborations": {
            key: {"id": component.collaboration.id, "outcome": component.collaboration.outcome}
            for key, component in collaborations.items()
        },
        "memberships": {key: {"outcome": component.membership.outcome} for key, component in memberships.items()},
    }
    budgets = {f"{key}/{name}": each for key, owner in memberships.items() for name, each in owner.budgets.items()}
    if budgets:
        report["privacyBudgets"] = {key: {"outcome": each.outcome} for key, each in budgets.items()}
    for name, outputs in report.items():
        # As one value, which is unknown as a whole: the engine would show the known parts of a mapping as changes.
        pulumi.export(name, pulumi.Output.from_input(outputs))
    declared = {key: component.collaboration for key, component in collaborations.items()}
    joined = {key: component.membership for key, component in memberships.items()}
    pulumi.export("report", report_of(declared, joined, budgets))


def _end_with(messages: Iterable[str]) -> NoReturn:
    for message in messages:
        pulumi.log.error(harmless(message))
    sys.exit(QUIET_FAILURE)


def _leave_quietly_when_interrupted() -> None:
    # On any error the engine interrupts the program, whose language script would then print a traceback of KeyboardInterrupt.
    signal.signal(signal.SIGINT, lambda *_: os._exit(QUIET_FAILURE))
