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
from cleanrooms_governance.errors import InvalidInput
from cleanrooms_governance.settings.stack_file import StackFile, load
from cleanrooms_providers.resources import Collaboration, Membership

QUIET_FAILURE = 32
"""The exit status that tells the engine that the message has been shown already."""


def govern(project: Path) -> None:
    """Declare everything of the stack file.

    Parameters: ``project`` is the project's folder, to which ``include`` patterns are relative. Findings in the file end the
    program before any resource is registered.
    """
    _leave_quietly_when_interrupted()
    stack = read_stack_file(project)
    collaborations = {key: GovernedCollaboration(key, stack) for key in stack.collaborations}
    memberships = {key: GovernedMembership(key, stack, collaborations) for key in stack.memberships}
    _export(collaborations, memberships)
    resources: list[Collaboration | Membership] = [
        *(component.collaboration for component in collaborations.values()),
        *(component.membership for component in memberships.values()),
    ]
    fail_on_refusals(resources)


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


def fail_on_refusals(resources: Iterable[Collaboration | Membership]) -> None:
    """Make the running program fail, after everything has been planned, if any of the resources is refused.

    From then on the program also leaves without a word when the engine interrupts it, as it does after any error.
    """
    _leave_quietly_when_interrupted()
    watched = list(resources)

    async def report() -> None:
        refused = 0
        for resource in watched:
            # One by one: a resource whose plan is unknown for now must not hide the refusals of the others.
            for refusal in await resource.refused.future() or []:
                pulumi.log.error(str(refusal["message"]), resource)
                refused += 1
        if refused:
            sys.exit(QUIET_FAILURE)

    pulumi.run(report)


def _export(collaborations: dict[str, GovernedCollaboration], memberships: dict[str, GovernedMembership]) -> None:
    report: dict[str, Any] = {
        "collaborations": {
            key: {"id": component.collaboration.id, "outcome": component.collaboration.outcome}
            for key, component in collaborations.items()
        },
        "memberships": {key: {"outcome": component.membership.outcome} for key, component in memberships.items()},
    }
    for name, outputs in report.items():
        # As one value, which is unknown as a whole: the engine would show the known parts of a mapping as changes.
        pulumi.export(name, pulumi.Output.from_input(outputs))


def _end_with(messages: Iterable[str]) -> NoReturn:
    for message in messages:
        pulumi.log.error(message)
    sys.exit(QUIET_FAILURE)


def _leave_quietly_when_interrupted() -> None:
    # On any error the engine interrupts the program, whose language script would then print a traceback of KeyboardInterrupt.
    signal.signal(signal.SIGINT, lambda *_: os._exit(QUIET_FAILURE))
