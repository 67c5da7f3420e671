"""Which resources does a stack file declare, and what does each depend on?"""

from cleanrooms_governance.assessment.kinds import BUDGET, COLLABORATION, MEMBERSHIP, resource_name
from cleanrooms_governance.settings.stack_file import StackFile


def declared_resources(stack: StackFile) -> dict[str, str]:
    """Return all resources of a stack file by name, each with the name of what it depends on, empty for nothing."""
    declared = {resource_name(COLLABORATION, key): "" for key in stack.collaborations}
    for key, section in stack.memberships.items():
        own = section.collaboration in stack.collaborations
        membership = resource_name(MEMBERSHIP, key)
        declared[membership] = resource_name(COLLABORATION, section.collaboration) if own else ""
        declared |= {resource_name(BUDGET, f"{key}/{name}"): membership for name in section.privacy_budgets or {}}
    return declared


def collaboration_keys(stack: StackFile) -> frozenset[str]:
    """Return the keys that the collaborations of a stack file have, and those that it says they had."""
    former = (key for section in stack.collaborations.values() for key in section.previously)
    return frozenset((*stack.collaborations, *former))
