"""The fingerprint of all plans of a stack together."""

from collections.abc import Mapping

from cleanrooms_governance.fingerprint import VERSION, fingerprint


def stack_fingerprint(plans: Mapping[str, str]) -> str:
    """Return ``fp-…`` of everything that a stack plans: equal for equal plans of the same resources, whatever their order.

    Like that of each plan it is never touched by names, texts, requests, votes or dates. A pure function of what a preview
    shows, so that anybody can work it out again from ``newState.inputs.fingerprint`` of its resources.

    Parameters: ``plans`` has the fingerprint of each resource's plan by its name in the summary (``collaboration <key>``,
    ``membership <key>``, ``budget <membership>/<name>``), empty for one whose plan is not known yet.
    """
    return fingerprint("stack", VERSION, plans)
