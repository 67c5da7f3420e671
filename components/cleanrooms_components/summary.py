"""What a run came to, as far as the program can tell: what was not read, whose votes were skipped, and the exported report.

The lines of the summary come from the provider (``cleanrooms_providers.closing``): a program does not outlive a failure.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import pulumi

from cleanrooms_governance.assessment.kinds import READ_NOTHING, is_nothing_read
from cleanrooms_providers.resources import Collaboration, Membership, PrivacyBudgetTemplate

Governed = Collaboration | Membership | PrivacyBudgetTemplate
"""Every kind of resource that there is."""

Refusals = list[tuple[Governed, list[Mapping[str, str]]]]
"""Each resource whose check is known with why it is refused; nothing for one that is not."""


async def refusals_of(resources: Iterable[Governed]) -> Refusals:
    """Wait for every resource to be checked.

    One by one: a resource whose plan is unknown for now must not hide the refusals of the others.
    """
    found = [(resource, await resource.refused.future()) for resource in resources]
    return [(resource, list(refused)) for resource, refused in found if refused is not None]


def is_a_preview_of_nothing(refusals: Refusals) -> bool:
    """Return whether this is a preview in which nothing was judged, because there are no credentials at all.

    Only then it may end well: it refuses nothing, and somebody who may not have credentials can still have a file validated.
    """
    rules = [{refusal["rule"] for refusal in refused} for _, refused in refusals]
    return pulumi.runtime.is_dry_run() and is_nothing_read(rules)


def tell_that_nothing_was_read(resources: Iterable[Governed]) -> None:
    """Say so under each resource and, once, why."""
    for resource in resources:
        pulumi.log.warn("not read", resource)
    pulumi.log.warn(f"This preview {READ_NOTHING}")


async def fail_on_absent_votes(resources: Iterable[Governed]) -> int:
    """Log an error for each vote of an account of this stack that could not be cast, and return how many there are.

    Everything else is done and saved by then: such an account stops nothing but its own votes.
    """
    absent = 0
    for resource in resources:
        if isinstance(resource, Collaboration):
            for message in await resource.absent.future() or []:
                pulumi.log.error(f"skipped: {message}")
                absent += 1
    return absent


def report_of(
    collaborations: Mapping[str, Collaboration],
    memberships: Mapping[str, Membership],
    budgets: Mapping[str, PrivacyBudgetTemplate],
) -> pulumi.Output[Any]:
    """Return, as one value, how many are converged after a run that ended well, and which are waiting or denied."""
    known: dict[str, Any] = {
        **{f"collaboration {key}": (each.outcome, each.awaited) for key, each in collaborations.items()},
        **{f"membership {key}": (each.outcome, []) for key, each in memberships.items()},
        **{f"budget {key}": (each.outcome, []) for key, each in budgets.items()},
    }
    return pulumi.Output.from_input(known).apply(_by_outcome)


def _by_outcome(known: Mapping[str, tuple[str, list[str] | None]]) -> dict[str, Any]:
    outcomes = {name: outcome for name, (outcome, _) in known.items()}
    return {
        "converged": sum(outcome == "converged" for outcome in outcomes.values()),
        "waiting": {name: list(awaited or ()) for name, (outcome, awaited) in sorted(known.items()) if outcome == "waiting"},
        "denied": sorted(name for name, outcome in outcomes.items() if outcome == "denied"),
    }
