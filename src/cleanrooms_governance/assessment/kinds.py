"""Words that programs share with what plans for them. Imports nothing: a program declares without loading what plans."""

from collections.abc import Iterable, Set

COLLABORATION = "collaboration"
MEMBERSHIP = "membership"
BUDGET = "budget"
"""What people call each kind of resource."""

NO_CREDENTIALS = "no-credentials"
"""The rule of a refusal that says that nothing could be judged, because there are no credentials at all."""

READ_NOTHING = (
    "read nothing, because no AWS credentials were found. It shows only that the stack file is valid: what would change, who"
    " would have to approve it and what is dangerous about it is not known. `pulumi up` would end with an error and write"
    " nothing"
)
"""What is said about a preview or plan in which nothing was judged; begins with what is meant."""


def resource_name(kind: str, key: str) -> str:
    """Return how the summary names a resource.

    Parameters: ``key`` is that of the stack file; a budget's is ``<membership>/<name>``.
    """
    return f"{kind} {key}"


def is_nothing_read(refused: Iterable[Set[str]]) -> bool:
    """Tell whether nothing at all was judged, because there are no credentials.

    Parameters: ``refused`` has the rules by which each resource is refused that was checked.
    """
    rules = list(refused)
    return bool(rules) and all(each == {NO_CREDENTIALS} for each in rules)
