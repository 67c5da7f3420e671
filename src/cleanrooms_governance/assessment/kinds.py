"""What people call each kind of resource. Imports nothing: a program declares resources without loading what plans them."""

COLLABORATION = "collaboration"
MEMBERSHIP = "membership"
BUDGET = "budget"

NO_CREDENTIALS = "no-credentials"
"""The rule of a refusal that says that nothing could be judged, because there are no credentials at all."""


def resource_name(kind: str, key: str) -> str:
    """Return how the summary names a resource.

    Parameters: ``key`` is that of the stack file; a budget's is ``<membership>/<name>``.
    """
    return f"{kind} {key}"
